package system

import (
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// sending is what players are told of the space around them, and the way in which
// whatever else they are told goes out.
type sending struct {
	static      *world.SolarSystem
	nameOf      func(world.SystemID) string // of systems that gates lead to
	cohortsFrom int

	time      *gameTime
	pace      *pace
	tape      *tape
	people    *people
	entities  *entities
	bubbles   *bubbles
	attention *attention

	nearby
	round     Round
	corked    []corked // what has gathered for whom
	strained  bool     // in this tick: see strainAbove
	rebuilt   bool     // every player wants a snapshot: the rate changed
	everybody bool     // is due in the next tick
}

// views hands every player what has changed around them: nothing, the frame of
// their bubble when they are due, or a snapshot where they are new to it or have
// lost frames. A tick looks only at those who are due.
func (c *sending) views() {
	for _, v := range c.bubbles.views {
		v.begin(v.wanted(v.watchers, c.cohortsFrom, c.time.hz))
		v.all = v.all || c.everybody
	}
	c.everybody, c.strained = false, c.pace.strained()
	if c.rebuilt {
		c.rebuilt = false
		for _, p := range c.people.order {
			p.wantsSnapshot = true
			c.attention.call(p)
		}
	}
	c.attention.serve(c.catchUp)
	defer c.round.Flush() // after a panic too: the round holds locks
	for _, v := range c.bubbles.views {
		for _, members := range v.due() {
			for _, p := range members {
				c.view(p, v)
			}
		}
		c.soon(v)
		v.reset()
	}
}

func (c *sending) view(p *Player, v *view) {
	switch {
	case p.client == nil || p.waits() || p.shown == c.time.tick:
	case p.client.NeedSnapshot():
		c.tape.deaf(p.ID)
		c.round.Flush()
		c.snapshot(p)
	default:
		f := c.delta(v)
		if e, st, ok := c.hidden(p); ok {
			f = c.deltaFor(e, &st, v, f)
		}
		if f != nil {
			c.round.Send(p.client, f)
		}
	}
}

// catchUp tells a player who does not know it which system this is and what is
// around, and says whether they still wait: who has a ship that is in no bubble yet
// does.
func (c *sending) catchUp(p *Player) (waits bool) {
	if !c.people.has(p) {
		return false
	}
	waits = p.kept && !c.settleView(p)
	if p.client == nil {
		return waits
	}
	if p.wantsSystem {
		c.system(p)
	}
	if p.view != nil && p.wantsSnapshot {
		c.snapshot(p)
	}
	p.release()
	return waits || p.waits()
}

// settleView decides whether a player who has changed ships is where they were: then
// their client is told of the ship alone. It says whether that is known yet.
func (c *sending) settleView(p *Player) bool {
	var v *view
	if e := c.entities.byID[p.Ship]; e != nil {
		if v = e.view; v == nil {
			return false // it is in space with the next tick
		}
	}
	p.kept, p.wantsSystem = false, true
	if v != p.view {
		c.bubbles.look(p, v)
	}
	return true
}

// system tells the player which system this is and whether they are docked in it.
func (c *sending) system(p *Player) {
	p.wantsSystem = false
	if c.static == nil {
		return
	}
	p.client.Send(wire.NewEvent("system", c.systemFields(p)))
	c.pace.tell(p)
}

func (c *sending) systemFields(p *Player) map[string]world.Value {
	m := c.static
	celestials := make([]world.Value, len(m.Celestials))
	for i := range m.Celestials {
		celestials[i] = c.celestialFields(&m.Celestials[i])
	}
	return map[string]world.Value{
		"id": float64(m.ID), "name": m.Name, "security": m.Security, "region": m.Region,
		"constellation": m.Constellation, "hz": c.time.hz, "celestials": celestials,
		"docked": idOrNil(p.Station), "ship": idOrNil(p.Ship),
	}
}

func (c *sending) celestialFields(body *world.Celestial) map[string]world.Value {
	f := map[string]world.Value{
		"id": float64(body.ID), "kind": body.Kind.String(), "name": body.Name, "radius": body.Radius,
		"pos": []world.Value{body.Pos.X, body.Pos.Y, body.Pos.Z},
	}
	if body.Parent != 0 {
		f["parent"] = float64(body.Parent)
	}
	if body.Dest != 0 {
		f["dest"] = float64(body.Dest)
		if c.nameOf != nil {
			f["dest_name"] = c.nameOf(body.Dest)
		}
	}
	return f
}

func idOrNil(id world.EntityID) world.Value {
	if id == 0 {
		return nil
	}
	return float64(id)
}

// tell sends an event to one player. It waits until the player has been told which
// system this is, so that a client never hears of things it cannot make sense of.
func (c *sending) tell(p *Player, f *wire.Frame) {
	switch {
	case p.client == nil:
	case p.waits():
		p.held = append(p.held, f)
	default:
		c.cork(p, p.client)
		p.client.Send(f)
	}
}

// now sends an event at once to everybody but those who wait.
func (c *sending) now(f *wire.Frame) {
	for _, p := range c.people.order {
		if p.client != nil && !p.waits() {
			p.client.Send(f)
		}
	}
}

// near sends an event to everybody who sees the thing with the id, and reports
// whether there is such a thing.
func (c *sending) near(id world.EntityID, f *wire.Frame) bool {
	e := c.entities.byID[id]
	if e == nil {
		return false
	}
	if e.view == nil {
		return true
	}
	if st, _ := c.entities.space.Get(id); st.Hidden {
		if e.pilot != nil {
			c.tell(e.pilot, f)
		}
		return true
	}
	for _, members := range e.view.of {
		for _, p := range members {
			c.tell(p, f)
		}
	}
	return true
}

// corked is a client for which things gather, and of whom.
type corked struct {
	p  *Player
	to Client
}

// cork gathers what the client is sent until its delta of this tick, or the end of
// the tick, takes it along: most of a send is the system call, not the bytes.
func (c *sending) cork(p *Player, to Client) {
	if p.corked == to {
		return
	}
	p.corked = to
	to.Cork()
	c.corked = append(c.corked, corked{p, to})
}

// uncork ends what cork began.
func (c *sending) uncork() { c.letGo(func(corked) bool { return true }) }

// tickEnds is uncork, but for those of a crowd who are not due while the system is
// strained: what has gathered for them goes with their turn.
func (c *sending) tickEnds() {
	if !c.strained {
		c.uncork()
		return
	}
	c.letGo(func(k corked) bool {
		v := k.p.view
		return v == nil || v.isDue(k.p) || k.p.client != k.to || k.p.answered == c.time.step
	})
}

// letGo ends what cork began for some.
func (c *sending) letGo(whom func(corked) bool) {
	defer c.round.Flush()
	kept := c.corked[:0]
	for _, k := range c.corked {
		if !whom(k) {
			kept = append(kept, k)
			continue
		}
		c.round.Uncork(k.to)
		if k.p.corked == k.to {
			k.p.corked = nil
		}
	}
	clear(c.corked[len(kept):])
	c.corked = kept
}

// release sends what had to wait until the player knew where it is. In space
// that is when the first snapshot has gone out, one tick after the ship came.
func (p *Player) release() {
	if len(p.held) == 0 || p.waits() {
		return
	}
	for _, f := range p.held {
		p.client.Send(f)
	}
	p.held = nil
}
