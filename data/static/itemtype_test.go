package static

import (
	"math"
	"strings"
	"testing"
)

func TestTypes(t *testing.T) {
	set := Types()
	if n := len(set.All()); n < 20 {
		t.Fatalf("%d types", n)
	}
	wren := set.ByName("wREN")
	if wren == nil || wren.Group != "rookie" || set.ByID(wren.ID) != wren {
		t.Fatalf("ByName, ByID: %+v", wren)
	}
	if set.ByName("nothing") != nil || set.ByID(9999) != nil || set.Group("nothing") != nil {
		t.Error("found a type that is not there")
	}
	if g := set.Group("frigate"); len(g) != 2 || g[0].ID > g[1].ID {
		t.Errorf("frigates: %v", g)
	}
	v := wren.Values()
	if v["mass"] != 1_100_000.0 || v["name"] != "Wren" || v["npc"] != false || v["category"] != "ship" || v["damage"] != 0.0 || v["targets"] != 3.0 {
		t.Errorf("Values: %v", v)
	}
}

// Larger ships must answer the helm later: mass * agility is what decides it,
// and is easily mistyped by a factor of ten.
func TestShipsTurnAsTheirSizeSuggests(t *testing.T) {
	for i := range Types().All() {
		s := &Types().All()[i]
		if s.Category != Ship {
			continue
		}
		align := s.Mass * s.Agility / 1e6 * math.Log(4) // s to three quarters of full speed
		if align < 2 || align > 20 {
			t.Errorf("%s aligns in %.1f s", s.Name, align)
		}
	}
}

func TestParseTypesIsStrict(t *testing.T) {
	ship := "[[type]]\nid=1\nname='A'\ncategory='ship'\ngroup='g'\nmass=1\nagility=1\nspeed=1\nradius=1\nwarp=1\nsignature=1\nshield=1\nhull=1\n"
	if _, err := ParseTypes(ship); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", ship + "maas=1\n", "type.maas"},
		{"unknown table", "[tpye]\n" + ship, "tpye"},
		{"not TOML", ship + "\nx", "line"},
		{"wrong kind", strings.Replace(ship, "mass=1", "mass='1'", 1), "mass"},
		{"missing", strings.Replace(ship, "warp=1\n", "", 1), "needs warp"},
		{"negative", strings.Replace(ship, "mass=1", "mass=-1", 1), "mass is -1"},
		{"not a number", strings.Replace(ship, "mass=1", "mass=nan", 1), "mass is NaN"},
		{"no name", strings.Replace(ship, "name='A'\n", "", 1), "needs an id"},
		{"category", strings.Replace(ship, "'ship'", "'boat'", 1), `category is "boat"`},
		{"slot", "[[type]]\nid=1\nname='A'\ncategory='module'\ngroup='g'\nslot='top'\ncycle=1\n", `slot is "top"`},
		{"launches", "[[type]]\nid=1\nname='A'\ncategory='module'\ngroup='g'\nslot='low'\ncycle=1\nlaunches='x'\n", `launches "x"`},
		{"same id", ship + strings.Replace(ship, "'A'", "'B'", 1), "both have the id 1"},
		{"same name", ship + strings.Replace(strings.Replace(ship, "'A'", "'a'", 1), "id=1", "id=2", 1), "two types are called a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseTypes(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
