package simulation

import (
	"context"
	"fmt"
	"strings"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// router is the rest of the shard, as a system sees it.
type router World

// Send implements system.Router.
func (r *router) Send(to world.Address, m system.Message) error {
	if s := r.by[to]; s != nil {
		return s.Post(m)
	}
	if name, is := strings.CutPrefix(string(to), "@"); is {
		if of := r.m.ByName(name); of != nil {
			s, err := (*World)(r).system(of)
			if err != nil {
				return err
			}
			return s.Post(m)
		}
	}
	return fmt.Errorf("there is nothing called %s", to)
}

// Jump implements system.Router.
func (r *router) Jump(to world.SystemID, m system.Enter) error {
	of := r.m.System(to)
	if of == nil {
		return fmt.Errorf("there is no system with the id %d", to)
	}
	s, err := (*World)(r).system(of)
	if err != nil {
		return err
	}
	if p := r.people.at[m.Character.ID]; p != nil {
		p.in = s
	}
	return s.Post(m)
}

// Crowd implements system.Router.
func (r *router) Crowd(to world.SystemID) system.Crowd {
	if of := r.m.System(to); of != nil {
		if s := r.by[world.SystemAddress(of.Name)]; s != nil {
			return s.Crowd()
		}
	}
	return system.Crowd{}
}

// Left implements system.Router: nobody leaves.
func (r *router) Left(world.CharacterID) {}

// Forward implements system.Router.
func (r *router) Forward(p world.CharacterID, m system.Message) {
	if at := r.people.at[p]; at != nil {
		_ = at.in.Post(m) // the inbox of a simulation is neither full nor gone
	}
}

// Unloaded implements system.Router: nothing is.
func (r *router) Unloaded(*system.System) {}

// people are everybody, and where they are.
type people struct {
	world *World
	at    map[world.CharacterID]*person
}

type person struct {
	name string
	in   *system.System
}

// Get implements bindings.Characters.
func (p *people) Get(_ context.Context, id world.CharacterID) (bindings.Character, bool, error) {
	of := p.at[id]
	if of == nil {
		return bindings.Character{}, false, nil
	}
	c := bindings.Character{ID: id, Name: of.name, System: of.in.Static().Name, Playing: true, LastSeen: p.world.now}
	if in := of.in.Player(id); in != nil {
		c.Station = in.Station
	}
	return c, true, nil
}

// Find implements bindings.Characters.
func (p *people) Find(ctx context.Context, name string) (bindings.Character, bool, error) {
	for _, a := range p.world.agents {
		if strings.EqualFold(a.name, name) {
			return p.Get(ctx, a.id)
		}
	}
	return bindings.Character{}, false, nil
}

// Place implements bindings.Characters: all are in the game.
func (p *people) Place(context.Context, world.CharacterID, world.SystemID, world.EntityID) error {
	return bindings.Refused("the character is in the game")
}

// Saved implements bindings.Characters: nobody is saved.
func (p *people) Saved(context.Context, world.CharacterID) error { return nil }

// Tell implements bindings.Characters.
func (p *people) Tell(id world.CharacterID, f *wire.Frame) bool {
	of := p.at[id]
	return of != nil && of.in.Post(system.Tell{Player: id, Event: f}) == nil
}

// join lets a new character into the game, docked.
func (w *World) join(name string, of *world.SolarSystem, station world.EntityID) (*Agent, error) {
	c, err := w.store.Register(context.Background(), name, "simulated", store.Character{System: of.ID, Station: station})
	if err != nil {
		return nil, err
	}
	s, err := w.system(of)
	if err != nil {
		return nil, err
	}
	a := newAgent(w, c.ID, name)
	w.agents = append(w.agents, a)
	w.people.at[c.ID] = &person{name, s}
	return a, s.Post(system.Enter{Character: system.Character{ID: c.ID, Name: name, System: of.ID, Station: station}, Client: a, Reason: system.ReasonLogin})
}
