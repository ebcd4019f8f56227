package reload

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// bigShard is a script set of the given number of files, with 25 functions each,
// in which every file's mk makes closures. version changes the code of all.
func bigShard(files, version int) map[string][]byte {
	out := map[string][]byte{}
	var main strings.Builder
	for i := range files {
		fmt.Fprintf(&main, "require %q\n", fmt.Sprintf("lib.m%d", i))
		var b strings.Builder
		fmt.Fprintf(&b, "local M = {count = 0, cfg = {rate = %d, name = 'm%d'}}\nlocal hits = 0\n", i, i)
		for f := range 23 {
			fmt.Fprintf(&b, "function M.f%d(a, b) hits = hits + 1; return a * b + %d end\n", f, version*1000+f)
		}
		fmt.Fprintf(&b, "function M.mk(x) return function(y) hits = hits + 1; return x + y + %d end end\nreturn M\n", version)
		out[fmt.Sprintf("lib/m%d.lua", i)] = []byte(b.String())
	}
	out["main.lua"] = []byte(main.String())
	return out
}

// shardWithClosures boots a big shard and makes closures of all its files.
func shardWithClosures(tb testing.TB, files, closures int) *script.State {
	s, err := script.New(script.Options{Name: "big", Release: code.NewRelease(1, bigShard(files, 1)), Entry: []string{"main"},
		OnFault: func(f script.Fault) { tb.Error(f.Message) }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	held := s.L().NewTable()
	s.L().SetGlobal("HELD", held)
	for i := range closures {
		m := s.Module(fmt.Sprintf("lib.m%d", i%files)).Result.(*lua.LTable)
		if err := s.L().CallByParam(lua.P{Fn: m.RawGetString("mk"), NRet: 1, Protect: true}, lua.LNumber(i)); err != nil {
			tb.Fatal(err)
		}
		vm.SetInt(held, i+1, s.L().Get(-1))
		s.L().Pop(1)
	}
	return s
}

// commitPause changes every function of the shard and measures the commit alone:
// the time that the system stands still. (mk itself stays as it is.)
func commitPause(tb testing.TB, s *script.State, g *Stager, files, version int) time.Duration {
	to := s.Release().With(version, bigShard(files, version))
	st, err := g.Stage(s.Release(), to, s.Modules())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := Plan(s, st); err != nil {
		tb.Fatal(err)
	}
	start := time.Now()
	report, err := Commit(s, st)
	took := time.Since(start)
	if err != nil {
		tb.Fatal(err)
	}
	if report.Functions != files*24 {
		tb.Fatalf("%d functions changed, want %d", report.Functions, files*24)
	}
	g.Adopt(st)
	return took
}

// BenchmarkCommitPause: 200 files, 5,000 functions that all change, with more and
// more live closures of them. The pause must not grow with the closures.
func BenchmarkCommitPause(b *testing.B) {
	for _, closures := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("closures=%d", closures), func(b *testing.B) {
			s := shardWithClosures(b, 200, closures)
			g := stagerOf("main")
			var took []time.Duration
			for i := range max(b.N, 20) {
				took = append(took, commitPause(b, s, g, 200, i+2))
			}
			slices.Sort(took)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(took[len(took)/2]), "median-ms")
			b.ReportMetric(ms(took[len(took)*9/10]), "p90-ms")
			b.ReportMetric(ms(took[len(took)-1]), "worst-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
