package universe

import (
	"fmt"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// router is the universe as its systems see it.
type router struct{ u *Universe }

// Send implements system.Router.
func (r router) Send(to world.Address, m system.Message) error {
	return r.u.deliver(r.u.canonical(to), m)
}

// Jump hands a player over. Commands follow at once: one that overtakes the
// arrival is sent round again by the new system and finds the player then.
func (r router) Jump(to world.SystemID, m system.Enter) error {
	dest := r.u.cfg.Map.System(to)
	if dest == nil {
		return fmt.Errorf("there is no system with the id %d", to)
	}
	p := m.Character.ID
	from, _ := r.u.Where(p)
	a := world.SystemAddress(dest.Name)
	r.u.move(p, a)
	if r.u.elsewhere(a) {
		r.u.emigrate(from, a, m)
		return nil
	}
	if err := r.u.deliver(a, m); err != nil {
		r.u.move(p, from)
		return err
	}
	if e := r.u.cfg.Elsewhere; e != nil {
		e.Arrived(p, a)
	}
	return nil
}

// Crowd implements system.Router. A system that does not run is empty.
func (r router) Crowd(to world.SystemID) system.Crowd {
	if dest := r.u.cfg.Map.System(to); dest != nil {
		if a := world.SystemAddress(dest.Name); r.u.elsewhere(a) {
			return r.u.cfg.Elsewhere.Crowd(a)
		}
		if s := r.u.Running(world.SystemAddress(dest.Name)); s != nil {
			return s.Crowd()
		}
	}
	return system.Crowd{}
}

// Left implements system.Router.
func (r router) Left(p world.CharacterID) {
	r.u.left(p)
	if e := r.u.cfg.Elsewhere; e != nil {
		e.Left(p)
	}
}

// Forward sends a message after a player who is no longer in the system it came
// to. A new connection of somebody who has left the game meanwhile is a login.
func (r router) Forward(p world.CharacterID, m system.Message) {
	switch m := m.(type) {
	case system.Command:
		r.u.command(m)
	case system.Attach:
		r.u.enter(p, m.Client)
	default:
		r.u.follow(p, m)
	}
}

// Unloaded implements system.Router.
func (r router) Unloaded(s *system.System) { r.u.drop(s) }
