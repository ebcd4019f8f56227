package store

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hotshard/runtime/world"
)

func TestGiveTakeMove(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	stack := func(who world.CharacterID, n int64) Item {
		return Item{Owner: who, Location: "hangar", Type: "ore", Quantity: n}
	}
	n, err := s.GiveItems(bg, test, stack(a, 10))
	must(t, err)
	m, err := s.GiveItems(bg, test, stack(a, 5))
	must(t, err)
	k, err := s.TakeItems(bg, test, stack(a, 3))
	must(t, err)
	if n != 10 || m != 15 || k != 12 {
		t.Errorf("10, 15, 12 became %d, %d, %d", n, m, k)
	}
	must(t, s.MoveItems(bg, test, stack(a, 2), b, "cargo"))
	_, err = s.TakeItems(bg, test, stack(a, 11))
	wants(t, err, ErrNotEnough, "ore", "there are 10")
	wants(t, s.MoveItems(bg, test, stack(a, 11), b, "cargo"), ErrNotEnough)
	_, err = s.TakeItems(bg, test, stack(a, 10))
	must(t, err)
	if list, err := s.Items(bg, a); err != nil || len(list) != 0 {
		t.Errorf("an empty stack is listed: %v %v", list, err)
	}
	list, err := s.Items(bg, b)
	must(t, err)
	if len(list) != 1 || list[0] != (Item{b, "cargo", "ore", 2}) {
		t.Errorf("b has %v", list)
	}
}

func TestItemsRefuse(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	give := func(i Item) error { _, err := s.GiveItems(bg, test, i); return err }
	wants(t, give(Item{Owner: a, Type: "ore", Quantity: 0}), ErrInvalid)
	wants(t, give(Item{Owner: a, Type: "ore", Quantity: -1}), ErrInvalid)
	wants(t, give(Item{Owner: a, Type: "", Quantity: 1}), ErrInvalid)
	wants(t, give(Item{Owner: 999, Type: "ore", Quantity: 1}), ErrNotFound, "999")
	must(t, give(Item{Owner: a, Type: "ore", Quantity: world.MaxQuantity}))
	wants(t, give(Item{Owner: a, Type: "dust", Quantity: world.MaxQuantity + 1}), ErrInvalid, "at most")
	wants(t, give(Item{Owner: a, Type: "ore", Quantity: 1}), ErrInvalid, "counted")
	wants(t, s.ChangeItems(bg, test, Item{Owner: a, Type: "ore", Quantity: math.MinInt64}), ErrInvalid)
	wants(t, s.MoveItems(bg, test, Item{Owner: a, Type: "ore", Quantity: -5}, a, "x"), ErrInvalid)
	_, err := s.TakeItems(bg, test, Item{Owner: a, Type: "ore", Quantity: math.MinInt64})
	wants(t, err, ErrInvalid)
	// Moved to where it is: as before.
	must(t, s.MoveItems(bg, test, Item{Owner: a, Type: "ore", Quantity: 7}, a, ""))
}

// A trade that fails at its last change has changed nothing.
func TestChangeItemsIsAllOrNothing(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	must(t, s.ChangeItems(bg, test, Item{a, "", "ore", 10}, Item{b, "", "isk", 50}))
	sale := func(price int64) error {
		return s.ChangeItems(bg, test, Item{a, "", "ore", -10}, Item{b, "", "ore", 10}, Item{a, "", "isk", price}, Item{b, "", "isk", -price})
	}
	wants(t, sale(51), ErrNotEnough)
	if list, _ := s.Items(bg, a); len(list) != 1 || list[0].Quantity != 10 {
		t.Errorf("after the refused sale: %v", list)
	}
	must(t, sale(50))
	if list, _ := s.Items(bg, a); len(list) != 1 || list[0] != (Item{a, "", "isk", 50}) {
		t.Errorf("after the sale: %v", list)
	}
}

// slot is where the property tests keep things: few enough that they collide.
type slot struct {
	owner    world.CharacterID
	location string
	kind     string
}

func (s slot) item(n int64) Item { return Item{s.owner, s.location, s.kind, n} }

func drawSlot(r *rapid.T, owners []world.CharacterID) slot {
	return slot{
		rapid.SampledFrom(owners).Draw(r, "owner"),
		rapid.SampledFrom([]string{"hangar", "cargo"}).Draw(r, "location"),
		rapid.SampledFrom([]string{"ore", "isk"}).Draw(r, "type"),
	}
}

// contents reads everything that the owners have.
func contents(t rapid.TB, s *Store, owners []world.CharacterID) map[slot]int64 {
	out := map[slot]int64{}
	for _, o := range owners {
		list, err := s.Items(bg, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range list {
			if i.Quantity <= 0 {
				t.Fatalf("there are %d of %v", i.Quantity, i)
			}
			out[slot{i.Owner, i.Location, i.Type}] = i.Quantity
		}
	}
	return out
}

// One after the other: the store does what a map of numbers does.
func TestItemsFollowTheModel(t *testing.T) {
	s := open(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		owners := newPilots(r, s, round, 2)
		model := map[slot]int64{}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			step(r, s, owners, model)
			has := contents(r, s, owners)
			for k, v := range model {
				if has[k] != v {
					r.Fatalf("%v: %d in the store, %d in the model", k, has[k], v)
				}
			}
		}
	})
}

// newPilots registers characters that no round before had.
func newPilots(t rapid.TB, s *Store, round, n int) (ids []world.CharacterID) {
	for i := range n {
		c, err := s.Register(bg, fmt.Sprintf("Pilot %d-%d", round, i), "long enough", Character{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}

// step does one random thing to the store and to the model.
func step(r *rapid.T, s *Store, owners []world.CharacterID, model map[slot]int64) {
	at, n := drawSlot(r, owners), rapid.Int64Range(1, 20).Draw(r, "n")
	enough := model[at] >= n
	var err error
	switch rapid.SampledFrom([]string{"give", "take", "move"}).Draw(r, "op") {
	case "give":
		_, err = s.GiveItems(bg, test, at.item(n))
		enough = true
		model[at] += n
	case "take":
		if _, err = s.TakeItems(bg, test, at.item(n)); enough {
			model[at] -= n
		}
	case "move":
		to := drawSlot(r, owners)
		to.kind = at.kind
		if err = s.MoveItems(bg, test, at.item(n), to.owner, to.location); enough {
			model[at] -= n
			model[to] += n
		}
	}
	if (err == nil) != enough || err != nil && !errors.Is(err, ErrNotEnough) {
		r.Fatalf("told %v, enough: %v", err, enough)
	}
}

// move is one of many that are made at once.
type move struct {
	from, to slot
	n        int64
}

// All at once: whatever moves, nothing is made or lost, and nothing is below zero.
func TestItemsAreConserved(t *testing.T) {
	s := open(t)
	const each, pilots = 30, 3
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		owners := newPilots(r, s, round, pilots)
		for _, o := range owners {
			must(t, s.ChangeItems(bg, test, Item{o, "hangar", "ore", each}, Item{o, "cargo", "isk", each}))
		}
		moves := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) move {
			return move{drawSlot(r, owners), drawSlot(r, owners), rapid.Int64Range(1, each).Draw(r, "n")}
		}), 1, 24).Draw(r, "moves")
		var wg sync.WaitGroup
		for _, m := range moves {
			wg.Go(func() {
				err := s.MoveItems(bg, test, m.from.item(m.n), m.to.owner, m.to.location)
				if err != nil && !errors.Is(err, ErrNotEnough) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		total := map[string]int64{}
		for k, v := range contents(r, s, owners) {
			total[k.kind] += v
		}
		if total["ore"] != each*pilots || total["isk"] != each*pilots {
			r.Fatalf("after %d moves there are %v", len(moves), total)
		}
	})
}
