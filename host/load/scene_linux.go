package load

import (
	"math"
	"strconv"

	"hotshard/runtime/world"
)

// scene is what players do. Its methods are called for players in the game.
type scene interface {
	placed(p *player)                                // it was told where it is: docked, or in which ship
	act(p *player)                                   // its timer
	answer(p *player, what, code string)             // a command was answered, code "" if it went well
	lock(p *player, id world.EntityID, on, off bool) // a target lock is there, or lost
}

// role is what a scene keeps of a player.
type role struct {
	ready  bool
	part   part
	target world.EntityID
	since  int64 // when it was chosen
	aimed  bool  // the target is locked
	fitted bool
	unsafe bool    // the safety switch is off
	died   int64   // when it was last shot out of the fight; 0: is in it, or never was
	stands float64 // the number of an order of its own; 0 for none
}

func newScene(name string, s *side) scene {
	switch {
	case s.floor || name == "fleet" || name == "rush" || name == "leave":
		return fleet{s}
	case name == "hub":
		return hub{s}
	case name == "market":
		return bourse{s}
	}
	return fight{s, name == "missiles"}
}

// The figures of the scenes.
const (
	courseEvery = 5e9   // ns between two courses of a player
	arenaOff    = 400e3 // m from the station to where everybody meets, so that warping there is possible
	arenaSize   = 20e3  // m around that within which they fly
)

// within returns a number between 0 and n nanoseconds.
func (s *side) within(n int64) int64 { return s.loop.rng.Int64N(n) }

// toArena is the next step of a player on the way to where everybody meets: out of
// the station, then into warp. Its answers go to arrived.
func (s *side) toArena(p *player) {
	switch {
	case p.docked != 0:
		p.order("undock", nil)
		p.after(10e9)
	case p.ship != 0:
		p.order("warp", s.point(s.arena, "range", 0))
		p.after(10e9)
	}
}

// arrived takes an answer on that way; true says that the player is there.
func (s *side) arrived(p *player, what, code string) bool {
	switch {
	case what == "warp" && code == "too_close": // which is said before the warp has ended, too
		p.order("goto", s.point(s.somewhere(), "", 0))
		p.after(10e9)
	case what == "goto" && code == "":
		return true
	case (what == "warp" || what == "goto") && code != "": // in warp still
		p.after(2e9)
	case what == "undock" && code != "":
		p.after(3e9)
	}
	return false
}

// point makes arguments of a point and, if it has a name, a number.
func (s *side) point(v world.Vec3, name string, n float64) []byte {
	b := append(s.args[:0], `"point":[`...)
	b = strconv.AppendFloat(b, v.X, 'f', 0, 64)
	b = strconv.AppendFloat(append(b, ','), v.Y, 'f', 0, 64)
	b = strconv.AppendFloat(append(b, ','), v.Z, 'f', 0, 64)
	b = append(b, ']')
	return s.number(b, name, n)
}

// number appends a further argument, a number, if it has a name.
func (s *side) number(b []byte, name string, n float64) []byte {
	if name != "" {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), `":`...)
		b = strconv.AppendFloat(b, n, 'f', -1, 64)
	}
	s.args = b
	return b
}

// id makes an argument of an id.
func (s *side) id(name string, id world.EntityID) []byte {
	return s.number(s.args[:0], name, float64(id))
}

// somewhere is a point in the arena.
func (s *side) somewhere() world.Vec3 {
	return s.arena.Add(s.direction().Scale(arenaSize * math.Cbrt(s.loop.rng.Float64())))
}

func (s *side) direction() world.Vec3 {
	z := 2*s.loop.rng.Float64() - 1
	a := 2 * math.Pi * s.loop.rng.Float64()
	r := math.Sqrt(1 - z*z)
	return world.Vec3{X: r * math.Cos(a), Y: r * math.Sin(a), Z: z}
}

// course gives the ship a new course: half of them to a point, three in ten in a
// direction, two in ten around somebody else.
func (s *side) course(p *player) {
	switch n := s.loop.rng.IntN(10); {
	case n < 5:
		p.ordered("goto", s.point(s.somewhere(), "", 0))
	case n < 8:
		v := s.direction()
		b := append(s.args[:0], `"dir":[`...)
		b = strconv.AppendFloat(b, v.X, 'f', 3, 64)
		b = strconv.AppendFloat(append(b, ','), v.Y, 'f', 3, 64)
		b = strconv.AppendFloat(append(b, ','), v.Z, 'f', 3, 64)
		s.args = append(b, ']')
		p.ordered("direction", s.args)
	default:
		other := s.players[s.loop.rng.IntN(len(s.players))]
		if other == p || !other.ready {
			p.ordered("goto", s.point(s.somewhere(), "", 0))
			return
		}
		b := s.id("id", other.ship)
		p.ordered("orbit", s.number(b, "range", float64(500+s.loop.rng.IntN(5000))))
	}
}

// fleet is everybody in one place, each with a new course every five seconds.
type fleet struct{ s *side }

func (f fleet) placed(p *player) {
	switch {
	case f.s.floor:
		f.there(p)
	case p.docked != 0:
		f.s.unready(p)
		f.s.toArena(p)
	case !p.ready:
		f.s.toArena(p)
	}
}

func (f fleet) act(p *player) {
	switch {
	case !p.ready:
		f.s.toArena(p)
	case f.s.asking:
		f.s.course(p)
		p.after(courseEvery)
	}
}

func (f fleet) answer(p *player, what, code string) {
	if !p.ready && f.s.arrived(p, what, code) {
		f.there(p)
	}
}

func (f fleet) there(p *player) {
	if !p.ready {
		f.s.arrive(p)
		p.after(f.s.within(courseEvery))
	}
}

func (fleet) lock(*player, world.EntityID, bool, bool) {}
