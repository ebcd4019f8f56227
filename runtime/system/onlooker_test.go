package system

import (
	"testing"

	"hotshard/runtime/world"
)

// TestAnOnlookerSeesWhatThereIs looks at a crowd, all of it and what one of its pilots sees,
// now and then: what is known from the frames alone is what there is.
func TestAnOnlookerSeesWhatThereIs(t *testing.T) {
	m := newMelee(t, 3, 12, nearBy(4, 3))
	whole, one := NewOnlooker(m.System, 0), NewOnlooker(m.System, 1)
	seen, other := newClient(), newClient()
	var all, its picture
	systems := 0
	for n := range 200 {
		m.act()
		m.act()
		m.tick(1)
		if n%50 == 20 && m.Player(1) != nil && m.Player(1).Ship != 0 {
			m.die(m.Player(1))
		}
		if m.rng.IntN(3) == 0 {
			continue // who looks seldom is told of all that was
		}
		for _, f := range whole.Frames() {
			seen.Send(f)
		}
		for _, f := range one.Frames() {
			other.Send(f)
		}
		systems += count(words(other), "system")
		seen.look(t, &all)
		other.look(t, &its)
		m.sees(&all, func(*Entity) bool { return true })
		if p := m.Player(1); p != nil && p.view != nil && p.Ship != 0 {
			m.sees(&its, func(e *Entity) bool { return e.view == p.view })
		}
		if whole.Frames() != nil || one.Frames() != nil {
			t.Fatal("a tick is told twice")
		}
	}
	if len(all.courses) < 10 || systems < 3 {
		t.Errorf("in the end %d things were seen, and %d ships of the pilot", len(all.courses), systems)
	}
}

// sees wants a picture to be of the things that suit, and their courses to be as they are.
func (m *melee) sees(p *picture, suits func(*Entity) bool) {
	m.t.Helper()
	if p.tick != m.Tick() {
		m.t.Fatalf("it is of tick %d at tick %d", p.tick, m.Tick())
	}
	want := 0
	m.entities.each(func(e *Entity) {
		st, _ := m.Space().Get(e.ID)
		if _, known := p.courses[e.ID]; known != suits(e) {
			m.t.Errorf("tick %d: %d is seen: %v", m.Tick(), e.ID, known)
		} else if known && !knows(p, st) {
			m.t.Errorf("tick %d: %d flies %+v, and is seen to %+v", m.Tick(), e.ID, st, p.courses[e.ID])
		}
		if suits(e) {
			want++
		}
	})
	if want != len(p.courses) {
		m.t.Fatalf("tick %d: %d things are seen of %d", m.Tick(), len(p.courses), want)
	}
}

// TestAnOnlookerFollowsIntoAStation sees nothing from inside of one, and all again behind it.
func TestAnOnlookerFollowsIntoAStation(t *testing.T) {
	m := newMelee(t, 4, 3, nearBy(4, 3))
	o, c := NewOnlooker(m.System, 1), newClient()
	look := func(want ...string) {
		t.Helper()
		m.tick(1)
		for _, f := range o.Frames() {
			c.Send(f)
		}
		got := words(c)
		c.frames = nil
		if len(got) != len(want) {
			t.Fatalf("it is told %v, not %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("it is told %v, not %v", got, want)
			}
		}
	}
	look("system", "snapshot")
	look("delta")
	if err := m.Dock(m.Player(1), stationID); err != nil {
		t.Fatal(err)
	}
	look("system")
	look()
	m.post(Leave{Player: 1, Reason: "quit"})
	look("system", "snapshot") // nobody to follow: everything
	look("delta")
	var none world.CharacterID
	if NewOnlooker(m.System, none).Frames() == nil {
		t.Error("another is told nothing")
	}
}
