package system

import (
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// view is what everybody in one bubble gets to see of a tick. The delta is
// gathered in reused slices, encoded once and handed as one frame to all.
type view struct {
	id       physics.BubbleID
	watchers int // players whose ship is in the bubble
	rota
	delta    wire.Delta
	built    bool        // frame is this tick's:
	frame    *wire.Frame // for those whose turn it is, nil where nothing changed
	entities []wire.Entity
	whole    *wire.Frame // this tick's snapshot, nil while nobody needed one
}

// trackBubbles reads from the space who has come into which bubble, who has left
// one and whose course has changed. It must run right after the space's Step,
// before scripts change anything.
func (s *System) trackBubbles() {
	for b := range s.space.Bubbles() {
		if len(b.Joined) == 0 && len(b.Left) == 0 {
			continue
		}
		v := s.viewOf(b.ID)
		for _, id := range b.Left {
			v.now().gone = append(v.now().gone, id)
			if e := s.entities[id]; e != nil && e.view == v {
				s.place(e, nil)
			}
		}
		for _, id := range b.Joined {
			v.now().add = append(v.now().add, id)
			if e := s.entities[id]; e != nil {
				s.place(e, v)
			}
		}
	}
	for _, c := range s.space.Changed() {
		e := s.entities[c.ID]
		if e == nil {
			continue
		}
		if c.Engine {
			e.refitted = s.tick
		}
		if e.view != nil && e.view.watchers > 0 {
			e.view.now().move = append(e.view.now().move, c)
		}
	}
	for _, id := range s.space.Gone() {
		if v := s.views[id]; v != nil && v.watchers == 0 {
			delete(s.views, id)
		}
	}
}

func (s *System) viewOf(id physics.BubbleID) *view {
	v := s.views[id]
	if v == nil {
		v = &view{id: id}
		s.views[id] = v
	}
	return v
}

// place notes in which bubble an entity is; its pilot, if it has one, looks from
// there.
func (s *System) place(e *Entity, v *view) {
	e.view = v
	if p := e.pilot; p != nil && p.view != v {
		s.look(p, v)
	}
}

// look lets a player look at a bubble, or at none.
func (s *System) look(p *Player, v *view) {
	if p.view != nil {
		p.view.watchers--
		p.view.part(p)
	}
	p.view = v
	if v != nil {
		v.watchers++
		v.join(p)
		p.snapshot = true
		s.attend(p)
	}
}

// sendViews hands every player what has changed around them: nothing, the frame
// of their bubble when it is their turn, or a snapshot where they are new to it or
// have lost frames. A tick looks only at those whose turn it is.
func (s *System) sendViews() {
	for _, v := range s.views {
		v.begin(s.cohorts(v))
	}
	s.sendPlaces()
	for _, v := range s.views {
		for _, seats := range v.due() {
			for _, p := range seats {
				s.sendView(p, v)
			}
		}
		s.echo(v)
		v.reset()
	}
}

func (s *System) sendView(p *Player, v *view) {
	switch {
	case p.client == nil || p.waits() || p.shown == s.tick:
	case p.client.NeedSnapshot():
		s.sendSnapshot(p)
	default:
		if f := s.deltaFrame(v); f != nil {
			p.client.Send(f)
		}
	}
}

// attend notes that a player has to be told of more than changes.
func (s *System) attend(p *Player) {
	if !p.attended {
		p.attended = true
		s.attended = append(s.attended, p)
	}
}

// sendPlaces tells those who do not know it where they are and what is around. Who
// has a ship that is in no bubble yet waits.
func (s *System) sendPlaces() {
	if s.rebuilt {
		s.rebuilt = false
		for _, p := range s.order {
			p.snapshot = true
			s.attend(p)
		}
	}
	waiting := s.attended[:0]
	for _, p := range s.attended {
		p.attended = false
		if p.client == nil || s.players[p.ID] != p {
			continue
		}
		if p.place {
			s.sendPlace(p)
		}
		if p.view != nil && p.snapshot {
			s.sendSnapshot(p)
		}
		p.release()
		if p.waits() {
			p.attended = true
			waiting = append(waiting, p)
		}
	}
	clear(s.attended[len(waiting):])
	s.attended = waiting
}

func (s *System) sendSnapshot(p *Player) {
	p.client.Send(s.snapshotFrame(p.view, p.Ship))
	p.snapshot, p.shown = false, s.tick
	s.tellPace(p)
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

func (v *view) reset() {
	v.end()
	v.built, v.frame, v.whole = false, nil, nil
}

// deltaFrame is what those in the bubble whose turn it is are told, nil where
// nothing changed.
func (s *System) deltaFrame(v *view) *wire.Frame {
	if v.built {
		return v.frame
	}
	v.built = true
	d := &v.delta
	d.Tick = s.tick
	d.Add, d.Move, d.Turn, d.Gone = d.Add[:0], d.Move[:0], d.Turn[:0], d.Gone[:0]
	some := false
	for ago := range v.span {
		c := v.back(ago)
		some = some || !c.none()
		d.Gone = append(d.Gone, c.gone...)
		for _, id := range c.add {
			if e, st, ok := s.seen(id, v); ok && e.told != s.tick {
				d.Add = append(d.Add, s.wireEntity(e, &st))
				e.told, e.turn = s.tick, noTurn
			}
		}
	}
	if !some {
		return nil
	}
	for ago := range v.span {
		for _, c := range v.back(ago).move {
			if e, st, ok := s.seen(c.ID, v); ok {
				s.addCourse(d, e, &st, c.Turned && !st.Ordered, ago, v.span)
			}
		}
	}
	v.settleTurns()
	v.frame = wire.NewDelta(d)
	return v.frame
}

// addCourse puts the new course of an entity into a delta over the last span ticks,
// of which the latest are put in first. What happened between two changes is not
// told: who has not heard of the first cannot follow the second, so that one is not
// told as a turn.
func (s *System) addCourse(d *wire.Delta, e *Entity, st *physics.State, turned bool, ago, span int) {
	switch {
	case e.told != s.tick:
		e.told, e.turn = s.tick, noTurn
		m := wireMotion(st)
		m.SameEngine = s.tick >= e.refitted+world.Tick(span)
		if turned {
			e.turn = len(d.Turn)
			d.Turn = append(d.Turn, wire.Turn{Motion: m, Ago: uint8(ago)})
			return
		}
		d.Move = append(d.Move, m)
	case e.turn != noTurn:
		d.Turn[e.turn].Ago = changedTwice
		e.turn = noTurn
	}
}

// noTurn is in Entity.turn of what the delta in the making does not tell as a turn,
// changedTwice in the Ago of a turn that is none.
const (
	noTurn       = -1
	changedTwice = wire.MaxAgo + 1
)

// settleTurns moves what are no turns to the other courses.
func (v *view) settleTurns() {
	d := &v.delta
	kept := d.Turn[:0]
	for i := range d.Turn {
		if t := &d.Turn[i]; t.Ago == changedTwice {
			d.Move = append(d.Move, t.Motion)
		} else {
			kept = append(kept, *t)
		}
	}
	d.Turn = kept
}

// snapshotFrame is all of the bubble as seen from a ship. The entities are
// gathered, and packed, once a tick for everybody who needs them.
func (s *System) snapshotFrame(v *view, you world.EntityID) *wire.Frame {
	if v.whole != nil {
		return v.whole.For(you)
	}
	v.entities = v.entities[:0]
	b, _ := s.space.Bubble(v.id)
	for _, id := range b.Members {
		if e, st, ok := s.seen(id, v); ok {
			v.entities = append(v.entities, s.wireEntity(e, &st))
		}
	}
	v.whole = wire.NewSnapshot(&wire.Snapshot{
		Tick: s.tick, Hz: s.hz, Dilation: s.pace.current, Bubble: uint32(v.id), Entities: v.entities,
	})
	return v.whole.For(you)
}

// seen looks an id up that the space has named in this tick; scripts may have
// removed it since.
func (s *System) seen(id world.EntityID, v *view) (*Entity, physics.State, bool) {
	e := s.entities[id]
	if e == nil || e.view != v {
		return nil, physics.State{}, false
	}
	st, ok := s.space.Get(id)
	return e, st, ok
}

// sendPlace tells the player which system this is and where in it they are.
func (s *System) sendPlace(p *Player) {
	p.place = false
	if s.cfg.Static == nil {
		return
	}
	p.client.Send(wire.NewEvent("system", s.placeFields(p)))
	s.tellPace(p)
}

func (s *System) placeFields(p *Player) map[string]world.Value {
	m := s.cfg.Static
	celestials := make([]world.Value, len(m.Celestials))
	for i := range m.Celestials {
		celestials[i] = s.celestialFields(&m.Celestials[i])
	}
	return map[string]world.Value{
		"id": float64(m.ID), "name": m.Name, "security": m.Security, "region": m.Region,
		"constellation": m.Constellation, "hz": s.hz, "celestials": celestials,
		"docked": idOrNil(p.Station), "ship": idOrNil(p.Ship),
	}
}

func (s *System) celestialFields(c *world.Celestial) map[string]world.Value {
	f := map[string]world.Value{
		"id": float64(c.ID), "kind": c.Kind.String(), "name": c.Name, "radius": c.Radius,
		"pos": []world.Value{c.Pos.X, c.Pos.Y, c.Pos.Z},
	}
	if c.Parent != 0 {
		f["parent"] = float64(c.Parent)
	}
	if c.Dest != 0 {
		f["dest"] = float64(c.Dest)
		if s.cfg.NameOf != nil {
			f["dest_name"] = s.cfg.NameOf(c.Dest)
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

// Tell sends an event to one player. It waits until the player has been told
// where it is, so that a client never hears of things it cannot place.
func (s *System) Tell(p *Player, f *wire.Frame) {
	switch {
	case p.client == nil:
	case p.waits():
		p.held = append(p.held, f)
	default:
		s.cork(p.client)
		p.client.Send(f)
	}
}

// cork gathers what the client is sent until its delta of this tick, or the end of
// the tick, takes it along: most of a send is the system call, not the bytes.
func (s *System) cork(c Client) {
	if n := len(s.corked); n > 0 && s.corked[n-1] == c {
		return
	}
	c.Cork()
	s.corked = append(s.corked, c)
}

// uncork ends what cork began.
func (s *System) uncork() {
	for i, c := range s.corked {
		c.Uncork()
		s.corked[i] = nil
	}
	s.corked = s.corked[:0]
}

// Broadcast sends an event to everybody in the system.
func (s *System) Broadcast(f *wire.Frame) {
	for _, p := range s.order {
		s.Tell(p, f)
	}
}

// BroadcastNear sends an event to everybody who sees the thing with the id.
func (s *System) BroadcastNear(id world.EntityID, f *wire.Frame) bool {
	e := s.entities[id]
	if e == nil {
		return false
	}
	if e.view == nil {
		return true
	}
	for _, seats := range e.view.of {
		for _, p := range seats {
			s.Tell(p, f)
		}
	}
	return true
}
