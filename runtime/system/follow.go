package system

import (
	"errors"

	"hotshard/runtime/span"
)

// below begins a span of work that is followed; nil where it is not, or the system is only
// run again.
func (s *System) below(work span.ID, kind, what string) span.Span {
	if s.cfg.Tracer == nil || !work.On() || s.tape.again() {
		return nil
	}
	return s.cfg.Tracer.Below(work, kind, what, string(s.cfg.Address), s.cfg.Clock.Now())
}

// over ends a span.
func (s *System) over(sp span.Span, err error) {
	if sp != nil {
		sp.End(s.cfg.Clock.Now(), err)
	}
}

// following is what the running task is a part of.
func (s *System) following() span.ID {
	if s.cfg.Tracer == nil || s.scripts.state == nil {
		return span.ID{}
	}
	return s.scripts.state.Work()
}

// failure is the error of a text, nil for none.
func failure(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}
