package script

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"
)

// Stager runs the top levels of each new release in a State of its own, off any
// live State's goroutine, and works out once for all live States what changed. It
// keeps the staging States of the releases in use: their values are the base of
// the three-way merge. A Stager belongs to one goroutine at a time.
type Stager struct {
	Back  bool // what is staged ran before: it is taken back
	opts  Options
	bases map[string]*State // by release hash
}

// NewStager makes a Stager for live States with the same Options. Nothing is run
// until the first Stage.
func NewStager(o Options) *Stager {
	o.OnFault, o.OnLog, o.Release = nil, nil, nil
	return &Stager{opts: o, bases: map[string]*State{}}
}

// Staged is the difference between two releases, ready to be planned and
// committed in any live State that runs the first. It is immutable.
type Staged struct {
	From, To *Release
	Changed  []string  // paths
	Warnings []Warning // those that no live State's values can change
	values   []ValueChange
	back     bool
	base     *State
	next     *State
	match    map[string]*unitMatch
	ops      []op
	pairs    map[any]*place
	taken    map[any]any
	results  map[lua.LValue]string // the base's module results
	walks    atomic.Int32          // States that searched for holders of what is deleted
	regs     map[string][]regMatch
	shared   map[*lua.Upvalue][]*place
	grown    []*place
	Stats    Stats
}

// Stats counts what a release changes.
type Stats struct {
	Functions, Added, Removed, Handlers int
}

// Stage loads the release's modules (roots, in order) beside the current ones. It
// returns a *Refusal when the release cannot be run; then nothing has changed.
func (g *Stager) Stage(from, to *Release, roots []string) (*Staged, error) {
	for _, path := range from.Changed(to) {
		if f := to.Files[path]; f != nil {
			if err := f.Check(); err != nil {
				return nil, err
			}
		}
	}
	warnings, err := g.vet(from, to)
	if err != nil {
		return nil, err
	}
	base := g.bases[from.Hash]
	if base == nil {
		if base, err = g.boot(from, roots, nil); err != nil {
			return nil, err
		}
		g.bases[from.Hash] = base
	}
	for _, name := range roots { // modules that were required since
		if base.modules[name] == nil {
			_ = base.Require(name)
		}
	}
	next, err := g.boot(to, roots, base)
	if err != nil {
		return nil, err
	}
	st := &Staged{From: from, To: to, Changed: from.Changed(to), Warnings: warnings, back: g.Back, base: base, next: next, match: map[string]*unitMatch{}, results: make(map[lua.LValue]string, len(base.modules))}
	for name, m := range base.modules {
		st.results[m.result] = name
	}
	st.values = st.dataChanges()
	if r := st.difference(); r != nil {
		return nil, r
	}
	base.slots.settle() // all units plan at once, and look slots up in these two
	next.slots.settle()
	return st, nil
}

// Adopt keeps a committed release as a base for what follows it, and forgets all
// bases but those of the named release hashes.
func (g *Stager) Adopt(st *Staged, keep ...string) {
	g.bases[st.To.Hash] = st.next
	for hash := range g.bases {
		if hash != st.To.Hash && !slices.Contains(keep, hash) {
			delete(g.bases, hash)
		}
	}
	for _, sm := range st.next.stage.migrations {
		sm.base = lua.LNil // belongs to the release before
	}
}

// Carry makes the base of one release that of another, which differs from it in files
// that nobody has loaded.
func (g *Stager) Carry(from, to *Release) {
	if base := g.bases[from.Hash]; base != nil && base.Carry(to) == nil {
		delete(g.bases, from.Hash)
		g.bases[to.Hash] = base
	}
}

// Roots are the modules that were required to stage the release, in order.
func (st *Staged) Roots() []string { return st.next.Modules() }

// Functions names every function that the release changes or adds.
func (st *Staged) Functions() []string {
	var out []string
	for _, m := range st.next.order {
		um := st.match[m.name]
		for _, d := range m.unit.decls[1:] {
			if d.capture {
				continue
			}
			if um == nil || um.decl[d.id] < 0 || !um.unchanged(um.old.decls[um.decl[d.id]], d) {
				out = append(out, d.name)
			}
		}
	}
	return out
}

// boot runs top levels in a fresh staging State. With a base, a failure of a
// module that the base could load is a refusal; others are left out.
func (g *Stager) boot(r *Release, roots []string, base *State) (*State, error) {
	o := g.opts
	o.Release = r
	log := &stageLog{base: base, changed: map[string]bool{}, states: map[string]lua.LValue{}, consts: map[*lua.LTable]bool{}}
	if base != nil {
		for path, f := range r.Files {
			if old := base.release.Files[path]; old == nil || old.Hash != f.Hash {
				log.changed[f.Module()] = true
			}
		}
	}
	s, err := newState(o, log)
	if err != nil {
		return nil, err
	}
	for _, name := range roots {
		if base != nil && r.Files[ModulePath(name)] == nil && base.release.Files[ModulePath(name)] != nil {
			continue // taken out by this release; if somebody still requires it, that is the refusal
		}
		err := s.Require(name)
		if log.refusal != nil {
			return nil, log.refusal
		}
		if err != nil && base != nil && (base.modules[name] != nil || log.changed[name]) {
			return nil, err
		}
	}
	log.base = nil // or every release would keep the one before it
	return s, nil
}

// difference matches declarations, compares values and collects the warnings
// that follow from the sources alone.
func (st *Staged) difference() *Refusal {
	for _, m := range st.next.order {
		if bm := st.base.modules[m.name]; bm != nil {
			st.match[m.name] = matchUnits(bm.unit, m.unit)
		}
	}
	d := &differ{base: st.base, next: st.next, match: st.match, pairs: map[any]*place{}, taken: map[any]any{}, policies: map[string]policy{},
		regs: map[string][]regMatch{}, held: map[*lua.Upvalue]*lua.Upvalue{}}
	for _, m := range st.next.order {
		for name, pol := range m.unit.policies {
			d.policies[name] = pol
		}
	}
	d.run()
	st.ops, st.pairs, st.taken, st.shared, st.grown = d.ops, d.pairs, d.taken, d.shared, d.grown
	st.matchRegistrations(d)
	if r := st.kinds(); r != nil {
		return r
	}
	st.count()
	st.warnStatic()
	return nil
}

// kinds refuses what no live value could make right: a function that becomes
// something else, or the other way round, while others may hold it.
func (st *Staged) kinds() *Refusal {
	for _, o := range st.ops {
		if o.sequence || o.old == lua.LNil || o.new == lua.LNil {
			continue
		}
		was, is := o.old.Type(), o.new.Type()
		if was == is || was != lua.LTFunction && is != lua.LTFunction {
			continue
		}
		if was != lua.LTFunction && was != lua.LTTable {
			continue // a plain value is held by nobody: the live value decides
		}
		r := st.refusal("R-KIND", o.place)
		r.Message = fmt.Sprintf("was a %s and becomes a %s; whoever holds the old one would keep it. Give the new one another name", was, is)
		return r
	}
	return nil
}

// refusal is one about a place, with the line where it is declared.
func (st *Staged) refusal(code string, p *place) *Refusal {
	r := &Refusal{Code: code, Subject: p.name}
	if m := st.next.modules[rootOf(p).mod]; m != nil {
		r.File, r.Line = m.file.Path, m.unit.lines[p.name]
	}
	return r
}

func (st *Staged) count() {
	for _, m := range st.next.order {
		um := st.match[m.name]
		if um == nil {
			st.Stats.Added += len(m.unit.decls) - 1
			continue
		}
		for _, d := range um.new.decls[1:] {
			if d.capture {
				continue
			}
			if id := um.decl[d.id]; id < 0 {
				st.Stats.Added++
			} else if !um.unchanged(um.old.decls[id], d) {
				st.Stats.Functions++
			}
		}
		for _, d := range um.old.decls[1:] {
			if !d.capture && um.oldDecl[d.id] < 0 {
				st.Stats.Removed++
			}
		}
	}
}

// unchanged says whether a matched function runs the same code on the same
// variables; only its line numbers may differ.
func (m *unitMatch) unchanged(old, new *decl) bool {
	return old.own == new.own && m.sameLayout(old, new)
}

func (st *Staged) warnStatic() {
	for _, m := range st.next.order {
		um := st.match[m.name]
		if um == nil || um.old == um.new {
			continue
		}
		for _, name := range um.ambiguous {
			st.Warnings = append(st.Warnings, warn("W-CLOSURE-OLD", name, "closures made before the reload keep their code: the functions cannot be told apart; give them names"))
		}
		for _, d := range um.new.decls[1:] {
			if id := um.decl[d.id]; id >= 0 && !d.capture {
				st.warnFunction(um, um.old.decls[id], d)
			}
		}
		st.warnDeleted(um)
	}
	st.warnPlaces()
	sort.SliceStable(st.Warnings, func(i, j int) bool { return st.Warnings[i].Subject < st.Warnings[j].Subject })
}

func (st *Staged) warnFunction(um *unitMatch, old, new *decl) {
	if !um.sameLayout(old, new) && !um.upgradable(old, new) {
		st.Warnings = append(st.Warnings, warn("W-CLOSURE-OLD", new.name, "closures made before the reload keep their code: it now uses a local that they did not capture"))
	}
	if new.named && !old.vararg && !new.vararg && old.params != new.params {
		if detail, ok := st.callers(new); !ok {
			st.Warnings = append(st.Warnings, warn("W-ARITY", new.name, "%d parameters before, %d now%s", old.params, new.params, detail))
		}
	}
	if added := addedFields(old, new); added != "" && !st.hasUpgrade(um.new.module) {
		st.Warnings = append(st.Warnings, warn("W-FIELDS", new.name, "adds %s, old instances have none; see reload.upgrade", added))
	}
}

// callers says whether every known call of a function passes what it now takes.
func (st *Staged) callers(d *decl) (detail string, ok bool) {
	known := 0
	for _, m := range st.next.order {
		for _, c := range m.unit.calls {
			if c.callee != d.name {
				continue
			}
			known++
			if c.args != d.params {
				detail = fmt.Sprintf("; %s at %s passes %d", c.caller, fileLine(m.file.Path, c.line), c.args)
			}
		}
	}
	return detail, known > 0 && detail == ""
}

func addedFields(old, new *decl) string {
	if len(old.fields) == 0 {
		return ""
	}
	var added []string
	for f := range new.fields {
		if !old.fields[f] {
			added = append(added, f)
		}
	}
	sort.Strings(added)
	return strings.Join(added, ", ")
}

func (st *Staged) hasUpgrade(module string) bool {
	for _, u := range st.next.stage.upgrades {
		if u.mod.name == module {
			return true
		}
	}
	return false
}

func (st *Staged) warnDeleted(um *unitMatch) {
	for _, d := range um.old.decls[1:] {
		if !d.named || um.oldDecl[d.id] >= 0 || st.stillFunction(um, d) {
			continue
		}
		hint := ""
		for _, n := range um.new.decls[1:] {
			if um.decl[n.id] < 0 && n.print == d.print && n.named {
				hint = "same body as new " + n.name
			}
		}
		st.Warnings = append(st.Warnings, warn("W-DELETED", d.name, "%s", hint))
	}
}

// stillFunction says whether the name of a deleted declaration now names another function.
func (st *Staged) stillFunction(um *unitMatch, d *decl) bool {
	for _, n := range um.new.decls[1:] {
		if n.named && n.name == d.name {
			return true
		}
	}
	return false
}

// warnPlaces names new globals and replaced base classes.
func (st *Staged) warnPlaces() {
	for _, o := range st.ops {
		if o.parent == nil || o.sequence {
			continue
		}
		if o.parent.kind == placeGlobals && o.old == lua.LNil {
			st.Warnings = append(st.Warnings, warn("W-GLOBAL", o.name, "a new global"))
		}
		index := o.kind == placeField && o.parent.kind == placeMeta && o.key == lua.LString("__index")
		if index && o.old.Type() == lua.LTTable && o.new.Type() == lua.LTTable {
			st.Warnings = append(st.Warnings, warn("W-BASE", o.parent.parent.name, "%s -> %s", st.nameOf(o.old), st.nameOf(o.new)))
		}
	}
}

// nameOf is how a table is known: by a place that holds it.
func (st *Staged) nameOf(v lua.LValue) string {
	for _, p := range st.pairs {
		if (p.new == v || p.old == v) && p.name != "" {
			if i := strings.LastIndexByte(p.name, ':'); i >= 0 {
				return p.name[i+1:]
			}
			return p.name
		}
	}
	return "a table"
}

// regMatch pairs a registration of the new version with one of the old by their
// indexes; -1 where there is none.
type regMatch struct{ old, new int }

// matchRegistrations pairs the registrations of each file: same kind, same name
// and same function first, then same kind and name in order.
func (st *Staged) matchRegistrations(d *differ) {
	st.regs = map[string][]regMatch{}
	for _, m := range st.next.order {
		var old []*registration
		if bm := st.base.modules[m.name]; bm != nil {
			old = bm.regs
		}
		if len(old) == 0 && len(m.regs) == 0 {
			continue
		}
		pairs, ok := d.regs[m.name]
		if !ok {
			pairs = pairRegistrations(d, nil, m.regs)
		}
		if registrationsDiffer(d, old, m.regs, pairs) {
			st.regs[m.name] = pairs
		}
	}
}

func pairRegistrations(d *differ, old, new []*registration) []regMatch {
	used := make([]bool, len(old))
	out := make([]regMatch, len(new))
	for j := range new {
		out[j] = regMatch{-1, j}
	}
	for _, exact := range []bool{true, false} {
		for j, n := range new {
			if n == nil || out[j].old >= 0 {
				continue
			}
			for i, o := range old {
				if o != nil && !used[i] && o.kind == n.kind && o.name == n.name && (!exact || d.sameFunction(o.fn, n.fn)) {
					out[j].old, used[i] = i, true
					break
				}
			}
		}
	}
	for i, o := range old {
		if !used[i] && o != nil {
			out = append(out, regMatch{i, -1})
		}
	}
	return out
}

// registrationsDiffer says whether a live State has anything to do for them.
func registrationsDiffer(d *differ, old, new []*registration, pairs []regMatch) bool {
	for _, rm := range pairs {
		if rm.old != rm.new {
			return true
		}
		o, n := old[rm.old], new[rm.new]
		if o != nil && n != nil && (o.period != n.period || !d.sameFunction(o.fn, n.fn)) {
			return true
		}
	}
	return false
}
