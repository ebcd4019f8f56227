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

func (m Knock) deliver(s *System)    { s.door.knock(m) }
func (m Withdraw) deliver(s *System) { s.door.withdraw(m) }
func (m Ticket) deliver(s *System)   { s.ticket(m) }

// ticket is a player's place in the line of the system they want to jump to.
type ticket struct {
	to    Crowd
	id    world.SystemID
	place int
	of    int
	seat  bool // one is kept
}

// tickets deals with the doors of other systems, for the players of one.
type tickets struct {
	from   world.Address
	router Router
}

// heard takes in how it goes with a player who waits for a seat elsewhere, and
// returns what to tell them of it; nil where that is nobody who waits there.
func (c *tickets) heard(p *Player, m Ticket) *wire.Frame {
	if p == nil || p.ticket == nil || p.ticket.id != m.System {
		if !m.Lost {
			c.withdraw(world.SystemAddress(m.Name), m.Player)
		}
		return nil
	}
	switch {
	case m.Lost:
		p.ticket = nil
		return wire.NewEvent("queue", map[string]world.Value{"system": m.Name, "place": nil, "of": nil})
	case m.Granted:
		p.ticket.place, p.ticket.seat = 0, true
	default:
		p.ticket.place, p.ticket.of = m.Place, m.Of
	}
	return queueEvent(m.Name, p.ticket.place, p.ticket.of)
}

func (c *tickets) withdraw(to world.Address, id world.CharacterID) {
	// A system that cannot be reached keeps no seat.
	_ = c.router.Send(to, Withdraw{Player: id, From: c.from})
}

// queueEvent tells of a place in the line of a system; place 0 is a kept seat.
func queueEvent(system string, place, of int) *wire.Frame {
	f := map[string]world.Value{"system": system, "place": float64(place), "of": float64(of)}
	if place == 0 {
		f["seconds"] = SeatKept.Seconds()
	}
	return wire.NewEvent("queue", f)
}

// claim says whether the player may jump to a system now. Where that is full they
// get a place in its line, which the refusal names, and stay here.
func (c *tickets) claim(p *Player, to world.SystemID) error {
	t := p.ticket
	if t == nil || t.id != to {
		crowd := c.router.Crowd(to)
		if !crowd.Full {
			return nil
		}
		c.drop(p)
		t = &ticket{to: crowd, id: to, place: crowd.Waiting + 1, of: crowd.Waiting + 1}
		if err := c.router.Send(crowd.Address, Knock{Player: p.ID, From: c.from}); err != nil {
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

// drop gives up the player's place in the line of another system.
func (c *tickets) drop(p *Player) {
	if p.ticket != nil {
		c.withdraw(p.ticket.to.Address, p.ID)
		p.ticket = nil
	}
}

// use ends the player's waiting when they leave: on the way to the system they have
// waited for the seat is theirs, else it is given up.
func (c *tickets) use(p *Player) {
	if p.jump == nil || p.ticket == nil || p.jump.to != p.ticket.id {
		c.drop(p)
	}
	p.ticket = nil
}
