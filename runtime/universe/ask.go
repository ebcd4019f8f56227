package universe

import (
	"context"
	"fmt"
	"sync/atomic"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Ask runs fn on the goroutine of the actor with the address, waking or starting
// it, and returns when fn has. When ctx ends before fn has begun, fn never runs.
func (u *Universe) Ask(ctx context.Context, a world.Address, fn func(*system.System)) error {
	q := newQuestion(fn)
	if err := u.deliver(u.canonical(a), system.Do(q.run)); err != nil {
		return err
	}
	return q.wait(ctx)
}

// Unanswered is the error of a question that not everybody has answered. Those who
// had not begun when it was given up never do.
type Unanswered struct {
	Actors []world.Address
	Err    error // of the context
}

// Error names those that did not answer.
func (e *Unanswered) Error() string {
	return fmt.Sprintf("no answer from %v: %v", e.Actors, e.Err)
}

// Unwrap returns the context's error.
func (e *Unanswered) Unwrap() error { return e.Err }

// AskAll runs fn on the goroutine of every actor that runs now, all at once, and
// returns when all have answered or ctx has ended, then with an *Unanswered. Actors
// that end meanwhile are left out.
func (u *Universe) AskAll(ctx context.Context, fn func(*system.System)) error {
	return u.AskOf(ctx, u.Actors(), fn)
}

// AskOf is AskAll of some actors only.
func (u *Universe) AskOf(ctx context.Context, actors []*system.System, fn func(*system.System)) error {
	return ask(ctx, actors, fn, func(run func(*system.System)) system.Message { return system.Do(run) })
}

// Between runs fn on the goroutine of each of the actors between two ticks, at
// once, while no Lua of theirs runs: the moment to replace scripts. It returns as
// AskAll does.
func (u *Universe) Between(ctx context.Context, actors []*system.System, fn func(*system.System)) error {
	return ask(ctx, actors, fn, func(run func(*system.System)) system.Message { return system.Between(run) })
}

func ask(ctx context.Context, actors []*system.System, fn func(*system.System), wrap func(func(*system.System)) system.Message) error {
	asked := make(map[*system.System]*question, len(actors))
	for _, s := range actors {
		q := newQuestion(fn)
		if s.Post(wrap(q.run)) == nil {
			asked[s] = q
		}
	}
	var silent []world.Address
	for _, s := range actors { // all of them: a question that is given up must be taken back
		if q := asked[s]; q != nil && q.wait(ctx) != nil {
			silent = append(silent, s.Address())
		}
	}
	if silent != nil {
		return &Unanswered{Actors: silent, Err: ctx.Err()}
	}
	return nil
}

// question is a function on its way to an actor, which its asker may take back
// until it has begun.
type question struct {
	fn      func(*system.System)
	claimed atomic.Bool
	done    chan struct{}
}

func newQuestion(fn func(*system.System)) *question {
	return &question{fn: fn, done: make(chan struct{})}
}

func (q *question) run(s *system.System) {
	if q.claimed.CompareAndSwap(false, true) {
		defer close(q.done)
		q.fn(s)
	}
}

func (q *question) wait(ctx context.Context) error {
	select {
	case <-q.done:
		return nil
	case <-ctx.Done():
	}
	if q.claimed.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	<-q.done
	return nil
}
