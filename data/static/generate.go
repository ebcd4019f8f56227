package static

import (
	"fmt"
	"math/rand/v2"

	"hotshard/runtime/world"
)

// DefaultSystems is how many systems LoadOrGenerate makes.
const DefaultSystems = 7600

// maxSystems keeps every id in its range: see firstCelestial and its like.
const maxSystems = 50_000

// generatorVersion changes with every change of what Generate makes of a seed.
const generatorVersion = 1

// The first ids of a generated universe. Celestials but gates and stations have
// at most 200 ids a system.
const (
	firstSystem    world.SystemID = 30_000_001
	firstCelestial world.EntityID = 40_000_001
	firstGate      world.EntityID = 50_000_001
	firstStation   world.EntityID = 60_000_001
)

// Generate makes up a universe of the given number of systems (1 to 50,000): a
// flat disc of regions of some fifteen constellations of 5 to 12 systems, joined
// by stargates into one connected graph whose links hardly cross. Security falls
// with the number of jumps from four core regions. The same seed and number give
// the same universe, down to the byte in its file. Time grows with the square of
// the number: the default takes a fraction of a second, 50,000 some ten seconds.
func Generate(seed uint64, systems int) (*world.Universe, error) {
	if systems < 1 || systems > maxSystems {
		return nil, fmt.Errorf("generate universe: %d systems, it can have 1 to %d", systems, maxSystems)
	}
	g := newGalaxy(seed, systems)
	g.placeConstellations()
	g.formRegions()
	g.placeSystems()
	g.linkSystems()
	g.secure()
	g.name()
	return world.NewUniverse("generated", seed, g.build())
}

// What a sequence of random numbers is for. Each has its own, so that a change
// to one part of the generator leaves the others' results alone.
const (
	forConstellations = iota + 1
	forRegions
	forSystems
	forLinks
	forSecurity
	forNames
	forContents
)

// random returns the sequence for one purpose and, where a purpose has many, for
// the one with the index.
func (g *galaxy) random(purpose, index int) *rand.Rand {
	return rand.New(rand.NewPCG(g.seed, uint64(purpose)<<32|uint64(index)))
}

// between returns a number from lo to hi.
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// build makes the systems of the map with all that is in them, and joins the
// gates to one another.
func (g *galaxy) build() []world.SolarSystem {
	systems := make([]world.SolarSystem, len(g.systems))
	next := ids{celestial: firstCelestial, gate: firstGate, station: firstStation}
	for i := range g.systems {
		s := &g.systems[i]
		c := &g.constellations[s.constellation]
		systems[i] = world.SolarSystem{
			ID:            firstSystem + world.SystemID(i),
			Name:          s.name,
			Region:        g.regions[c.region].name,
			Constellation: c.name,
			Security:      s.security,
			Pos:           s.pos,
		}
		systems[i].Celestials = g.contents(i, &next)
	}
	joinGates(systems)
	return systems
}

// joinGates tells every gate which gate one comes out at.
func joinGates(systems []world.SolarSystem) {
	for i := range systems {
		for j := range systems[i].Celestials {
			c := &systems[i].Celestials[j]
			if c.Kind == world.KindGate {
				c.DestGate = systems[c.Dest-firstSystem].GateTo(systems[i].ID).ID
			}
		}
	}
}
