package system

import (
	"fmt"
	"maps"
	"runtime"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// Entity is a thing in space that is not part of the map: a ship, a wreck, a
// missile. Where it is and how it flies is the Space's business.
type Entity struct {
	ID    world.EntityID
	Kind  string
	Name  string
	Type  string
	Owner world.CharacterID

	spec     Ship
	launcher world.EntityID // of a missile
	missiles int            // that it has launched and that still fly
	told     world.Tick     // when a delta last carried it
	turn     int            // where in that delta's turns, or noTurn
	refitted world.Tick     // when its engine last changed
	pilot    *Player        // whose ship it is, nil for nobody's
	view     *view          // the bubble it was last seen in
}

// Spawn is what Spawn needs to know.
type Spawn struct {
	Ship
	Owner world.CharacterID
}

// newSpace is a space with the map's celestials in it. Large fights spread over the
// cores there are, which shows in nothing but the time a tick takes.
func newSpace(static *world.SolarSystem, seed uint64) *physics.Space {
	sp := physics.New(physics.Config{Seed: seed, Workers: runtime.GOMAXPROCS(0)})
	for i := range static.Celestials {
		c := &static.Celestials[i]
		// A map is checked where it is loaded: a celestial the space refuses
		// is one nobody can fly to, and nothing more.
		_ = sp.Add(physics.Spec{ID: c.ID, Pos: c.Pos, Radius: c.Radius, Fixed: true})
	}
	return sp
}

// Spawn puts something into space and returns its id.
func (s *System) Spawn(sp Spawn) (world.EntityID, error) {
	if s.space == nil {
		return 0, errNoSpace
	}
	id := s.nextID
	if err := s.space.Add(physics.Spec{
		ID: id, Pos: sp.Pos, Vel: sp.Vel, Mass: sp.Mass, Agility: sp.Agility,
		MaxSpeed: sp.Speed, Radius: sp.Radius, WarpSpeed: sp.Warp * world.AU,
	}); err != nil {
		return 0, err
	}
	s.nextID++
	s.entities[id] = &Entity{ID: id, Kind: sp.Kind, Name: sp.Name, Type: sp.Type, Owner: sp.Owner, spec: sp.Ship}
	return id, nil
}

// Fire launches a missile; it flies by itself and is gone when it hits, runs out
// of time or loses its target.
func (s *System) Fire(sp Spawn, m physics.Missile) (world.EntityID, error) {
	if s.space == nil {
		return 0, errNoSpace
	}
	id := s.nextID
	m.ID = id
	if err := s.space.Launch(m); err != nil {
		return 0, err
	}
	s.nextID++
	s.entities[id] = &Entity{ID: id, Kind: sp.Kind, Name: sp.Name, Type: sp.Type, Owner: sp.Owner, spec: sp.Ship, launcher: m.Owner}
	if ship := s.entities[m.Owner]; ship != nil {
		ship.missiles++
	}
	return id, nil
}

// Remove takes something out of space, and with it the missiles it launched. It
// reports whether it was there.
func (s *System) Remove(id world.EntityID) bool {
	e := s.entities[id]
	if e == nil {
		return false
	}
	if e.pilot != nil {
		s.unboard(e.pilot)
	}
	if e.missiles > 0 {
		s.space.RemoveOwner(id)
		maps.DeleteFunc(s.entities, func(_ world.EntityID, m *Entity) bool { return m.launcher == id })
	}
	if ship := s.entities[e.launcher]; ship != nil {
		ship.missiles--
	}
	s.space.Remove(id)
	delete(s.entities, id)
	return true
}

// Entity returns what is known about a thing in space; false for a stale id and
// for celestials, which are in the map.
func (s *System) Entity(id world.EntityID) (Entity, bool) {
	if e := s.entities[id]; e != nil {
		return *e, true
	}
	return Entity{}, false
}

// EachEntity visits everything in space that is not part of the map, in no order.
func (s *System) EachEntity(visit func(*Entity)) {
	for _, e := range s.entities {
		visit(e)
	}
}

// Flies says whether a thing has an engine: no wreck and nothing adrift.
func (e *Entity) Flies() bool { return e.spec.Speed > 0 }

// SetSpeed changes the greatest speed of a ship in m/s, for good: it stays with
// the ship through gates and restarts.
func (s *System) SetSpeed(id world.EntityID, v float64) error {
	e := s.entities[id]
	if e == nil {
		return unknownEntity(id)
	}
	engine := e.Engine()
	engine.Speed = v
	return s.SetEngine(id, engine)
}

// Engine is how a ship flies, in the units of Ship.
type Engine struct{ Mass, Agility, Speed, Warp float64 }

// Engine is how the thing flies.
func (e *Entity) Engine() Engine {
	return Engine{e.spec.Mass, e.spec.Agility, e.spec.Speed, e.spec.Warp}
}

// SetEngine changes how a ship flies, for good, as SetSpeed does: all of it, or nothing
// where a value is refused. A warp that has begun ends as it began.
func (s *System) SetEngine(id world.EntityID, to Engine) error {
	e := s.entities[id]
	if e == nil {
		return unknownEntity(id)
	}
	was := e.Engine()
	if err := s.fly(id, to); err != nil {
		_ = s.fly(id, was) // it flew like that before
		return err
	}
	e.spec.Mass, e.spec.Agility, e.spec.Speed, e.spec.Warp = to.Mass, to.Agility, to.Speed, to.Warp
	return nil
}

func (s *System) fly(id world.EntityID, e Engine) error {
	if err := s.space.SetHandling(id, e.Mass, e.Agility); err != nil {
		return err
	}
	if err := s.space.SetMaxSpeed(id, e.Speed); err != nil {
		return err
	}
	return s.space.SetWarpSpeed(id, e.Warp*world.AU)
}

func unknownEntity(id world.EntityID) error {
	return fmt.Errorf("nothing in space has the id %d", id)
}

// wireEntity fills in what a client is told about an entity.
func (s *System) wireEntity(e *Entity, st *physics.State) wire.Entity {
	return wire.Entity{
		ID: e.ID, Kind: e.Kind, Name: e.Name, Type: e.Type, Owner: e.Owner,
		Radius: st.Radius, Motion: wireMotion(st),
	}
}

func wireMotion(st *physics.State) wire.Motion {
	return wire.Motion{
		ID: st.ID, Mode: uint8(st.Mode), Pos: st.Pos, Vel: st.Vel, Target: st.Target,
		Point: st.Point, Range: st.Range, Speed: st.Speed, Tau: st.Tau,
	}
}
