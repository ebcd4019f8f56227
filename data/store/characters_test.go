package store

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hotshard/runtime/world"
)

// What is saved comes back, to the last bit.
func TestSaveAndReadBack(t *testing.T) {
	s := open(t)
	var all []Character
	for i := range 5 {
		all = append(all, player(t, s, fmt.Sprint("Pilot ", i)))
	}
	rapid.Check(t, func(r *rapid.T) {
		num := rapid.Float64Range(-1e13, 1e13)
		for i := range all {
			c := &all[i]
			c.System = world.SystemID(rapid.Int32().Draw(r, "system"))
			c.Station = world.EntityID(rapid.Uint32().Draw(r, "station"))
			c.Pos = world.Vec3{X: num.Draw(r, "x"), Y: num.Draw(r, "y"), Z: num.Draw(r, "z")}
			c.Vel = world.Vec3{X: num.Draw(r, "vx"), Y: num.Draw(r, "vy"), Z: num.Draw(r, "vz")}
			c.Ship = plainTexts().Draw(r, "ship")
			c.Data = fmt.Sprintf(`{"n":%d}`, rapid.Int().Draw(r, "n"))
			c.LastSeen = time.UnixMicro(rapid.Int64Range(1, 1<<50).Draw(r, "seen")).UTC()
		}
		if err := s.SaveCharacters(bg, all); err != nil {
			r.Fatal(err)
		}
		for _, want := range all {
			got, err := s.Character(bg, want.ID)
			if err != nil || got != want {
				r.Fatalf("saved %+v, read %+v (%v)", want, got, err)
			}
		}
	})
}

func TestPlacesAreSavedAlone(t *testing.T) {
	s := open(t)
	anna, ben := player(t, s, "Anna"), player(t, s, "Ben")
	anna.Data = `{"isk":5}`
	must(t, s.SaveCharacters(bg, []Character{anna}))
	pos, vel := world.Vec3{X: 1e12, Y: -2}, world.Vec3{Z: 3}
	err := s.SaveCharacters(bg, []Character{ben}, Place{ID: anna.ID, Pos: pos, Vel: vel}, Place{ID: ben.ID, Pos: world.Vec3{X: math.NaN()}}, Place{ID: 1})
	wants(t, err, ErrInvalid, "finite")
	wants(t, err, ErrNotFound, "no character 1")
	got, err := s.Character(bg, anna.ID)
	must(t, err)
	if got.Pos != pos || got.Vel != vel || got.Data != anna.Data || got.Ship != anna.Ship {
		t.Errorf("read %+v", got)
	}
}

func TestCharacterQueries(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	anna := player(t, s, "Anna")
	if anna.Data != "{}" {
		t.Errorf("empty data is %q", anna.Data)
	}
	got, err := s.CharacterByName(bg, "ANNA")
	must(t, err)
	if got != anna {
		t.Errorf("by name %+v", got)
	}
	clock.advance(time.Second)
	second, err := s.CreateCharacter(bg, Character{Account: anna.Account, Name: "Second"})
	must(t, err)
	list, err := s.CharactersOf(bg, anna.Account)
	must(t, err)
	if len(list) != 2 || list[0] != second || list[1] != anna {
		t.Errorf("list %+v", list)
	}
	_, err = s.Character(bg, 999)
	wants(t, err, ErrNotFound)
	_, err = s.CharacterByName(bg, "Nobody")
	wants(t, err, ErrNotFound)
	_, err = s.CreateCharacter(bg, Character{Account: 999, Name: "Lonely"})
	wants(t, err, ErrNotFound, "no account 999")
	_, err = s.CreateCharacter(bg, Character{Account: anna.Account, Name: "second"})
	wants(t, err, ErrNameTaken)
	_, err = s.CreateCharacter(bg, Character{Account: anna.Account, Name: "x"})
	wants(t, err, ErrName)
}

// One character that cannot be saved does not cost the others their place.
func TestSaveLeavesOutTheUnfit(t *testing.T) {
	s := open(t)
	good, nan, bad, long := player(t, s, "Good"), player(t, s, "Nan"), player(t, s, "Bad"), player(t, s, "Long")
	good.Pos.X, bad.Pos.X, long.Pos.X = 42, 42, 42
	nan.Vel.Y = math.NaN()
	bad.Data = "{"
	long.Data = `"` + strings.Repeat("x", MaxData) + `"`
	before := s.Stats().Commits
	err := s.SaveCharacters(bg, []Character{nan, good, bad, {ID: 999, Name: "Ghost"}, long})
	wants(t, err, ErrInvalid, "Nan", "Bad", "Ghost", "Long")
	wants(t, err, ErrNotFound)
	if n := s.Stats().Commits - before; n != 1 {
		t.Errorf("%d commits", n)
	}
	for _, c := range []Character{good, bad, long} {
		got, err := s.Character(bg, c.ID)
		must(t, err)
		if saved := got.Pos.X == 42; saved != (c.ID == good.ID) {
			t.Errorf("%s saved: %v", c.Name, saved)
		}
	}
	must(t, s.SaveCharacters(bg, nil))
}

// A full disk in the middle of a batch leaves everybody as they were.
func TestSaveIsAllOrNothingOnAFullDisk(t *testing.T) {
	fileOnly(t)
	s := open(t)
	all := []Character{player(t, s, "Anna"), player(t, s, "Berta")}
	limitPages(t, s, 2)
	all[0].Pos.X, all[1].Data = 42, `"`+strings.Repeat("x", MaxData-2)+`"`
	wants(t, s.SaveCharacters(bg, all), ErrFull)
	got, err := s.Character(bg, all[0].ID)
	must(t, err)
	if got.Pos.X == 42 {
		t.Error("half of the batch was saved")
	}
}

func TestErrorsHaveParts(t *testing.T) {
	s := open(t)
	_, err := s.Character(bg, 1)
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrNotFound || e.Message != "there is no such character" || e.Op != "character" {
		t.Errorf("%#v", err)
	}
}
