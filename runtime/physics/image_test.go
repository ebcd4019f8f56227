package physics

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestASpaceThatWasReadGoesOnAsItsTwin flies two spaces by the same orders, and sends
// one of them through bytes every now and then.
func TestASpaceThatWasReadGoesOnAsItsTwin(t *testing.T) {
	for seed := range uint64(8) {
		moved, still := newSpace(t, Config{Seed: seed}), newSpace(t, Config{Seed: seed})
		a, b := newScenario(t, moved, seed, 60, 1e6), newScenario(t, still, seed, 60, 1e6)
		r := rand.New(rand.NewPCG(seed, 5))
		for step := range 300 {
			for range r.IntN(4) {
				a.act()
				b.act()
			}
			if r.IntN(5) == 0 {
				data := moved.AppendImage(nil)
				to, err := Thaw(data, 1)
				if err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
				if again := to.AppendImage(nil); !bytes.Equal(again, data) {
					t.Fatalf("seed %d, step %d: %d bytes became other %d", seed, step, len(data), len(again))
				}
				moved, a.s = to, to
				audit(t, moved)
			}
			dt := []float64{0.1, 0.1, 0.1, 1}[r.IntN(4)]
			must(t, moved.Step(dt))
			must(t, still.Step(dt))
			if !slices.Equal(moved.Events(), still.Events()) || !slices.Equal(moved.Changed(), still.Changed()) || !slices.Equal(moved.Gone(), still.Gone()) {
				t.Fatalf("seed %d, step %d: other news after a move", seed, step)
			}
			if !bytes.Equal(moved.AppendImage(nil), still.AppendImage(nil)) {
				t.Fatalf("seed %d, step %d: another space after a move", seed, step)
			}
		}
	}
}

// FuzzThaw gives Thaw bytes from outside. What it accepts can be flown, ordered about
// and written again.
func FuzzThaw(f *testing.F) {
	for seed := range uint64(3) {
		s := newSpace(f, Config{Seed: seed})
		p := newScenario(f, s, seed, 12, 1e6)
		f.Add(s.AppendImage(nil))
		for range 40 {
			p.act()
			must(f, s.Step(0.5))
		}
		p.act()
		f.Add(s.AppendImage(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Thaw(data, 1)
		if err != nil {
			return
		}
		for range 5 {
			must(t, s.Step(0.5))
			for id := range s.index {
				s.Remove(id)
				break
			}
		}
		if _, err := Thaw(s.AppendImage(nil), 1); err != nil {
			t.Fatalf("what was written again cannot be read: %v", err)
		}
	})
}

func BenchmarkImage(b *testing.B) {
	s := newSpace(b, Config{Seed: 1})
	newScenario(b, s, 1, 10_000, 1e9)
	must(b, s.Step(0.1))
	data := s.AppendImage(nil)
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			s.AppendImage(make([]byte, 0, len(data)))
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := Thaw(data, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}
