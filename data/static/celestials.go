package static

import (
	"math"
	"math/rand/v2"

	"hotshard/runtime/world"
)

// What the map does not say about things that are not spheres, in metres: how
// close to their middle a ship can come.
const (
	beltRadius    = 20_000
	stationRadius = 8_000
	gateRadius    = 2_500
)

const (
	maxPlanets = 11
	maxMoons   = 9             // of one planet: with maxPlanets and belts under 200 ids a system
	maxOrbit   = 55 * world.AU // of a planet
)

// ids are the next ones free.
type ids struct{ celestial, gate, station world.EntityID }

func take(id *world.EntityID) world.EntityID {
	*id++
	return *id - 1
}

// body is a planet or a moon while the rest of its system is made.
type body struct {
	world.Celestial
	orbit float64 // of a planet: metres from the star
	moons []body
}

// contents makes all that is in one system, in the order of the kinds.
func (g *galaxy) contents(i int, next *ids) []world.Celestial {
	r := g.random(forContents, i)
	name := g.systems[i].name
	star := world.Celestial{ID: take(&next.celestial), Kind: world.KindStar, Name: starName(name),
		Radius: math.Round(2e8 * math.Exp(0.7*math.Abs(r.NormFloat64())))}
	planets := planets(r, name, &star, next)

	out := make([]world.Celestial, 0, 64)
	out = append(out, star)
	for p := range planets {
		out = append(out, planets[p].Celestial)
	}
	for p := range planets {
		for m := range planets[p].moons {
			out = append(out, planets[p].moons[m].Celestial)
		}
	}
	out = appendBelts(out, r, planets, next)
	out = g.appendStations(out, r, i, planets, next)
	return g.appendGates(out, r, i, planets, next)
}

// planets makes the planets of a system with their moons. Their orbits grow by a
// roughly constant ratio, as Titius and Bode found of ours, some of them off by
// up to 8 %.
func planets(r *rand.Rand, system string, star *world.Celestial, next *ids) []body {
	n := 3 + r.IntN(5) + r.IntN(maxPlanets-6)
	first := between(r, 0.15, 0.5) * world.AU
	ratio := min(between(r, 1.45, 1.85), math.Pow(maxOrbit/first, 1/float64(n-1)))
	planets := make([]body, n)
	for i := range planets {
		p := &planets[i]
		p.orbit = first * math.Pow(ratio, float64(i)) * between(r, 0.92, 1.08)
		var moons int
		p.Radius, moons = planetSize(r, p.orbit/world.AU)
		p.ID, p.Kind, p.Parent = take(&next.celestial), world.KindPlanet, star.ID
		p.Name = planetName(system, i+1)
		p.Pos = whole(around(r, 0.03).Scale(p.orbit))
		p.moons = moonsOf(r, p, moons, next)
	}
	return planets
}

// planetSize returns a radius in metres and a number of moons that suit a planet
// at the distance (in AU): rock near the star, gas beyond the frost line, ice
// and small rock far out.
func planetSize(r *rand.Rand, au float64) (radius float64, moons int) {
	switch chance := r.Float64(); {
	case au < 2.2:
		return math.Round(between(r, 1.8e6, 9e6)), r.IntN(3)
	case au < 14 && chance < 0.7:
		return math.Round(between(r, 2.2e7, 9e7)), 1 + r.IntN(maxMoons)
	case chance < 0.5:
		return math.Round(between(r, 1.1e7, 3.5e7)), r.IntN(6)
	}
	return math.Round(between(r, 1e6, 5e6)), r.IntN(2)
}

// moonsOf makes n moons on orbits that grow from a few radii of the planet.
func moonsOf(r *rand.Rand, p *body, n int, next *ids) []body {
	moons := make([]body, n)
	orbit := p.Radius * between(r, 4, 8)
	for i := range moons {
		m := &moons[i]
		largest := min(2.7e6, p.Radius/4)
		m.Radius = math.Round(1.2e5 * math.Pow(largest/1.2e5, r.Float64()))
		m.ID, m.Kind, m.Parent = take(&next.celestial), world.KindMoon, p.ID
		m.Name = moonName(p.Name, i+1)
		m.Pos = whole(p.Pos.Add(around(r, 0.05).Scale(orbit)))
		orbit = orbit*between(r, 1.2, 1.45) + 4*m.Radius
	}
	return moons
}

// around returns a direction near the plane of the orbits; tilt is the spread in
// radians.
func around(r *rand.Rand, tilt float64) world.Vec3 {
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	up, flat := math.Sincos(tilt * r.NormFloat64())
	return world.Vec3{X: flat * cos, Y: up, Z: flat * sin}
}

// whole rounds to the metre, which is how the file of a universe likes it.
func whole(v world.Vec3) world.Vec3 {
	return world.Vec3{X: math.Round(v.X), Y: math.Round(v.Y), Z: math.Round(v.Z)}
}

// appendBelts puts asteroid belts outside the moons of some planets.
func appendBelts(out []world.Celestial, r *rand.Rand, planets []body, next *ids) []world.Celestial {
	for i := range planets {
		p := &planets[i]
		if r.Float64() > 0.3 {
			continue
		}
		for n := range 1 + r.IntN(3) {
			d := 1e8 + p.Radius*between(r, 10, 20)*float64(n+1)
			out = append(out, world.Celestial{ID: take(&next.celestial), Kind: world.KindBelt, Parent: p.ID,
				Name: beltName(p.Name, n+1), Pos: whole(p.Pos.Add(around(r, 0.1).Scale(d))), Radius: beltRadius})
		}
	}
	return out
}

// appendStations builds stations a few thousand kilometres above planets and
// moons: the safer the system, the more.
func (g *galaxy) appendStations(out []world.Celestial, r *rand.Rand, i int, planets []body, next *ids) []world.Celestial {
	for range g.stations(r, i) {
		at := &planets[r.IntN(len(planets))]
		if len(at.moons) > 0 && r.Float64() < 0.7 {
			at = &at.moons[r.IntN(len(at.moons))]
		}
		owner := g.corporations[r.IntN(len(g.corporations))]
		d := at.Radius + between(r, 0.8e6, 4e6)
		out = append(out, world.Celestial{ID: take(&next.station), Kind: world.KindStation, Parent: at.ID,
			Name:   at.Name + " - " + owner + " " + facilities[r.IntN(len(facilities))],
			Pos:    whole(at.Pos.Add(around(r, 0.3).Scale(d))),
			Radius: stationRadius})
	}
	return out
}

// stations returns how many stations a system has.
func (g *galaxy) stations(r *rand.Rand, i int) int {
	switch s := g.systems[i].security; {
	case s >= 0.999: // a capital
		return 8 + r.IntN(5)
	case s >= 0.45:
		return 1 + r.IntN(3)*r.IntN(2)
	case s > 0:
		return r.IntN(2) * (1 + r.IntN(2))
	default:
		return r.IntN(8) / 7
	}
}

// appendGates puts the gates in the direction of where they lead, between the
// middle and the rim of the system and well away from planets.
func (g *galaxy) appendGates(out []world.Celestial, r *rand.Rand, i int, planets []body, next *ids) []world.Celestial {
	s := &g.systems[i]
	rim := planets[len(planets)-1].orbit
	for _, dest := range s.links {
		to := &g.systems[dest]
		heading := math.Atan2(to.at.z-s.at.z, to.at.x-s.at.x)
		var pos world.Vec3
		for clear := false; !clear; {
			sin, cos := math.Sincos(heading + 0.2*r.NormFloat64())
			d := max(world.AU, rim*between(r, 0.4, 1.05))
			pos = whole(world.Vec3{X: d * cos, Y: d * 0.02 * r.NormFloat64(), Z: d * sin})
			clear = clearOf(out, pos)
		}
		out = append(out, world.Celestial{ID: take(&next.gate), Kind: world.KindGate, Name: gateName(to.name),
			Pos: pos, Radius: gateRadius, Dest: firstSystem + world.SystemID(dest)})
	}
	return out
}

// clearOf says whether nothing is within five million kilometres: there is room
// to arrive at a gate, and two are never in one place.
func clearOf(all []world.Celestial, pos world.Vec3) bool {
	for i := range all {
		if all[i].Pos.Dist(pos) < 5e9 {
			return false
		}
	}
	return true
}
