package image

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// FuzzRead gives a Reader bytes from outside: no panic, no more memory than the bytes
// are worth, and what it does accept can run: every function and every coroutine that
// came of it is called.
func FuzzRead(f *testing.F) {
	for _, c := range cases {
		w := newWorld(f, fuzzCode)
		if c.name == "a deep list" {
			continue
		}
		n := len(w.code)
		w.compile(c.state, "case")
		w.run(n)
		f.Add(mustFreezeFuzz(f, w))
	}
	w := newWorld(f, fuzzCode)
	w.run(0)
	f.Add(mustFreezeFuzz(f, w))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWorld(t, fuzzCode)
		m := vm.Of(w.L)
		if err := w.thaw(data); err != nil {
			if !strings.Contains(err.Error(), "at byte ") && err.Error() != "bytes behind the end" {
				t.Fatalf("the error does not say where: %v", err)
			}
			return
		}
		again, err := w.freeze()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		m.Steps, m.Overrun = 10_000, func(L *lua.LState) { m.Steps = 0; L.RaiseError("enough") }
		m.AllocLimit = m.Allocated + 64<<20
		to := newWorld(t, fuzzCode)
		if err := to.thaw(again); err != nil {
			t.Fatalf("what was written again cannot be read: %v", err)
		}
		runAll(w, data)
	})
}

func mustFreezeFuzz(f *testing.F, w *world) []byte {
	data, err := w.freeze()
	if err != nil {
		f.Fatal(err)
	}
	return data
}

const fuzzCode = `state = {}
local n = 0
function state.count(a, ...) n = n + (a or 1) return n, ... end
state.co = create(function(...) for i = 1, 10 do local x = yield(i, ...) n = n + (x or 0) for k, v in pairs(state) do yield(k) end end end)
resume(state.co, 1, 2) resume(state.co, 3)
state.w = wrap(function() while true do yield(n) end end)
state.w()`

// runAll calls all that was read.
func runAll(w *world, data []byte) {
	r := NewReader(source{w}, data, 0)
	r.Value()
	r.Rest()
	if r.Finish() != nil {
		return
	}
	for _, o := range r.all {
		if o.mark == 0 {
			continue // it is named
		}
		switch v := o.v.(type) {
		case *lua.LFunction:
			w.L.Push(v)
			_ = vm.PCall(w.L, 0, 0, nil)
		case *lua.LState:
			_, _, _ = vm.Resume(w.L, v, nil)
		case *lua.LTable:
			for k, e, ok := vm.Next(v, lua.LNil); ok && k != lua.LNil; k, e, ok = vm.Next(v, k) {
				_ = e
			}
		}
	}
}

// TestTheMemoryOfAnImageIsBoundedByItsSize reads images that promise much.
func TestTheMemoryOfAnImageIsBoundedByItsSize(t *testing.T) {
	const size = 1 << 14
	threads := make([]byte, 0, size)
	threads = append(threads, markTable, markNil)
	threads = binary.AppendUvarint(threads, size-16)
	for len(threads) < size {
		threads = append(threads, markThread)
	}
	for name, data := range map[string][]byte{
		"a list of threads":      threads,
		"a list that is no list": binary.AppendUvarint([]byte{markTable, markNil}, 1<<60),
		"a text that is no text": binary.AppendUvarint([]byte{markNewText}, 1<<40),
	} {
		w := newWorld(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := w.thaw(data)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 2*memoryPerByte*uint64(len(data))+4<<20 {
			t.Errorf("%s: %d bytes took %d bytes of memory", name, len(data), took)
		}
	}
}

// TestAnImageThatIsCutShortIsAnError reads all beginnings of an image.
func TestAnImageThatIsCutShortIsAnError(t *testing.T) {
	w := newWorld(t, fuzzCode)
	w.run(0)
	data := mustFreeze(t, w)
	for n := range data {
		if err := newWorld(t, fuzzCode).thaw(data[:n]); err == nil {
			t.Errorf("%d of %d bytes are read without an error", n, len(data))
		}
	}
}
