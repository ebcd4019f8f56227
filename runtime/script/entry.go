package script

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/arg"
	"hotshard/runtime/world"
)

// Emit runs every handler of the event, in order, each as an activity of its own:
// an error or a wait in one does not keep the others from running.
func (s *State) Emit(event string, args ...lua.LValue) { s.emit(event, "", args) }

// EmitFor is Emit on behalf of a player, for fault reports.
func (s *State) EmitFor(player, event string, args ...lua.LValue) { s.emit(event, player, args) }

// EmitFrom is emit for a word that a script has called on L, with the bounds of the
// script's own emits. It says whether there is a handler.
func EmitFrom(L *lua.LState, event string, args ...lua.LValue) bool {
	s := From(L)
	s.emitFor(L, event, args)
	return s.HasHandler(event)
}

// emitFor is emit for a script, within bounds.
func (s *State) emitFor(L *lua.LState, event string, args []lua.LValue) int {
	if s.emits >= maxEmitDepth {
		arg.Raise(L, fmt.Sprintf("budget: the event %s is emitted inside %d other emits; does its handler emit it again?", event, s.emits))
	}
	engine{}.Charge(L, taskSteps*len(s.registry.handlers[event]))
	s.emits++
	defer func() { s.emits-- }()
	s.emit(event, "", args)
	return 0
}

func (s *State) emit(event, player string, args []lua.LValue) {
	for _, r := range s.registry.handlers[event] {
		if !r.gone {
			s.enter(r.Fn, "event "+event, player, nil, args...)
		}
	}
}

// Enter runs a function that the words of a host hold on to, as an activity of its own.
func (s *State) Enter(fn *lua.LFunction, origin string, args ...lua.LValue) {
	s.enter(fn, origin, "", nil, args...)
}

// HasHandler says whether Emit of the event would run anything.
func (s *State) HasHandler(event string) bool { return len(s.registry.handlers[event]) > 0 }

// CommandError is a refusal by the scripts: a code for programs and a sentence
// for the player.
type CommandError struct{ Code, Message string }

func (e *CommandError) Error() string { return e.Message }

// Command runs the named command for a player. done is called when it has ended,
// perhaps some ticks later: with its result, with a *CommandError if the script
// refused (return nil, message [, code], or error{code=, message=}), or with
// another error if it failed.
func (s *State) Command(player, name string, done func(world.Value, error), args ...lua.LValue) {
	s.command(player, name, commandEndFunc(done), args)
}

// CommandFor is Command for somebody who can be in an image.
func (s *State) CommandFor(player, name string, to CommandEnd, args ...lua.LValue) {
	s.command(player, name, commandEnd{to}, args)
}

func (s *State) command(player, name string, done ending, args []lua.LValue) {
	r := s.registry.commands[name]
	if r == nil {
		done.end(nil, &CommandError{Code: wire.CodeUnknownCommand, Message: fmt.Sprintf("there is no command %q", name)})
		return
	}
	s.enter(r.Fn, "command "+name, player, done, args...)
}

func commandResult(values []lua.LValue, err error) (world.Value, error) {
	if err != nil {
		if ce := scriptRefusal(err); ce != nil {
			return nil, ce
		}
		return nil, &CommandError{Code: wire.CodeInternal, Message: "that command failed; the error has been reported"}
	}
	if len(values) >= 2 && values[0] == lua.LNil {
		if msg, ok := values[1].(lua.LString); ok {
			ce := &CommandError{Code: wire.CodeRefused, Message: string(msg)}
			if len(values) > 2 {
				if code, ok := values[2].(lua.LString); ok {
					ce.Code = string(code)
				}
			}
			return nil, ce
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	v, err := ToValue(values[0])
	if err != nil {
		return nil, &CommandError{Code: wire.CodeInternal, Message: err.Error()}
	}
	return v, nil
}

// Call runs a function of a loaded module, as services are called.
func (s *State) Call(module, fn string, done func([]world.Value, error), args ...lua.LValue) {
	s.call(module, fn, callEndFunc(done), args)
}

// CallFor is Call for somebody who can be in an image.
func (s *State) CallFor(module, fn string, to CallEnd, args ...lua.LValue) {
	s.call(module, fn, callEnd{to}, args)
}

func (s *State) call(module, fn string, done ending, args []lua.LValue) {
	t, _ := s.modules.results.RawGetString(module).(*lua.LTable)
	var f *lua.LFunction
	if t != nil {
		f, _ = t.RawGetString(fn).(*lua.LFunction)
	}
	if f == nil {
		done.end(nil, fmt.Errorf("%s has no function %s", module, fn))
		return
	}
	s.enter(f, "call "+fn, "", done, args...)
}

func plainValues(values []lua.LValue, err error) ([]world.Value, error) {
	if err != nil {
		if ce := scriptRefusal(err); ce != nil {
			return nil, ce
		}
		return nil, err
	}
	out := make([]world.Value, len(values))
	for i, v := range values {
		if out[i], err = ToValue(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}
