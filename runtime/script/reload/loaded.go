package reload

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

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
	if new.Type() == lua.LTFunction && p.st.base.IsLoaded(old) && !p.told[name] {
		p.told[name] = true
		p.warnings = append(p.warnings, code.Warn(code.WClosureOld, name, "was made by loadstring: whoever holds the old one keeps its code"))
	}
}

// warnLoads names the changed functions that have loaded what they would no longer
// load.
func (p *planner) warnLoads() {
	for _, mp := range p.mods {
		for i := range mp.swaps {
			sw := &mp.swaps[i]
			texts := p.s.LoadedBy(sw.Function)
			if sw.Changed && slices.ContainsFunc(texts, func(text string) bool { return !hasConstant(sw.To.Proto, text) }) {
				p.loadsGone = append(p.loadsGone, sw.Function)
				p.warnings = append(p.warnings, code.Warn(code.WClosureOld, sw.To.Name+"/*", "functions that it has made by loadstring keep their code"))
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
		p.s.ForgetLoads(f, &p.undo)
	}
}
