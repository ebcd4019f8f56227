package script

import "fmt"

// Doing is what a State is in the middle of.
type Doing struct {
	Origin   string // the activity: "command fire"
	Player   string // for whom, "" for nobody
	Function string // the innermost of a script: "combat.damage"
	Where    string // its line: "combat.lua@1f3a9c:12"
}

// Doing says what runs; nothing of it where no Lua does.
func (s *State) Doing() (d Doing) {
	t, th := s.current, s.m.CurrentThread
	if t == nil || th == nil {
		return d
	}
	d.Origin, d.Player = t.origin, t.player
	for level := 0; ; level++ {
		f, ok := frameAt(th, level)
		if !ok {
			return d
		}
		if fn := f.fn(); !f.ours() && !s.gaugedFrame(fn) {
			d.Where = fmt.Sprintf("%s:%d", fn.Proto.SourceName, f.line())
			if sl := s.slots.Of(fn); sl != nil {
				d.Function = sl.Function.Decl.Name
			} else if fz := s.slots.frozen[fn.Proto]; fz != nil {
				d.Function = fz.Function.Decl.Name
			}
			return d
		}
	}
}

// Break ends what runs, and everything that begins from now on, each with an error. It is for
// a State that is run again and takes too long; any goroutine may call it.
func (s *State) Break() { s.broken.Store(true) }

// BreakAfter lets the State be broken off when it has taken so many steps more; 0 lets it go on.
func (s *State) BreakAfter(steps int64) {
	s.breaksFrom, s.breaksAt = s.StepsNow(), 0
	if steps > 0 {
		s.breaksAt = s.breaksFrom + steps
	}
}

// BreaksFrom is how many steps had been taken when BreakAfter was called.
func (s *State) BreaksFrom() int64 { return s.breaksFrom }

// Broken says whether the State has been broken off.
func (s *State) Broken() bool {
	return s.broken.Load() || s.breaksAt > 0 && s.StepsNow() > s.breaksAt
}
