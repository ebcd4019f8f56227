package reload

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// maxHolderWalk bounds the search for holders of deleted functions, in objects
// looked at: some five milliseconds. A larger heap is assumed to hold them.
const maxHolderWalk = 50_000

// maxHolderWalks is how many States search for one release: they run the same
// scripts, so a few stand for all, and the others' ticks are not held up.
const maxHolderWalks = 4

// deleted keeps those W-DELETED warnings whose function somebody still holds: a
// timer, a handler, a table, a local. One that nobody can call any more is not
// worth a word.
func (p *planner) deleted() []code.Warning {
	gone := map[*code.Decl]code.Warning{}
	for _, w := range p.st.Warnings {
		if w.Code != code.WDeleted {
			continue
		}
		for _, mp := range p.mods {
			if mp.live == nil {
				continue
			}
			for _, d := range mp.match.Old.Decls[1:] {
				if d.Named && d.Name == w.Subject && mp.match.After(d) == nil {
					gone[d] = w
				}
			}
		}
	}
	if len(gone) == 0 || p.force || p.st.walks.Add(1) > maxHolderWalks {
		return nil
	}
	h := &holders{p: p, gone: gone, found: map[*code.Decl]string{}, seen: map[any]bool{}, writes: map[*lua.LTable]map[lua.LValue]bool{}}
	for _, w := range p.writes {
		h.noteWrite(w)
	}
	h.walk()
	var out []code.Warning
	for d, w := range gone {
		if by := h.found[d]; by != "" || h.spent {
			if w.Detail == "" {
				w.Detail = "still held" + by
			}
			out = append(out, w)
		}
	}
	return out
}

// holders walks the live heap as it will be after the commit.
type holders struct {
	p      *planner
	gone   map[*code.Decl]code.Warning
	found  map[*code.Decl]string
	seen   map[any]bool
	writes map[*lua.LTable]map[lua.LValue]bool // fields that will be overwritten
	queue  []lua.LValue
	spent  bool
}

func (h *holders) noteWrite(w write) {
	switch w.place.kind {
	case placeField, placeMeta:
		t, ok := h.p.live[w.place.parent].(*lua.LTable)
		if !ok {
			return
		}
		if h.writes[t] == nil {
			h.writes[t] = map[lua.LValue]bool{}
		}
		if w.place.kind == placeMeta {
			h.writes[t][lua.LNil] = true
		} else if key := h.p.liveKey(w.place); key != nil {
			h.writes[t][key] = true
		}
	}
	if w.value != nil {
		h.queue = append(h.queue, w.value)
	}
	h.queue = append(h.queue, w.list...)
}

func (h *holders) walk() {
	s := h.p.s
	h.registrations()
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		fn := fr.Fn()
		h.queue = append(h.queue, fn)
		for _, uv := range fn.Upvalues { // it finishes in its own code, with all that this captured
			if uv != nil {
				h.push(uv.Value())
			}
		}
	})
	for _, nt := range s.NamedTasks() {
		h.queue = append(h.queue, nt.Fn)
	}
	for _, m := range s.Loaded() {
		h.module(m)
	}
	h.queue = append(h.queue, s.Globals())
	for n := 0; len(h.queue) > 0; n++ {
		if n > maxHolderWalk {
			h.spent = true
			return
		}
		v := h.queue[len(h.queue)-1]
		h.queue = h.queue[:len(h.queue)-1]
		h.visit(v)
	}
}

func (h *holders) registrations() {
	h.p.s.Registry().Timers(func(r *script.Registration) { h.hold(r.Fn, " by a timer") })
	h.p.s.Registry().Each(func(r *script.Registration) {
		if r.Module == nil { // a file's own are changed with it
			h.hold(r.Fn, " by a "+r.Kind.String())
		}
	})
}

// module starts from what a module keeps: its result and its variables, but not
// those that its next version no longer has.
func (h *holders) module(m *script.Module) {
	h.queue = append(h.queue, m.Result)
	mp := h.p.mods[m.Name]
	for _, v := range m.Variables {
		if v == nil || v.Cell == nil || mp != nil && mp.match != nil && mp.match.VarAfter(v.Decl) == nil {
			continue
		}
		h.queue = append(h.queue, v.Cell.Value())
	}
}

func (h *holders) hold(fn *lua.LFunction, by string) {
	if sl := h.p.s.Slots().Of(fn); sl != nil {
		if _, ok := h.gone[sl.Function.Decl]; ok && h.found[sl.Function.Decl] == "" {
			h.found[sl.Function.Decl] = by
		}
	}
	h.queue = append(h.queue, fn)
}

func (h *holders) visit(v lua.LValue) {
	switch v := v.(type) {
	case *lua.LTable:
		if h.seen[v] {
			return
		}
		h.seen[v] = true
		skip := h.writes[v]
		if !skip[lua.LNil] && v.Metatable != lua.LNil {
			h.queue = append(h.queue, v.Metatable)
		}
		v.ForEach(func(k, e lua.LValue) {
			if skip[k] {
				return
			}
			h.push(k)
			h.push(e)
		})
	case *lua.LFunction:
		h.function(v)
	}
}

func (h *holders) push(v lua.LValue) {
	switch v.(type) {
	case *lua.LTable, *lua.LFunction:
		h.queue = append(h.queue, v)
	}
}

func (h *holders) function(fn *lua.LFunction) {
	if fn == nil || fn.IsG || h.seen[fn] {
		return
	}
	h.seen[fn] = true
	sl := h.p.s.Slots().Of(fn)
	if sl == nil {
		for _, uv := range fn.Upvalues {
			h.push(uv.Value())
		}
		return
	}
	if _, ok := h.gone[sl.Function.Decl]; ok && h.found[sl.Function.Decl] == "" {
		h.found[sl.Function.Decl] = " by a table or a local"
	}
	keep := h.nextLayout(sl)
	for i, v := range sl.Layout {
		if i < len(fn.Upvalues) && (keep == nil || keep[v]) {
			h.push(fn.Upvalues[i].Value())
		}
	}
}

// nextLayout is what a changed function will capture; nil for one that stays.
func (h *holders) nextLayout(sl *script.Slot) map[*script.Variable]bool {
	mp := h.p.mods[sl.Function.Module.Name]
	if mp == nil || mp.match == nil {
		return nil
	}
	next := mp.slots[sl.Function]
	if next == nil {
		return nil
	}
	keep := map[*script.Variable]bool{}
	for _, v := range next.Layout {
		keep[v] = true
	}
	return keep
}
