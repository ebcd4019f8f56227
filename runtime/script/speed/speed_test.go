//go:build unix

package speed

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// workloads are the mix that stands for the game, by file in testdata: what scripts do
// all day, each by itself, and the game's own scripts in a fight.
var workloads = []string{"calls", "arithmetic", "fields", "methods", "closures", "vectors", "lists", "strings", "library", "ships", "fight"}

// TestEnginesAgree runs each workload a few times: some go on where they stopped.
func TestEnginesAgree(t *testing.T) {
	engines := []engine{ours(t), stock(t)}
	if p := puc(t); p != nil {
		engines = append(engines, p)
	}
	for _, w := range workloads {
		for round := range 3 {
			want, _ := engines[0](t, w, 1)
			if want == "" {
				t.Fatalf("%s: no result", w)
			}
			for _, e := range engines[1:] {
				if got, _ := e(t, w, 1); got != want {
					t.Errorf("%s, round %d: %q here, %q elsewhere", w, round, want, got)
				}
			}
		}
	}
}

// A measurement is the best of many rounds, taken in turns; each round is long enough
// for the garbage collector to have its share in it.
const (
	rounds = 25
	round  = 20 * time.Millisecond
)

// timer measures one workload on one engine.
type timer struct {
	run   engine
	times int // runs in a round
	best  time.Duration
}

// warm finds how many runs make a round.
func (t *timer) warm(b *testing.B, workload string) {
	for t.times = 1; ; t.times *= 2 {
		if _, took := t.run(b, workload, t.times); took >= round {
			return
		}
	}
}

func (t *timer) round(b *testing.B, workload string) {
	_, took := t.run(b, workload, t.times)
	if one := took / time.Duration(t.times); t.best == 0 || one < t.best {
		t.best = one
	}
}

// BenchmarkSpeed prints what one run of each workload costs, how many times stock
// gopher-lua's and PUC Lua's speed that is, and the geometric means. Where there is no
// lua5.1 its columns are empty.
func BenchmarkSpeed(b *testing.B) {
	mine, theirs, reference := ours(b), stock(b), puc(b)
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-12s %9s %9s %9s %12s %9s\n", "workload", "ours µs", "stock µs", "puc µs", "times stock", "times puc")
	var overStock, overPUC []float64
	for _, w := range workloads {
		b.Run(w, func(b *testing.B) {
			timers := []*timer{{run: mine}, {run: theirs}}
			if reference != nil {
				timers = append(timers, &timer{run: reference})
			}
			best := measure(b, w, timers)
			overStock = append(overStock, best[1]/best[0])
			fmt.Fprintf(&table, "%-12s %9.0f %9.0f", w, best[0], best[1])
			b.ReportMetric(best[1]/best[0], "times-stock")
			if reference == nil {
				fmt.Fprintf(&table, " %9s %12.2f\n", "", best[1]/best[0])
				return
			}
			overPUC = append(overPUC, best[2]/best[0])
			b.ReportMetric(best[2]/best[0], "times-puc")
			fmt.Fprintf(&table, " %9.0f %12.2f %9.2f\n", best[2], best[1]/best[0], best[2]/best[0])
		})
	}
	fmt.Fprintf(&table, "%-12s %42.2f", "mean", mean(overStock))
	if len(overPUC) > 0 {
		fmt.Fprintf(&table, " %9.2f", mean(overPUC))
	}
	fmt.Println(table.String()) // the benchmark of benchmarks has no log
}

// measure gives each timer's best in µs.
func measure(b *testing.B, workload string, timers []*timer) (best []float64) {
	for _, t := range timers {
		t.warm(b, workload)
	}
	for range rounds {
		for _, t := range timers {
			t.round(b, workload)
		}
	}
	for _, t := range timers {
		best = append(best, float64(t.best.Nanoseconds())/1e3)
	}
	b.ReportMetric(0, "ns/op")
	return best
}

// mean is the geometric one.
func mean(ratios []float64) float64 {
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

// BenchmarkAlone runs each workload in a State and nowhere else, for benchstat to
// compare what two builds take, and allocate.
func BenchmarkAlone(b *testing.B) {
	mine := ours(b)
	for _, w := range workloads {
		b.Run(w, func(b *testing.B) {
			b.ReportAllocs()
			var took time.Duration
			for range b.N {
				_, one := mine(b, w, 1)
				took += one
			}
			b.ReportMetric(float64(took.Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
		})
	}
}
