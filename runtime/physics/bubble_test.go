package physics

import (
	"slices"
	"testing"

	"hotshard/runtime/world"
)

// put teleports a body, as a test may.
func put(s *Space, id world.EntityID, p world.Vec3) {
	i := s.index[id]
	s.pos[i] = p
	s.wake(i)
}

func together(t *testing.T, s *Space, ids ...world.EntityID) bool {
	t.Helper()
	for _, id := range ids {
		if get(t, s, id).Bubble != get(t, s, ids[0]).Bubble {
			return false
		}
	}
	return true
}

func TestBubblesMergeAndSplit(t *testing.T) {
	s := newSpace(t, Config{})
	a, b, c, d := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{X: 1e3}), ship(t, s, 103, world.Vec3{X: 2e6}), ship(t, s, 104, world.Vec3{X: 4e6})
	run(t, s, tick)
	home := get(t, s, a).Bubble
	if !together(t, s, a, b) || together(t, s, a, c) || together(t, s, c, d) {
		t.Fatal("wrong from the start")
	}
	other := get(t, s, c).Bubble
	put(s, c, world.Vec3{X: 250e3})
	events := run(t, s, tick)
	if !together(t, s, a, b, c) || get(t, s, c).Bubble != home {
		t.Error("c did not join the bubble it came to")
	}
	if n := count(events, BubbleEntered, c) + count(events, BubbleLeft, c); n != 2 || len(events) != 2 {
		t.Errorf("events %v", events)
	}
	view, _ := s.Bubble(home)
	if !slices.Equal(view.Joined, []world.EntityID{c}) || len(view.Left) != 0 || len(view.Members) != 3 || !slices.Equal(s.Gone(), []BubbleID{other}) {
		t.Errorf("told %+v, gone %v", view, s.Gone())
	}
	// d closes the gap between two bubbles, and opens it again by leaving.
	put(s, c, world.Vec3{X: 850e3})
	run(t, s, tick)
	if together(t, s, a, c) {
		t.Error("a and c see each other over 850 km")
	}
	put(s, d, world.Vec3{X: 500e3})
	run(t, s, tick)
	if !together(t, s, a, b, c, d) {
		t.Error("d did not join them")
	}
	s.Remove(d)
	run(t, s, tick)
	if view, _ = s.Bubble(home); together(t, s, a, c) || !together(t, s, a, b) || !slices.Equal(view.Left, []Parting{{c, get(t, s, c).Pos}, {d, world.Vec3{X: 500e3}}}) {
		t.Errorf("after d left: %+v", view)
	}
}

func TestWhoIsNearIsSeen(t *testing.T) {
	for _, x := range []float64{0, 149e3, 150e3, 270e3, 299e3, 300e3, 330e3} {
		s := newSpace(t, Config{})
		a, b := ship(t, s, 101, world.Vec3{X: x}), ship(t, s, 102, world.Vec3{X: x + 249e3, Y: 249e3, Z: -249e3})
		run(t, s, tick)
		if !together(t, s, a, b) {
			t.Errorf("at %g: 249 km on each axis are not in sight", x)
		}
	}
}

func TestHoveringAtABorderChangesNothing(t *testing.T) {
	s := newSpace(t, Config{})
	a, b := ship(t, s, 101, world.Vec3{X: 10e3}), ship(t, s, 102, world.Vec3{X: 590e3})
	run(t, s, tick)
	if !together(t, s, a, b) {
		t.Fatal("neighbouring cells are one bubble")
	}
	changes := 0
	for i := range 40 {
		x := 600e3 + 24e3*float64(i%2*2-1)
		put(s, b, world.Vec3{X: x})
		changes += count(run(t, s, tick), BubbleLeft, 0)
	}
	if changes != 0 {
		t.Errorf("%d changes", changes)
	}
	put(s, b, world.Vec3{X: 626e3})
	if run(t, s, tick); together(t, s, a, b) {
		t.Error("well past the border it is still there")
	}
	put(s, b, world.Vec3{X: 576e3})
	if run(t, s, tick); together(t, s, a, b) {
		t.Error("back, but not well past the border, it is there already")
	}
}

// What is reported step by step adds up to what is.
func TestJoinedAndLeftAddUp(t *testing.T) {
	s := newSpace(t, Config{Seed: 5})
	p := newScenario(t, s, 5, 60, 3e6)
	known := map[BubbleID]map[world.EntityID]bool{}
	for step := range 400 {
		p.act()
		if step%20 == 0 {
			put(s, p.ids[p.rng.IntN(len(p.ids))], p.vec(3e6))
		}
		if step%3 == 0 {
			_ = s.Teleport(p.ids[p.rng.IntN(len(p.ids))], p.vec(3e6)) // a celestial stays
		}
		must(t, s.Step(tick))
		for _, id := range s.Gone() {
			if known[id] == nil {
				t.Fatalf("step %d: bubble %d is gone, and was never there", step, id)
			}
			delete(known, id)
		}
		live := 0
		for b := range s.Bubbles() {
			live++
			if known[b.ID] == nil {
				known[b.ID] = map[world.EntityID]bool{}
			}
			set := known[b.ID]
			for _, left := range b.Left {
				id := left.ID
				if !set[id] {
					t.Fatalf("step %d: %d left %d, where it was not", step, id, b.ID)
				}
				delete(set, id)
			}
			for _, id := range b.Joined {
				if set[id] {
					t.Fatalf("step %d: %d joined %d twice", step, id, b.ID)
				}
				set[id] = true
			}
			if len(set) != len(b.Members) || len(set) == 0 {
				t.Fatalf("step %d: bubble %d has %d members, and was said to have %d", step, b.ID, len(b.Members), len(set))
			}
			for _, id := range b.Members {
				if !set[id] {
					t.Fatalf("step %d: nobody said that %d is in %d", step, id, b.ID)
				}
			}
		}
		if live != len(known) {
			t.Fatalf("step %d: %d bubbles, %d known", step, live, len(known))
		}
	}
}

func TestNear(t *testing.T) {
	s := newSpace(t, Config{})
	st := station(t, s, 1, world.Vec3{X: 5e3}, 2000)
	p := newScenario(t, s, 9, 500, 400e3)
	run(t, s, 2)
	for _, radius := range []float64{0, 2e3, 50e3, 300e3, 1e6, 1e13} {
		for range 5 {
			id := p.ids[p.rng.IntN(len(p.ids))]
			at := get(t, s, id)
			var want []world.EntityID
			for other := range s.index {
				if surface, _, _ := s.Distance(id, other); other != id && surface <= radius {
					want = append(want, other)
				}
			}
			slices.Sort(want)
			if got, err := s.NearBody(id, radius, nil); err != nil || !slices.Equal(got, want) {
				t.Errorf("within %g m of %v: %d bodies, not %d", radius, at.Pos, len(got), len(want))
			}
		}
	}
	if got := s.Near(world.Vec3{}, 3100, []world.EntityID{77}); len(got) < 2 || got[0] != 77 || got[1] != st {
		t.Errorf("near the star: %v", got)
	}
}
