package shadow

import (
	"time"

	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// side is one of the two runs. It implements system.Observer.
type side struct {
	run   *record.Run
	asked *questions // of both
	first bool
	steps int // that were run
	acts  []act
	mark  int // those before it know their tick

	took  time.Duration // real time
	lua   int64         // steps of Lua
	calls map[string]script.Reading
}

// act is an act and when it was.
type act struct {
	system.Act
	tick world.Tick
	at   time.Time
}

// Did implements system.Observer.
func (s *side) Did(a system.Act) {
	if st := s.state(); st == nil || !st.Broken() {
		s.acts = append(s.acts, act{Act: a})
	}
}

// Asked implements system.Observer.
func (s *side) Asked(a system.Asked, m system.Message) {
	if s.first {
		s.asked.askedFirst(a)
	} else {
		s.asked.askedAgain(a, m)
	}
}

// Answer implements system.Observer.
func (s *side) Answer(m system.Message) (system.Message, bool) {
	if s.first {
		return m, true
	}
	return s.asked.answer(m)
}

// Due implements system.Observer.
func (s *side) Due() []system.Message {
	if s.first {
		return nil
	}
	return s.asked.take()
}

// Hear implements system.Observer.
func (s *side) Hear(q system.Question, text string) string {
	if s.first {
		s.asked.hearFirst(q, s.steps, text)
		return text
	}
	return s.asked.hearAgain(q, s.steps)
}

// stepped dates what was done in a step.
func (s *side) stepped(_ *system.System, st system.Stepped) error {
	if s.state().Broken() {
		return errBroken
	}
	s.steps++
	for ; s.mark < len(s.acts); s.mark++ {
		s.acts[s.mark].tick, s.acts[s.mark].at = st.Tick, st.At
	}
	return nil
}

func (s *side) state() *script.State {
	if sys := s.run.System(); sys != nil {
		return sys.State()
	}
	return nil
}

// whole is what was done in the steps that have come to their end, and the errors of the one
// that has not.
func (s *side) whole() []act {
	out := s.acts[:s.mark]
	for _, a := range s.acts[s.mark:] {
		if a.Kind == system.ActFault {
			a.tick, a.at = s.run.Last, s.run.At
			out = append(out, a)
		}
	}
	return out
}

// until is what was done before a tick.
func (s *side) until(tick world.Tick) []act {
	n := 0
	for n < len(s.acts) && s.acts[n].tick < tick {
		n++
	}
	return s.acts[:n]
}

// forget is after what was done has been compared.
func (s *side) forget() { s.acts, s.mark = s.acts[:0], 0 }

// measure takes what gauges have seen, and sets them anew where a change of code took them off.
func (s *side) measure(functions []string) {
	st := s.state()
	if st == nil || len(functions) == 0 {
		return
	}
	for name, r := range st.Gauge(functions) {
		was := s.calls[name]
		was.Calls, was.Timed, was.Time, was.Steps = was.Calls+r.Calls, was.Timed+r.Timed, was.Time+r.Time, was.Steps+r.Steps
		s.calls[name] = was
	}
}
