package reload

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// reloads is how often the leak tests reload: enough to see a leak of a hundred
// bytes, with HOTSHARD_THOROUGH=1 of thirty. HOTSHARD_LONG=1 asks for the ten thousand
// of the conformance suite.
func reloads() int {
	switch {
	case os.Getenv("HOTSHARD_LONG") != "":
		return 10_000
	case os.Getenv("HOTSHARD_THOROUGH") != "":
		return 1_500
	}
	return 500
}

// liveHeap is what is reachable, in bytes.
func liveHeap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// flat runs step many times and requires that the heap does not grow by more than
// two per cent of what it was after a few; it may shrink.
func flat(t *testing.T, step func(i int)) {
	t.Helper()
	n := 0
	steps := func(count int) {
		for range count {
			step(n)
			n++
		}
	}
	// What a stack still points to by chance is not held: the least of several looks.
	look := func() float64 {
		least := liveHeap()
		for range 5 {
			steps(1)
			least = min(least, liveHeap())
		}
		return least
	}
	steps(40)
	before := look()
	steps(reloads())
	if after := look(); after-before > max(0.02*before, 48<<10) {
		t.Fatalf("the heap went from %.0f to %.0f bytes in %d reloads", before, after, reloads())
	} else {
		t.Logf("%.0f to %.0f bytes, %d reloads", before, after, reloads())
	}
}

func TestHeapIsFlatOverReloads(t *testing.T) {
	versions := []string{
		`local M = {n = 0} local hits = 0
		on("tick", function() hits = hits + 1 end) every(5, function() hits = hits + 1 end) command("go", function() return hits end)
		function M.f() hits = hits + 1 return hits end function M.mk(x) return function() return x + hits end end return M`,
		`local M = {n = 0} local hits = 0
		on("tick", function() hits = hits + 2 end) every(7, function() hits = hits + 2 end)
		function M.f() hits = hits + 2 return hits end function M.mk(x) return function() return x - hits end end function M.g() end return M`,
	}
	r := newReloader(t, map[string]string{"m.lua": versions[0]}, "m")
	eval(t, r.s, `(function() HELD = require"m".mk(1) end)()`)
	flat(t, func(i int) {
		r.must("m.lua", versions[(i+1)%2])
		r.s.Emit("tick")
		r.s.Advance(float64(i))
	})
	if handlers, timers := registered(r.s); len(handlers) != 1 || len(timers) != 1 {
		t.Errorf("%d handlers, %d timers", len(handlers), len(timers))
	}
}

func TestHeapIsFlatWhenAnUpvalueComesAndGoes(t *testing.T) {
	versions := []string{
		`local M = {} local a, b = 1, 2 function M.f() return a end function M.mk(x, y) return function() return x end end return M`,
		`local M = {} local a, b = 1, 2 function M.f() return a + b end function M.mk(x, y) return function() return x + y + b end end return M`,
	}
	r := newReloader(t, map[string]string{"m.lua": versions[0]}, "m")
	eval(t, r.s, `(function() local M = require"m" HELD = {M.f, M.mk(1, 2)} end)()`)
	held := r.s.L().GetGlobal("HELD").(*lua.LTable)
	most := 0
	flat(t, func(i int) {
		r.must("m.lua", versions[(i+1)%2])
		eval(t, r.s, `(function() HELD[3] = require"m".mk(3, 4) return HELD[1]() + HELD[2]() + HELD[3]() end)()`)
		for k := 1; k <= 3; k++ {
			most = max(most, cap(held.RawGetInt(k).(*lua.LFunction).Upvalues))
		}
	})
	if most > 4 {
		t.Errorf("a closure has %d cells", most)
	}
}

func TestHeapIsFlatOverFailedReloads(t *testing.T) {
	r := newReloader(t, map[string]string{"m.lua": `local M = {n = 1} function M.f() return 1 end return M`}, "m")
	bad := []string{
		`local M = {n = 2} function M.f() return 2 end error("boom") return M`,
		`local M = {n = 2} function M.f( return 2 end return M`,
		`local M = {n = 2} M.f = {} return M`,
	}
	flat(t, func(i int) {
		if _, err := r.save("m.lua", bad[i%3]); err == nil {
			t.Fatal("applied")
		}
	})
	if got := eval(t, r.s, `require"m".f(), require"m".n`); got[0] != 1.0 || got[1] != 1.0 {
		t.Fatal(got)
	}
}

func TestSuspendedFrameKeepsItsVersionAndNoOther(t *testing.T) {
	source := func(v int) string {
		return fmt.Sprintf(`local M = {} function M.run() coroutine.yield() return %d end return M`, v)
	}
	r := newReloader(t, map[string]string{"m.lua": source(1)}, "m")
	eval(t, r.s, `(function() CO = coroutine.wrap(require"m".run) CO() end)()`)
	code := func() weak.Pointer[uint32] { return weak.Make(&r.s.Module("m").Unit.Decls[1].Proto.Code[0]) }
	versions := []weak.Pointer[uint32]{code()}
	for v := 2; v <= 300; v++ {
		report := r.must("m.lua", source(v))
		if report.Frames != 1 {
			t.Fatalf("version %d: %d old frames", v, report.Frames)
		}
		versions = append(versions, code())
	}
	runtime.GC()
	runtime.GC()
	var alive []int
	for i, w := range versions {
		if w.Value() != nil {
			alive = append(alive, i+1)
		}
	}
	if len(alive) != 2 || alive[0] != 1 || alive[1] != 300 {
		t.Fatalf("the code of versions %v is kept", alive)
	}
	if got := eval(t, r.s, `CO(), require"m".run and 1`); got[0] != 1.0 {
		t.Fatal(got)
	}
}

// TestCommitDoesNotVisitClosures changes what 50,000 closures capture. None of them
// is touched by the commit, and the commit does the same work as for a hundred.
func TestCommitDoesNotVisitClosures(t *testing.T) {
	v1 := `local M = {} local k, j = 1, 2 function M.mk(x) return function() return x + k end end return M`
	v2 := `local M = {} local k, j = 1, 2 function M.mk(x) return function() return x + j + k end end return M`
	work := func(n int) (allocs uint64) {
		r := newReloader(t, map[string]string{"m.lua": v1}, "m")
		eval(t, r.s, fmt.Sprintf(`(function() HELD = {} local mk = require"m".mk for i = 1, %d do HELD[i] = mk(i) end end)()`, n))
		held := r.s.L().GetGlobal("HELD").(*lua.LTable)
		proto := held.RawGetInt(1).(*lua.LFunction).Proto
		st, err := r.g.Stage(r.s.Release(), r.s.Release().With(2, map[string][]byte{"m.lua": []byte(v2)}), r.s.Modules())
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if _, err := Commit(r.s, st); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		for i := 1; i <= n; i++ {
			if fn := held.RawGetInt(i).(*lua.LFunction); fn.Proto != proto || len(fn.Upvalues) != 2 {
				t.Fatalf("closure %d was touched by the commit", i)
			}
		}
		if got := eval(t, r.s, fmt.Sprintf(`HELD[%d]()`, n)); got[0] != float64(n+3) {
			t.Fatal(got)
		}
		if fn := held.RawGetInt(n).(*lua.LFunction); fn.Proto == proto || len(fn.Upvalues) != 3 {
			t.Fatal("the closure that was called was not brought over")
		}
		if fn := held.RawGetInt(1).(*lua.LFunction); fn.Proto != proto {
			t.Fatal("a closure that was not called was brought over")
		}
		return after.Mallocs - before.Mallocs
	}
	few, many := work(100), work(50_000)
	if many > few+few/5+50 {
		t.Fatalf("%d allocations with a hundred closures, %d with 50,000", few, many)
	}
}

// useStack writes over the frames that finished calls have left on a thread.
func useStack(t *testing.T, s *script.State) {
	eval(t, s, `(function() local function f(n) if n == 0 then return 1 end local x = f(n - 1) return x end return f(30) end)()`)
}

func TestDroppedHandlerFreesWhatItCaptured(t *testing.T) {
	r := newReloader(t, map[string]string{"m.lua": `
		local function watch() local seen = {} on("tick", function() seen[#seen + 1] = 1 end) end
		watch()
		every(1, (function() local log = {} return function() log[1] = 1 end end)())`}, "m")
	r.s.Emit("tick")
	captured := func(fn *lua.LFunction) weak.Pointer[lua.LTable] {
		return weak.Make(fn.Upvalues[0].Value().(*lua.LTable))
	}
	handlers, timers := registered(r.s)
	handler, timer := captured(handlers[0]), captured(timers[0])
	clear(handlers)
	clear(timers)
	r.must("m.lua", `local function watch() end watch()`)
	r.must("m.lua", `local function watch() end watch() X = 1`)
	useStack(t, r.s)
	runtime.GC()
	runtime.GC()
	if handler.Value() != nil {
		t.Error("the table that a dropped handler captured is still held")
	}
	if timer.Value() != nil {
		t.Error("the table that a dropped timer captured is still held")
	}
}

func TestOldLocalsAreForgottenInTheEnd(t *testing.T) {
	r := newReloader(t, map[string]string{"m.lua": `local M = {} local big = {} function M.put(x) big[x] = x end function M.gone() end return M`}, "m")
	eval(t, r.s, `require"m".put(5)`)
	m := r.s.Module("m")
	report := r.must("m.lua", `local M = {} function M.put(x) end return M`)
	if len(report.Warnings) != 1 || report.Warnings[0].Code != code.WOrphanState {
		t.Fatal(report.Warnings)
	}
	for i := range keepGone + 1 {
		if left := keptOf(r.s).left[m]; len(left.orphans) != 1 || len(left.graveyard) != 1 {
			t.Fatalf("after %d changes: %v", i, left)
		}
		r.must("m.lua", fmt.Sprintf(`local M = {} function M.put(x) return %d end return M`, i))
	}
	if left := keptOf(r.s).left[m]; len(left.orphans)+len(left.graveyard) != 0 {
		t.Fatalf("%d locals and %d functions that left the source long ago are still held", len(left.orphans), len(left.graveyard))
	}
}

// BenchmarkStateMemory reports what one more system costs: 30 files, 750 functions,
// shared code.
func BenchmarkStateMemory(b *testing.B) {
	release := code.NewRelease(1, bigShard(30, 1))
	boot := func() *script.State {
		s, err := script.New(script.Options{Name: "x", Release: release, Entry: []string{"main"}})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	defer boot().Close() // what all share is there now
	const n = 50
	before := liveHeap()
	states := make([]*script.State, n)
	for i := range states {
		states[i] = boot()
	}
	perState := (liveHeap() - before) / n
	b.ReportMetric(perState/1024, "KiB/state")
	b.ReportMetric(perState/750, "B/function")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(states)
}
