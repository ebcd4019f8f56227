package image

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// world is a machine with the words that tests use, and the code that it has
// compiled: in place of a State.
type world struct {
	t     testing.TB
	L     *lua.LState
	names map[lua.LValue]string
	given map[string]lua.LValue
	code  []*lua.FunctionProto // of all chunks, the outer functions first
	out   strings.Builder
}

func newWorld(t testing.TB, chunks ...string) *world {
	t.Helper()
	_, L, err := vm.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, L: L, names: map[lua.LValue]string{}, given: map[string]lua.LValue{}}
	w.words()
	for i, src := range chunks {
		w.compile(src, fmt.Sprint("chunk", i))
	}
	return w
}

func (w *world) words() {
	words := map[string]lua.LGFunction{"pcall": vm.Pcall, "error": vm.Error, "pairs": vm.Pairs, "ipairs": vm.Ipairs,
		"resume": vm.CoResume, "yield": vm.CoYield, "status": vm.CoStatus,
		"create":       func(L *lua.LState) int { L.Push(vm.Create(L, L.CheckFunction(1))); return 1 },
		"wrap":         func(L *lua.LState) int { L.Push(vm.Wrapped(vm.Create(L, L.CheckFunction(1)))); return 1 },
		"setmetatable": func(L *lua.LState) int { L.CheckTable(1).Metatable = L.Get(2); L.SetTop(1); return 1 },
		"getmetatable": func(L *lua.LState) int { L.Push(L.CheckTable(1).Metatable); return 1 },
		"tostring":     func(L *lua.LState) int { L.Push(lua.LString(text(L, L.Get(1)))); return 1 },
		"setfenv":      func(L *lua.LState) int { L.CheckFunction(1).Env = L.CheckTable(2); return 0 },
		"print": func(L *lua.LState) int {
			for i := 1; i <= L.GetTop(); i++ {
				w.out.WriteString(text(L, L.Get(i)) + " ")
			}
			w.out.WriteByte('\n')
			return 0
		}}
	for name, fn := range words {
		w.give(name, &lua.LFunction{IsG: true, GFunction: fn})
	}
	w.give("next", vm.NextFn)
	w.name("_G", w.L.G.Global)
}

func (w *world) give(name string, v lua.LValue) {
	w.L.SetGlobal(name, v)
	w.name(name, v)
}

func (w *world) name(name string, v lua.LValue) { w.names[v], w.given[name] = name, v }

func text(L *lua.LState, v lua.LValue) string {
	switch v.(type) {
	case *lua.LTable, *lua.LFunction, *lua.LState, *lua.LUserData:
		return vm.Name(L, v)
	}
	return v.String()
}

func (w *world) compile(src, name string) *lua.FunctionProto {
	w.t.Helper()
	chunk, err := syntax.Parse([]byte(src), name)
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := bytecode.Compile(chunk, name)
	if err != nil {
		w.t.Fatal(err)
	}
	var add func(p *lua.FunctionProto)
	add = func(p *lua.FunctionProto) {
		w.code = append(w.code, p)
		for _, c := range p.FunctionPrototypes {
			add(c)
		}
	}
	add(p)
	return p
}

// run runs a chunk that newWorld has compiled, by the number of its function.
func (w *world) run(code int) {
	w.t.Helper()
	fn := &lua.LFunction{Proto: w.code[code], Env: w.L.G.Global}
	w.L.Push(fn)
	if err := vm.PCall(w.L, 0, 0, nil); err != nil {
		w.t.Fatal(err)
	}
}

// do runs a text and gives what it has printed.
func (w *world) do(src string) string {
	w.t.Helper()
	n := len(w.code)
	w.compile(src, "test")
	w.run(n)
	w.code = w.code[:n] // it is over
	out := w.out.String()
	w.out.Reset()
	return out
}

func (w *world) Name(v lua.LValue) string                     { return w.names[v] }
func (w *world) Standing(fn *lua.LFunction) *lua.LFunction    { return fn }
func (w *world) Code(p *lua.FunctionProto) *lua.FunctionProto { return p }
func (w *world) Named(name string) lua.LValue                 { return w.given[name] }
func (w *world) Main() *lua.LState                            { return w.L }
func (w *world) codeOf(p *lua.FunctionProto) int              { return indexOf(w.code, p) }

func indexOf(list []*lua.FunctionProto, p *lua.FunctionProto) int {
	for i, q := range list {
		if p == q {
			return i
		}
	}
	return -1
}

func (w *world) codeKind() *Kind {
	return &Kind{ID: 0, Name: "code",
		Meet: func(out *Writer, v any) { out.Count(w.codeOf(v.(*lua.FunctionProto))) },
		Make: func(r *Reader) any {
			n := r.Uint()
			if n >= uint64(len(w.code)) {
				return nil
			}
			return w.code[n]
		}}
}

var wrapKind = &Kind{ID: 1, Name: "a wrapped coroutine",
	Make:  func(*Reader) any { return &vm.Wrap{} },
	Write: func(w *Writer, v any) { w.Value(v.(*vm.Wrap).Co) },
	Fill:  func(r *Reader, v any) { v.(*vm.Wrap).Co = r.Thread() }}

func (w *world) Kind(id any) *Kind {
	switch v := id.(type) {
	case *lua.FunctionProto:
		if w.codeOf(v) >= 0 {
			return w.codeKind()
		}
	case *vm.Wrap:
		return wrapKind
	}
	return nil
}

// source is a world as a Reader asks it.
type source struct{ *world }

func (s source) Kind(id uint64) *Kind {
	switch id {
	case 0:
		return s.codeKind()
	case 1:
		return wrapKind
	}
	return nil
}

// freeze writes the global `state`.
func (w *world) freeze() ([]byte, error) {
	out := NewWriter(w, true)
	out.Step("state")
	out.Value(w.L.GetGlobal("state"))
	out.Rest()
	return out.Bytes(), out.Err()
}

// thaw makes the global `state` of what freeze has written.
func (w *world) thaw(data []byte) error {
	r := NewReader(source{w}, data, 0)
	v := r.Value()
	r.Rest()
	if err := r.Finish(); err != nil {
		return err
	}
	if r.At() != len(data) {
		return errors.New("bytes behind the end")
	}
	w.L.SetGlobal("state", v)
	return nil
}

// moved is the state of a world in another world with the same code.
func (w *world) moved(chunks ...string) *world {
	w.t.Helper()
	data, err := w.freeze()
	if err != nil {
		w.t.Fatal(err)
	}
	if again, _ := w.freeze(); string(again) != string(data) {
		w.t.Error("the same state gave other bytes")
	}
	to := newWorld(w.t, chunks...)
	if err := to.thaw(data); err != nil {
		w.t.Fatalf("%v\n%q", err, data)
	}
	again, err := to.freeze()
	if err != nil {
		w.t.Fatal(err)
	}
	if string(again) != string(data) {
		w.t.Errorf("the thawed state freezes to %d bytes that differ from the %d it came from\n%q\n%q", len(again), len(data), again, data)
	}
	return to
}
