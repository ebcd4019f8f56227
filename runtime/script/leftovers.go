package script

import (
	"maps"
	"slices"
)

// keepGone is for how many changes of a file its old locals and functions stay at
// hand after they have left the source.
const keepGone = 20

// leftovers keeps what the source no longer has, so that a rollback, or an author
// who changes their mind, finds it again.
func (p *planner) leftovers(mp *modulePlan) (map[string]*variable, map[string]*function) {
	m := mp.live
	orphans, graveyard := maps.Clone(m.orphans), maps.Clone(m.graveyard)
	maps.DeleteFunc(orphans, func(_ string, v *variable) bool { v.gone++; return v.gone > keepGone })
	maps.DeleteFunc(graveyard, func(_ string, f *function) bool { f.gone++; return f.gone > keepGone })
	for _, v := range mp.match.old.vars {
		if v.module && mp.match.oldVars[v.id] < 0 && v.id < len(m.vars) && m.vars[v.id] != nil && m.vars[v.id].cell != nil {
			if orphans == nil {
				orphans = map[string]*variable{}
			}
			orphans[v.name] = m.vars[v.id]
			orphans[v.name].gone = 0
		}
	}
	left := slices.Collect(maps.Values(m.graveyard))
	for _, d := range mp.match.old.decls[1:] {
		if d.capture || mp.match.oldDecl[d.id] >= 0 {
			continue
		}
		left = append(left, m.fns[d.id])
		if d.named {
			if graveyard == nil {
				graveyard = map[string]*function{}
			}
			graveyard[d.name] = m.fns[d.id]
			graveyard[d.name].gone = 0
		}
	}
	for _, v := range mp.match.new.vars {
		if v.module {
			delete(orphans, v.name)
		}
	}
	for _, d := range mp.match.new.decls[1:] {
		delete(graveyard, d.name)
	}
	for _, f := range left {
		if graveyard[f.decl.name] != f && (f.decl.unit != mp.match.new || mp.fns[f.decl.id] != f) {
			p.detach(f)
		}
	}
	return orphans, graveyard
}

// detach forgets a function that no version has any more. Closures of it that are
// still alive can be told by their name; the function itself is not kept for them.
func (p *planner) detach(f *function) {
	s, sl := p.s, f.slot
	if s.slots.get(sl.proto) != sl {
		return
	}
	s.slots.remove(sl)
	key := s.leaveBehind(&slot{fn: &function{mod: f.mod, decl: f.decl}, layout: sl.layout, past: sl.past}, sl.proto)
	p.undo(func() {
		delete(s.stale, key)
		s.slots.add(sl)
	})
}
