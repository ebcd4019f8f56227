package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hotshard/host/bus"
	"hotshard/host/mesh"
	"hotshard/runtime/world"
)

// assault is a crash of a cluster: two workers, two proxies, a bus, a PostgreSQL.
type assault struct {
	*crash
	c     *nodesOf
	bus   *bus.Embedded
	at    string // where that is
	nodes map[string]*clusterNode
	long  bool // the bus is away for a minute, and not for some seconds
}

// hit is what happens to a cluster.
type hit struct {
	name string
	do   func(*assault)
}

// hits are the ways to fail.
func hits() []hit {
	return []hit{
		{"kill -9 of a worker", func(s *assault) { s.kill(s.runs()); s.again("w1", "w2") }},
		{"a worker stops for 7 s", func(s *assault) { s.stop(s.runs(), 7*time.Second) }},
		{"a worker stops for 1 s", func(s *assault) { s.stop(s.runs(), time.Second) }},
		{"kill -9 of a proxy", func(s *assault) { s.kill("p1"); s.again("p1") }},
		{"a proxy stops for 5 s", func(s *assault) { s.stop("p2", 5*time.Second) }},
		{"the bus is gone", func(s *assault) { s.quiet() }},
		{"kill -9 of PostgreSQL", func(s *assault) { s.base.fall(gone); s.load(300, 300); s.base.fall(well) }},
		{"connections cut", func(s *assault) { s.base.fall(cut); s.base.fall(well) }},
		{"moves", func(s *assault) {
			for range 6 {
				s.move()
			}
		}},
		{"kill -9 in a move", func(s *assault) {
			from := s.runs()
			go s.move()
			s.load(0, 60)
			s.kill(from)
			s.again("w1", "w2")
		}},
	}
}

// TestWhateverFailsInAClusterNothingIsLostOrDoubled lets traders, haulers, miners and fighters play
// by two proxies while the processes of their cluster are killed and stopped, and what they stand on
// fails. After each blow all come back; then the books are right, and whatever anybody was told is
// done was done, once.
func TestWhateverFailsInAClusterNothingIsLostOrDoubled(t *testing.T) {
	if os.Getenv(meshWanted) == "" {
		t.Skip("only with " + meshWanted + "=1: it starts a PostgreSQL and a process for each node, and waits for leases")
	}
	all := hits()
	rounds, _ := crashRounds(t, len(all))
	if only := os.Getenv("HOTSHARD_HIT"); only != "" { // a part of its name
		all = slices.DeleteFunc(all, func(h hit) bool { return !strings.Contains(h.name, only) })
	}
	s := besiege(t)
	s.long = os.Getenv("HOTSHARD_CRASH") != ""
	end, limited := t.Deadline()
	for n := range rounds {
		if limited && time.Until(end) < 2*endOfTime {
			t.Logf("%d rounds of %d: there is no time for more", n, rounds)
			break
		}
		s.round(all[n%len(all)])
		if t.Failed() {
			break
		}
	}
	s.last()
	s.tell()
}

// besiege starts the cluster, and lets everybody in.
func besiege(t *testing.T) *assault {
	t.Helper()
	cfg := gameConfig(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	on := newPostgres(t)
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: "127.0.0.1:0", User: "node", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	s := &assault{bus: e, at: e.Addr(), nodes: map[string]*clusterNode{}, crash: &crash{t: t, rng: rand.New(rand.NewPCG(seed, 11)), cfg: cfg, base: on,
		report: map[string]*outcome{}, dug: map[world.CharacterID]map[string]int64{}, kept: map[world.CharacterID]map[string][]string{}}}
	t.Cleanup(func() { s.bus.Close() })
	s.arm(seed)
	s.c = &nodesOf{t: t, cfg: cfg, maps: crashMap(t), env: []string{"HOTSHARD_STORE=" + on.place(), "HOTSHARD_JOIN=nats://node:secret@" + s.at}}
	for _, name := range []string{"w1", "w2", "p1", "p2"} {
		s.nodes[name] = s.c.start(name, roleOf(name))
	}
	s.p = s.nodes["p1"].process // of whom nothing is asked
	s.enter()
	for _, a := range s.actors {
		for began := time.Now(); a.request(t.Context(), "crash_stake", nil) == nil; time.Sleep(100 * time.Millisecond) {
			if time.Since(began) > patience {
				t.Fatalf("%s has nothing to begin with", a.name)
			}
		}
	}
	return s
}

func roleOf(name string) mesh.Role {
	if name[0] == 'p' {
		return mesh.Proxy
	}
	return mesh.Worker
}

// proxy is the one by which an actor comes in.
func (s *assault) proxy(i int) *clusterNode { return s.nodes[[]string{"p1", "p2"}[i%2]] }

// enter brings in everybody who has no connection.
func (s *assault) enter() {
	s.t.Helper()
	for i, a := range s.actors {
		if a.conn != nil && !ended(a.conn.Done()) {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err := a.enter(ctx, s.proxy(i).addr)
		for err != nil && ctx.Err() == nil {
			time.Sleep(200 * time.Millisecond)
			err = a.enter(ctx, s.proxy(i).addr)
		}
		cancel()
		if err != nil {
			s.t.Fatalf("%s does not come in: %v", a.name, err)
		}
	}
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// runs is the worker that runs the system in which they are.
func (s *assault) runs() string {
	s.t.Helper()
	for began := time.Now(); time.Since(began) < patience; time.Sleep(50 * time.Millisecond) {
		for _, name := range []string{"w1", "w2"} {
			if _, err := s.nodes["p2"].console("move @Anvil " + name); err != nil && strings.Contains(err.Error(), "already") {
				return name
			}
		}
		return "w1" // it has just moved, there or back
	}
	return ""
}

func (s *assault) kill(name string) { s.nodes[name].kill() }

// again starts those that were killed.
func (s *assault) again(names ...string) {
	for _, name := range names {
		if s.nodes[name].ProcessState != nil {
			s.load(4000, 100) // what it ran is elsewhere by then
			s.nodes[name] = s.c.start(name, roleOf(name))
		}
	}
}

func (s *assault) stop(name string, d time.Duration) {
	p := s.nodes[name].Process
	_ = p.Signal(syscall.SIGSTOP) // it runs
	time.Sleep(d)
	_ = p.Signal(syscall.SIGCONT)
}

// quiet takes the bus away.
func (s *assault) quiet() {
	s.t.Helper()
	s.bus.Close()
	away := 6 * time.Second
	if s.long {
		away = time.Minute
	}
	time.Sleep(away)
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: s.at, User: "node", Password: "secret"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.bus = e
}

// move has the system run on the other worker.
func (s *assault) move() {
	for _, name := range []string{"w1", "w2"} {
		if _, err := s.nodes["p2"].console("move @Anvil " + name); err == nil {
			return
		}
	}
}

// round is a blow while all play, and a look at what came of it.
func (s *assault) round(h hit) {
	s.t.Helper()
	ctx, rest := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, a := range s.actors {
		wg.Go(func() { a.run(ctx) })
	}
	s.load(200, 400)
	began := time.Now()
	h.do(s)
	s.load(500, 300)
	rest()
	impatient := time.AfterFunc(10*time.Second, func() { // who waits for an answer that does not come, waits no longer
		for _, a := range s.actors {
			a.conn.Close()
		}
	})
	wg.Wait()
	impatient.Stop()
	s.enter()
	s.all(func(a *actor, ctx context.Context, _ string) error { return a.settle(ctx) })
	s.t.Logf("%s: all were answered %s after it began", h.name, time.Since(began).Round(100*time.Millisecond))
	s.look(blow{name: h.name}, 0)
}

// arm puts what the actors need into the scripts, and makes the actors.
func (c *crash) arm(seed uint64) {
	c.t.Helper()
	script, err := os.ReadFile("testdata/crash/crash.lua")
	if err != nil {
		c.t.Fatal(err)
	}
	save(c.t, c.cfg, "crash.lua", string(script))
	edit(c.t, c.cfg, "main.lua", `require "news"`, "require \"news\"\nrequire \"crash\"")
	edit(c.t, c.cfg, "types/modules_miners.lua", "cycle = 20, cap_use = 6,\n    yield = 20,", "cycle = 0.3, cap_use = 0,\n    yield = 2,") // they bring something in each round
	lives := []func(context.Context, *actor){trading, trading, hauling, digging, fighting}
	for i, play := range slices.Repeat(lives, 4) {
		a := &actor{name: fmt.Sprintf("Actor %c", 'A'+i), play: play, rng: rand.New(rand.NewPCG(seed, uint64(i))), mined: map[string]int64{}}
		c.actors = append(c.actors, a)
	}
}
