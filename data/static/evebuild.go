package static

import (
	"fmt"
	"path/filepath"

	"hotshard/runtime/world"
)

// build makes the universe of what was read.
func (t *eveTree) build(names map[uint32]string) (*world.Universe, Report, error) {
	gates, err := t.index()
	if err != nil {
		return nil, Report{}, err
	}
	book := &namebook{names: names}
	placeNames := make([]string, len(t.places))
	for i, p := range t.places {
		placeNames[i] = book.of(world.EntityID(p.id), func() string { return filepath.Base(p.folder) })
	}
	systemNames := make([]string, len(t.folders))
	for i, f := range t.folders {
		systemNames[i] = book.of(world.EntityID(f.system.id), func() string { return f.name })
	}
	systems := make([]world.SolarSystem, len(t.folders))
	for i := range t.folders {
		f := &t.folders[i]
		systems[i] = world.SolarSystem{
			ID:            f.system.id,
			Name:          systemNames[i],
			Region:        placeNames[f.region],
			Constellation: placeNames[f.constellation],
			Security:      f.system.security,
			Pos:           f.system.centre,
		}
		b := celestialBuilder{book: book, system: systemNames[i]}
		b.bodies(&f.system)
		if err := b.gates(t, f, gates, systemNames); err != nil {
			return nil, Report{}, err
		}
		systems[i].Celestials = b.out
	}
	u, err := world.NewUniverse("EVE", 0, systems)
	if err != nil {
		return nil, Report{}, &ExportError{File: t.root, What: err.Error(), Mend: mendExport}
	}
	return u, Report{From: t.root, Counts: Count(u), Groups: t.groups, Named: book.named, MadeUp: book.madeUp,
		LeftOut: t.leftOut.list()}, nil
}

// index finds which system each gate is in and makes sure that no id of a system
// or of something in one is there twice.
func (t *eveTree) index() (gates map[world.EntityID]int, err error) {
	gates = map[world.EntityID]int{}
	seen := make(map[world.EntityID]int, 64*len(t.folders))
	for i := range t.folders {
		f := &t.folders[i]
		f.system.each(func(id world.EntityID, line int) {
			if other, twice := seen[id]; twice && err == nil {
				err = &ExportError{File: f.file, Line: line, Mend: mendExport,
					What: fmt.Sprintf("the id %d is already taken in %s", id, t.folders[other].file)}
			}
			seen[id] = i
		})
		for _, g := range f.system.gates {
			gates[g.id] = i
		}
	}
	if err != nil {
		return nil, err
	}
	return gates, nil
}

// each calls do with the id of the system and of everything in it, and the line
// where it stands in the file.
func (s *eveSystem) each(do func(id world.EntityID, line int)) {
	do(world.EntityID(s.id), 1)
	if s.star.id != 0 {
		do(s.star.id, s.star.line)
	}
	var down func(all []eveBody)
	down = func(all []eveBody) {
		for i := range all {
			b := &all[i]
			do(b.id, b.line)
			down(b.moons)
			down(b.belts)
			down(b.stations)
		}
	}
	down(s.planets)
	down(s.star.stations)
	for _, g := range s.gates {
		do(g.id, g.line)
	}
}

// celestialBuilder gathers the celestials of one system, kind by kind.
type celestialBuilder struct {
	book   *namebook
	system string // its name
	out    []world.Celestial

	moons, belts, stations []world.Celestial
}

// bodies adds everything but the gates.
func (b *celestialBuilder) bodies(s *eveSystem) {
	if s.star.id != 0 {
		b.out = append(b.out, world.Celestial{ID: s.star.id, Kind: world.KindStar, Radius: s.star.radius,
			Name: b.book.of(s.star.id, func() string { return starName(b.system) })})
		b.stationsOf(&s.star, world.Celestial{Name: b.system})
	}
	for i := range s.planets {
		p := &s.planets[i]
		planet := b.celestial(p, world.KindPlanet, s.star.id, func() string { return planetName(b.system, p.index) })
		b.out = append(b.out, planet)
		b.stationsOf(p, planet)
		for j := range p.moons {
			m := &p.moons[j]
			moon := b.celestial(m, world.KindMoon, p.id, func() string { return moonName(planet.Name, j+1) })
			b.moons = append(b.moons, moon)
			b.stationsOf(m, moon)
		}
		for j := range p.belts {
			belt := b.celestial(&p.belts[j], world.KindBelt, p.id, func() string { return beltName(planet.Name, j+1) })
			belt.Radius = beltRadius
			b.belts = append(b.belts, belt)
		}
	}
	b.out = append(b.out, b.moons...)
	b.out = append(b.out, b.belts...)
	b.out = append(b.out, b.stations...)
}

func (b *celestialBuilder) celestial(of *eveBody, kind world.Kind, parent world.EntityID, convention func() string) world.Celestial {
	return world.Celestial{ID: of.id, Kind: kind, Name: b.book.of(of.id, convention), Parent: parent, Pos: of.pos, Radius: of.radius}
}

func (b *celestialBuilder) stationsOf(of *eveBody, at world.Celestial) {
	for i := range of.stations {
		suffix := of.stations[i].suffix
		station := b.celestial(&of.stations[i], world.KindStation, of.id, func() string {
			if suffix != "" {
				return at.Name + " - " + suffix
			}
			return stationName(at.Name, i+1)
		})
		station.Radius = stationRadius
		b.stations = append(b.stations, station)
	}
}

// gates adds the gates of the system in the folder. where says in which folder
// each gate of the export is, names what the systems are called.
func (b *celestialBuilder) gates(t *eveTree, f *folder, where map[world.EntityID]int, names []string) error {
	for _, g := range f.system.gates {
		dest, ok := where[g.dest]
		if !ok {
			return &ExportError{File: f.file, Line: g.line, Mend: mendExport,
				What: fmt.Sprintf("gate %d leads to gate %d, which is in no system of the export", g.id, g.dest)}
		}
		b.out = append(b.out, world.Celestial{ID: g.id, Kind: world.KindGate, Pos: g.pos, Radius: gateRadius,
			Name: b.book.of(g.id, func() string { return gateName(names[dest]) }),
			Dest: t.folders[dest].system.id, DestGate: g.dest})
	}
	return nil
}
