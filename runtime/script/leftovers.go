package script

// keepGone is for how many changes of a file its old locals and functions stay at
// hand after they have left the source.
const keepGone = 20

// leftovers are what a file's source no longer has, so that a rollback, or an author who
// changes their mind, finds it again. They are not changed once they are kept.
type leftovers struct {
	orphans   map[string]orphan
	graveyard map[string]grave
}

type orphan struct {
	v    *variable
	gone int // changes of the file since
}

type grave struct {
	f    *function
	gone int
}

func (l *leftovers) orphan(name string) *variable {
	if l == nil {
		return nil
	}
	return l.orphans[name].v
}

func (l *leftovers) buried(name string) *function {
	if l == nil {
		return nil
	}
	return l.graveyard[name].f
}

// older is what is still kept after one more change of the file.
func (l *leftovers) older() *leftovers {
	out := &leftovers{orphans: map[string]orphan{}, graveyard: map[string]grave{}}
	if l == nil {
		return out
	}
	for name, o := range l.orphans {
		if o.gone++; o.gone <= keepGone {
			out.orphans[name] = o
		}
	}
	for name, g := range l.graveyard {
		if g.gone++; g.gone <= keepGone {
			out.graveyard[name] = g
		}
	}
	return out
}

// keepLeftovers keeps what the next version of a file leaves out and forgets what it
// has again.
func (p *planner) keepLeftovers(mp *modulePlan) {
	m := mp.live
	before := p.kept.left[m]
	now, left := before.older(), []*function(nil)
	if before != nil {
		for _, g := range before.graveyard {
			left = append(left, g.f)
		}
	}
	now.bury(mp)
	for _, d := range mp.match.old.decls[1:] {
		if !d.capture && mp.match.after(d) == nil {
			left = append(left, m.fns[d.id])
		}
	}
	for _, f := range left {
		if now.graveyard[f.decl.name].f != f && (f.decl.unit != mp.match.new || mp.fns[f.decl.id] != f) {
			p.s.Slots().detach(f, &p.undo)
		}
	}
	p.undo.Add(func() { p.kept.left[m] = before })
	p.kept.left[m] = now
}

// bury adds what a change of a file takes out, and takes off what it brings.
func (l *leftovers) bury(mp *modulePlan) {
	um := mp.match
	for _, v := range um.old.vars {
		if cell := mp.live.variableCell(v); v.module && um.varAfter(v) == nil && cell != nil {
			l.orphans[v.name] = orphan{v: mp.live.vars[v.id]}
		}
	}
	for _, d := range um.old.decls[1:] {
		if d.named && !d.capture && um.after(d) == nil {
			l.graveyard[d.name] = grave{f: mp.live.fns[d.id]}
		}
	}
	for _, v := range um.new.vars {
		if v.module {
			delete(l.orphans, v.name)
		}
	}
	for _, d := range um.new.decls[1:] {
		delete(l.graveyard, d.name)
	}
}
