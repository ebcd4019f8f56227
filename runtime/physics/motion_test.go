package physics

import (
	"math"
	"testing"

	"hotshard/runtime/world"

	"pgregory.net/rapid"
)

// tolerance for two ways to fly the same path: rounding, and what the 5 cm that
// count as being there may differ in.
const nearby = 0.2

func near(a, b world.Vec3, d float64) bool { return a.Dist(b) <= d }

// frigate is a ship of 3.6 s, 300 m/s.
func frigate() Motion { return Motion{Speed: 300, Tau: 3.6, Radius: 40} }

func TestGoToStopsAtThePoint(t *testing.T) {
	m := frigate()
	m.Mode, m.Point = GoTo, world.Vec3{X: 20e3, Y: 5e3}
	var o Outcome
	ticks := 0
	for ; o&Resting == 0 && ticks < 3000; ticks++ {
		o = m.Advance(0.1, nil)
		if over := m.Pos.Dot(m.Point.Unit()) - m.Point.Len(); over > reach {
			t.Fatalf("tick %d: overshot by %g m", ticks, over)
		}
	}
	if o&Resting == 0 || !near(m.Pos, m.Point, 2*reach) || m.Vel != (world.Vec3{}) || m.Mode != Stop {
		t.Errorf("after %d ticks: %+v", ticks, m)
	}
	if least := m.Point.Len() / m.Speed; float64(ticks)*0.1 > least+10*m.Tau {
		t.Errorf("took %d ticks", ticks)
	}
}

func TestOrbitIsACircleAtItsRangeAndFullSpeed(t *testing.T) {
	m := frigate()
	m.Mode, m.Range, m.Point = Orbit, 5000, world.Vec3{Z: 1}
	m.Pos = world.Vec3{X: 30e3, Y: -200, Z: 800}
	station := Motion{Radius: 1000}
	reached := 0
	for tick := range 6000 {
		if o := m.Advance(0.1, &station); o&AtGoal != 0 && reached == 0 {
			reached = tick
		}
	}
	if reached == 0 || reached > 2000 {
		t.Errorf("on orbit after %d ticks", reached)
	}
	if r := m.Pos.Len(); math.Abs(r-6040) > nearby {
		t.Errorf("flies at %g m from the centre, not 6040", r)
	}
	omega, ring := ring(6040, 300, 3.6)
	if v := m.Vel.Len(); math.Abs(v-omega*6040) > 0.01 || math.Abs(omega*ring-300) > 1e-9 {
		t.Errorf("flies at %g m/s with omega %g, ring %g", v, omega, ring)
	}
}

func TestOrbitFromInsideAndFromTheCentre(t *testing.T) {
	for _, at := range []world.Vec3{{}, {X: 10}, {X: 100, Z: 3000}, {Y: 5900}} {
		m := frigate()
		m.Mode, m.Range, m.Point, m.Pos = Orbit, 5000, world.Vec3{Z: 1}, at
		for range 3000 {
			m.Advance(0.1, &Motion{Radius: 1000})
		}
		if r := m.Pos.Len(); math.Abs(r-6040) > nearby {
			t.Errorf("from %v: %g m from the centre, not 6040", at, r)
		}
	}
}

func TestChasingAMovingTarget(t *testing.T) {
	for _, mode := range []Mode{Approach, KeepRange, Orbit} {
		hare := Motion{Mode: Direction, Point: world.Vec3{Y: 1}, Speed: 200, Tau: 5, Radius: 60, Pos: world.Vec3{X: 20e3}}
		m := frigate()
		m.Mode, m.Range, m.Point = mode, 1000, world.Vec3{Z: 1}
		for range 6000 {
			seen := hare
			m.Advance(0.1, &seen)
			hare.Advance(0.1, nil)
		}
		if d := m.Pos.Dist(hare.Pos); math.Abs(d-1100) > 1 {
			t.Errorf("%v: %g m from the target, not 1100", mode, d)
		}
	}
}

func TestKeepRangeBacksOff(t *testing.T) {
	m := frigate()
	m.Mode, m.Range, m.Pos = KeepRange, 3000, world.Vec3{X: 200}
	for range 1000 {
		m.Advance(0.1, &Motion{Radius: 100})
	}
	if !near(m.Pos, world.Vec3{X: 3140}, nearby) || m.Vel != (world.Vec3{}) {
		t.Errorf("stands at %v with %v", m.Pos, m.Vel)
	}
}

func TestMissileHitsAnEvadingTarget(t *testing.T) {
	for _, speed := range []float64{0, 300, 1200, 2400} {
		m := Motion{Mode: Follow, Speed: 3000, Tau: 2, Radius: 5, Vel: world.Vec3{Y: 3000}}
		prey := Motion{Mode: Orbit, Speed: speed, Tau: 3, Radius: 50, Range: 4000, Point: world.Vec3{Z: 1}, Pos: world.Vec3{X: 30e3}}
		beacon := Motion{Pos: world.Vec3{X: 26e3}}
		best := math.Inf(1)
		for range 600 {
			seen := prey
			m.Advance(0.1, &seen)
			prey.Advance(0.1, &beacon)
			// As in the space: the nearest point of the step, not its end.
			from, to := best, m.Pos.Dist(prey.Pos)
			best = min(from, to)
		}
		if best > 400 {
			t.Errorf("prey at %g m/s: came no nearer than %g m", speed, best)
		}
	}
}

// warpTo flies a warp in steps of dt and returns the ship at rest and the seconds.
func warpTo(dist, au, dt float64) (Motion, float64) {
	m := frigate()
	m.Mode, m.Range, m.Point = Warp, au*world.AU, world.Vec3{X: dist}
	for at := dt; at < 600; at += dt {
		if o := m.Advance(dt, nil); o&Resting != 0 {
			return m, at
		}
	}
	return m, 600
}

func TestWarp(t *testing.T) {
	for _, c := range []struct{ dist, au, most float64 }{
		{200e3, 3, 60}, {1e9, 3, 70}, {world.AU, 3, 80}, {30 * world.AU, 3, 90}, {90 * world.AU, 1.5, 180}, {30 * world.AU, 8, 70}, {1e8, 0.01, 200},
	} {
		m, s := warpTo(c.dist, c.au, 0.1)
		if m.Mode != Stop || !near(m.Pos, world.Vec3{X: c.dist}, 1) || s > c.most {
			t.Errorf("%g m at %g AU/s: after %.1f s %v off, %v", c.dist, c.au, s, m.Pos.Sub(world.Vec3{X: c.dist}), m.Mode)
		}
	}
}

func TestWarpNeedsToBeAligned(t *testing.T) {
	m := frigate()
	m.Mode, m.Range, m.Point, m.Vel = Warp, 3*world.AU, world.Vec3{X: world.AU}, world.Vec3{X: -300}
	var at float64
	for m.Mode == Warp {
		before := m
		if o := m.Advance(0.1, nil); o&Entered != 0 {
			seconds := before.timeToAlign(world.Vec3{X: 1})
			before.coastFor(world.Vec3{X: 300}, seconds)
			if math.Abs(before.Vel.X-225) > 1e-6 {
				t.Errorf("entered at %v", before.Vel)
			}
			at += seconds
			break
		}
		at += 0.1
	}
	if want := 3.6 * math.Log(600/75.); math.Abs(at-want) > 1e-6 {
		t.Errorf("entered after %g s, not %g", at, want)
	}
}

// genVec draws a vector with coordinates up to most.
func genVec(rt *rapid.T, name string, most float64) world.Vec3 {
	g := rapid.Float64Range(-most, most)
	return world.Vec3{X: g.Draw(rt, name+".x"), Y: g.Draw(rt, name+".y"), Z: g.Draw(rt, name+".z")}
}

// genMotion draws a ship with any course.
func genMotion(rt *rapid.T) Motion {
	m := Motion{
		Mode: Mode(rapid.IntRange(0, int(Follow)).Draw(rt, "mode")),
		Pos:  genVec(rt, "pos", 50e3), Vel: genVec(rt, "vel", 1000),
		Point: genVec(rt, "point", 100e3),
		Range: rapid.Float64Range(0, 20e3).Draw(rt, "range"),
		Speed: rapid.Float64Range(0, 5000).Draw(rt, "speed"),
		Tau:   rapid.Float64Range(0.1, 30).Draw(rt, "tau"), Radius: rapid.Float64Range(0, 500).Draw(rt, "radius"),
	}
	switch m.Mode {
	case Direction, Align, Orbit:
		if m.Point = m.Point.Unit(); m.Point == (world.Vec3{}) {
			m.Point.X = 1
		}
	case Warp, Tunnel:
		m.Point = genVec(rt, "land", 1e12).Add(world.Vec3{X: 2e12})
		m.Range = rapid.Float64Range(0.5, 10).Draw(rt, "au/s") * world.AU
		m.Speed += 10
		if m.Mode == Tunnel {
			m.enter()
		}
	}
	return m
}

// With a target that stands or flies straight on, every mode is exact: it does
// not matter into how many steps a time is cut. (A missile's aim is found in few
// rounds, and so only nearly the same each time.)
func TestStepLengthDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := genMotion(rt)
		switch m.Mode {
		case Follow:
			m.Mode = Approach
		case Orbit:
			m.Range += 500 // next to an orbit of a few metres 5 cm are not little
		}
		target := &Motion{Mode: Direction, Pos: genVec(rt, "target", 50e3), Radius: 1000, Speed: 1, Tau: 1}
		if rapid.Bool().Draw(rt, "moves") {
			target.Vel = genVec(rt, "target.vel", m.Speed/2)
		}
		if v := target.Vel.Len(); v > 0 {
			target.Point, target.Speed = target.Vel.Scale(1/v), v
		}
		seconds := rapid.Float64Range(0.5, 100).Draw(rt, "seconds")
		fly := func(pieces int) (Motion, float64) {
			m, target := m, *target
			for range pieces {
				m.Advance(seconds/float64(pieces), &target)
				target.Advance(seconds/float64(pieces), nil)
			}
			return m, seconds
		}
		a, _ := fly(1)
		b, _ := fly(rapid.IntRange(2, 300).Draw(rt, "pieces"))
		// Where the last half metre is drifted and where it is snapped may differ.
		allowed := 1 + 1e-9*a.Pos.Len() + 1e-7*a.Vel.Len()
		if m.Mode == Orbit {
			allowed += 0.01 * a.Speed // the 5 cm at the edge of a circle are some way along its tangent
		}
		if !near(a.Pos, b.Pos, allowed) {
			rt.Fatalf("%v: one step of %g s ends %g m from many: %v, %v", m.Mode, seconds, a.Pos.Dist(b.Pos), a, b)
		}
	})
}

func TestAdvanceStaysFinite(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := genMotion(rt)
		target := Motion{Pos: genVec(rt, "target", 1e14), Vel: genVec(rt, "target.vel", 1e9), Radius: rapid.Float64Range(0, 1e9).Draw(rt, "r")}
		if rapid.Bool().Draw(rt, "same place") {
			target.Pos, target.Vel = m.Pos, m.Vel
		}
		m.Tau = rapid.Float64Range(minTau, maxTau).Draw(rt, "any tau")
		for range 20 {
			m.Advance(rapid.Float64Range(1e-9, MaxStep).Draw(rt, "dt"), &target)
			if !m.Pos.Finite() || !m.Vel.Finite() {
				rt.Fatalf("%+v", m)
			}
			if m.Mode != Tunnel && m.Vel.Len() > 2e3+m.Speed+1e10/m.Tau {
				rt.Fatalf("runs away: %+v", m)
			}
		}
	})
}
