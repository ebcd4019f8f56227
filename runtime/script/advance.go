package script

// advanceWork is with how much work one Advance begins, about 50 ms of it: what is due
// beyond waits for the next. So a pile of timers makes its system slow and does not hold
// it, and a fleet that fires as one man does so over a few ticks, from then on too, since
// what a late timer sets off is due that much later.
const advanceWork = 5_000_000

// Advance sets the game time in seconds and runs what is due: tasks that yielded,
// then timers and sleeping tasks in order of their due time.
func (s *State) Advance(now float64) {
	if s.reloads != nil {
		s.reloads.Advanced()
	}
	s.thinGauge()
	s.entered.turn(now)
	next := s.next
	s.next = nil
	enough := s.meter.work + advanceWork
	for i, t := range next {
		if s.meter.work > enough {
			s.next = append(next[i:len(next):len(next)], s.next...)
			break
		}
		if !t.ended {
			s.resume(t)
		}
	}
	for len(s.registry.timers) > 0 && s.registry.timers[0].due <= now && s.meter.work <= enough {
		r := s.registry.timers[0]
		s.now = max(s.now, r.due)
		s.fire(r)
	}
	s.now = max(s.now, now)
	s.runCalendar(enough)
	s.drainWoken()
}

// Pass sets the game time and runs nothing: it stops at what is due next.
func (s *State) Pass(now float64) {
	if due, ok := s.NextDue(); ok {
		now = min(now, due)
	}
	s.now = max(s.now, now)
}

func (s *State) fire(r *Registration) {
	if r.Kind == regEvery {
		r.due += max(r.Period, minPeriod, s.opts.Tick)
		s.registry.reorder(r)
	} else {
		s.registry.drop(r)
		r.forget()
	}
	s.enter(r.Fn, "timer", "", nil)
}

// minPeriod keeps every(0, f) from spinning where there are no ticks: at most one call
// per millisecond.
const minPeriod = 0.001

// NextDue is when Advance has work next, in game seconds.
func (s *State) NextDue() (float64, bool) {
	if len(s.next) > 0 || len(s.woken) > 0 {
		return s.now, true
	}
	due, ok := s.nextByCalendar()
	if len(s.registry.timers) > 0 && (!ok || s.registry.timers[0].due < due) {
		return s.registry.timers[0].due, true
	}
	return due, ok
}
