package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/store"
	"hotshard/data/store/postgrestest"
	"hotshard/data/store/storetest"
	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

var bg = context.Background()

func TestMain(m *testing.M) { os.Exit(postgrestest.Run(m)) }

// timing is short: what a test waits for are leases that end.
var timing = cluster.Config{
	Lease: 400 * time.Millisecond, Margin: 40 * time.Millisecond, Renew: 80 * time.Millisecond, Look: 50 * time.Millisecond,
	Grace: 20 * time.Millisecond, Spread: 20 * time.Millisecond, Retry: 100 * time.Millisecond, Patience: 5 * time.Second,
}

// member is a node of a test's cluster.
type member struct {
	*Node
	space *space
	store *store.Store
	kill  context.CancelFunc
}

// clusterOf starts nodes, each with a store.
func clusterOf(t *testing.T, stores ...*store.Store) (all []*member, b *bus) {
	t.Helper()
	b = &bus{nodes: map[world.NodeID]*Node{}}
	for i, s := range stores {
		me := world.NodeID("n" + string(rune('0'+i)))
		m := &member{space: newSpace(t), store: s}
		n, err := New(Config{Me: me, Timing: timing, Table: s.Owners(), Space: m.space, Bus: b.from(me), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		if err != nil {
			t.Fatal(err)
		}
		m.Node, m.space.node, b.nodes[me] = n, n, n
		ctx, kill := context.WithCancel(bg)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			n.Run(ctx)
		}()
		m.kill = func() { kill(); <-ended }
		t.Cleanup(m.kill)
		all = append(all, m)
	}
	return all, b
}

// until waits for something that comes in its time, however slow the machine is.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to it that %s", what)
		}
	}
}

// plays says whether a system counts on a node.
func (m *member) plays(a world.Address) bool {
	_, _, may := m.space.tick(a)
	return may
}

// onEach runs a test on a file, with one store for all, and on PostgreSQL, with one each.
func onEach(t *testing.T, nodes int, test func(t *testing.T, all []*member, b *bus)) {
	t.Run("SQLite", func(t *testing.T) {
		s := storetest.Open(t)
		stores := make([]*store.Store, nodes)
		for i := range stores {
			stores[i] = s
		}
		all, b := clusterOf(t, stores...)
		test(t, all, b)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		at := postgrestest.Database(t)
		stores := make([]*store.Store, nodes)
		for i := range stores {
			opt := storetest.Options()
			opt.Shared = true
			s, err := store.Open(bg, at, opt)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			stores[i] = s
		}
		all, b := clusterOf(t, stores...)
		test(t, all, b)
	})
}

// A system is wanted, plays on one node, writes, moves to another with all it has in memory,
// and plays on a third when that is killed; who has had it writes no more.
func TestASystemOnThreeNodes(t *testing.T) {
	onEach(t, 3, func(t *testing.T, all []*member, _ *bus) {
		const a = world.Address("@Jita")
		all[0].Hear(cluster.Want{Subject: a})
		until(t, "it plays", func() bool { return all[0].plays(a) })
		all[1].Hear(cluster.Want{Subject: a})
		until(t, "who wants it is told who has it", func() bool {
			all[1].space.mu.Lock()
			defer all[1].space.mu.Unlock()
			return len(all[1].space.owned) == 1 && all[1].space.owned[0].Owner == "n0"
		})
		var before uint64
		var f world.Fence
		until(t, "it has counted", func() bool {
			before, f, _ = all[0].space.tick(a)
			return before > 20
		})
		if err := all[0].store.Put(store.Under(bg, f), "x", "key", 1.0); err != nil {
			t.Error(err)
		}

		until(t, "it has moved", func() bool {
			all[0].Hear(cluster.MoveTo{Subject: a, To: "n1"})
			time.Sleep(20 * time.Millisecond)
			m, over := all[0].space.lastMove()
			return over && m.Why == "" || all[1].plays(a)
		})
		until(t, "it plays there", func() bool { return all[1].plays(a) })
		if n, _, _ := all[1].space.tick(a); n < before {
			t.Errorf("it had counted to %d, and counts %d where it has moved to", before, n)
		}
		until(t, "it is gone where it was", func() bool { return !all[0].plays(a) })
		err := all[0].store.Put(store.Under(bg, f), "x", "key", 2.0)
		if no := (*ownership.Refusal)(nil); !errors.As(err, &no) || no.Row.Owner != "n1" {
			t.Errorf("who has handed it over writes: %v", err)
		}

		all[1].kill()
		if all[1].plays(a) {
			t.Error("it plays on a node that has ended")
		}
		until(t, "another has it", func() bool { return all[0].plays(a) || all[2].plays(a) })
	})
}

// A move that fails leaves the system where it was, with all it has in memory.
func TestAMoveThatFails(t *testing.T) {
	onEach(t, 2, func(t *testing.T, all []*member, b *bus) {
		const a = world.Address("@Jita")
		all[0].Hear(cluster.Want{Subject: a})
		until(t, "it plays", func() bool { return all[0].plays(a) })
		for what, breakIt := range map[string]func(on bool){
			"it is not the same": func(on bool) { all[1].space.mu.Lock(); all[1].space.spoil = on; all[1].space.mu.Unlock() },
			"it cannot be":       func(on bool) { all[0].space.mu.Lock(); all[0].space.broken = on; all[0].space.mu.Unlock() },
		} {
			before, _, _ := all[0].space.tick(a)
			_, _ = all[0].space.lastMove()
			all[0].space.mu.Lock()
			all[0].space.moved = nil
			all[0].space.mu.Unlock()
			breakIt(true)
			until(t, "the move is over: "+what, func() bool {
				if _, over := all[0].space.lastMove(); over {
					return true
				}
				all[0].Hear(cluster.MoveTo{Subject: a, To: "n1"})
				time.Sleep(20 * time.Millisecond)
				return false
			})
			breakIt(false)
			if m, _ := all[0].space.lastMove(); m.Why == "" {
				t.Errorf("%s, and it has moved", what)
			}
			until(t, "it plays on", func() bool { return all[0].plays(a) })
			if n, _, _ := all[0].space.tick(a); n <= before {
				t.Errorf("%s: it had counted to %d, and counts %d", what, before, n)
			}
		}
	})
}

// A node that leaves lets go of all at once.
func TestANodeLeaves(t *testing.T) {
	onEach(t, 2, func(t *testing.T, all []*member, _ *bus) {
		names := []world.Address{"@Jita", "@Perimeter", "market"}
		for _, a := range names {
			all[0].Hear(cluster.Want{Subject: a})
			until(t, "it plays", func() bool { return all[0].plays(a) })
		}
		ctx, cancel := context.WithTimeout(bg, 30*time.Second)
		defer cancel()
		if err := all[0].Leave(ctx); err != nil {
			t.Fatal(err)
		}
		for _, a := range names {
			r, err := all[0].store.Owners().Row(bg, a)
			if err != nil || r.Live() {
				t.Errorf("%s is %+v, %v", a, r, err)
			}
			all[1].Hear(cluster.Want{Subject: a})
			until(t, "it plays elsewhere", func() bool { return all[1].plays(a) })
		}
	})
}

func TestWhatDoesNotFitTogether(t *testing.T) {
	for _, c := range []Config{
		{},
		{Me: "n", Timing: cluster.Config{Renew: time.Second, Lease: 2 * time.Second}},
		{Me: "n", Timing: cluster.Config{Look: -1}},
		{Me: "n", Timing: cluster.Config{Spread: -1}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
