package universe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// listener is a client that also hears its places in queues.
type listener struct {
	*client
	queue []string
}

func (l *listener) Send(f *wire.Frame) {
	if m, err := wire.Decode(wire.JSON, f.Payload(wire.JSON)); err == nil && m.Event == "queue" {
		l.mu.Lock()
		l.queue = append(l.queue, fmt.Sprint(m.Fields["system"], " ", m.Fields["place"]))
		l.mu.Unlock()
	}
	l.client.Send(f)
}

func (l *listener) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := slices.Compact(l.queue) // the place of another number of people
	l.queue = nil
	return fmt.Sprint(q)
}

// TestJumpsTowardsAFullSystemWaitTheirTurn: two players of Alpha want to go to
// Beta, which lets in one.
func TestJumpsTowardsAFullSystemWaitTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		people := map[world.CharacterID]*listener{}
		jump := func(p world.CharacterID, id uint64, gate float64) world.Value {
			g.say(p, people[p].client, id, "jump", map[string]world.Value{"gate": gate})
			while(time.Second)
			return people[p].replies[id]
		}
		for p := range world.CharacterID(3) {
			people[p+1] = &listener{client: newClient()}
			g.Enter(p+1, people[p+1])
		}
		beta, err := g.Start("@Beta")
		if err != nil {
			t.Fatal(err)
		}
		_ = beta.Post(system.Do(func(s *system.System) { _ = s.SetCap(1) }))
		while(time.Second)

		if jump(1, 1, 1021) != true || jump(2, 1, 1021) != false || jump(3, 1, 1021) != false {
			t.Fatal("the first jump fills Beta, the others are refused")
		}
		for p, want := range map[world.CharacterID]string{2: "[Beta 1]", 3: "[Beta 2]"} {
			if got := people[p].heard(); got != want {
				t.Errorf("player %d hears %s, not %s", p, got, want)
			}
			if at, _ := g.Where(p); at != "@Alpha" {
				t.Errorf("player %d waits in %s", p, at)
			}
		}
		if jump(1, 2, 2021) != true { // back to Alpha
			t.Fatal("nobody gets out of Beta")
		}
		while(3 * time.Second)
		if got := people[2].heard(); !strings.HasSuffix(got, "Beta 0]") {
			t.Errorf("player 2 hears %s when the seat is free", got)
		}
		if got := people[3].heard(); got != "[Beta 1]" {
			t.Errorf("player 3 hears %s then", got)
		}
		if jump(3, 2, 1021) != false {
			t.Error("player 3 overtook player 2")
		}
		if jump(2, 2, 1021) != true {
			t.Error("the kept seat was not to be had")
		}
		if at, _ := g.Where(2); at != "@Beta" {
			t.Errorf("player 2 is in %s", at)
		}
		// Who has waited for nothing: the seat goes on after a minute, and the
		// line is empty when its last has left the game.
		g.Leave(2, "logout")
		while(2 * time.Second)
		if got := people[3].heard(); got != "[Beta 0]" {
			t.Errorf("player 3 hears %s", got)
		}
		while(system.SeatKept + time.Second)
		if got := people[3].heard(); got != "[Beta <nil>]" {
			t.Errorf("after a minute player 3 hears %s", got)
		}
		if c := beta.Crowd(); c.Full || c.Waiting != 0 {
			t.Errorf("in the end: %+v", c)
		}
	})
}

// TestWhoLeftAFullSystemComesFirst: a login of somebody saved there goes before
// one of somebody new.
func TestWhoLeftAFullSystemComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGalaxy(t, nil)
		first := newClient()
		g.Enter(1, first)
		g.Enter(2, newClient())
		while(time.Second)
		g.Leave(1, "timeout")
		while(time.Second)
		_ = g.Running("@Alpha").Post(system.Do(func(s *system.System) { _ = s.SetCap(1) }))
		fresh, back := &listener{client: newClient()}, &listener{client: newClient()}
		g.Enter(3, fresh)
		while(time.Second)
		g.Enter(1, back)
		while(5 * time.Second)
		if a, b := fresh.heard(), back.heard(); a != "[Alpha 1 Alpha 2]" || b[:len("[Alpha 1")] != "[Alpha 1" {
			t.Errorf("the new player hears %s, the one who was here %s", a, b)
		}
		g.Leave(2, "logout")
		while(3 * time.Second)
		if len(back.places) == 0 || len(fresh.places) != 0 {
			t.Errorf("let in: who was here %v, who is new %v", back.places, fresh.places)
		}
		g.Leave(3, "timeout") // tires of waiting
		while(time.Second)
		if g.Players() != 1 || fresh.closed == "" {
			t.Errorf("%d players, the one who gave up closed with %q", g.Players(), fresh.closed)
		}
	})
}
