package script

import (
	"cmp"
	"fmt"
	"slices"
)

// StopTasks ends the suspended work that is wanted, coroutines that scripts made
// themselves too, and returns it.
func (s *State) StopTasks(wanted func(TaskInfo) bool) []TaskInfo {
	var out []TaskInfo
	for _, t := range s.Tasks() {
		switch {
		case !wanted(t):
			continue
		case t.ID == 0:
			t.th.Dead = true // whoever resumes it is told
		case !s.Stop(t.ID):
			continue
		}
		out = append(out, t)
	}
	return out
}

// TimerInfo is one pending timer.
type TimerInfo struct {
	ID       uint64
	Function string
	Where    string  // "combat.lua@1f3a9c:12"
	Every    float64 // game seconds, 0 for one that fires once
	At       string  // the times of day, in UTC, of one that goes by the calendar
	Due      float64 // seconds until it fires, of the game or, by the calendar, of the day
	Module   string  // whose top level made it, "" for one made at run time
}

// TimerList lists the pending timers in the order of their due times. Sleeping tasks
// are none.
func (s *State) TimerList() []TimerInfo {
	var out []TimerInfo
	s.registry.Timers(func(r *Registration) {
		if r.wait != nil {
			return
		}
		t := TimerInfo{ID: r.id, Due: r.due - s.now, Function: s.describeFunction(r.Fn)}
		if sl := s.slots.Of(r.Fn); sl != nil {
			t.Function, t.Where = sl.Function.Decl.Name, fmt.Sprintf("%s:%d", sl.Function.Decl.Proto.SourceName, sl.Function.Decl.Line)
		}
		switch r.Kind {
		case regEvery:
			t.Every = r.Period
		case regAt:
			t.At, t.Due = r.Name, r.moment.Sub(s.wall()).Seconds()
		}
		if r.Module != nil {
			t.Module = r.Module.Name
		}
		out = append(out, t)
	})
	slices.SortFunc(out, func(a, b TimerInfo) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID)) })
	return out
}

// StopTimer ends the timer with the id, as cancel does, and says whether there was one.
func (s *State) StopTimer(id uint64) bool {
	var found *Registration
	s.registry.Timers(func(r *Registration) {
		if r.id == id && r.wait == nil {
			found = r
		}
	})
	if found == nil {
		return false
	}
	s.registry.drop(found)
	found.forget()
	return true
}
