package reload

import "hotshard/runtime/script"

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
	v    *script.Variable
	gone int // changes of the file since
}

type grave struct {
	f    *script.Function
	gone int
}

func (l *leftovers) orphan(name string) *script.Variable {
	if l == nil {
		return nil
	}
	return l.orphans[name].v
}

func (l *leftovers) buried(name string) *script.Function {
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
	now, left := before.older(), []*script.Function(nil)
	if before != nil {
		for _, g := range before.graveyard {
			left = append(left, g.f)
		}
	}
	now.bury(mp)
	for _, d := range mp.match.Old.Decls[1:] {
		if !d.Capture && mp.match.After(d) == nil {
			left = append(left, m.Functions[d.ID])
		}
	}
	for _, f := range left {
		if now.graveyard[f.Decl.Name].f != f && (f.Decl.Unit != mp.match.New || mp.fns[f.Decl.ID] != f) {
			p.s.Slots().Detach(f, &p.undo)
		}
	}
	p.undo.Add(func() { p.kept.left[m] = before })
	p.kept.left[m] = now
}

// bury adds what a change of a file takes out, and takes off what it brings.
func (l *leftovers) bury(mp *modulePlan) {
	um := mp.match
	for _, v := range um.Old.Vars {
		if cell := mp.live.Cell(v); v.Once && um.VarAfter(v) == nil && cell != nil {
			l.orphans[v.Name] = orphan{v: mp.live.Variables[v.ID]}
		}
	}
	for _, d := range um.Old.Decls[1:] {
		if d.Named && !d.Capture && um.After(d) == nil {
			l.graveyard[d.Name] = grave{f: mp.live.Functions[d.ID]}
		}
	}
	for _, v := range um.New.Vars {
		if v.Once {
			delete(l.orphans, v.Name)
		}
	}
	for _, d := range um.New.Decls[1:] {
		delete(l.graveyard, d.Name)
	}
}
