package mesh

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// BenchmarkCall is a service's answer to a player's command: from the same node, and from
// another. Both are awaited by ticks: what they differ by is the bus.
func BenchmarkCall(b *testing.B) {
	for _, at := range []string{"w1", "w2"} {
		b.Run(map[string]string{"w1": "here", "w2": "elsewhere"}[at], func(b *testing.B) {
			r := newRig(b)
			p1 := r.start("p1", Proxy)
			r.start("w1", Worker)
			r.start("w2", Worker)
			p := r.join(1, p1)
			p.do("where", nil)
			r.bring(alpha, "w1")
			until(b, "the service runs", func() bool { return r.owner("tally") != "" })
			r.bring("tally", at)
			p.do("fast", nil)
			p.do("ask", args{"n": 1.0})
			for b.Loop() {
				p.do("ask", args{"n": 1.0})
			}
		})
	}
}

// BenchmarkMove is a move from its order to the first tick on the other node, with so many
// players and suspended tasks in the system; p50-ms and p99-ms are the longest time between two
// ticks of it, which is 100 ms where nothing moves.
func BenchmarkMove(b *testing.B) {
	for _, n := range []int{0, 100, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRig(b)
			p1 := r.start("p1", Proxy)
			r.start("w1", Worker)
			r.start("w2", Worker)
			first := r.join(1, p1)
			first.do("where", nil)
			for i := range n {
				r.join(world.CharacterID(i+2), p1).begin("doze", nil)
			}
			until(b, "all are there", func() bool { return r.players() == n+1 })
			first.do("count", nil)
			r.bring(alpha, "w1")
			var stood []float64
			to := []string{"w2", "w1"}
			for i := 0; b.Loop(); i++ {
				stood = append(stood, r.pause(first, to[i%2]).Seconds()*1000)
			}
			slices.Sort(stood)
			b.ReportMetric(stood[len(stood)/2], "p50-ms")
			b.ReportMetric(stood[len(stood)*99/100], "p99-ms")
		})
	}
}

// pause moves the system and says how long it stood.
func (r *rig) pause(p *player, to string) time.Duration {
	last := time.Now()
	seen, stop, done := time.Duration(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := world.Tick(0); ; time.Sleep(200 * time.Microsecond) {
			for _, m := range r.nodes {
				if s := m.u.Running(alpha); s != nil {
					if now := s.Stats().Tick; now > tick {
						seen, tick, last = max(seen, time.Since(last)), now, time.Now()
					}
				}
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.nodes[to].Move(ctx, alpha, to); err != nil {
		r.t.Log(err)
	}
	p.do("count", nil)
	close(stop)
	<-done
	return seen
}

// players is how many are in the systems of all nodes.
func (r *rig) players() (n int) {
	for _, m := range r.nodes {
		n += inSystems(m.u.Actors())
	}
	return n
}

func inSystems(all []*system.System) (n int) {
	for _, a := range all {
		n += a.Stats().Players
	}
	return n
}
