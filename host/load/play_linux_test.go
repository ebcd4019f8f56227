package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/server"
)

// long is how long anything here may take before it counts as stuck.
const long = 3 * time.Minute

func TestFloorEchoesToEverybody(t *testing.T) {
	in, stop := io.Pipe()
	addr, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- broadcast(50, in, out) }()
	line, err := bufio.NewReader(addr).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(stop, 20)

	l, err := newLoop(1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.poll.close()
	s, err := newSide(l, "ws://"+strings.TrimSpace(line)+"/", true, &Options{Players: 20, Scene: "fleet"})
	if err != nil {
		t.Fatal(err)
	}
	r := &run{loop: l}
	if err := r.gather(s, 1000, long); err != nil {
		t.Fatal(err)
	}
	s.meter = meter{since: l.tellTime()}
	if err := l.run(long, func() bool {
		for _, p := range s.players {
			if p.course == 0 && p.ready {
				s.course(p)
			}
		}
		return s.meter.echo.n >= 200
	}); err != nil {
		t.Fatal(err)
	}
	if m := &s.meter; m.echo.n < 200 || m.missed != 0 || s.disconnects != 0 || m.ia.n == 0 || s.present != 20 {
		t.Errorf("echoes %d, missed %d, lost %d, ticks %d, present %d", m.echo.n, m.missed, s.disconnects, m.ia.n, s.present)
	}
	for _, p := range s.players {
		p.hangUp()
	}
	stop.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// shard runs a small shard and returns where players and operators' programs
// connect.
func shard(t *testing.T) (play, ops string) {
	t.Helper()
	u, err := static.Generate(1, 40)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := server.New(server.Config{
		Listen: "127.0.0.1:0", Ops: "127.0.0.1:0", Scripts: filepath.Join("..", "..", "scripts"), Data: dir, Map: u,
		HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}, Socket: filepath.Join(dir, "s"), LogFormat: "text",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "ws://" + s.Addr() + "/play", "http://" + s.OpsAddr()
}

func TestPlayersPlayOnAShard(t *testing.T) {
	play, ops := shard(t)
	for _, name := range []string{"hub", "market", "fleet", "guns"} {
		docked := name == "hub" || name == "market"
		l, err := newLoop(1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSide(l, play, false, &Options{Players: 12, Scene: name, Prefix: "test " + name, Password: "a password"})
		if err != nil {
			t.Fatal(err)
		}
		r := &run{loop: l, shard: s, opt: Options{Ops: ops, Scene: name}}
		s.opened = l.tellTime()
		w, err := r.measure(s, func() error {
			return l.run(long, func() bool {
				s.come(1000)
				return s.present == 12 && (s.ready == 12 || !docked && s.meter.echo.n >= 24)
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		f := s.figures(name, w)
		if f.Joined != 12 || f.Disconnects != 0 || f.BytesPerS == 0 || s.trouble != nil || s.anchor.id == 0 {
			t.Errorf("%s: %+v, trouble %v, refusal %q", name, f, s.trouble, s.refusal)
		}
		for why := range s.refusals {
			if strings.HasPrefix(why, "safety:") {
				t.Errorf("%s: refused: %s", name, why)
			}
		}
		if !docked && w.echo.n < 24 {
			t.Errorf("%s: %d orders were answered; refused: %s", name, w.echo.n, s.reasons())
		}
		for _, p := range s.players {
			p.hangUp()
		}
		l.poll.close()
	}
}

func TestEverybodyLeavesAndComesBack(t *testing.T) {
	play, ops := shard(t)
	l, err := newLoop(1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.poll.close()
	s, err := newSide(l, play, false, &Options{Players: 6, Scene: "leave", Prefix: "leaver", Password: "a password"})
	if err != nil {
		t.Fatal(err)
	}
	r := &run{loop: l, shard: s, opt: Options{Ops: ops, Scene: "leave"}}
	for round := range 2 {
		s.comeBack()
		s.opened = l.tellTime()
		if err := l.run(long, func() bool { s.come(1000); return s.present == 6 }); err != nil {
			t.Fatal(err)
		}
		if s.present != 6 {
			t.Fatalf("round %d: %d came in; refusal %q, trouble %v", round, s.present, s.refusal, s.trouble)
		}
		if err := r.bye(s); err != nil {
			t.Fatal(err)
		}
		if s.present != 0 || s.disconnects != 0 || len(l.byFD) != 0 {
			t.Errorf("round %d: %d still there, %d counted as lost, %d connections", round, s.present, s.disconnects, len(l.byFD))
		}
	}
	if m, err := askMemory(ops); err != nil || m.heap <= 0 || m.rss < m.heap {
		t.Errorf("memory %+v, %v", m, err)
	}
}

func TestMemoryIsBackWithinATenth(t *testing.T) {
	m := Memory{Joins: 10, HeapBefore: 50, RSSBefore: 80}
	for _, c := range []struct {
		heap, rss float64
		back      bool
	}{{54, 87, true}, {56, 80, false}, {50, 89, false}, {40, 60, true}} {
		if m.settle(memory{c.heap, c.rss}, 12); m.Back != c.back {
			t.Errorf("%+v: %v", c, m.Back)
		}
	}
	if s := m.String(); !strings.Contains(s, "heap 50.0 MB before") || !strings.Contains(s, "resident 80.0, 0.0, 60.0 (-25 %); back after 12 s") {
		t.Error(s)
	}
}

// Where the server's figures cannot be had, that is said before anybody plays.
func TestNoOperationsPortIsAnError(t *testing.T) {
	play, _ := shard(t)
	for _, scene := range []string{"fleet", "rush", "leave"} {
		_, err := Run(Options{URL: play, Ops: "http://127.0.0.1:1", Players: 2, Scene: scene, Measure: time.Second, Join: 10, Gather: long, Password: "a password"})
		if err == nil || !strings.Contains(err.Error(), "--ops") {
			t.Errorf("%s: %v", scene, err)
		}
	}
}
