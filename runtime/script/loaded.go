package script

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
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
	return fingerprint(p, nested...)
}

// sameLoaded compares two functions that no module declared. Of words that can wait
// each State may have its own, all with the same code: they are not told apart.
func sameLoaded(x, y *lua.LFunction) bool {
	if xw, yw := x.Proto.SourceName == shimName, y.Proto.SourceName == shimName; xw || yw {
		return xw && yw
	}
	return x.Proto == y.Proto || loadedPrint(x.Proto) == loadedPrint(y.Proto)
}

// isLoaded says whether a value is a function that loadstring or load has made.
func (s *State) isLoaded(v lua.LValue) bool {
	fn, ok := v.(*lua.LFunction)
	return ok && !fn.IsG && fn.Proto.SourceName != shimName && s.slotOf(fn) == nil
}

// translateLoaded copies one of next that no module declared. Its code is nobody's in
// particular and can be shared.
func (p *planner) translateLoaded(fn *lua.LFunction) lua.LValue {
	live := &lua.LFunction{Proto: fn.Proto}
	p.made[fn] = live
	live.Env, _ = p.translate(fn.Env).(*lua.LTable)
	for _, src := range fn.Upvalues {
		live.Upvalues = append(live.Upvalues, p.cell(src))
	}
	return live
}

// replacesLoaded warns where the new source's function takes the place of one that
// loadstring has made.
func (p *planner) replacesLoaded(name string, old, new lua.LValue) {
	if new.Type() == lua.LTFunction && p.st.base.isLoaded(old) && !p.told[name] {
		p.told[name] = true
		p.warnings = append(p.warnings, warn("W-CLOSURE-OLD", name, "was made by loadstring: whoever holds the old one keeps its code"))
	}
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
		sl := s.slotOf(f.fn())
		if sl == nil {
			return
		}
		if s.loads == nil {
			s.loads = map[*function][]string{}
		}
		if str := lua.LVAsString(text); len(s.loads[sl.fn]) < maxLoads && !slices.Contains(s.loads[sl.fn], str) {
			s.loads[sl.fn] = append(s.loads[sl.fn], str)
		}
		return
	}
}

// warnLoads names the changed functions that have loaded what they would no longer
// load.
func (p *planner) warnLoads() {
	if len(p.s.loads) == 0 {
		return
	}
	for _, mp := range p.mods {
		for i := range mp.swaps {
			sw := &mp.swaps[i]
			texts := p.s.loads[sw.fn]
			if sw.changed && slices.ContainsFunc(texts, func(text string) bool { return !hasConstant(sw.decl.proto, text) }) {
				p.loadsGone = append(p.loadsGone, sw.fn)
				p.warnings = append(p.warnings, warn("W-CLOSURE-OLD", sw.decl.name+"/*", "functions that it has made by loadstring keep their code"))
			}
		}
	}
}

// hasConstant says whether a text stands in a function as it is.
func hasConstant(proto *lua.FunctionProto, text string) bool {
	return slices.Contains(proto.Constants, lua.LValue(lua.LString(text)))
}

// forgetLoads is done at the commit: they have been named.
func (p *planner) forgetLoads() {
	for _, f := range p.loadsGone {
		texts := p.s.loads[f]
		delete(p.s.loads, f)
		p.undo(func() { p.s.loads[f] = texts })
	}
}
