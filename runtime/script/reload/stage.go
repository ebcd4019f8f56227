package reload

import (
	"fmt"
	"slices"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// Stager runs the top levels of each new release in a State of its own, off any
// live State's goroutine, and works out once for all live States what changed. It
// keeps the staging States of the releases in use: their values are the base of
// the three-way merge. A Stager belongs to one goroutine at a time.
type Stager struct {
	Back  bool // what is staged ran before: it is taken back
	opts  script.Options
	bases map[string]*rehearsal // by release hash
}

// NewStager makes a Stager for live States with the same Options. Nothing is run
// until the first Stage.
func NewStager(o script.Options) *Stager {
	o.OnFault, o.OnLog, o.OnDeed, o.Release, o.Points = nil, nil, nil, nil, nil
	return &Stager{opts: o, bases: map[string]*rehearsal{}}
}

// Staged is the difference between two releases, ready to be planned and
// committed in any live State that runs the first. It is immutable.
type Staged struct {
	From, To *code.Release
	Changed  []string       // paths
	Warnings []code.Warning // those that no live State's values can change
	values   []code.ValueChange
	back     bool
	base     *rehearsal
	next     *rehearsal
	match    map[string]*code.Match
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
func (g *Stager) Stage(from, to *code.Release, roots []string) (*Staged, error) {
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
		if base.Module(name) == nil {
			_ = base.Require(name)
		}
	}
	next, err := g.boot(to, roots, base)
	if err != nil {
		return nil, err
	}
	st := &Staged{From: from, To: to, Changed: from.Changed(to), Warnings: warnings, back: g.Back, base: base, next: next, match: map[string]*code.Match{}, results: map[lua.LValue]string{}}
	for _, m := range base.Loaded() {
		st.results[m.Result] = m.Name
	}
	st.values = st.dataChanges()
	if r := st.difference(); r != nil {
		return nil, r
	}
	base.Slots().Settle() // all units plan at once, and look slots up in these two
	next.Slots().Settle()
	return st, nil
}

// Adopt keeps a committed release as a base for what follows it, and forgets all
// bases but those of the named release hashes. One in which migrations have run on what was
// before is not kept, and run anew when it is needed: a base must follow from its release
// alone, or a system that was thawed, or is run again, would go another way.
func (g *Stager) Adopt(st *Staged, keep ...string) {
	g.bases[st.To.Hash] = st.next
	if len(st.next.stage.migrations) > 0 {
		delete(g.bases, st.To.Hash)
	}
	for hash := range g.bases {
		if hash != st.To.Hash && !slices.Contains(keep, hash) {
			delete(g.bases, hash)
		}
	}
}

// Carry makes the base of one release that of another, which differs from it in files
// that nobody has loaded.
func (g *Stager) Carry(from, to *code.Release) {
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
	for _, m := range st.next.Loaded() {
		um := st.match[m.Name]
		for _, d := range m.Unit.Decls[1:] {
			if d.Capture {
				continue
			}
			if um == nil || um.Before(d) == nil || !um.Unchanged(um.Before(d), d) {
				out = append(out, d.Name)
			}
		}
	}
	return out
}

// boot runs top levels in a fresh staging State. With a base, a failure of a
// module that the base could load is a refusal; others are left out.
func (g *Stager) boot(r *code.Release, roots []string, base *rehearsal) (*rehearsal, error) {
	o := g.opts
	o.Release = r
	log := &stageLog{base: base, changed: map[string]bool{}, states: map[string]lua.LValue{}, consts: map[*lua.LTable]bool{}}
	if base != nil {
		for path, f := range r.Files {
			if old := base.Release().Files[path]; old == nil || old.Hash != f.Hash {
				log.changed[f.Module()] = true
			}
		}
	}
	s, err := script.NewStaging(o, log)
	if err != nil {
		return nil, err
	}
	for _, name := range roots {
		if base != nil && r.Files[code.ModulePath(name)] == nil && base.Release().Files[code.ModulePath(name)] != nil {
			continue // taken out by this release; if somebody still requires it, that is the refusal
		}
		err := s.Require(name)
		if log.refusal != nil {
			return nil, log.refusal
		}
		if err != nil && base != nil && (base.Module(name) != nil || log.changed[name]) {
			return nil, err
		}
	}
	log.base = nil // or every release would keep the one before it
	return &rehearsal{s, log}, nil
}

// difference matches declarations, compares values and collects the warnings
// that follow from the sources alone.
func (st *Staged) difference() *code.Refusal {
	for _, m := range st.next.Loaded() {
		if bm := st.base.Module(m.Name); bm != nil {
			st.match[m.Name] = code.NewMatch(bm.Unit, m.Unit)
		}
	}
	d := &differ{base: st.base, next: st.next, match: st.match, pairs: map[any]*place{}, taken: map[any]any{}, policies: map[string]code.Policy{},
		regs: map[string][]regMatch{}, held: map[*lua.Upvalue]*lua.Upvalue{}}
	for _, m := range st.next.Loaded() {
		for name, pol := range m.Unit.Policies {
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
func (st *Staged) kinds() *code.Refusal {
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
		r := st.refusal(code.RKind, o.place)
		r.Message = fmt.Sprintf("was a %s and becomes a %s; whoever holds the old one would keep it. Give the new one another name", was, is)
		return r
	}
	return nil
}

// refusal is one about a place, with the line where it is declared.
func (st *Staged) refusal(why string, p *place) *code.Refusal {
	r := &code.Refusal{Code: why, Subject: p.name}
	if m := st.next.Module(rootOf(p).mod); m != nil {
		r.File, r.Line = m.File.Path, m.Unit.Lines[p.name]
	}
	return r
}

func (st *Staged) count() {
	for _, m := range st.next.Loaded() {
		um := st.match[m.Name]
		if um == nil {
			st.Stats.Added += len(m.Unit.Decls) - 1
			continue
		}
		for _, d := range um.New.Decls[1:] {
			if d.Capture {
				continue
			}
			if was := um.Before(d); was == nil {
				st.Stats.Added++
			} else if !um.Unchanged(was, d) {
				st.Stats.Functions++
			}
		}
		for _, d := range um.Old.Decls[1:] {
			if !d.Capture && um.After(d) == nil {
				st.Stats.Removed++
			}
		}
	}
}
