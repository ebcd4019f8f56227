package reload

import (
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// planner works out what a Staged release does to one live State. Until commit
// it only reads the State and makes new objects beside it.
type planner struct {
	s     *script.State
	kept  *kept
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
	freeze      []script.Suspended
	restarts    map[string]bool
	loadsGone   []*script.Function // that have made functions of texts they no longer have
	handles     map[*script.Registration]*lua.LUserData
	grows       []grown
	mergedCells map[*lua.Upvalue]bool // next's cells of captured variables that are decided
	told        map[string]bool       // functions that are warned of
	warnings    []code.Warning
	undo        script.Undo
	report      Report
}

// write is one place that gets a new value.
type write struct {
	place *place
	value lua.LValue
	list  []lua.LValue // of a sequence: its new elements
	seq   bool
}

// Report is what a commit did, or what a plan says it would do.
type Report struct {
	Stats
	Warnings  []code.Warning
	Values    []code.ValueChange // figures of data, and constants
	Taken     int                // places that took the new source's value
	Kept      int                // places that kept the live value although the source changed
	Frames    int                // suspended frames that finish in old code
	Restarted []string
	Modules   int // changed modules that this State has loaded
}

// Plan says what committing would do to a State, or why it refuses. Nothing changes.
func Plan(s *script.State, st *Staged) (report *Report, err error) {
	defer func() { // a fault of the engine is a refusal: the State is as it was
		if v := recover(); v != nil {
			report, err = nil, &code.Refusal{Code: code.RHost, Subject: s.Name(), Message: fmt.Sprintf("planning failed inside the engine: %v at %s", v, panicPlace())}
		}
	}()
	defer s.Attempt()()
	p, r := makePlan(s, st, false)
	if r != nil {
		return nil, r
	}
	return &p.report, nil
}

func makePlan(s *script.State, st *Staged, force bool) (*planner, *code.Refusal) {
	p := &planner{s: s, kept: keptOf(s), st: st, force: force, live: map[*place]lua.LValue{}, found: map[*place]bool{},
		made: map[any]lua.LValue{}, cells: map[*lua.Upvalue]*lua.Upvalue{}, mods: map[string]*modulePlan{},
		restarts: map[string]bool{}, handles: map[*script.Registration]*lua.LUserData{}, told: map[string]bool{}, mergedCells: map[*lua.Upvalue]bool{}}
	if s.Release().Hash != st.From.Hash {
		return nil, &code.Refusal{Code: code.RStale, Subject: s.Name(), Message: fmt.Sprintf("%s runs %s and the batch was staged on %s; stage it again", s.Name(), s.Release().Hash, st.From.Hash)}
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
		if !sm.fresh || s.Module(sm.mod.Name) == nil {
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
func (p *planner) static() []code.Warning {
	kept := map[string]bool{}
	for _, w := range p.warnings {
		kept[w.Subject] = w.Code == code.WStateKept || kept[w.Subject]
	}
	var out []code.Warning
	for _, w := range p.st.Warnings {
		if w.Code != code.WDeleted && w.Code != code.WClosureOld {
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
		return p.s.Globals(), true
	case placeResult:
		if m := p.s.Module(at.mod); m != nil {
			return m.Result, true
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
		if nt := p.s.NamedTask(string(at.key.(lua.LString))); nt != nil {
			return nt.Fn, true
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
		return p.s.Field(t, key), true
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
	m := p.s.Module(at.mod)
	if m == nil || at.oldVar < 0 || at.oldVar >= len(m.Variables) || m.Variables[at.oldVar] == nil {
		return nil
	}
	return m.Variables[at.oldVar].Cell
}

func (p *planner) upvalueCell(at *place, fn *lua.LFunction) *lua.Upvalue {
	sl, m := p.s.Slots().Of(fn), p.s.Module(at.mod)
	if sl == nil || m == nil || sl.Function.Module != m || at.oldVar >= len(m.Variables) || m.Variables[at.oldVar] == nil {
		return nil
	}
	return sl.Cell(fn, m.Variables[at.oldVar])
}
