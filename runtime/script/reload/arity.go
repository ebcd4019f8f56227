package reload

import "hotshard/runtime/script/code"

// A suspended frame finishes in its old code, and what it calls by then is new: a
// call that fitted may fit no longer, though every call of the new source does.

// newArity is the next version of a function whose parameters are others than before,
// or nil. Names are those that call sites know.
func (st *Staged) newArity(callee string) *code.Decl {
	for _, n := range st.next.Loaded() {
		um := st.match[n.Name]
		if um == nil || um.Old == um.New {
			continue
		}
		for _, d := range um.New.Decls[1:] {
			if !d.Named || d.Name != callee || um.Before(d) == nil {
				continue
			}
			if old := um.Before(d); !old.Vararg && !d.Vararg && old.Params != d.Params {
				return d
			}
		}
	}
	return nil
}

// oldCalls names the functions that an old frame may call with other arguments than
// they take from now on.
func (p *planner) oldCalls(frame *code.Decl) {
	for _, c := range frame.Unit.Calls {
		if c.Caller != frame.Name || c.Args < 0 {
			continue
		}
		if d := p.st.newArity(c.Callee); d != nil && c.Args != d.Params {
			p.warnArity(d, frame, c)
		}
	}
}

func (p *planner) warnArity(d, frame *code.Decl, c code.Call) {
	for _, w := range p.st.Warnings {
		if w.Code == code.WArity && w.Subject == d.Name {
			return // said already, of a call in the new source
		}
	}
	if key := code.WArity + " " + d.Name; !p.told[key] {
		p.told[key] = true
		p.warnings = append(p.warnings, code.Warn(code.WArity, d.Name, "takes %d now; %s, suspended in old code, passes %d at %s", d.Params, frame.Name, c.Args, code.FileLine(frame.Unit.Path, c.Line)))
	}
}
