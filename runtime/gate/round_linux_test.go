package gate_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// rounds runs a test with and without the kernel's help.
func rounds(t *testing.T, test func(t *testing.T, s *server, r *gate.Round)) {
	for _, plain := range []bool{false, true} {
		t.Run(fmt.Sprint("plain=", plain), func(t *testing.T) {
			s := start(t, func(c *gate.Config) { c.LoginsAtOnce, c.SendBuffer = 4, 16<<10 })
			s.arena.quiet = true
			all := &gate.Rounds{Plain: plain}
			t.Cleanup(all.Close)
			test(t, s, all.New())
		})
	}
}

// named signs somebody in by hand and returns both ends.
func (s *server) named(name string) (*rawConn, gate.Client) {
	s.t.Helper()
	c := s.raw(wire.SubprotocolBinary)
	s.t.Cleanup(func() { c.Close() })
	c.text(`{"id":1,"cmd":"login","args":{"name":"` + name + `","password":"x"}}`)
	for range 2 { // the answer and the welcome
		if _, err := c.frame(); err != nil {
			s.t.Fatal(err)
		}
	}
	return c, s.player(name)
}

// big is a delta of some bytes whose tick says which one it is.
func big(tick world.Tick, things int) *wire.Frame {
	d := &wire.Delta{Tick: tick}
	for i := range things {
		d.Gone = append(d.Gone, world.FirstDynamicID+world.EntityID(i*1000))
	}
	return wire.NewDelta(d)
}

func tickOf(t *testing.T, payload []byte) world.Tick {
	t.Helper()
	m, err := wire.Decode(wire.Binary, payload)
	if err != nil || m.Delta == nil {
		t.Fatalf("%.40q is no delta: %v", payload, err)
	}
	return m.Delta.Tick
}

func TestRoundReachesEverybodyInOrder(t *testing.T) {
	rounds(t, func(t *testing.T, s *server, r *gate.Round) {
		const players = 150 // more than go into one system call
		var conns []*rawConn
		var clients []gate.Client
		for i := range players {
			c, p := s.named(fmt.Sprint("P", i))
			conns, clients = append(conns, c), append(clients, p)
		}
		var pieces wire.Pieces
		for tick := range world.Tick(5) {
			pieces.Begin(tick, world.Vec3{})
			for i, p := range clients {
				pieces.Gone(world.EntityID(i + 1))
				switch {
				case i%3 == 0: // what has gathered goes first
					p.Cork()
					p.Reply(uint64(tick), true, nil)
				case i%3 == 1: // only that
					p.Cork()
					p.Reply(uint64(tick), true, nil)
					r.Uncork(p)
					continue
				}
				r.Send(p, pieces.Frame([]int32{int32(i)}))
			}
			r.Flush()
			for _, p := range clients {
				p.Uncork()
			}
		}
		for i, c := range conns {
			for tick := range world.Tick(5) {
				if i%3 != 2 {
					if b, err := c.frame(); err != nil || !bytes.HasPrefix(b[1:], fmt.Appendf(nil, `{"re":%d,`, tick)) {
						t.Fatalf("player %d got %q (%v) for the answer %d", i, b, err, tick)
					}
				}
				if i%3 == 1 {
					continue
				}
				b, err := c.frame()
				if err != nil || tickOf(t, b) != tick {
					t.Fatalf("player %d got %q (%v) in tick %d", i, b, err, tick)
				}
				if m, _ := wire.Decode(wire.Binary, b); m.Delta.Gone[0] != world.EntityID(i+1) {
					t.Fatalf("player %d got what was for %d", i, m.Delta.Gone[0])
				}
			}
		}
	})
}

// Who does not read gets what the kernel did not take later, whole and in order, and
// loses deltas as ever; the others lose nothing.
func TestRoundWaitsForNobody(t *testing.T) {
	rounds(t, func(t *testing.T, s *server, r *gate.Round) {
		slow, one := s.named("Slow")
		quick, two := s.named("Quick")
		gone, three := s.named("Gone")
		gone.Close()
		const ticks = 400
		for tick := range world.Tick(ticks) {
			f := big(tick, 5000)
			for _, p := range []gate.Client{one, two, three} {
				r.Send(p, f)
			}
			r.Flush()
			b, err := quick.frame()
			if err != nil || tickOf(t, b) != tick {
				t.Fatalf("tick %d: the quick one got %.20q (%v)", tick, b, err)
			}
		}
		one.Send(wire.NewEvent("end", nil))
		last, heard := world.Tick(0), 0
		for {
			b, err := slow.frame()
			if err != nil {
				t.Fatal(err)
			}
			if b[0] == byte(wire.KindText) {
				break
			}
			if tick := tickOf(t, b); heard > 0 && tick <= last {
				t.Fatalf("%d came behind %d", tick, last)
			} else {
				last, heard = tick, heard+1
			}
		}
		if heard == 0 || heard == ticks {
			t.Errorf("the slow one got %d of %d deltas", heard, ticks)
		}
	})
}

// Others send to the same clients meanwhile, from goroutines of their own.
func TestRoundAndOthersDoNotMix(t *testing.T) {
	rounds(t, func(t *testing.T, s *server, r *gate.Round) {
		a, one := s.named("One")
		b, two := s.named("Two")
		const n = 300
		var others sync.WaitGroup
		for _, p := range []gate.Client{one, two} {
			others.Go(func() {
				for i := range n {
					p.Reply(uint64(i), "something", nil)
				}
			})
		}
		go func() {
			for tick := range world.Tick(n) {
				r.Send(one, big(tick, 3))
				r.Send(two, big(tick, 3))
				r.Send(one, big(tick, 3)) // twice in a round
				r.Flush()
			}
		}()
		read := func(c *rawConn, most int) {
			replies, deltas := 0, 0
			for replies < n || deltas < most {
				f, err := c.frame()
				if err != nil {
					t.Error(err)
					return
				}
				if f[0] == byte(wire.KindText) {
					if !bytes.HasPrefix(f[1:], fmt.Appendf(nil, `{"re":%d,`, replies)) {
						t.Errorf("got %q for the answer %d", f, replies)
					}
					replies++
				} else {
					deltas++
				}
			}
		}
		others.Go(func() { read(a, 2*n) })
		others.Go(func() { read(b, n) })
		others.Wait()
	})
}
