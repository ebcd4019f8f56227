package mesh

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

const (
	alpha = world.Address("@Alpha")
	beta  = world.Address("@Beta")
)

type args = map[string]world.Value

// Who comes in by a proxy plays in a system of a worker: commands get there, and what is to be
// seen comes back, in either encoding.
func TestAPlayerOfAProxy(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	r.start("w2", Worker)
	for _, id := range []world.CharacterID{1, 2} {
		p := r.join(id, p1)
		if got := p.do("where", nil); got != "Alpha" {
			t.Errorf("they are in %v", got)
		}
		p.sees(3)
		systems, snapshots, _, closed, bad := p.was()
		if !slices.Equal(systems, []string{"Alpha"}) || snapshots != 1 || closed != "" || bad != "" {
			t.Errorf("player %d was told %v, had %d snapshots, closed %q, %s", id, systems, snapshots, closed, bad)
		}
		p.do("fly", nil)
		if got := p.wait(p.begin("nothing", nil)); got.err == nil || got.err.Code != wire.CodeUnknownCommand {
			t.Errorf("a command that there is not: %+v", got)
		}
	}
	if n := len(p1.u.Actors()); n != 0 {
		t.Errorf("%d systems run on a proxy", n)
	}
}

// A service is called, and an event sent, the same here and from one node to another; what is
// not reached is an error that says so.
func TestCallsBetweenNodes(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	p := r.join(1, p1)
	p.do("where", nil)
	until(t, "the service runs", func() bool { return r.owner("tally") != "" })
	if got := p.do("ask", args{"n": 2.0}); got != 2.0 {
		t.Errorf("here it comes to %v", got)
	}
	r.start("w2", Worker)
	r.bring("tally", "w2")
	r.bring(alpha, "w1")
	if got := p.do("ask", args{"n": 3.0}); got != 5.0 {
		t.Errorf("from another node it comes to %v", got)
	}
	if got := p.wait(p.begin("wrong", nil)); got.err == nil {
		t.Errorf("a function that there is not: %+v", got)
	}

	p.do("send", args{"to": "Beta", "n": 7.0})
	until(t, "the other system has answered", func() bool { return fmt.Sprint(p.do("heard", nil)) == "[@Beta8]" })
	r.bring(beta, "w2")
	p.do("send", args{"to": "Beta", "n": 8.0})
	if got := p.wait(p.begin("send", args{"to": "Nowhere", "n": 1.0})); got.err == nil {
		t.Errorf("a system that there is not: %+v", got)
	}
	until(t, "the other node has answered", func() bool { return fmt.Sprint(p.do("heard", nil)) == "[@Beta8 @Beta9]" })
}

// A jump to a system of another node takes the player along, and their connection stays.
func TestAJumpBetweenNodes(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	r.start("w2", Worker)
	p := r.join(1, p1)
	p.do("where", nil)
	r.bring(alpha, "w1")
	p.do("send", args{"to": "Beta", "n": 1.0}) // so that it runs
	until(t, "the other system runs", func() bool { return r.owner(beta) != "" })
	r.bring(beta, "w2")
	for i, gate := range []float64{1021, 2021, 1021, 2021} {
		if got := p.do("jump", args{"gate": gate}); got != true {
			t.Fatalf("jump %d: %v", i, got)
		}
		want := []string{"Beta", "Alpha"}[i%2]
		until(t, "they are in "+want, func() bool { return p.do("where", nil) == want })
		p.sees(2)
	}
	systems, _, _, closed, bad := p.was()
	if want := []string{"Alpha", "Beta", "Alpha", "Beta", "Alpha"}; !slices.Equal(systems, want) || closed != "" || bad != "" {
		t.Errorf("they were told %v, closed %q, %s", systems, closed, bad)
	}
	for _, name := range []string{"w1", "w2"} {
		n := inSystems(r.nodes[name].u.Actors())
		if want := map[string]int{"w1": 1, "w2": 0}[name]; n != want {
			t.Errorf("%d players are on %s, and not %d", n, name, want)
		}
	}
}

// A system moves under its players: what it has in memory, and what its tasks wait for, goes
// with it, and nobody is told more than that a tick is late.
func TestAMoveUnderPlayers(t *testing.T) {
	r := newRig(t)
	p1, p2 := r.start("p1", Proxy), r.start("p2", Proxy)
	r.start("w1", Worker)
	r.start("w2", Worker)
	all := []*player{r.join(1, p1), r.join(2, p2), r.join(3, p2)}
	count := 0.0
	for _, p := range all {
		p.do("fly", nil)
		p.sees(2)
	}
	all[0].do("fast", nil) // which is a snapshot for everybody
	before := map[*player]int{}
	for _, p := range all {
		p.sees(2)
		_, before[p], _, _, _ = p.was()
	}
	for i := range 4 {
		asleep := all[0].begin("doze", nil)
		for _, p := range all {
			if count++; p.do("count", nil) != count {
				t.Errorf("the count is lost at %v", count)
			}
		}
		r.bring(alpha, []string{"w1", "w2"}[i%2])
		for _, p := range all {
			p.sees(3)
			if count++; p.do("count", nil) != count {
				t.Errorf("after move %d the count is lost at %v", i, count)
			}
		}
		all[1].do("wake", nil)
		if got := all[0].wait(asleep); got.err != nil || got.value != count {
			t.Errorf("who slept during move %d woke to %+v, and not %v", i, got, count)
		}
	}
	for _, p := range all {
		systems, snapshots, _, closed, bad := p.was()
		if len(systems) != 1 || snapshots != before[p] || closed != "" || bad != "" {
			t.Errorf("player %d was told %v, had %d snapshots and then %d, closed %q, %s", p.id, systems, before[p], snapshots, closed, bad)
		}
		p.mu.Lock()
		if !slices.IsSorted(p.ticks) || len(slices.Compact(slices.Clone(p.ticks))) != len(p.ticks) {
			t.Errorf("player %d saw ticks %v", p.id, p.ticks)
		}
		p.mu.Unlock()
	}
}

// A worker dies, and its systems begin elsewhere: no socket is closed, and its players are
// brought in anew.
func TestAWorkerDies(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	r.start("w2", Worker)
	p := r.join(1, p1)
	p.sees(2)
	for range 2 {
		was := r.owner(alpha)
		r.nodes[was].kill()
		until(t, "another has it", func() bool { now := r.owner(alpha); return now != "" && now != was })
		until(t, "they play there", func() bool { return p.wait(p.begin("where", nil)).value == "Alpha" })
		p.sees(3)
		r.start(was, Worker)
	}
	if systems, _, _, closed, bad := p.was(); len(systems) != 3 || closed != "" || bad != "" {
		t.Errorf("they were told %v, closed %q, %s", systems, closed, bad)
	}
	until(t, "the service runs again", func() bool { return r.owner("tally") != "" })
	p.do("ask", args{"n": 1.0})
}

// Who signs in at another proxy leaves the first.
func TestWhoComesByAnotherProxy(t *testing.T) {
	r := newRig(t)
	p1, p2 := r.start("p1", Proxy), r.start("p2", Proxy)
	r.start("w1", Worker)
	first := r.join(1, p1)
	first.do("count", nil)
	second := r.join(1, p2)
	if got := second.do("count", nil); got != 2.0 {
		t.Errorf("it counts %v", got)
	}
	until(t, "the first is told", func() bool { _, _, _, closed, _ := first.was(); return strings.Contains(closed, "another place") })
	second.sees(3)
	if _, _, _, closed, _ := second.was(); closed != "" {
		t.Errorf("the second is closed: %s", closed)
	}
	p2.World().Leave(1, "logout")
	until(t, "they are gone", func() bool { return r.players() == 0 })
}

// A proxy dies: its players may come back by another, and play on where they are; who does not
// is out of the game in their time.
func TestAProxyDies(t *testing.T) {
	r := newRig(t)
	p1, p2 := r.start("p1", Proxy), r.start("p2", Proxy)
	r.start("w1", Worker)
	back, away := r.join(1, p1), r.join(2, p1)
	back.do("count", nil)
	away.do("count", nil)
	p1.kill()
	back = r.join(1, p2)
	if got := back.do("count", nil); got != 3.0 {
		t.Errorf("it counts %v", got)
	}
	until(t, "the other is out of the game", func() bool { return r.players() == 1 })
	back.sees(2)
	if _, _, _, closed, bad := back.was(); closed != "" || bad != "" {
		t.Errorf("closed %q, %s", closed, bad)
	}
}

// A node is drained: all that runs there runs elsewhere, and nothing comes any more.
func TestDrain(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	p := r.join(1, p1)
	p.do("count", nil)
	r.start("w2", Worker)
	until(t, "the nodes know each other", func() bool { return len(r.nodes["w1"].Nodes()) == 3 })
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	until(t, "it is empty", func() bool { return r.nodes["w1"].Drain(ctx) == nil && len(r.nodes["w1"].Runs()) == 0 })
	if got := p.do("count", nil); got != 2.0 || r.owner(alpha) != "w2" {
		t.Errorf("it counts %v, on %s", got, r.owner(alpha))
	}
	for to, says := range map[string]string{"w1": "drained", "p1": "proxy", "w9": "no node", "w2": "already"} {
		until(t, "it is known that "+says, func() bool {
			err := p1.Move(ctx, alpha, to)
			return err != nil && strings.Contains(err.Error(), says)
		})
	}
}

// A node that leaves is not there any more, for anybody, and what it had may be had at once.
func TestANodeLeaves(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	r.start("w2", Worker)
	p := r.join(1, p1)
	p.do("count", nil)
	was := r.owner(alpha)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	leaver := r.nodes[was]
	until(t, "all is moved away", func() bool { return leaver.Drain(ctx) == nil })
	if err := leaver.Leave(ctx); err != nil {
		t.Error(err)
	}
	until(t, "nobody takes it for there", func() bool {
		return !slices.ContainsFunc(p1.Nodes(), func(one Member) bool { return one.Name == was })
	})
	if got := p.do("count", nil); got != 2.0 {
		t.Errorf("it counts %v", got)
	}
}

// The bus is away: who owns a system plays on, and who has missed something sees anew.
func TestTheBusIsAway(t *testing.T) {
	r := newRig(t)
	p1 := r.start("p1", Proxy)
	r.start("w1", Worker)
	p := r.join(1, p1)
	p.do("count", nil)
	p.sees(2)
	addr := r.bus.Addr()
	r.bus.Close()
	f, _ := r.nodes["w1"].Fence(alpha)
	until(t, "the lease was renewed without a bus", func() bool {
		now, may := r.nodes["w1"].Fence(alpha)
		time.Sleep(2 * timing.Lease)
		return may && now == f
	})
	r.listen(addr)
	until(t, "they are heard again", func() bool { return p.begin("count", nil) > 0 && p1.cfg.Bus.Up() && r.nodes["w1"].cfg.Bus.Up() })
	until(t, "they count on", func() bool { got := p.wait(p.begin("count", nil)); return got.err == nil && got.value.(float64) >= 2 })
	p.sees(3)
	if _, _, _, closed, bad := p.was(); closed != "" || bad != "" {
		t.Errorf("closed %q, %s", closed, bad)
	}
}

// A proxy that is not heard of for a while is taken for gone, and its players for away; when it is
// heard again, they see anew, on the sockets that they had.
func TestAHomeThatWasSilent(t *testing.T) {
	r := newRig(t)
	p1, w1 := r.start("p1", Proxy), r.start("w1", Worker)
	p := r.join(1, p1)
	p.do("where", nil)
	p.sees(3)
	until(t, "its players are away", func() bool {
		w1.members.mu.Lock()
		home := w1.members.all[p1.me]
		home.heard -= 2 * silence
		w1.members.all[p1.me] = home
		w1.members.mu.Unlock()
		w1.far.tidy()
		c := w1.far.find(1)
		return c != nil && c.away.v.Load()
	})
	until(t, "they see anew", func() bool { _, snapshots, _, _, _ := p.was(); return snapshots > 1 })
	if got := p.do("count", nil); got != 1.0 {
		t.Errorf("it comes to %v", got)
	}
	if _, _, _, closed, bad := p.was(); closed != "" || bad != "" {
		t.Errorf("their socket was closed: %s %s", closed, bad)
	}
}
