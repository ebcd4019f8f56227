package spectate

import (
	"context"
	"slices"
	"strings"

	"hotshard/console/command"
	"hotshard/host/server"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// prompter implements command.Lua. What may change something runs in the copy; what only looks
// runs in a fork of it, since even that takes steps of Lua that the recording has not.
type prompter struct{ t *Theatre }

// evaluated is what came of a piece of code.
type evaluated struct {
	got  command.Evaluated
	err  error
	done bool
}

// maxPrinted bounds what an operator's code may print.
const maxPrinted = 64 << 10

// Eval implements command.Lua.
func (v prompter) Eval(ctx context.Context, e command.Eval) (command.Evaluated, error) {
	if e.Expression {
		return v.look(ctx, e)
	}
	answer := make(chan evaluated, 1)
	err := v.t.inside(ctx, e.System, func(s *system.System) error {
		v.t.touch()
		out := start(s, e, func(r evaluated) { answer <- r })
		if !out.done && !v.t.pace.playing {
			return errReplay("the code waits, and time stands still; it goes on with play or step")
		}
		return nil
	})
	if err != nil {
		return command.Evaluated{}, err
	}
	v.t.do(ctx, v.t.show)
	select {
	case r := <-answer:
		return r.got, r.err
	case <-v.t.over:
		return command.Evaluated{}, errOver
	case <-ctx.Done():
		return command.Evaluated{}, ctx.Err()
	}
}

// start runs code in a system. It may be done at once.
func start(s *system.System, e command.Eval, done func(evaluated)) *evaluated {
	out := &evaluated{}
	if s.State() == nil {
		out.err, out.done = s.Down(), true
		done(*out)
		return out
	}
	var printed strings.Builder
	s.State().EvalWith(script.EvalOptions{Code: e.Code, Author: e.Author, ReadOnly: e.Expression, Depth: e.Depth,
		Print: func(line string) {
			if printed.Len() < maxPrinted {
				printed.WriteString(line + "\n")
			}
		},
	}, func(values []world.Value, err error) {
		out.got, out.err, out.done = command.Evaluated{Values: values, Output: printed.String()}, err, true
		done(*out)
	})
	return out
}

// look runs code in a fork.
func (v prompter) look(ctx context.Context, e command.Eval) (got command.Evaluated, err error) {
	answer := make(chan evaluated, 1)
	err = v.t.inside(ctx, e.System, func(*system.System) error {
		return v.t.inFork(func(fork forking) {
			p, err := fork(nil)
			if err != nil {
				answer <- evaluated{err: err}
				return
			}
			defer p.Close()
			if out := start(p.System(), e, func(evaluated) {}); out.done {
				answer <- *out
			} else {
				answer <- evaluated{err: errReplay("what only looks cannot wait")}
			}
		})
	})
	if err != nil {
		return got, err
	}
	select {
	case r := <-answer:
		return r.got, r.err
	case <-ctx.Done():
		return got, ctx.Err()
	}
}

// Complete implements command.Lua.
func (v prompter) Complete(ctx context.Context, name, prefix string, limit int) (found []string) {
	_ = v.t.inside(ctx, name, func(s *system.System) error { // who has nothing to offer offers nothing
		if s.State() != nil {
			found = server.Complete(s.State().L(), prefix)
		}
		return nil
	})
	slices.Sort(found)
	return found[:min(limit, len(found))]
}
