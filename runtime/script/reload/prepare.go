package reload

import (
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// modulePlan is one module's next shape in the live State.
type modulePlan struct {
	live  *script.Module // nil: the module is new here
	next  *script.Module
	match *code.Match
	fns   []*script.Function
	vars  []*script.Variable
	swaps []script.Swap
	slots map[*script.Function]*script.Slot // those of functions that get a new one
	cells []newCell                         // of variables that are new
	bound bool                              // made from live values, so that it must be made again for a commit
	fresh *script.Module                    // what becomes of a new module
}

// newCell is a new variable and next's cell for it.
type newCell struct {
	v   *script.Variable
	src *lua.Upvalue
}

// codePlan is the part of a plan that depends on code alone. Plan makes it off the
// critical path and Commit uses it, if no code has been loaded in between.
type codePlan struct {
	st   *Staged
	code uint64 // how often what is loaded had changed
	mods map[string]*modulePlan
	age  int // in ticks
}

// maxPlanAge is how long a plan is kept, in ticks: all systems are asked before the
// first commits.
const maxPlanAge = 100

// modules prepares the code of every changed module that this State has loaded.
func (p *planner) modules() *code.Refusal {
	if p.reuse() {
		return nil
	}
	for _, n := range p.st.next.Loaded() {
		live := p.s.Module(n.Name)
		if live == nil {
			continue
		}
		um := p.st.match[n.Name]
		if um == nil && live.Unit != n.Unit {
			return &code.Refusal{Code: code.RStale, Subject: n.Name, File: n.File.Path, Message: "was loaded while the batch was being staged; stage it again"}
		}
		if um == nil || um.Old == um.New {
			continue
		}
		p.prepare(live, n, um)
	}
	for _, live := range p.s.Loaded() { // one that was loaded since the roots were asked for
		if now := p.st.To.Files[live.File.Path]; p.st.next.Module(live.Name) == nil && now != nil && now.Hash != live.File.Hash {
			return &code.Refusal{Code: code.RStale, Subject: live.Name, File: now.Path, Message: "was loaded while the batch was being staged; stage it again"}
		}
	}
	p.report.Modules = len(p.mods)
	p.kept.prepared = &codePlan{st: p.st, code: p.s.Loads(), mods: maps.Clone(p.mods)}
	return nil
}

// reuse takes the module plans that Plan has left for Commit. New variables get
// cells of this planner.
func (p *planner) reuse() bool {
	c := p.kept.prepared
	if c == nil || c.st != p.st || c.code != p.s.Loads() {
		return false
	}
	for _, mp := range c.mods {
		if mp.bound {
			return false
		}
	}
	p.mods = maps.Clone(c.mods)
	for _, mp := range p.mods {
		for _, nc := range mp.cells {
			nc.v.Cell = p.cell(nc.src)
		}
	}
	p.report.Modules = len(p.mods)
	return true
}

func (p *planner) prepare(live, next *script.Module, um *code.Match) *modulePlan {
	mp := &modulePlan{live: live, next: next, match: um, fns: make([]*script.Function, len(um.New.Decls)), vars: make([]*script.Variable, len(um.New.Vars)),
		slots: map[*script.Function]*script.Slot{}, swaps: make([]script.Swap, 0, len(um.New.Decls))}
	p.mods[next.Name] = mp
	p.prepareVars(mp)
	protos := make([]*lua.FunctionProto, len(um.New.Decls))
	for i := len(um.New.Decls) - 1; i > 0; i-- {
		d := um.New.Decls[i]
		if d.Capture {
			protos[i] = d.Proto
			continue
		}
		protos[i] = p.prepareFunction(mp, d, protos)
	}
	return mp
}

// prepareVars carries variables over and brings back those that an earlier
// version had.
func (p *planner) prepareVars(mp *modulePlan) {
	for _, v := range mp.match.New.Vars {
		if was := mp.match.VarBefore(v); was != nil {
			mp.vars[v.ID] = mp.live.Variable(was)
			continue
		}
		nv := &script.Variable{Decl: v}
		if v.Once {
			if o := p.kept.left[mp.live].orphan(v.Name); o != nil && p.fits(o, mp.next, v) {
				nv, mp.bound = o, true
			} else if src := mp.next.Cell(v); src != nil {
				nv.Cell = p.cell(src)
				mp.cells = append(mp.cells, newCell{nv, src})
			}
		}
		mp.vars[v.ID] = nv
	}
}

// fits says whether an orphan's value is of the kind that the new source declares.
func (p *planner) fits(o *script.Variable, next *script.Module, v *code.Var) bool {
	src := next.Cell(v)
	return o.Cell != nil && src != nil && src.Value().Type() == o.Cell.Value().Type()
}

func (p *planner) prepareFunction(mp *modulePlan, d *code.Decl, protos []*lua.FunctionProto) *lua.FunctionProto {
	layout := make([]*script.Variable, len(d.Upvals))
	for i, v := range d.Upvals {
		layout[i] = mp.vars[v.ID]
	}
	proto := script.CloneProto(d, protos)
	f := p.existing(mp, d)
	if f == nil {
		f = &script.Function{Module: mp.live, Decl: d}
		f.Slot = script.NewSlot(f, proto, layout, nil)
		mp.fns[d.ID], mp.slots[f] = f, f.Slot
		mp.swaps = append(mp.swaps, script.Swap{Function: f, To: d, Slot: f.Slot})
		return proto
	}
	mp.fns[d.ID] = f
	sw := script.Swap{Function: f, To: d, Changed: f.Decl.Own != d.Own || !mp.match.SameChildren(f.Decl, d)}
	if sameVariables(f.Slot.Layout, layout) {
		sw.Proto = proto
		mp.swaps = append(mp.swaps, sw)
		return f.Slot.Proto
	}
	sw.Changed = true
	sw.Slot = script.NewSlot(f, proto, layout, mp.leftBehind(f.Slot, layout))
	mp.slots[f] = sw.Slot
	mp.swaps = append(mp.swaps, sw)
	return proto
}

// existing is the live function that a new declaration continues: the matched
// one, or one of that name that an earlier version deleted.
func (p *planner) existing(mp *modulePlan, d *code.Decl) *script.Function {
	if was := mp.match.Before(d); was != nil {
		return mp.live.Functions[was.ID]
	}
	if d.Named {
		return p.kept.left[mp.live].buried(d.Name)
	}
	return nil
}

func sameVariables(a, b []*script.Variable) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// leftBehind lists what closures of a slot captured and the next layout does not
// want: they keep it, for the case that a later version wants it again.
func (mp *modulePlan) leftBehind(sl *script.Slot, layout []*script.Variable) []*script.Variable {
	var out []*script.Variable
	for _, v := range append(slices.Clone(sl.Layout), sl.Extras()...) {
		if !v.Decl.Once && !slices.Contains(layout, v) && slices.Contains(mp.vars, v) {
			out = append(out, v)
		}
	}
	return out
}
