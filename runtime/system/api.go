package system

import (
	"fmt"
	"math/rand/v2"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// Post puts a message in the inbox; any goroutine may. ErrBusy and ErrGone say
// that it was not taken.
func (s *System) Post(m Message) error {
	switch m.(type) {
	case Between:
		return s.mail.gaps.push(m)
	case Enter: // whoever wants to jump meanwhile must not take it for a free seat
		return s.stats.expect(func() error { return s.mail.inbox.push(m) })
	}
	return s.mail.inbox.push(m)
}

// Handle delivers a message at once, in the middle of a Do.
func (s *System) Handle(m Message) {
	s.tape.message(s, m)
	m.deliver(s)
	s.settle()
}

// Address is where messages for the system go.
func (s *System) Address() world.Address { return s.cfg.Address }

// Static is what the map has of the system, nil for a service.
func (s *System) Static() *world.SolarSystem { return s.cfg.Static }

// Ended is closed when Run has ended; any goroutine may ask.
func (s *System) Ended() <-chan struct{} { return s.ended }

// Stats may be asked for from any goroutine.
func (s *System) Stats() Stats {
	st := s.stats.stats()
	st.Address, st.Queue = s.cfg.Address, int(s.mail.inbox.waiting.Load())
	return st
}

// Busy is how long all ticks have taken so far; any goroutine may ask.
func (s *System) Busy() time.Duration { return time.Duration(s.stats.busy.Load()) }

// Crowd may be asked for from any goroutine.
func (s *System) Crowd() Crowd {
	c := s.stats.crowd()
	c.Address = s.cfg.Address
	if !s.service() {
		c.Name = s.name()
	}
	return c
}

// State is the Lua state, nil while the scripts do not run.
func (s *System) State() *script.State { return s.scripts.state }

// Down says why the scripts do not run, nil when they do.
func (s *System) Down() error { return s.scripts.down }

// Release is the number of the release the system runs, 0 while it runs none.
func (s *System) Release() int { return s.scripts.release() }

// SenderRelease is the release that the sender of the message being delivered ran
// when it was sent, 0 where none is or it does not say. A task that has waited is
// past the delivery.
func (s *System) SenderRelease() int { return s.mail.senderRelease() }

// Rand is the system's own seeded source of chance.
func (s *System) Rand() *rand.Rand { return s.rand }

// Now is the game time in seconds since the system first started.
func (s *System) Now() float64 { return s.time.now }

// Tick is the number of the current tick.
func (s *System) Tick() world.Tick { return s.time.tick }

// Hz is the number of ticks a second.
func (s *System) Hz() float64 { return s.time.hz }

// SetHz changes the number of ticks a second from the next tick on.
func (s *System) SetHz(hz float64) error {
	switch {
	case !(hz >= MinHz && hz <= MaxHz):
		return fmt.Errorf("a system runs at %g to %g ticks a second, not %g", MinHz, MaxHz, hz)
	case s.service():
		return fmt.Errorf("a service has no ticks: it runs when a message or a timer comes")
	case hz == s.time.hz:
		return nil
	}
	s.time.hz = hz
	s.sending.rebuilt = true
	s.resetTicker()
	return nil
}

// Dilation is how many game seconds pass in a real one: 1, or less while the
// system is overloaded.
func (s *System) Dilation() float64 { return s.pace.current }

// SetCap bounds how many players the system lets in, 0 for no bound. Nobody who
// is in it has to leave.
func (s *System) SetCap(n int) error { return s.door.setCap(n) }

// Cap is how many players the system lets in, 0 for no bound.
func (s *System) Cap() int { return s.door.cap }

// Player returns the player with the id, or nil.
func (s *System) Player(id world.CharacterID) *Player { return s.people.byID[id] }

// Save hands the player, as they are now, to whoever keeps them.
func (s *System) Save(p *Player) { s.saves.now(p) }

// Players lists everybody in the order in which they came.
func (s *System) Players() []*Player { return s.people.order }

// Space is the physical space, nil for a service.
func (s *System) Space() *physics.Space { return s.entities.space }

// Len is the number of things in space that are not part of the map.
func (s *System) Len() int { return len(s.entities.byID) }

// Entity returns what is known about a thing in space; false for a stale id and
// for celestials, which are in the map.
func (s *System) Entity(id world.EntityID) (Entity, bool) {
	if e := s.entities.byID[id]; e != nil {
		return *e, true
	}
	return Entity{}, false
}

// Spawn puts something into space and returns its id.
func (s *System) Spawn(sp Spawn) (world.EntityID, error) { return s.entities.spawn(sp) }

// Fire launches a missile; it flies by itself and is gone when it hits, runs out
// of time or loses its target.
func (s *System) Fire(sp Spawn, m physics.Missile) (world.EntityID, error) {
	return s.entities.fire(sp, m)
}

// Remove takes something out of space, and with it the missiles it launched. It
// reports whether it was there.
func (s *System) Remove(id world.EntityID) bool {
	e := s.entities.byID[id]
	if e == nil {
		return false
	}
	if e.pilot != nil {
		s.unboard(e.pilot)
	}
	s.entities.remove(e)
	return true
}

// SetSpeed changes the greatest speed of a ship in m/s, for good: it stays with
// the ship through gates and restarts.
func (s *System) SetSpeed(id world.EntityID, v float64) error { return s.entities.setSpeed(id, v) }

// SetEngine changes how a ship flies, for good, as SetSpeed does: all of it, or nothing
// where a value is refused. A warp that has begun ends as it began.
func (s *System) SetEngine(id world.EntityID, to Engine) error { return s.entities.setEngine(id, to) }

// EachEntity visits everything in space that is not part of the map, in no order.
func (s *System) EachEntity(visit func(*Entity)) { s.entities.each(visit) }

// Tell sends an event to one player, at the latest when they have been told where
// they are.
func (s *System) Tell(p *Player, f *wire.Frame) {
	s.tape.told(f.Text())
	s.didTell(toPlayer(p.ID), f)
	s.sending.tell(p, f)
}

// Broadcast sends an event to everybody in the system.
func (s *System) Broadcast(f *wire.Frame) {
	s.tape.told(f.Text())
	s.didTell(toEverybody, f)
	for _, p := range s.people.order {
		s.sending.tell(p, f)
	}
}

// BroadcastNear sends an event to everybody who sees the thing with the id, and
// reports whether there is such a thing.
func (s *System) BroadcastNear(id world.EntityID, f *wire.Frame) bool {
	s.tape.told(f.Text())
	s.didTell(toNear(id, s.entities.byID[id] != nil), f)
	return s.sending.near(id, f)
}

// mostSent is how many messages a system may send others in one tick: a quarter of what
// one inbox holds, so that a system whose scripts run wild fills nobody's.
const mostSent = DefaultInboxLimit / 4

// maySend counts a message to somebody else.
func (s *System) maySend() error {
	if s.outgoing++; s.outgoing > mostSent {
		return fmt.Errorf("%s has sent %d messages in this tick, and may send no more; spread them over ticks with sleep()", s.cfg.Address, mostSent)
	}
	return nil
}

// SendEvent sends a message to another system's (or service's) scripts.
func (s *System) SendEvent(to world.Address, name string, args []world.Value) error {
	if err := s.maySend(); err != nil {
		return err
	}
	return s.cfg.Router.Send(to, Event{From: s.cfg.Address, Release: s.Release(), Name: name, Args: args, Work: s.following()})
}
