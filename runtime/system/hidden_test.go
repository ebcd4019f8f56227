package system

import (
	"math/rand/v2"
	"testing"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// TestHiddenIsNotOnTheWire goes by what two clients are sent.
func TestHiddenIsNotOnTheWire(t *testing.T) {
	b := newBench(t, echoes)
	ann, bob := b.fly(1, somewhere), b.fly(2, somewhere.Add(world.Vec3{X: 1e3}))
	ship := b.Player(1).Ship
	ann.take()
	bob.take()
	hide := func(hidden bool) {
		t.Helper()
		if err := b.Space().Hide(ship, hidden); err != nil {
			t.Fatal(err)
		}
		b.tick(1)
	}
	hide(true)
	equal(t, "Bob's frames", bob.take(), []string{"delta +0 ~0 -1"})
	equal(t, "Ann's frames", ann.take(), []string{"delta +0 ~0 -0"})
	b.turnBack(1, world.Vec3{X: 1})
	b.tick(1)
	equal(t, "Bob's frames when a hidden ship turns", bob.take(), nil)
	equal(t, "Ann's frames when her hidden ship turns", ann.take(), []string{"delta +0 ~1 -0"})
	b.turnBack(2, world.Vec3{X: 1})
	b.tick(1)
	equal(t, "Ann's frames when Bob turns", ann.take(), []string{"delta +0 ~1 -0"})
	bob.take()

	cat := b.fly(3, somewhere.Add(world.Vec3{Y: 1e3}))
	equal(t, "Cat's frames", cat.take(), []string{"system", "snapshot of 2"})
	ann.take()
	ann.lost, bob.lost = true, true
	b.tick(1)
	equal(t, "Ann's frames", ann.take(), []string{"snapshot of 3"})
	equal(t, "Bob's frames", bob.take()[1:], []string{"snapshot of 2"})

	b.BroadcastNear(ship, event("boom"))
	b.tick(1)
	equal(t, "who sees what happens to a hidden ship", append(append(ann.take(), bob.take()...), cat.take()...), []string{"boom"})
	hide(false)
	equal(t, "Bob's frames when it is shown", bob.take(), []string{"delta +1 ~0 -0"})

	hide(true)
	bob.take()
	if err := b.Space().Teleport(ship, somewhere.Add(world.Vec3{X: 1e9})); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	equal(t, "Bob's frames when a hidden ship goes", bob.take(), nil)
	ann.take()
	if err := b.Space().Teleport(ship, somewhere); err != nil {
		t.Fatal(err)
	}
	b.tick(1)
	equal(t, "Bob's frames when it comes back", bob.take(), nil)
	equal(t, "Ann's", ann.take(), []string{"snapshot of 3"})
	b.Remove(ship)
	if b.tick(1); b.Space().Hiding() != 0 {
		t.Errorf("%d are hidden", b.Space().Hiding())
	}
}

// TestTeleportOnTheWire goes near, and far.
func TestTeleportOnTheWire(t *testing.T) {
	b := newBench(t, echoes)
	ann, bob := b.fly(1, somewhere), b.fly(2, somewhere.Add(world.Vec3{X: 1e3}))
	cat := b.fly(3, somewhere.Add(world.Vec3{X: 1e9}))
	ship := b.Player(1).Ship
	to := func(at world.Vec3) {
		t.Helper()
		ann.take()
		bob.take()
		cat.take()
		if err := b.Space().Teleport(ship, at); err != nil {
			t.Fatal(err)
		}
		b.tick(1)
	}
	near := somewhere.Add(world.Vec3{Y: 3e3})
	to(near)
	if m := bob.frames[0]; m.Delta == nil || len(m.Delta.Move) != 1 || m.Delta.Move[0].Pos != near || len(m.Delta.Turn) != 0 {
		t.Errorf("Bob is told %+v", m.Delta)
	}
	to(somewhere.Add(world.Vec3{X: 1e9, Y: 2e3}))
	equal(t, "Ann's frames", ann.take(), []string{"snapshot of 2"})
	equal(t, "Bob's frames", bob.take(), []string{"delta +0 ~0 -1"})
	equal(t, "Cat's frames", cat.take(), []string{"delta +1 ~0 -0"})
}

// TestPicturesOfTheHidden hides and shows ships of a crowd that is told by turns, at
// random: nobody sees who is hidden, everybody sees the others and their own ship, each
// later by two ticks at most.
func TestPicturesOfTheHidden(t *testing.T) {
	b := newBench(t, echoes, cohortsFrom(4))
	rng := rand.New(rand.NewPCG(1, 2))
	clients, pictures := make([]*client, 18), make([]picture, 18)
	for i := range clients {
		clients[i] = b.fly(world.CharacterID(i+1), somewhere)
	}
	since := make([]int, len(clients)) // ticks for which a ship is hidden, or shown as a negative number
	ship := func(i int) physics.State {
		st, _ := b.Space().Get(b.Player(world.CharacterID(i + 1)).Ship)
		return st
	}
	for tick := range 400 {
		i := rng.IntN(len(clients))
		if rng.IntN(3) == 0 {
			if err := b.Space().Hide(ship(i).ID, !ship(i).Hidden); err != nil {
				t.Fatal(err)
			}
			since[i] = 0
		}
		if rng.IntN(2) == 0 {
			b.turnBack(world.CharacterID(rng.IntN(len(clients))+1), world.Vec3{X: rng.Float64(), Y: 1})
		}
		if rng.IntN(20) == 0 {
			clients[rng.IntN(len(clients))].lost = true
		}
		b.tick(1)
		for c := range clients {
			clients[c].look(t, &pictures[c])
			for s := range clients {
				_, seen := pictures[c].courses[ship(s).ID]
				switch {
				case c == s && !seen:
					t.Fatalf("tick %d: player %d does not see their own ship, hidden: %v", tick, c, ship(s).Hidden)
				case c != s && since[s] >= mostCohorts && seen == ship(s).Hidden && tick > 10:
					t.Fatalf("tick %d: player %d sees ship %d: %v, hidden: %v since %d ticks", tick, c, s, seen, ship(s).Hidden, since[s])
				}
			}
		}
		for s := range since {
			since[s]++
		}
	}
}
