package universe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// settlePatience is how long one that hangs keeps the others from being kept.
const settlePatience = 5 * time.Second

// Halt stops everything that runs, so that it can be kept: each makes its last tick, and
// when all have, settled is called and then keep, on the goroutine of each. What one had
// for another is in the other's inbox by then. Where keep returns nil the system's scripts
// hear nothing of an end; otherwise it ends as by Close. Halt returns when all have ended,
// or with the context's error.
func (u *Universe) Halt(ctx context.Context, settled func(), keep func(*system.System) error) error {
	u.mu.Lock() // in one go: who unloads meanwhile is not waited for
	u.closing = true
	actors := append(u.list(), u.wakers()...)
	b := newBarrier(actors)
	u.halting = b
	u.mu.Unlock()
	for _, s := range actors {
		s.Halt(stopping, func(s *system.System) error {
			b.arrive(s)
			<-b.open
			return keep(s)
		})
	}
	b.wait(ctx, settlePatience)
	settled()
	close(b.open)
	return u.ended(ctx)
}

// stopping is why systems stop with the shard.
const stopping = "the shard is stopping"

// barrier is where systems wait for each other.
type barrier struct {
	mu   sync.Mutex
	away map[*system.System]bool // who has not come yet
	all  chan struct{}           // closed when all have
	open chan struct{}           // closed when they may go on
}

func newBarrier(of []*system.System) *barrier {
	b := &barrier{away: make(map[*system.System]bool, len(of)), all: make(chan struct{}), open: make(chan struct{})}
	for _, s := range of {
		b.away[s] = true
	}
	if len(of) == 0 {
		close(b.all)
	}
	return b
}

// arrive notes that one has come, or has ended.
func (b *barrier) arrive(s *system.System) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.away[s] {
		return
	}
	if delete(b.away, s); len(b.away) == 0 {
		close(b.all)
	}
}

// wait returns when all have come, or it has taken too long.
func (b *barrier) wait(ctx context.Context, patience time.Duration) {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-b.all:
	case <-late.C:
	case <-ctx.Done():
	}
}

// Thaw makes a system or service of an image, made on a release. It does not run yet, and
// messages for it wait: Resume follows.
func (u *Universe) Thaw(a world.Address, made *code.Release, data []byte, state system.StateThaw) (*system.System, error) {
	return u.ThawWith(a, made, data, state, func(world.CharacterID) system.Client { return system.Nobody })
}

// ThawWith is Thaw where players may have connections.
func (u *Universe) ThawWith(a world.Address, made *code.Release, data []byte, state system.StateThaw, clients func(world.CharacterID) system.Client) (*system.System, error) {
	cfg, err := u.configure(a)
	if err != nil {
		return nil, err
	}
	if cfg.Address != a {
		return nil, fmt.Errorf("%s is called %s here", a, cfg.Address)
	}
	course := cfg.Release
	cfg.Release = func() *code.Release {
		if made != nil {
			return made
		}
		return course()
	}
	s, err := system.Thaw(cfg, data, state, clients)
	made = nil // from here on it is like all others
	return s, err
}

// Enlist gives a thawed system its place, so that messages reach it. Nothing may run there
// yet: that is before StartServices, and before players come.
func (u *Universe) Enlist(s *system.System) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.actors[s.Address()] = s
}

// Discharge takes a thawed system out again that cannot go on. What has been sent to it
// meanwhile is lost, as with a system that ends.
func (u *Universe) Discharge(s *system.System) { u.drop(s) }

// Resume lets a thawed system go on that has its place. Its players are in the game.
func (u *Universe) Resume(s *system.System) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, who := range s.Everybody() {
		u.where[who.ID] = s.Address()
	}
	u.running.Go(s.Run)
}
