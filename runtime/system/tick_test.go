package system

import (
	"fmt"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// sink is a connection that takes everything and keeps nothing.
type sink struct{ bytes int }

func (k *sink) Send(f *wire.Frame)               { k.bytes += len(f.Bytes(wire.Binary)) }
func (k *sink) Reply(uint64, world.Value, error) {}
func (k *sink) Cork()                            {}
func (k *sink) Uncork()                          {}
func (k *sink) NeedSnapshot() bool               { return false }
func (k *sink) Close(string)                     {}

// crowd is a system with so many players in one bubble.
func crowd(t testing.TB, n int) *bench {
	b := newBench(t, echoes)
	for id := range world.CharacterID(n) {
		at := somewhere.Add(world.Vec3{X: float64(id%100) * 200, Y: float64(id/100) * 200})
		b.post(Enter{Character: Character{ID: id + 1, Name: "P", Ship: wren(at)}, Client: new(sink), Reason: "login"})
	}
	b.tick(3)
	return b
}

// quietly runs ticks in which nobody's turn to be saved comes: saving allocates,
// once for each record.
func (b *bench) quietly() { b.Step(b.now) }

func TestTickAllocatesNothingPerPlayer(t *testing.T) {
	var allocs []float64
	for _, n := range []int{50, 450, 1000} {
		b := crowd(t, n)
		mover := b.Player(1).Ship
		z := 1e6
		for range 20 {
			b.quietly()
		}
		allocs = append(allocs, testing.AllocsPerRun(50, func() {
			z = -z
			if err := b.Space().GoTo(mover, somewhere.Add(world.Vec3{Z: z})); err != nil {
				t.Fatal(err)
			}
			b.quietly()
		}))
	}
	if allocs[1] > allocs[0]+2 || allocs[2] > allocs[0]+2 || allocs[2] > 20 {
		t.Errorf("a tick with one course changed allocates %g times for 50 players, %g for 450 and %g for 1000, who hear in turns", allocs[0], allocs[1], allocs[2])
	}
}

// BenchmarkTick is a tick of a system with everybody in one bubble, of whom one
// in fifty takes a new course in each tick (each one every 5 s at 10 Hz).
func BenchmarkTick(bm *testing.B) {
	for _, n := range []int{100, 1000, 4000} {
		bm.Run(fmt.Sprint(n), func(bm *testing.B) {
			b := crowd(bm, n)
			bm.ReportAllocs()
			for i := 0; bm.Loop(); i++ {
				for k := i % 50; k < n; k += 50 {
					dir := world.Vec3{X: float64(k%7) - 3, Y: float64(i%5) - 2, Z: 1}
					if err := b.Space().Direction(b.people.order[k].Ship, dir); err != nil {
						bm.Fatal(err)
					}
				}
				b.now = b.now.Add(100 * time.Millisecond)
				b.Step(b.now)
			}
			bm.ReportMetric(float64(bm.Elapsed().Microseconds())/float64(bm.N)/1000, "ms/tick")
		})
	}
}
