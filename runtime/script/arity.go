package script

// A suspended frame finishes in its old code, and what it calls by then is new: a
// call that fitted may fit no longer, though every call of the new source does.

// newArity is the next version of a function whose parameters are others than before,
// or nil. Names are those that call sites know.
func (st *Staged) newArity(callee string) *decl {
	for _, n := range st.next.Loaded() {
		um := st.match[n.name]
		if um == nil || um.old == um.new {
			continue
		}
		for _, d := range um.new.decls[1:] {
			if !d.named || d.name != callee || um.before(d) == nil {
				continue
			}
			if old := um.before(d); !old.vararg && !d.vararg && old.params != d.params {
				return d
			}
		}
	}
	return nil
}

// oldCalls names the functions that an old frame may call with other arguments than
// they take from now on.
func (p *planner) oldCalls(frame *decl) {
	for _, c := range frame.unit.calls {
		if c.caller != frame.name || c.args < 0 {
			continue
		}
		if d := p.st.newArity(c.callee); d != nil && c.args != d.params {
			p.warnArity(d, frame, c)
		}
	}
}

func (p *planner) warnArity(d, frame *decl, c callSite) {
	for _, w := range p.st.Warnings {
		if w.Code == WArity && w.Subject == d.name {
			return // said already, of a call in the new source
		}
	}
	if key := WArity + " " + d.name; !p.told[key] {
		p.told[key] = true
		p.warnings = append(p.warnings, warn(WArity, d.name, "takes %d now; %s, suspended in old code, passes %d at %s", d.params, frame.name, c.args, fileLine(frame.unit.path, c.line)))
	}
}
