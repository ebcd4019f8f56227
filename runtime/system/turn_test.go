package system

import (
	"math/rand/v2"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// follower is a client of the packed form that flies on by the law what it hears.
type follower struct {
	*client
	tick   world.Tick
	mirror *physics.Mirror
	turns  int
}

func course(m *wire.Motion, radius float64) physics.Motion {
	return physics.Motion{Mode: physics.Mode(m.Mode), Pos: m.Pos, Vel: m.Vel, Target: m.Target, Point: m.Point,
		Range: m.Range, Speed: m.Speed, Tau: m.Tau, Radius: radius}
}

// follow takes in what came with the latest tick.
func (f *follower) follow(b *bench) {
	dt := 1 / b.time.hz
	if f.tick != 0 {
		f.mirror.Step(dt)
		f.tick++
	}
	for _, m := range f.frames {
		if s := m.Snapshot; s != nil {
			f.tick = s.Tick
			f.mirror.Clear()
			for i := range b.cfg.Static.Celestials {
				c := &b.cfg.Static.Celestials[i]
				f.mirror.Set(c.ID, physics.Motion{Pos: c.Pos, Radius: c.Radius})
			}
			for i := range s.Entities {
				f.mirror.Set(s.Entities[i].ID, course(&s.Entities[i].Motion, s.Entities[i].Radius))
			}
		}
		if m.Delta != nil {
			f.delta(m.Delta, dt)
		}
	}
	f.frames = nil
}

func (f *follower) delta(d *wire.Delta, dt float64) {
	for _, id := range d.Gone {
		f.mirror.Remove(id)
	}
	for i := range d.Add {
		f.mirror.Set(d.Add[i].ID, course(&d.Add[i].Motion, d.Add[i].Radius))
	}
	for i := range d.Move {
		m := &d.Move[i]
		known, ok := f.mirror.Get(m.ID)
		if !ok {
			continue
		}
		told := course(m, known.Radius)
		if m.SameEngine {
			told.Speed, told.Tau = known.Speed, known.Tau
		}
		f.mirror.Set(m.ID, told)
	}
	for i := range d.Turn {
		t := &d.Turn[i]
		f.turns++
		f.mirror.Turn(t.ID, course(&t.Motion, 0), int(t.Ago)+1, dt)
	}
}

// act gives some ship an order of any kind.
func (b *bench) act(rng *rand.Rand) {
	players := b.Players()
	p := players[rng.IntN(len(players))]
	if rng.IntN(3) == 0 { // some of them change their minds again and again
		p = players[0]
	}
	space, other := b.Space(), players[rng.IntN(len(players))].Ship
	there := somewhere.Add(world.Vec3{X: rng.Float64(), Y: rng.Float64(), Z: rng.Float64()}.Scale(9000))
	switch rng.IntN(8) {
	case 0:
		space.Orbit(p.Ship, other, 1000*rng.Float64())
	case 1:
		space.Approach(p.Ship, other)
	case 2:
		space.Orbit(p.Ship, gateID, 2000)
	case 3:
		b.SetSpeed(p.Ship, 100+300*rng.Float64())
	case 4:
		space.Stop(p.Ship)
	case 5:
		space.Direction(p.Ship, there.Sub(somewhere))
	default:
		space.GoTo(p.Ship, there)
	}
}

// Who is told in turns, mostly of turns, and of nothing twice, has the same picture
// as the server, wherever it came in and whatever it lost on the way. Only what flies
// by a ship that has turned is off for a moment, as the turn is heard of late.
func TestFollowersSeeWhatIsThere(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 7))
		b := newBench(t, echoes, cohortsFrom(2))
		var all []*follower
		for i := range 20 {
			c := b.fly(world.CharacterID(i+1), somewhere.Add(world.Vec3{X: 500 * float64(i)}))
			c.codec, c.frames, c.lost = wire.Binary, nil, true
			all = append(all, &follower{client: c, mirror: physics.NewMirror()})
		}
		seen, off := 0, 0
		for n := range 600 {
			b.act(rng)
			if rng.IntN(20) == 0 {
				all[rng.IntN(len(all))].lost = true
			}
			if rng.IntN(40) == 0 {
				b.Spawn(Spawn{Ship: *wren(somewhere)})
			}
			b.tick(1)
			for _, f := range all {
				f.follow(b)
				if n > 10 {
					some, wrong := f.compare(b)
					seen, off = seen+some, off+wrong
				}
			}
		}
		turns := 0
		for _, f := range all {
			turns += f.turns
		}
		if turns < 3000 || off*100 > 3*seen {
			t.Errorf("seed %d: %d turns, %d of %d courses off", seed, turns, off, seen)
		}
	}
}

// compare counts what flies by itself, and how much of it is not where it is seen.
func (f *follower) compare(b *bench) (seen, off int) {
	for id := range b.entities.byID {
		is, _ := b.Space().Get(id)
		if is.Target > world.FirstDynamicID {
			continue
		}
		got, _ := f.mirror.Get(id)
		if seen++; got.Pos.Dist(is.Pos) > 1 {
			off++
		}
	}
	return seen, off
}
