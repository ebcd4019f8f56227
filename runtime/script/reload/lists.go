package reload

import (
	"fmt"
	"iter"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// A table is a list where its number keys are exactly 1..n. A list is taken or kept
// as a whole, never index by index: what has moved up a place is no change of every
// row behind it. Where the numbers are ids, with gaps, from zero or below, each is a
// key like any other. A table counts as a list only if it is one in base, in the live
// State and in next.

// entries are a table's entries in the order of next.
func entries(t *lua.LTable) iter.Seq2[lua.LValue, lua.LValue] {
	return func(yield func(k, v lua.LValue) bool) {
		for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
			if !yield(k, v) {
				return
			}
		}
	}
}

// listLen is the n of a table whose number keys are exactly 1..n; ok is false for
// one with others. A table without numbers is a list of none.
func listLen(t *lua.LTable) (n int, ok bool) {
	count := 0
	for k := range entries(t) {
		if _, ok := k.(lua.LNumber); ok {
			count++
		}
	}
	if n = vm.Len(t); n != count {
		return 0, false
	}
	for i := 1; i <= n; i++ {
		if vm.GetInt(t, i) == lua.LNil {
			return 0, false
		}
	}
	return n, true
}

// lists compares two lists. Where both versions have the same elements in the same
// places, what is in them is compared; else the list changes as a whole.
func (d *differ) lists(p *place, o, n *lua.LTable, no, nn int) {
	same := no == nn
	for i := 1; same && i <= no; i++ {
		same = d.pairable(vm.GetInt(o, i), vm.GetInt(n, i))
	}
	if same {
		for i := 1; i <= no; i++ {
			if e := vm.GetInt(n, i); e.Type() != lua.LTNumber {
				d.compare(d.place(element(p, i, i, vm.GetInt(o, i), e)))
			}
		}
		return
	}
	rows := equality{d: d, rows: true}
	runs := code.CommonRuns(no, nn, func(i, j int) bool { return rows.equal(vm.GetInt(o, i+1), vm.GetInt(n, j+1)) })
	for _, r := range runs { // rows that stay are the same objects, wherever they move to
		i, j := r[0]+1, r[1]+1
		d.compare(d.place(element(p, i, j, vm.GetInt(o, i), vm.GetInt(n, j))))
	}
	for i := 1; i <= min(no, nn); i++ {
		d.succeed(d.place(element(p, i, i, vm.GetInt(o, i), vm.GetInt(n, i))))
	}
	d.ops = append(d.ops, op{place: p, sequence: true})
}

// element is the place of base's i-th element of a list, which is next's j-th.
func element(p *place, i, j int, old, new lua.LValue) *place {
	return &place{kind: placeField, parent: p, key: lua.LNumber(i), newKey: lua.LNumber(j),
		name: fmt.Sprintf("%s[%d]", p.name, i), old: old, new: new}
}

// mergeList takes or keeps a list as a whole.
func (p *planner) mergeList(o op, live lua.LValue, migrated map[string]bool) *code.Refusal {
	t, ok := live.(*lua.LTable)
	if !ok {
		p.keep(o.place, live)
		return nil
	}
	n, ok := listLen(t)
	switch {
	case o.policy == code.KeepState:
		return nil
	case o.policy == code.TakeConst:
	case !ok:
		return p.mergeKeys(o, migrated)
	case !p.pristineList(o.old.(*lua.LTable), t, n):
		p.keep(o.place, live)
		return nil
	}
	p.takeList(o)
	return nil
}

func (p *planner) pristineList(old, live *lua.LTable, n int) bool {
	same := n == vm.Len(old)
	for i := 1; same && i <= n; i++ {
		same = p.pristine(vm.GetInt(old, i), vm.GetInt(live, i))
	}
	return same
}

func (p *planner) takeList(o op) {
	for _, e := range entries(o.old.(*lua.LTable)) {
		if e.Type() == lua.LTFunction && p.st.taken[e] == nil {
			p.replacesLoaded(o.name, e, e)
		}
	}
	new := o.new.(*lua.LTable)
	w := write{place: o.place, seq: true, list: make([]lua.LValue, vm.Len(new))}
	for i := range w.list {
		w.list[i] = p.translate(vm.GetInt(new, i+1))
	}
	p.report.Taken++
	p.writes = append(p.writes, w)
}

// mergeKeys merges what both versions take for a list into a live table that has
// become something else: key by key.
func (p *planner) mergeKeys(o op, migrated map[string]bool) *code.Refusal {
	old, new := o.old.(*lua.LTable), o.new.(*lua.LTable)
	for i := 1; i <= max(vm.Len(old), vm.Len(new)); i++ {
		at := element(o.place, i, i, vm.GetInt(old, i), vm.GetInt(new, i))
		if at.policy = o.policy; p.st.same(at) {
			continue
		}
		if r := p.merge(op{place: at}, migrated); r != nil {
			return r
		}
	}
	return nil
}

// same says whether both versions have the same value at a place.
func (st *Staged) same(at *place) bool {
	switch at.new.(type) {
	case *lua.LTable, *lua.LFunction:
		q := st.pairs[at.new]
		return q != nil && q.old == at.old
	}
	return sameScalar(at.old, at.new)
}

func (p *planner) writeList(w write) {
	t, ok := p.live[w.place].(*lua.LTable)
	if !ok {
		return
	}
	before := make([]lua.LValue, max(vm.Len(t), len(w.list), vm.Len(w.place.old.(*lua.LTable))))
	for i := range before {
		before[i] = vm.GetInt(t, i+1)
	}
	setList(t, w.list, len(before))
	p.undo.Add(func() { setList(t, before, len(before)) })
}

// setList writes a list, and nothing from its end to the n-th place.
func setList(t *lua.LTable, list []lua.LValue, n int) {
	for ; n > len(list); n-- {
		vm.SetInt(t, n, lua.LNil)
	}
	for i, v := range list {
		vm.SetInt(t, i+1, v)
	}
}
