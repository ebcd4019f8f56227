package universe

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Rests keeps systems that nobody uses, and brings them back. Its methods are called on any
// goroutine.
type Rests interface {
	// Resting says whether a system rests. It does not block.
	Resting(world.Address) bool
	// Wake makes a system that has not run yet go on from where it rested, and calls enter
	// when it runs what it is to run: from then on it hears of releases. It does nothing
	// where the system cannot go on, which then starts from the beginning.
	Wake(s *system.System, enter func())
}

// waker is a system that takes messages and does not run yet.
type waker struct {
	*system.System
	in chan struct{} // closed when it does
}

// known is who takes messages for an address, with the lock.
func (u *Universe) known(a world.Address) *system.System {
	if s := u.actors[a]; s != nil {
		return s
	}
	return u.waking[a].System
}

// begin lets a new system run, with the lock: at once, or when the one before it has ended
// and it has been brought back.
func (u *Universe) begin(s *system.System) {
	a := s.Address()
	before := u.ending[a]
	if before == nil && (u.cfg.Rests == nil || !u.cfg.Rests.Resting(a)) {
		u.actors[a] = s
		u.running.Go(s.Run)
		return
	}
	u.waking[a] = waker{s, make(chan struct{})}
	u.running.Go(func() {
		u.wake(s, before)
		s.Run()
	})
}

// wake is what comes before Run of a system that may have rested. It is on no system's
// goroutine: who sends to it does not wait.
func (u *Universe) wake(s, before *system.System) {
	if before != nil {
		<-before.Ended()
	}
	enter := sync.OnceFunc(func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		close(u.waking[s.Address()].in)
		delete(u.waking, s.Address())
		u.actors[s.Address()] = s
	})
	defer enter()
	defer func() {
		if r := recover(); r != nil {
			u.log.Error("a system that rested cannot go on, and starts from the beginning", "system", s.Address(), "error", fmt.Errorf("panic: %v", r), "stack", string(debug.Stack()))
		}
	}()
	if u.cfg.Rests != nil {
		u.cfg.Rests.Wake(s, enter)
	}
}

// replace has the next message for the address of a system go to another one: it takes none
// any more, and may not have ended yet.
func (u *Universe) replace(s *system.System) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.actors[s.Address()] != s {
		return
	}
	delete(u.actors, s.Address())
	u.ending[s.Address()] = s
}

// wakers are those that have not begun to run yet, with the lock.
func (u *Universe) wakers() []*system.System {
	var out []*system.System
	for _, w := range u.waking {
		out = append(out, w.System)
	}
	return out
}

// Woken waits until all run who have been sent something and were about to be brought back,
// or ctx ends.
func (u *Universe) Woken(ctx context.Context) {
	u.mu.RLock()
	waking := slices.Collect(maps.Values(u.waking))
	u.mu.RUnlock()
	for _, w := range waking {
		select {
		case <-w.in:
		case <-ctx.Done():
			return
		}
	}
}

// close lets nobody start any more, and returns who has.
func (u *Universe) close() []*system.System {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closing = true
	return append(u.list(), u.wakers()...)
}
