package script

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
)

// Every word that registers, begins or sends something has a bound: a mistake in one
// script must cost its own system one call, and nobody else anything. The bounds are
// far above what a game needs.
const (
	maxTimers    = 20_000 // of a State, those of sleeping tasks with them
	maxTasks     = 20_000 // of a State, begun and not ended
	maxHandlers  = 1_000  // of one event
	maxCommands  = 10_000
	maxEmitDepth = 16     // emits inside each other
	maxEffects   = 20_000 // changes of the world in one go
	maxAhead     = 1e9    // seconds until a timer: thirty years
)

// What a word costs of the running entry's budget, in steps, so that a million of them
// take no longer than other Lua.
const (
	registerSteps = 20
	taskSteps     = 100
	effectSteps   = 10
)

// bounded takes steps for a word, and refuses it where a State has too much of what
// it makes already.
func (s *State) bounded(L *lua.LState, steps, have, most int, what string) {
	engine{}.Charge(L, steps)
	if have >= most {
		arg.Raise(L, fmt.Sprintf("budget: %s has %d %s, and at most %d are allowed; is one made again and again?", s.opts.Name, have, what, most))
	}
}

// boundRegistration is asked before a registration is made.
func (s *State) boundRegistration(L *lua.LState, kind RegistrationKind, name string) {
	switch kind {
	case regHandler:
		n := len(s.registry.handlers[name])
		s.bounded(L, registerSteps+n/8, n, maxHandlers, "handlers of the event "+name)
	case regCommand:
		n := len(s.registry.commands)
		if s.registry.commands[name] != nil {
			n = 0
		}
		s.bounded(L, registerSteps, n, maxCommands, "commands")
	default:
		s.bounded(L, registerSteps, s.Timers(), maxTimers, "timers")
	}
}

// BoundTask refuses a word that begins a task where the State that runs on L has too many.
func BoundTask(L *lua.LState) { From(L).boundTask(L) }

// boundTask is asked before a script begins a task.
func (s *State) boundTask(L *lua.LState) {
	s.bounded(L, taskSteps, len(s.alive), maxTasks, "tasks that have not ended")
}

// boundEffect is asked before a script changes the world.
func (s *State) boundEffect(L *lua.LState, word string) {
	engine{}.Charge(L, effectSteps)
	m := &s.meter
	if m.effects++; m.effects > maxEffects {
		arg.Raise(L, fmt.Sprintf("budget: %s would be change %d of the world in one go, and at most %d are allowed; spread them over ticks with sleep()", word, m.effects, maxEffects))
	}
}

// seconds is an argument that says when, from now.
func seconds(L *lua.LState, n int) float64 {
	v := arg.Number(L, n)
	switch {
	case v != v || v < 0:
		arg.Bad(L, n, "seconds must not be negative")
	case v > maxAhead:
		arg.Bad(L, n, fmt.Sprintf("at most %d seconds", int64(maxAhead)))
	}
	return v
}

// noteRegistration remembers what the running entry has registered.
func (s *State) noteRegistration(r *Registration) {
	if s.depth > 0 && r.Module == nil {
		s.meter.made.regs = append(s.meter.made.regs, r)
	}
}

func (s *State) noteTask(t *Task) {
	if s.depth > 0 {
		s.meter.made.tasks = append(s.meter.made.tasks, t)
	}
}
