package system

import (
	"fmt"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// Knock asks a full system for a place in its line, for a player who wants to
// jump there and goes on playing in From meanwhile. The answers are Tickets.
type Knock struct {
	Player world.CharacterID
	From   world.Address
}

// Withdraw takes a Knock back.
type Withdraw struct {
	Player world.CharacterID
	From   world.Address
}

// Ticket tells the system a player is in of their place in the line of another:
// the place of how many, that a seat is kept for them, or that it no longer is.
type Ticket struct {
	Player  world.CharacterID
	System  world.SystemID
	Name    string
	Place   int
	Of      int
	Granted bool
	Lost    bool
}

func (Knock) refusable() bool    { return false }
func (Withdraw) refusable() bool { return false }
func (Ticket) refusable() bool   { return false }

func (m Knock) deliver(s *System)    { s.knock(m) }
func (m Withdraw) deliver(s *System) { s.withdrawn(m) }
func (m Ticket) deliver(s *System)   { s.ticket(m) }

// ticket is a player's place in the line of the system they want to jump to.
type ticket struct {
	to    Crowd
	id    world.SystemID
	place int
	of    int
	seat  bool // one is kept
}

// knock puts a player of another system into the line, or keeps a seat for them.
func (s *System) knock(m Knock) {
	d := &s.door
	if _, kept := d.kept[m.Player]; kept || s.service() {
		return
	}
	w := d.find(m.Player)
	if w == nil {
		w = &waiter{id: m.Player}
		d.add(w)
	}
	w.from = m.From
	s.tellPlace(w)
}

func (s *System) withdrawn(m Withdraw) {
	if seat, kept := s.door.kept[m.Player]; kept && seat.from == m.From {
		delete(s.door.kept, m.Player)
	}
	if w := s.door.find(m.Player); w != nil && w.from == m.From {
		s.door.remove(w)
	}
}

// ticket tells a player who waits for a seat elsewhere how that goes.
func (s *System) ticket(m Ticket) {
	p := s.players[m.Player]
	if p == nil || p.ticket == nil || p.ticket.id != m.System {
		if !m.Lost {
			_ = s.cfg.Router.Send(world.SystemAddress(m.Name), Withdraw{Player: m.Player, From: s.cfg.Address})
		}
		return
	}
	switch {
	case m.Lost:
		p.ticket = nil
		s.Tell(p, wire.NewEvent("queue", map[string]world.Value{"system": m.Name, "place": nil, "of": nil}))
		return
	case m.Granted:
		p.ticket.place, p.ticket.seat = 0, true
	default:
		p.ticket.place, p.ticket.of = m.Place, m.Of
	}
	s.Tell(p, queueEvent(m.Name, p.ticket.place, p.ticket.of))
}

// queueEvent tells of a place in the line of a system; place 0 is a kept seat.
func queueEvent(system string, place, of int) *wire.Frame {
	f := map[string]world.Value{"system": system, "place": float64(place), "of": float64(of)}
	if place == 0 {
		f["seconds"] = SeatKept.Seconds()
	}
	return wire.NewEvent("queue", f)
}

// claimSeat says whether the player may jump to a system now. Where that is full
// they get a place in its line, which the refusal names, and stay here.
func (s *System) claimSeat(p *Player, to world.SystemID) error {
	t := p.ticket
	if t == nil || t.id != to {
		c := s.cfg.Router.Crowd(to)
		if !c.Full {
			return nil
		}
		s.dropTicket(p)
		t = &ticket{to: c, id: to, place: c.Waiting + 1, of: c.Waiting + 1}
		if err := s.cfg.Router.Send(c.Address, Knock{Player: p.ID, From: s.cfg.Address}); err != nil {
			return err
		}
		p.ticket = t
	}
	if t.seat {
		return nil
	}
	return fmt.Errorf("%s is full (%d players): you are number %d of %d in the queue; stay in this system, and jump when your turn comes",
		t.to.Name, t.to.Cap, t.place, t.of)
}

// dropTicket gives up the player's place in the line of another system.
func (s *System) dropTicket(p *Player) {
	if p.ticket != nil {
		_ = s.cfg.Router.Send(p.ticket.to.Address, Withdraw{Player: p.ID, From: s.cfg.Address})
		p.ticket = nil
	}
}

// useTicket ends the player's waiting when they leave: on the way to the system
// they have waited for the seat is theirs, else it is given up.
func (s *System) useTicket(p *Player) {
	if p.jump == nil || p.ticket == nil || p.jump.to != p.ticket.id {
		s.dropTicket(p)
	}
	p.ticket = nil
}
