package script

import (
	"slices"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"

	"hotshard/runtime/script/code"
)

// BenchmarkSamplingCost runs the same work with and without, in turns, and says by how much
// the one takes longer.
func BenchmarkSamplingCost(b *testing.B) {
	var states [2]*State
	for i, sampled := range []func([]Sample){nil, func([]Sample) {}} {
		s, err := New(Options{Name: "t", Entry: []string{"work"}, Release: code.NewRelease(4, map[string][]byte{"work.lua": []byte(sampledSource)}), Sampled: sampled})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		states[i] = s
	}
	costs(b, func(i int) { states[i].Emit("heavy", lua.LNumber(1000)) })
}

// BenchmarkLogPointElsewhere says what the other functions of a State pay while one has a
// log point.
func BenchmarkLogPointElsewhere(b *testing.B) {
	plain, _, _ := pointedState(b)
	pointed, ps, _ := pointedState(b)
	point(b, pointed, ps, "main.waits:15", "{M.n}")
	states := [2]*State{plain, pointed}
	costs(b, func(i int) {
		for range 100 {
			states[i].Emit("add", lua.LNumber(1))
		}
	})
}

// costs does one of two things after the other and reports what the second costs beside
// the first, in hundredths of it: the median of all turns, in processor time, since others
// use the machine too.
func costs(b *testing.B, do func(which int)) {
	var took [2]int64
	var more []float64
	for n := 0; b.Loop(); n++ {
		for _, i := range [2]int{n % 2, 1 - n%2} {
			began := processTime(b)
			do(i)
			took[i] = processTime(b) - began
		}
		more = append(more, 100*float64(took[1]-took[0])/float64(took[0]))
	}
	slices.Sort(more)
	b.ReportMetric(more[len(more)/2], "cost_%")
}

// processTime is how long the process has run on processors, in nanoseconds.
func processTime(b *testing.B) int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return t.Nano()
}
