package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// power is the shutdown that an operator asks for: at once or after a countdown
// that every player is told of.
type power struct {
	mu     sync.Mutex
	cancel context.CancelFunc // of the countdown under way
	coming command.Countdown  // that one
	down   chan struct{}      // closed when the shard is to stop
	over   bool               // it is closed
}

func (p *power) init() { p.down = make(chan struct{}) }

// countdown is the one that is under way, nil for none.
func (p *power) countdown() *command.Countdown {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel == nil {
		return nil
	}
	c := p.coming
	return &c
}

// eventShutdown tells players of a countdown, or without members that it is called off;
// eventAnnounce is a word of the operator.
const (
	eventShutdown = "shutdown"
	eventAnnounce = "announce"
)

// shutdownMembers is a countdown as players' programs are told of it.
func shutdownMembers(c command.Countdown, now time.Time) map[string]world.Value {
	return map[string]world.Value{"seconds": max(0, c.At.Sub(now).Seconds()), "reason": c.Why}
}

// notices are how long before the end players are reminded.
var notices = []time.Duration{
	time.Hour, 30 * time.Minute, 15 * time.Minute, 10 * time.Minute, 5 * time.Minute, 2 * time.Minute,
	time.Minute, 30 * time.Second, 10 * time.Second, 5 * time.Second, 4 * time.Second, 3 * time.Second, 2 * time.Second, time.Second,
}

// Shutdown implements command.Power.
func (s *Server) Shutdown(_ context.Context, in time.Duration, reason, author string) error {
	p := &s.power
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errGoingDown
	}
	if p.cancel != nil && in > 0 { // a colleague's, perhaps
		return fmt.Errorf("the shard goes down in %s already, ordered by %s%s; shutdown cancel first, or shutdown now", command.Spoken(p.coming.At.Sub(s.cfg.Clock.Now())), p.coming.By, because(p.coming.Why))
	}
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	s.log.Warn("shutdown ordered", "in", in, "reason", reason, "by", author)
	if in <= 0 {
		p.end()
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	now := s.cfg.Clock.Now()
	p.cancel, p.coming = cancel, command.Countdown{At: now.Add(in), Why: reason, By: author}
	s.gate.Broadcast(wire.NewEvent(eventShutdown, shutdownMembers(p.coming, now)))
	go s.countDown(ctx, p.coming.At, reason)
	return nil
}

// errGoingDown is said to whoever comes after the last second.
var errGoingDown = errors.New("the shard is going down already: it is too late for that")

// end stops the shard. The lock is held: a countdown that was cancelled, if only in
// its last moment, does not come here.
func (p *power) end() {
	if !p.over {
		p.over = true
		close(p.down)
	}
}

// expire ends the shard at the end of a countdown that still stands.
func (p *power) expire(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() == nil {
		p.end()
	}
}

// CancelShutdown implements command.Power.
func (s *Server) CancelShutdown(_ context.Context, author string) error {
	p := &s.power
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errGoingDown
	}
	if p.cancel == nil {
		return errors.New("no shutdown is under way")
	}
	p.cancel()
	p.cancel = nil
	s.log.Warn("shutdown cancelled", "by", author)
	s.gate.Broadcast(wire.NewEvent(eventShutdown, nil))
	s.announce("The shutdown is cancelled.")
	return nil
}

// countDown tells the players, then ends the shard.
func (s *Server) countDown(ctx context.Context, at time.Time, reason string) {
	reason = because(reason)
	now := s.cfg.Clock.Now()
	s.announce(fmt.Sprintf("The shard goes down in %s%s.", command.Spoken(at.Sub(now)), reason))
	for _, left := range notices {
		if !at.Add(-left).After(now) {
			continue
		}
		select {
		case <-s.cfg.Clock.Alarm(at.Add(-left)):
			s.announce(fmt.Sprintf("The shard goes down in %s%s.", command.Spoken(left), reason))
		case <-ctx.Done():
			return
		}
	}
	select {
	case <-s.cfg.Clock.Alarm(at):
		s.power.expire(ctx)
	case <-ctx.Done():
	case <-s.power.down:
	}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// announce shows a text to everybody online and returns how many they are.
func (s *Server) announce(text string) int {
	s.gate.Broadcast(wire.NewEvent(eventAnnounce, map[string]world.Value{"text": text}))
	st := s.gate.Stats()
	return st.Sessions - st.Lingering
}
