package reload

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// A closure that a reload adds beside others, a method of an object made of closures
// or a second handler in a helper, captures the cells that they have. In the State
// that staged the next version it shares them with its siblings there, and the
// siblings that live on are found in the live State by their places: so are the
// cells. What was made while the game ran has no counterpart in a staging State, and
// nothing is added to it.

// share notes that a closure which both versions have holds a cell of next.
func (d *differ) share(at *place) {
	if d.shared == nil {
		d.shared = map[*lua.Upvalue][]*place{}
	}
	d.shared[at.cell] = append(d.shared[at.cell], at)
}

// heir is a captured variable at a place: the place in next's closure, and base's cell.
type heir struct {
	at   *place
	base *lua.Upvalue
}

// captures lists the variables, besides those of the top level, that two closures at
// one place have both captured.
func (d *differ) captures(p *place, o, n *lua.LFunction) []heir {
	os, ns := d.base.Slots().Of(o), d.next.Slots().Of(n)
	if os == nil || ns == nil || os.Function.Module.Name != ns.Function.Module.Name {
		return nil
	}
	um := d.match[ns.Function.Module.Name]
	var out []heir
	for i, v := range ns.Layout {
		if um == nil || v.Decl.Once || um.VarBefore(v.Decl) == nil {
			continue
		}
		for j, ov := range os.Layout {
			if ov.Decl.ID == um.VarBefore(v.Decl).ID {
				at := &place{kind: placeUpvalue, parent: p, mod: ns.Function.Module.Name, v: v.Decl, oldVar: ov.Decl.ID, cell: n.Upvalues[i],
					name: p.name + ":" + v.Decl.Name, old: o.Upvalues[j].Value(), new: n.Upvalues[i].Value()}
				out = append(out, heir{d.place(at), o.Upvalues[j]})
			}
		}
	}
	return out
}

// succeed notes that a function takes the place of another one, which may have
// captured the same variables. Whether it takes them over is seen when the closures
// that both versions have are known.
func (d *differ) succeed(p *place) {
	o, ok1 := p.old.(*lua.LFunction)
	n, ok2 := p.new.(*lua.LFunction)
	if ok1 && ok2 && !o.IsG && !n.IsG {
		d.heirs = append(d.heirs, d.captures(p, o, n)...)
	}
}

// inherit lets functions take over the cells of those whose place they take, where no
// closure of both versions has a better claim to either.
func (d *differ) inherit() {
	for _, h := range d.heirs {
		if owner := d.held[h.base]; owner != h.at.cell && (owner != nil || d.shared[h.at.cell] != nil) {
			continue
		}
		d.held[h.base] = h.at.cell
		d.share(h.at)
		d.compare(h.at)
	}
}

// follow walks into a function that nothing but the place may lead to.
func (d *differ) follow(p *place) {
	old, new := p.old.(*lua.LFunction), p.new.(*lua.LFunction)
	if sl := d.next.Slots().Of(new); sl != nil {
		p.name = sl.Function.Decl.Name
	}
	switch {
	case new.IsG || d.pairs[new] != nil:
	case !d.sameFunction(old, new):
		d.succeed(p)
	case d.pair(p, old, new):
		d.queue = append(d.queue, p)
	}
}

// rootOf is the place at which the path to a place begins.
func rootOf(at *place) *place {
	for at.parent != nil {
		at = at.parent
	}
	return at
}

// sharedCell is the live twin of a cell of next that closures of the live State
// hold. known says whether there should be one.
func (p *planner) sharedCell(src *lua.Upvalue) (cell *lua.Upvalue, known bool) {
	siblings := p.st.shared[src]
	for _, at := range siblings {
		if fn, ok := p.resolve(at.parent); ok && fn.Type() == lua.LTFunction {
			if cell = p.upvalueCell(at, fn.(*lua.LFunction)); cell != nil {
				return cell, true
			}
		}
	}
	return nil, len(siblings) > 0
}

// mergedBefore says whether a captured variable is taken care of at the place of
// another closure that holds the same cell.
func (p *planner) mergedBefore(at *place) bool {
	if at.kind != placeUpvalue {
		return false
	}
	if p.mergedCells[at.cell] {
		return true
	}
	if _, here := p.resolve(at); !here {
		cell, _ := p.sharedCell(at.cell)
		return cell != nil
	}
	p.mergedCells[at.cell] = true
	return false
}

// closureCells gives a new closure its cells, in the order of its slot.
func (p *planner) closureCells(ns *script.Slot, fn *lua.LFunction) []*lua.Upvalue {
	if len(fn.Upvalues) == 0 {
		return nil
	}
	cells := make([]*lua.Upvalue, len(fn.Upvalues))
	var own []*script.Variable // that it shares with nobody who lives
	lost := false
	for i, v := range ns.Layout {
		src := fn.Upvalues[i]
		if v.Decl.Once {
			if lv := p.variable(ns.Function.Module.Name, v.Decl); lv != nil && lv.Cell != nil {
				cells[i] = lv.Cell
				continue
			}
		}
		if _, made := p.cells[src]; !made {
			cell, known := p.sharedCell(src)
			if cell != nil {
				p.cells[src] = cell
			} else if own = append(own, v); known {
				lost = true
			}
		}
		cells[i] = p.cell(src)
	}
	if len(own) > 0 && (lost || p.joinsLive(ns, own)) {
		p.lostCells(ns, own)
	}
	return cells
}

// joinsLive says whether a new closure belongs to something that lives, though some
// of what it captures could not be found there: a local that functions of the version
// before had captured, too.
func (p *planner) joinsLive(ns *script.Slot, own []*script.Variable) bool {
	um := p.st.match[ns.Function.Module.Name]
	inner := 0
	for _, v := range ns.Layout {
		if !v.Decl.Once {
			inner++
		}
	}
	if um == nil || len(own) == inner {
		return false
	}
	return slices.ContainsFunc(own, func(v *script.Variable) bool { return um.WasCaptured(v.Decl) })
}

// lostCells tells of a new closure that counts for itself.
func (p *planner) lostCells(ns *script.Slot, own []*script.Variable) {
	name := ns.Function.Decl.Name
	if p.told[name] {
		return
	}
	p.told[name] = true
	p.warnings = append(p.warnings, code.Warn(code.WClosureOld, name, "is new and has its own local %s: no live function that shares it could be found", own[0].Decl.Name))
}

// grown is a closure that takes on more captured variables than it was made with.
type grown struct {
	fn    *lua.LFunction
	f     *script.Function
	cells []*lua.Upvalue
}

// grow finds the live closures whose new code captures what they did not, and that
// can be given it because both versions have made them: from their siblings, or, where
// nobody had it before, from what the new source makes.
func (p *planner) grow() {
	for _, at := range p.st.grown {
		fn, ok := p.resolve(at)
		live, isFunction := fn.(*lua.LFunction)
		if !ok || !isFunction {
			continue
		}
		ns := p.st.next.Slots().Of(at.new.(*lua.LFunction))
		sl := p.s.Slots().Of(live)
		if mp := p.mods[ns.Function.Module.Name]; mp == nil || mp.live == nil || sl == nil || sl.Function != mp.fns[ns.Function.Decl.ID] {
			continue
		}
		if cells := p.grownCells(sl, live, ns, at.new.(*lua.LFunction)); cells != nil {
			p.grows = append(p.grows, grown{live, sl.Function, cells})
		}
	}
}

func (p *planner) grownCells(sl *script.Slot, live *lua.LFunction, ns *script.Slot, next *lua.LFunction) []*lua.Upvalue {
	cells := make([]*lua.Upvalue, len(ns.Layout))
	for i, v := range ns.Layout {
		lv := p.variable(ns.Function.Module.Name, v.Decl)
		if cells[i] = sl.Cell(live, lv); cells[i] != nil {
			continue
		}
		if v.Decl.Once && lv.Cell != nil {
			cells[i] = lv.Cell
			continue
		}
		src := next.Upvalues[i]
		if p.cells[src] == nil {
			cell, known := p.sharedCell(src)
			if cell == nil && known {
				return nil // somebody had it and cannot be found: it keeps its code
			}
			if cell != nil {
				p.cells[src] = cell
			}
		}
		cells[i] = p.cell(src)
	}
	return cells
}

// closuresOld are the warnings of closures that keep their code. Where those that
// both versions have could be given what the new code captures, others are looked for:
// none may have been made while the game ran.
func (p *planner) closuresOld() []code.Warning {
	all := map[string]bool{}
	for _, g := range p.grows {
		all[g.f.Decl.Name] = true
	}
	old := map[string]bool{}
	if len(all) > 0 && !p.force {
		done := p.st.walks.Add(1) <= maxHolderWalks && p.s.WalkHeap(maxHolderWalk, func(fn *lua.LFunction) {
			if sl := p.s.Slots().Of(fn); sl != nil && all[sl.Function.Decl.Name] && !p.willGrow(fn) {
				old[sl.Function.Decl.Name] = true
			}
		})
		if !done {
			old = all
		}
	}
	var out []code.Warning
	for _, w := range p.st.Warnings {
		if w.Code == code.WClosureOld && (old[w.Subject] || !all[w.Subject]) {
			out = append(out, w)
		}
	}
	return out
}

func (p *planner) willGrow(fn *lua.LFunction) bool {
	return slices.ContainsFunc(p.grows, func(g grown) bool { return g.fn == fn })
}

// growClosures points the closures to their new code, which overwrites have
// left behind.
func (p *planner) growClosures() {
	for _, g := range p.grows {
		proto, cells := g.fn.Proto, g.fn.Upvalues
		g.fn.Proto, g.fn.Upvalues = g.f.Slot.Proto, g.cells
		p.undo.Add(func() { g.fn.Proto, g.fn.Upvalues = proto, cells })
	}
}
