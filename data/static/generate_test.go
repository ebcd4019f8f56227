package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"unicode"

	"hotshard/runtime/world"
)

// byDefault is a universe of the default size, made once for all tests.
var byDefault = sync.OnceValues(func() (*world.Universe, error) { return Generate(1, DefaultSystems) })

func defaultUniverse(t *testing.T) *world.Universe {
	t.Helper()
	u, err := byDefault()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func encoded(t *testing.T, seed uint64, systems int) []byte {
	t.Helper()
	u, err := Generate(seed, systems)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := encode(u)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestGenerateIsDeterministic(t *testing.T) {
	first := encoded(t, 42, 600)
	if !bytes.Equal(first, encoded(t, 42, 600)) {
		t.Error("the same seed gave two universes")
	}
	if bytes.Equal(first, encoded(t, 43, 600)) {
		t.Error("two seeds gave one universe")
	}
	// Where players are is stored by id: a universe that changes under its seed
	// needs a new generatorVersion, and then a new sum here.
	const want = "generator 1: f6c99a396e97badb"
	sum := sha256.Sum256(first)
	if got := fmt.Sprintf("generator %d: %s", generatorVersion, hex.EncodeToString(sum[:8])); got != want {
		t.Errorf("seed 42 gives %q, it gave %q", got, want)
	}
}

func TestGenerateEverySize(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 6, 11, 12, 13, 20, 40, 117, 300} {
		for seed := range uint64(5) {
			u, err := Generate(seed, n)
			if err != nil {
				t.Fatalf("%d systems, seed %d: %v", n, seed, err)
			}
			if len(u.Systems) != n || reachable(u) != n {
				t.Errorf("%d systems, seed %d: %d systems, %d of them joined", n, seed, len(u.Systems), reachable(u))
			}
		}
	}
	for _, n := range []int{-1, 0, maxSystems + 1} {
		if _, err := Generate(1, n); err == nil {
			t.Errorf("Generate of %d systems gave no error", n)
		}
	}
}

// reachable counts the systems that gates join to the first.
func reachable(u *world.Universe) int {
	seen := map[world.SystemID]bool{u.Systems[0].ID: true}
	for queue := []world.SystemID{u.Systems[0].ID}; len(queue) > 0; queue = queue[1:] {
		for _, c := range u.System(queue[0]).Celestials {
			if c.Kind == world.KindGate && !seen[c.Dest] {
				seen[c.Dest] = true
				queue = append(queue, c.Dest)
			}
		}
	}
	return len(seen)
}

func TestDefaultUniverseShape(t *testing.T) {
	u := defaultUniverse(t)
	c := Count(u)
	t.Logf("%+v", c)
	if c.Systems < 7000 || reachable(u) != c.Systems {
		t.Errorf("%d systems, %d of them joined", c.Systems, reachable(u))
	}
	if c.Regions < 60 || c.Regions > 70 {
		t.Errorf("%d regions", c.Regions)
	}
	if c.Stars != c.Systems || c.Stations < c.Systems/4 || c.Belts < c.Systems || c.Moons < c.Planets || c.Planets < 5*c.Systems {
		t.Errorf("too few of something: %+v", c)
	}
	sizes, degrees := map[string]int{}, map[int]int{}
	for i := range u.Systems {
		s := &u.Systems[i]
		sizes[s.Constellation]++
		gates := 0
		for _, c := range s.Celestials {
			if c.Kind == world.KindGate {
				gates++
			}
		}
		degrees[gates]++
	}
	for name, n := range sizes {
		if n < minConstellation || n > maxConstellation {
			t.Errorf("constellation %s has %d systems", name, n)
		}
	}
	usual := degrees[2] + degrees[3] + degrees[4]
	if usual < c.Systems*9/10 || degrees[0] > 0 {
		t.Errorf("systems by number of gates: %v", degrees)
	}
	for n := range degrees {
		if n > 8 {
			t.Errorf("a system with %d gates", n)
		}
	}
}

// Security must be high in few places and low in most, never jump from safe to
// lawless between neighbours by much, and leave the disc flat.
func TestDefaultUniverseSecurity(t *testing.T) {
	u := defaultUniverse(t)
	high, above, steps, links, thick := 0, 0, 0.0, 0, 0.0
	for i := range u.Systems {
		s := &u.Systems[i]
		if s.Security < -1 || s.Security > 1 {
			t.Errorf("%s has security %g", s.Name, s.Security)
		}
		if s.Security >= 0.45 {
			high++
		}
		if s.Security > 0 {
			above++
		}
		for _, c := range s.Celestials {
			if c.Kind == world.KindGate {
				steps += math.Abs(s.Security - u.System(c.Dest).Security)
				links++
			}
		}
		if math.Hypot(s.Pos.X, s.Pos.Z) > 1.1*galaxyRadius {
			t.Errorf("%s is outside the disc: %v", s.Name, s.Pos)
		}
		thick = max(thick, math.Abs(s.Pos.Y))
	}
	n := float64(len(u.Systems))
	if r := float64(high) / n; r < 0.15 || r > 0.3 {
		t.Errorf("%.2f of the systems are high security", r)
	}
	if r := float64(above) / n; r < 0.3 || r > 0.45 {
		t.Errorf("%.2f of the systems are above 0", r)
	}
	if mean := steps / float64(links); mean > 0.12 {
		t.Errorf("security changes by %.3f a jump", mean)
	}
	if thick > galaxyRadius/8 {
		t.Errorf("the disc is %g m thick", thick)
	}
}

func TestDefaultUniverseNames(t *testing.T) {
	u := defaultUniverse(t)
	seen := map[string]bool{}
	for i := range u.Systems {
		s := &u.Systems[i]
		if len(s.Name) < 4 || len(s.Name) > 12 {
			t.Errorf("system %q has a name of %d letters", s.Name, len(s.Name))
		}
		for _, name := range []string{s.Name, s.Constellation, s.Region} {
			if !unicode.IsUpper(rune(name[0])) || !fit(strings.ToLower(name)) {
				t.Errorf("%q is no name", name)
			}
		}
		for _, c := range s.Celestials {
			if c.Kind != world.KindGate && !strings.HasPrefix(c.Name, s.Name+" ") {
				t.Errorf("%s of %s", c.Name, s.Name)
			}
		}
		seen[s.Name] = true
	}
	for i := range u.Systems {
		if seen[u.Systems[i].Constellation] || seen[u.Systems[i].Region] {
			t.Errorf("%s is the name of a system and of what it lies in", u.Systems[i].Constellation)
		}
	}
}

func TestDefaultUniverseCelestials(t *testing.T) {
	u := defaultUniverse(t)
	seen := map[world.EntityID]bool{}
	for i := range u.Systems {
		s := &u.Systems[i]
		names := map[string]bool{}
		for j := range s.Celestials {
			c := &s.Celestials[j]
			if seen[c.ID] || !c.ID.Static() {
				t.Fatalf("%s: id %d is taken or no celestial's", c.Name, c.ID)
			}
			seen[c.ID] = true
			if names[c.Name] && c.Kind != world.KindStation {
				t.Errorf("two things are called %s", c.Name)
			}
			names[c.Name] = true
			if j > 0 && c.Kind < s.Celestials[j-1].Kind {
				t.Errorf("%s is out of the order of kinds", c.Name)
			}
			if c.Pos != whole(c.Pos) || c.Radius <= 0 || c.Pos.Len() > 70*world.AU {
				t.Errorf("%s at %v, radius %g", c.Name, c.Pos, c.Radius)
			}
			checkPlace(t, u, s, c)
		}
	}
}

// checkPlace checks that a celestial is near its parent and outside of it, and
// that a gate leads somewhere and back.
func checkPlace(t *testing.T, u *world.Universe, s *world.SolarSystem, c *world.Celestial) {
	t.Helper()
	if c.Kind == world.KindGate {
		other := u.System(c.Dest).Find(c.DestGate)
		if other == nil || other.Kind != world.KindGate || other.Dest != s.ID || other.DestGate != c.ID {
			t.Errorf("%s of %s does not lead back", c.Name, s.Name)
		}
		if d := c.Pos.Len(); d < 0.9*world.AU {
			t.Errorf("%s of %s is %g m from the star", c.Name, s.Name, d)
		}
		return
	}
	if c.Kind == world.KindStar {
		if c.Pos != (world.Vec3{}) || c.Parent != 0 {
			t.Errorf("%s is not in the middle", c.Name)
		}
		return
	}
	parent := s.Find(c.Parent)
	if parent == nil {
		t.Errorf("%s belongs to nothing", c.Name)
		return
	}
	d := c.Pos.Dist(parent.Pos)
	if d < c.Radius+parent.Radius || c.Kind != world.KindPlanet && d > 2e10 {
		t.Errorf("%s is %g m from %s (radii %g, %g)", c.Name, d, parent.Name, c.Radius, parent.Radius)
	}
}

// The map should be readable on a screen: links that cross are the exception.
func TestDefaultUniverseLinksHardlyCross(t *testing.T) {
	u, err := Generate(7, 1500)
	if err != nil {
		t.Fatal(err)
	}
	type link struct{ a, b world.Vec3 }
	var links []link
	for i := range u.Systems {
		for _, c := range u.Systems[i].Celestials {
			if c.Kind == world.KindGate && c.Dest > u.Systems[i].ID {
				links = append(links, link{u.Systems[i].Pos, u.System(c.Dest).Pos})
			}
		}
	}
	side := func(a, b, p world.Vec3) bool { return (b.X-a.X)*(p.Z-a.Z) > (b.Z-a.Z)*(p.X-a.X) }
	crossings := 0
	for i, k := range links {
		for _, l := range links[:i] {
			shared := k.a == l.a || k.a == l.b || k.b == l.a || k.b == l.b
			if !shared && side(k.a, k.b, l.a) != side(k.a, k.b, l.b) && side(l.a, l.b, k.a) != side(l.a, l.b, k.b) {
				crossings++
			}
		}
	}
	t.Logf("%d of %d links cross", crossings, len(links))
	if crossings > len(links)/50 {
		t.Errorf("%d crossings of %d links", crossings, len(links))
	}
}

func TestRoman(t *testing.T) {
	for n, want := range map[int]string{1: "I", 4: "IV", 9: "IX", 14: "XIV", 21: "XXI", 40: "XL", 1994: "MCMXCIV", 0: "0", -3: "-3", 4000: "4000"} {
		if got := roman(n); got != want {
			t.Errorf("roman(%d) = %q, want %q", n, got, want)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := Generate(1, DefaultSystems); err != nil {
			b.Fatal(err)
		}
	}
}
