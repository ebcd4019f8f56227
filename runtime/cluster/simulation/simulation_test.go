package simulation

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seeds = flag.Uint64("seeds", 1000, "how many seeds are simulated")
	from  = flag.Uint64("from", 1, "the first of them")
)

// each runs a function for every number below n, on all processors.
func each(n uint64, do func(i uint64)) {
	var next atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// TestSeeds breaks whole clusters in a thousand ways, and none breaks a rule.
func TestSeeds(t *testing.T) {
	began := time.Now()
	var events, moves, stayed, writes, grants atomic.Int64
	each(*seeds, func(i uint64) {
		r := Run(*from+i, NoBug)
		events.Add(int64(r.Events))
		moves.Add(int64(r.Moves))
		stayed.Add(int64(r.Stayed))
		writes.Add(int64(r.Writes))
		grants.Add(int64(r.Grants))
		if len(r.Problems) > 0 && !t.Failed() {
			t.Errorf("%s\nagain: go test ./runtime/cluster/simulation -run TestSeeds -from %d -seeds 1", Tell(Shrink(r)), r.Seed)
		}
	})
	t.Logf("%d seeds in %s: %d events, %d acquisitions, %d writes, %d moves done and %d not", *seeds, time.Since(began).Round(time.Millisecond),
		events.Load(), grants.Load(), writes.Load(), moves.Load(), stayed.Load())
	if n := int64(*seeds); n >= 100 && (moves.Load() < n || stayed.Load() < n/4 || grants.Load() < 10*n || writes.Load() < 200*n) {
		t.Error("too little has happened for the rules to be tried")
	}
}

// TestPlantedBugsAreFound breaks what is around the protocol in the ways that are to be
// feared most, and the checks find each, in few seeds.
func TestPlantedBugsAreFound(t *testing.T) {
	for _, bug := range Bugs {
		found, tried := 0, uint64(0)
		rules := map[Rule]int{}
		var mu sync.Mutex
		for found == 0 && tried < 1000 {
			each(50, func(i uint64) {
				r := Run(tried+i+1, bug)
				mu.Lock()
				defer mu.Unlock()
				if len(r.Problems) > 0 {
					found++
					rules[r.Problems[0].Rule]++
				}
			})
			tried += 50
		}
		t.Logf("%s: found in %d of %d seeds, first by %v", bug, found, tried, rules)
		if found == 0 {
			t.Errorf("nobody finds it in %d seeds: %s", tried, bug)
		}
	}
}

// TestASeedIsAHistory runs a seed twice.
func TestASeedIsAHistory(t *testing.T) {
	for seed := range uint64(5) {
		a, b := Run(seed, NoBug), Run(seed, NoBug)
		if a.Events != b.Events || !slices.Equal(a.History, b.History) {
			t.Errorf("seed %d comes to another history", seed)
		}
	}
	if slices.Equal(Run(1, NoBug).History, Run(2, NoBug).History) {
		t.Error("two seeds come to the same history")
	}
}

// TestFaultsAtEveryStepOfAMove strikes at every moment of a move with everything there is.
func TestFaultsAtEveryStepOfAMove(t *testing.T) {
	const seed = 7
	begins := 3 * time.Second
	source, destination := 0, 0
	quiet := RunPlan(seed, NoBug, nil)
	for _, e := range quiet.History {
		if e.Kind == Play && e.Subject == "@A" && e.At < begins {
			fmt.Sscanf(string(e.Node), "n%d/", &source)
		}
	}
	destination = (source + 1) % servers
	move := Step{At: begins, What: MoveSystem, A: 0, B: destination}
	done := RunPlan(seed, NoBug, []Step{move})
	if done.Moves != 1 || len(done.Problems) > 0 {
		t.Fatalf("without a fault: %s %v", done, done.Problems)
	}
	var moments []time.Duration
	for at := time.Duration(0); at < 120*time.Millisecond; at += 4 * time.Millisecond {
		moments = append(moments, at)
	}
	faults := []Step{
		{What: Kill, A: source}, {What: Kill, A: destination}, {What: Halt, A: source}, {What: Halt, A: destination},
		{What: Suspend, A: source}, {What: CutBoth, A: source, B: database0}, {What: CutBoth, A: destination, B: database0},
		{What: CutWay, A: destination, B: database0, D: -1}, {What: CutBoth, A: source, B: destination},
		{What: CutWay, A: source, B: destination, D: 1}, {What: CutWay, A: source, B: destination, D: -1},
		{What: StopBus}, {What: BusGoesBack, D: 2 * time.Second}, {What: StopTable}, {What: SetTable, D: 10 * time.Second}, {What: SetTable, D: -10 * time.Second},
	}
	var moved, stayed, lost atomic.Int64
	each(uint64(len(moments)*len(faults)), func(i uint64) {
		f := faults[int(i)%len(faults)]
		f.At, f.For = begins+moments[int(i)/len(faults)], []time.Duration{100 * time.Millisecond, 1500 * time.Millisecond, 4 * time.Second}[i%3]
		r := RunPlan(seed, NoBug, []Step{move, f})
		moved.Add(int64(r.Moves))
		stayed.Add(int64(r.Stayed))
		lost.Add(int64(1 - r.Moves - r.Stayed))
		if len(r.Problems) > 0 && !t.Failed() {
			t.Error(Tell(r))
		}
	})
	t.Logf("%d faults: it has moved %d times, stayed %d times, and %d times whoever knew was killed", len(moments)*len(faults), moved.Load(), stayed.Load(), lost.Load())
	if moved.Load() == 0 || stayed.Load() == 0 || lost.Load() == 0 {
		t.Error("not all that may become of a move has become of one")
	}
}

// TestShrink makes the plan of a run that fails small, and tells it.
func TestShrink(t *testing.T) {
	for seed := uint64(1); ; seed++ {
		r := Run(seed, StaleGet)
		if len(r.Problems) == 0 {
			continue
		}
		less := Shrink(r)
		text := Tell(less)
		if len(less.Plan) >= len(r.Plan) || less.Problems[0].Rule != r.Problems[0].Rule {
			t.Errorf("of %d steps %d are left, and %s became %s", len(r.Plan), len(less.Plan), r.Problems[0].Rule, less.Problems[0].Rule)
		}
		for _, word := range []string{string(less.Problems[0].Rule), "made small", "acquires in epoch", string(less.Problems[0].Subject)} {
			if !strings.Contains(text, word) {
				t.Errorf("%q is not in what is told:\n%s", word, text)
			}
		}
		if lines := strings.Count(text, "\n"); lines > 100 {
			t.Errorf("it takes %d lines", lines)
		}
		return
	}
}

func BenchmarkSeed(b *testing.B) {
	events := 0
	for i := range b.N {
		events += Run(uint64(i), NoBug).Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
