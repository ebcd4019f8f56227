package system

import (
	"fmt"
	"math"

	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// enter is the arrival of a player from a login or through a gate.
func (s *System) enter(m Enter) {
	s.used()
	s.door.landed++
	if s.scripts.down != nil {
		s.refuse(m, s.scripts.down)
		return
	}
	s.arrive(m)
}

// arrive brings a player in, or puts them in line.
func (s *System) arrive(m Enter) {
	id := m.Character.ID
	if s.door.takeSeat(id) || s.people.byID[id] != nil || (len(s.door.line) == 0 && s.door.room(s.people.count())) {
		s.admit(m)
		return
	}
	if m.Reason == ReasonJump {
		s.land(&m)
	}
	s.door.queue(m)
}

// land puts the ship of somebody who waits between two systems before the gate
// of this one, so that what is saved of them is in this one.
func (s *System) land(m *Enter) {
	if m.Character.Ship != nil {
		ship := *m.Character.Ship
		ship.Pos, ship.Vel = s.exit(m.Gate), world.Vec3{}
		m.Character.Ship = &ship
	}
	s.saves.save([]Character{m.Character})
}

// letIn lets in those before the door for whom there is a seat now.
func (s *System) letIn() {
	d := &s.door
	if !d.active() {
		return
	}
	d.expire(s.time.real)
	if s.scripts.down != nil {
		for _, m := range d.empty() {
			s.refuse(m, s.scripts.down)
		}
		return
	}
	for m, ok := d.next(s.people.count(), s.time.real); ok; m, ok = d.next(s.people.count(), s.time.real) {
		s.mail.current = m
		s.admit(m)
		s.settle()
		s.mail.current = nil
	}
	d.tellPlaces(s.time.real)
}

// refuse turns a player away from a system that does not run. They are saved as
// being here, and come in when it runs again.
func (s *System) refuse(m Enter, why error) {
	s.saves.save([]Character{m.Character})
	s.cfg.Router.Left(m.Character.ID)
	if m.Client != nil {
		m.Client.Close(fmt.Sprintf("%s does not run at the moment: %v", s.cfg.Static.Name, why))
	}
}

func (s *System) admit(m Enter) {
	c := m.Character
	if old := s.people.byID[c.ID]; old != nil { // a login that crossed the old session's end
		s.takeOver(old, m.Client)
		return
	}
	p := &Player{ID: c.ID, Name: c.Name, Station: c.Station, saved: c, bucket: bucketOf(c.ID)}
	p.Data = s.scripts.table(c.Data)
	s.people.add(p)
	s.saves.join(p)
	if p.Station != 0 && s.cfg.Static.Find(p.Station) == nil {
		p.Station = 0 // a station of an older map
	}
	if c.Ship != nil && p.Station == 0 {
		ship := *c.Ship
		if m.Gate != 0 {
			ship.Pos, ship.Vel = s.exit(m.Gate), world.Vec3{}
		}
		if id, err := s.Spawn(Spawn{Ship: ship, Owner: p.ID}); err != nil {
			s.log.Error("a ship could not be put into space", "player", p.ID, "error", err)
		} else {
			s.board(p, id)
		}
	}
	s.connect(p, m.Client)
	s.saves.now(p)
	s.scripts.raise(func(e Events) { e.PlayerEntered(p.ID, m.Reason) })
	if m.Reason == ReasonJump {
		s.scripts.raise(func(e Events) { e.PlayerArrived(p.ID, m.From, m.Gate) })
	} else {
		s.raiseConnected(p)
	}
}

// exit is where one comes out: in a random direction from the gate, some
// kilometres off its hull, so that a crowd does not come out in one point.
func (s *System) exit(gate world.EntityID) world.Vec3 {
	g := s.cfg.Static.Find(gate)
	if g == nil {
		return world.Vec3{}
	}
	z := float64(2*s.rand.Float64()) - 1
	a := 2 * math.Pi * s.rand.Float64()
	r := math.Sqrt(1 - float64(z*z))
	dir := world.Vec3{X: r * real.Cos(a), Y: r * real.Sin(a), Z: z}
	return g.Pos.Add(dir.Scale(g.Radius + 5e3 + float64(7e3*s.rand.Float64())))
}
