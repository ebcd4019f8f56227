package system

import (
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
	since    world.Tick     // when it came into view
	moved    world.Tick     // when its course last changed, or it came into view

	movedBefore world.Tick // before this tick
	heeded
	pilot *Player // whose ship it is, nil for nobody's
	view  *view   // of the bubble it was last seen in
}

// Spawn is what Spawn needs to know.
type Spawn struct {
	Ship
	Owner world.CharacterID
}

// Engine is how a ship flies, in the units of Ship.
type Engine struct{ Mass, Agility, Speed, Warp float64 }

// Engine is how the thing flies.
func (e *Entity) Engine() Engine {
	return Engine{e.spec.Mass, e.spec.Agility, e.spec.Speed, e.spec.Warp}
}

// Flies says whether a thing has an engine: no wreck and nothing adrift.
func (e *Entity) Flies() bool { return e.spec.Speed > 0 }

// entities are the things in space that are not part of the map.
type entities struct {
	space *physics.Space // nil in a service
	byID  map[world.EntityID]*Entity
	next  world.EntityID
}

// newEntities is the space of a system with nothing in it but the map's celestials.
// Large fights spread over the cores there are, which shows in nothing but the time
// a tick takes.
func newEntities(static *world.SolarSystem, seed uint64) entities {
	c := entities{byID: make(map[world.EntityID]*Entity), next: world.FirstDynamicID}
	if static == nil {
		return c
	}
	c.space = physics.New(physics.Config{Seed: seed, Workers: runtime.GOMAXPROCS(0)})
	for i := range static.Celestials {
		body := &static.Celestials[i]
		// A map is checked where it is loaded: a celestial the space refuses
		// is one nobody can fly to, and nothing more.
		_ = c.space.Add(physics.Spec{ID: body.ID, Pos: body.Pos, Radius: body.Radius, Fixed: true})
	}
	return c
}

// spawn puts something into space.
func (c *entities) spawn(sp Spawn) (world.EntityID, error) {
	if c.space == nil {
		return 0, errNoSpace
	}
	if err := c.space.Add(physics.Spec{
		ID: c.next, Pos: sp.Pos, Vel: sp.Vel, Mass: sp.Mass, Agility: sp.Agility,
		MaxSpeed: sp.Speed, Radius: sp.Radius, WarpSpeed: sp.Warp * world.AU,
	}); err != nil {
		return 0, err
	}
	return c.add(sp).ID, nil
}

// fire launches a missile.
func (c *entities) fire(sp Spawn, m physics.Missile) (world.EntityID, error) {
	if c.space == nil {
		return 0, errNoSpace
	}
	m.ID = c.next
	if err := c.space.Launch(m); err != nil {
		return 0, err
	}
	e := c.add(sp)
	e.launcher = m.Owner
	if ship := c.byID[m.Owner]; ship != nil {
		ship.missiles++
	}
	return e.ID, nil
}

// add notes what has just been put into space under the next id.
func (c *entities) add(sp Spawn) *Entity {
	e := &Entity{ID: c.next, Kind: sp.Kind, Name: sp.Name, Type: sp.Type, Owner: sp.Owner, spec: sp.Ship}
	c.byID[e.ID] = e
	c.next++
	return e
}

// remove takes something out of space, and with it the missiles it launched. Nobody
// flies it any more.
func (c *entities) remove(e *Entity) {
	if e.missiles > 0 {
		c.space.RemoveOwner(e.ID)
		maps.DeleteFunc(c.byID, func(_ world.EntityID, m *Entity) bool { return m.launcher == e.ID })
	}
	if ship := c.byID[e.launcher]; ship != nil {
		ship.missiles--
	}
	c.space.Remove(e.ID)
	delete(c.byID, e.ID)
	e.heeded.gone()
}

// setSpeed changes the greatest speed of a ship in m/s.
func (c *entities) setSpeed(id world.EntityID, v float64) error {
	e := c.byID[id]
	if e == nil {
		return noEntity(id)
	}
	engine := e.Engine()
	engine.Speed = v
	return c.setEngine(id, engine)
}

// setEngine changes how a ship flies, or nothing.
func (c *entities) setEngine(id world.EntityID, to Engine) error {
	e := c.byID[id]
	if e == nil {
		return noEntity(id)
	}
	if err := c.fly(id, to); err != nil {
		_ = c.fly(id, e.Engine()) // it flew like that before
		return err
	}
	e.spec.Mass, e.spec.Agility, e.spec.Speed, e.spec.Warp = to.Mass, to.Agility, to.Speed, to.Warp
	return nil
}

func (c *entities) fly(id world.EntityID, e Engine) error {
	if err := c.space.SetHandling(id, e.Mass, e.Agility); err != nil {
		return err
	}
	if err := c.space.SetMaxSpeed(id, e.Speed); err != nil {
		return err
	}
	return c.space.SetWarpSpeed(id, e.Warp*world.AU)
}

// each visits all of them, in no order.
func (c *entities) each(visit func(*Entity)) {
	for _, e := range c.byID {
		visit(e)
	}
}

// shipOf returns the ship the player flies and its state, if it is in space.
func (c *entities) shipOf(p *Player) (*Entity, physics.State, bool) {
	e := c.byID[p.Ship]
	if e == nil {
		return nil, physics.State{}, false
	}
	st, ok := c.space.Get(p.Ship)
	return e, st, ok
}

// seen looks an id up that the space has named in this tick for a bubble; scripts
// may have removed it since.
func (c *entities) seen(id world.EntityID, v *view) (*Entity, physics.State, bool) {
	e := c.byID[id]
	if e == nil || e.view != v {
		return nil, physics.State{}, false
	}
	st, ok := c.space.Get(id)
	return e, st, ok
}

// wire fills in what a client is told about an entity.
func (e *Entity) wire(st *physics.State) wire.Entity {
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
