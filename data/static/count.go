package static

import "hotshard/runtime/world"

// Counts says how much there is of everything in a universe. Gates counts both
// ends of a connection.
type Counts struct {
	Regions, Constellations, Systems              int
	Stars, Planets, Moons, Belts, Stations, Gates int
}

// Count counts a universe. Constellations of the same name in different regions
// are different ones.
func Count(u *world.Universe) Counts {
	type constellation struct{ region, name string }
	regions := map[string]bool{}
	constellations := map[constellation]bool{}
	c := Counts{Systems: len(u.Systems)}
	for i := range u.Systems {
		s := &u.Systems[i]
		regions[s.Region] = true
		constellations[constellation{s.Region, s.Constellation}] = true
		for j := range s.Celestials {
			c.add(s.Celestials[j].Kind)
		}
	}
	c.Regions, c.Constellations = len(regions), len(constellations)
	return c
}

func (c *Counts) add(k world.Kind) {
	switch k {
	case world.KindStar:
		c.Stars++
	case world.KindPlanet:
		c.Planets++
	case world.KindMoon:
		c.Moons++
	case world.KindBelt:
		c.Belts++
	case world.KindStation:
		c.Stations++
	case world.KindGate:
		c.Gates++
	}
}
