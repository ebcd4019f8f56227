package system

import (
	"errors"
	"fmt"

	"hotshard/runtime/world"
)

// SetShip puts the player in command of a ship, or of none with 0. A ship has
// one pilot.
func (s *System) SetShip(p *Player, id world.EntityID) error {
	if id == p.Ship {
		return nil
	}
	if id == 0 {
		s.unboard(p)
		return nil
	}
	e := s.entities.byID[id]
	switch {
	case e == nil:
		return noEntity(id)
	case e.pilot != nil:
		return fmt.Errorf("ship %d is flown by %s", id, e.pilot.Name)
	case p.Station != 0:
		return errors.New("docked: undock first")
	}
	if p.Ship != 0 {
		s.unboard(p)
	}
	s.board(p, id)
	return nil
}

func (s *System) board(p *Player, id world.EntityID) {
	e := s.entities.byID[id]
	e.pilot, p.Ship = p, id
	s.attention.call(p)
	if p.kept {
		return // whether it is the place of the ship before shows when the bodies have moved
	}
	s.bubbles.look(p, e.view)
	p.wantsSystem, p.wantsSnapshot = true, true
}

// unboard leaves a player without a ship. It may be for a moment: until the end of
// the tick a client that can keeps what it sees.
func (s *System) unboard(p *Player) {
	if e := s.entities.byID[p.Ship]; e != nil {
		e.pilot = nil
	}
	if !p.kept && p.keeps() {
		p.kept = true
		s.tape.keeps(p.ID)
	}
	p.Ship = 0
	s.attention.call(p)
	if !p.kept {
		s.bubbles.look(p, nil)
		p.wantsSystem = true
	}
}

// Dock puts the player into a station and takes their ship out of space.
func (s *System) Dock(p *Player, station world.EntityID) error {
	if s.cfg.Static == nil {
		return errNoSpace
	}
	c := s.cfg.Static.Find(station)
	if c == nil || c.Kind != world.KindStation {
		return fmt.Errorf("there is no station with the id %d in %s", station, s.cfg.Static.Name)
	}
	ship, from := p.Ship, p.Station
	if ship != 0 {
		s.Remove(ship)
	}
	p.Station, p.wantsSystem = station, true
	s.attention.call(p)
	s.saves.now(p)
	if from != station {
		s.scripts.raise(func(e Events) { e.ShipDocked(ship, station, p.ID) })
	}
	return nil
}

// Undock puts the player outside the station they are in, without a ship yet,
// and returns where to put one: off the hull, in a random direction.
func (s *System) Undock(p *Player) (world.Vec3, error) {
	if p.Station == 0 {
		return world.Vec3{}, errors.New("not docked")
	}
	from := p.Station
	at := s.exit(from)
	p.Station, p.wantsSystem = 0, true
	s.attention.call(p)
	s.scripts.raise(func(e Events) { e.ShipUndocked(p.Ship, from, p.ID) }) // by then it has been launched
	return at, nil
}
