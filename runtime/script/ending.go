package script

import (
	"cmp"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/world"
)

// ending is told how a task has ended.
type ending interface {
	end(values []lua.LValue, err error)
}

// FailLost lets those tasks go on with an error that wait for an answer which nobody
// will give: after a restart, what the process before it had asked the outside. awaited
// says of which waits the host knows who answers; it may be nil. It returns how many
// they were.
func (s *State) FailLost(awaited func(*Wait) bool, why error) int {
	tried := map[*Wait]bool{}
	for t := range s.alive {
		if e, ok := t.done.(tryEnd); ok {
			tried[e.w] = true
		}
	}
	var lost []*Task
	for t := range s.alive {
		if w := t.wait; w != nil && w.timer == nil && !tried[w] && (awaited == nil || !awaited(w)) {
			lost = append(lost, t)
		}
	}
	slices.SortFunc(lost, func(a, b *Task) int { return cmp.Compare(a.id, b.id) })
	for _, t := range lost {
		if w := t.wait; w != nil {
			w.Fail(why)
		}
	}
	return len(lost)
}

// endFunc is an ending that this process alone can have.
type endFunc func([]lua.LValue, error)

func (f endFunc) end(values []lua.LValue, err error) { f(values, err) }

// consoleEnd is the ending of an operator's code: whoever asked for it does not wait
// longer than this process lives.
type consoleEnd func([]lua.LValue, error)

func (f consoleEnd) end(values []lua.LValue, err error) { f(values, err) }

// CommandEnd is told how a command has ended, as the function is that Command is given.
// It can be in an image, where Options.Kinds knows it.
type CommandEnd interface {
	CommandEnd(result world.Value, err error)
}

type commandEnd struct{ to CommandEnd }

func (e commandEnd) end(values []lua.LValue, err error) { e.to.CommandEnd(commandResult(values, err)) }

// CallEnd is told what a call has returned, as the function is that Call is given. It
// can be in an image, where Options.Kinds knows it.
type CallEnd interface {
	CallEnd(values []world.Value, err error)
}

type callEnd struct{ to CallEnd }

func (e callEnd) end(values []lua.LValue, err error) { e.to.CallEnd(plainValues(values, err)) }

type commandEndFunc func(world.Value, error)

func (f commandEndFunc) end(values []lua.LValue, err error) { f(commandResult(values, err)) }

type callEndFunc func([]world.Value, error)

func (f callEndFunc) end(values []lua.LValue, err error) { f(plainValues(values, err)) }
