package script

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// A function that loadstring or load has made is declared in no file: no reload can
// give it new code. It is compared by its code, taken where the new source makes
// another one, and named, since whoever holds the old one keeps it.

// loadedPrint identifies the code of a function that no module declared.
func loadedPrint(p *lua.FunctionProto) [16]byte {
	nested := make([][16]byte, len(p.FunctionPrototypes))
	for i, c := range p.FunctionPrototypes {
		nested[i] = loadedPrint(c)
	}
	return code.Fingerprint(p, nested...)
}

// SameLoaded compares two functions that no module declared. Of words that can wait
// each State may have its own, all with the same code: they are not told apart.
func SameLoaded(x, y *lua.LFunction) bool {
	if xw, yw := x.Proto.SourceName == shimName, y.Proto.SourceName == shimName; xw || yw {
		return xw && yw
	}
	return x.Proto == y.Proto || loadedPrint(x.Proto) == loadedPrint(y.Proto)
}

// IsLoaded says whether a value is a function that loadstring or load has made.
func (s *State) IsLoaded(v lua.LValue) bool {
	fn, ok := v.(*lua.LFunction)
	return ok && !fn.IsG && fn.Proto.SourceName != shimName && s.slots.Of(fn) == nil
}

// maxLoads is how many texts a function is remembered to have loaded.
const maxLoads = 16

// noteLoads makes load and loadstring note, for a function that calls them while the
// game runs, which text that was.
func (b *builder) noteLoads() {
	for _, name := range []string{"load", "loadstring"} {
		fn, ok := b.table("").RawGetString(name).(*lua.LFunction)
		if !ok || !fn.IsG {
			continue
		}
		inner := fn.GFunction
		fn.GFunction = func(L *lua.LState) int {
			text := L.Get(1)
			n := inner(L)
			if n > 0 && L.Get(-n).Type() == lua.LTFunction {
				From(L).noteLoad(L, text)
			}
			return n
		}
	}
}

func (s *State) noteLoad(L *lua.LState, text lua.LValue) {
	if s.atTopLevel() != nil {
		return // what it made stands at a place, or is gone
	}
	for _, f := range frames(L) {
		if f.ours() {
			continue
		}
		sl := s.slots.Of(f.fn())
		if sl == nil {
			return
		}
		if s.loads == nil {
			s.loads = map[*Function][]string{}
		}
		if str := lua.LVAsString(text); len(s.loads[sl.Function]) < maxLoads && !slices.Contains(s.loads[sl.Function], str) {
			s.loads[sl.Function] = append(s.loads[sl.Function], str)
		}
		return
	}
}

// LoadedBy are the texts that a function has made functions of while the game ran.
func (s *State) LoadedBy(f *Function) []string { return s.loads[f] }

// ForgetLoads forgets those texts: their maker has other code now.
func (s *State) ForgetLoads(f *Function, undo *Undo) {
	texts := s.loads[f]
	undo.Add(func() { s.loads[f] = texts })
	delete(s.loads, f)
}
