package script

import (
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// planner works out what a Staged release does to one live State. Until commit
// it only reads the State and makes new objects beside it.
type planner struct {
	s     *State
	st    *Staged
	force bool // at commit: state that cannot be merged is kept with a warning

	live  map[*place]lua.LValue
	found map[*place]bool
	made  map[any]lua.LValue            // next's tables and functions to their live copies
	cells map[*lua.Upvalue]*lua.Upvalue // next's cells to live ones
	mods  map[string]*modulePlan

	preparing bool           // not every changed module has its functions yet
	unfilled  []*lua.Upvalue // next's cells whose live twins wait for their value

	writes      []write
	journal     *journal // of what migrations write besides their results
	migrations  []*liveMigration
	forget      []string // migrations whose before-image is no longer of use
	freeze      []frozenFrame
	restarts    map[string]bool
	loadsGone   []*function
	handles     map[*registration]*lua.LUserData
	grows       []grown
	mergedCells map[*lua.Upvalue]bool // next's cells of captured variables that are decided
	told        map[string]bool       // functions that are warned of
	warnings    []Warning
	undos       []func()
	report      Report
}

// write is one place that gets a new value.
type write struct {
	place *place
	value lua.LValue
	list  []lua.LValue // of a sequence: its new elements
	seq   bool
}

// frozenFrame is a suspended frame that keeps its code.
type frozenFrame struct {
	frame frame
	fn    *function
}

// Report is what a commit did, or what a plan says it would do.
type Report struct {
	Stats
	Warnings  []Warning
	Values    []ValueChange // figures of data, and constants
	Taken     int           // places that took the new source's value
	Kept      int           // places that kept the live value although the source changed
	Frames    int           // suspended frames that finish in old code
	Restarted []string
	Modules   int // changed modules that this State has loaded
}

// Plan says what committing would do to this State, or why it refuses. Nothing
// changes.
func (s *State) Plan(st *Staged) (report *Report, err error) {
	defer func() { // a fault of the engine is a refusal: the State is as it was
		if v := recover(); v != nil {
			report, err = nil, &Refusal{Code: "R-HOST", Subject: s.opts.Name, Message: fmt.Sprintf("planning failed inside the engine: %v at %s", v, panicPlace())}
		}
	}()
	p, r := s.plan(st, false)
	if r != nil {
		return nil, r
	}
	return &p.report, nil
}

func (s *State) plan(st *Staged, force bool) (*planner, *Refusal) {
	p := &planner{s: s, st: st, force: force, live: map[*place]lua.LValue{}, found: map[*place]bool{},
		made: map[any]lua.LValue{}, cells: map[*lua.Upvalue]*lua.Upvalue{}, mods: map[string]*modulePlan{},
		restarts: map[string]bool{}, handles: map[*registration]*lua.LUserData{}, told: map[string]bool{}, mergedCells: map[*lua.Upvalue]bool{}}
	if s.release.Hash != st.From.Hash {
		return nil, &Refusal{Code: "R-STALE", Subject: s.opts.Name, Message: fmt.Sprintf("%s runs %s and the batch was staged on %s; stage it again", s.opts.Name, s.release.Hash, st.From.Hash)}
	}
	defer p.takeBack()
	p.report.Stats = st.Stats
	if r := p.data(); r != nil {
		return nil, r
	}
	p.preparing = true
	if r := p.modules(); r != nil {
		return nil, r
	}
	p.fill()
	p.required()
	p.prepareTasks()
	fresh, r := p.unmigrate()
	if r != nil {
		return nil, r
	}
	for _, sm := range st.next.stage.migrations {
		if !sm.fresh || s.modules[sm.mod.name] == nil {
			continue
		}
		if r := p.migrate(sm, fresh); r != nil {
			return nil, r
		}
	}
	for _, o := range st.ops {
		if r := p.merge(o, fresh); r != nil {
			return nil, r
		}
	}
	p.grow()
	p.ready()
	p.orphans()
	p.warnUnloads()
	p.frames()
	p.warnLoads()
	p.unknownGlobals()
	p.warnings = append(p.warnings, p.static()...)
	sort.SliceStable(p.warnings, func(i, j int) bool {
		return p.warnings[i].Code+p.warnings[i].Subject < p.warnings[j].Code+p.warnings[j].Subject
	})
	p.report.Warnings = p.warnings
	return p, nil
}

// static leaves out what the live State knows better: a name that kept a live
// value was not deleted.
func (p *planner) static() []Warning {
	kept := map[string]bool{}
	for _, w := range p.warnings {
		kept[w.Subject] = w.Code == "W-STATE-KEPT" || kept[w.Subject]
	}
	var out []Warning
	for _, w := range p.st.Warnings {
		if w.Code != "W-DELETED" && w.Code != "W-CLOSURE-OLD" {
			out = append(out, w)
		}
	}
	out = append(out, p.closuresOld()...)
	for _, w := range p.deleted() {
		if !kept[w.Subject] {
			out = append(out, w)
		}
	}
	return out
}

// resolve finds the live value at a place; ok is false where this State does not
// have the place, because a module is not loaded or a table on the way is gone.
func (p *planner) resolve(at *place) (lua.LValue, bool) {
	if found, done := p.found[at]; done {
		return p.live[at], found
	}
	v, ok := p.lookup(at)
	if v == nil {
		v = lua.LNil
	}
	p.live[at], p.found[at] = v, ok
	return v, ok
}

func (p *planner) lookup(at *place) (lua.LValue, bool) {
	switch at.kind {
	case placeGlobals:
		return p.s.l.G.Global, true
	case placeResult:
		if m := p.s.modules[at.mod]; m != nil {
			return m.result, true
		}
		return nil, false
	case placeVar:
		if cell := p.liveCell(at); cell != nil {
			return cell.Value(), true
		}
		return nil, false
	case placeRegistration:
		if fn := p.registered(at); fn != nil {
			return fn, true
		}
		return nil, false
	case placeTask:
		if nt := p.s.restarts[string(at.key.(lua.LString))]; nt != nil {
			return nt.fn, true
		}
		return nil, false
	}
	parent, ok := p.resolve(at.parent)
	if !ok {
		return nil, false
	}
	switch parent := parent.(type) {
	case *lua.LTable:
		return p.lookupTable(at, parent)
	case *lua.LFunction:
		if at.kind == placeEnv {
			return parent.Env, true
		}
		if cell := p.upvalueCell(at, parent); cell != nil {
			return cell.Value(), true
		}
	}
	return nil, false
}

func (p *planner) lookupTable(at *place, t *lua.LTable) (lua.LValue, bool) {
	switch at.kind {
	case placeMeta:
		return t.Metatable, true
	case placeField:
		key := p.liveKey(at)
		if key == nil {
			return nil, false
		}
		if u := p.s.upgrades[t]; u != nil && key == lua.LString("__index") && t.RawGetString("__index") == lua.LValue(u.hook) {
			return u.index, true
		}
		return vm.Get(t, key), true
	}
	return nil, false
}

// liveKey is a field's key in the live State.
func (p *planner) liveKey(at *place) lua.LValue {
	switch k := at.key.(type) {
	case *lua.LTable, *lua.LFunction:
		if q := p.st.pairs[at.newKey]; q != nil {
			if v, ok := p.resolve(q); ok {
				return v
			}
			return nil
		}
		v := p.translate(at.newKey)
		if v == lua.LNil {
			return nil
		}
		return v
	default:
		return k
	}
}

func (p *planner) liveCell(at *place) *lua.Upvalue {
	m := p.s.modules[at.mod]
	if m == nil || at.oldVar < 0 || at.oldVar >= len(m.vars) || m.vars[at.oldVar] == nil {
		return nil
	}
	return m.vars[at.oldVar].cell
}

func (p *planner) upvalueCell(at *place, fn *lua.LFunction) *lua.Upvalue {
	sl, m := p.s.slotOf(fn), p.s.modules[at.mod]
	if sl == nil || m == nil || sl.fn.mod != m || at.oldVar >= len(m.vars) || m.vars[at.oldVar] == nil {
		return nil
	}
	return sl.cell(fn, m.vars[at.oldVar])
}
