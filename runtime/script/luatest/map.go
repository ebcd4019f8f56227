package luatest

import (
	"sync"

	"hotshard/runtime/world"
)

// Ids of Map's celestials: a system's begin at its id times 1,000.
const (
	idAlpha world.SystemID = 1 + iota
	idBeta
	idGamma
	idDelta
)

// Map is the universe that tests play in, in a line:
//
//	Alpha (safe, two stations) - Beta (lawless, no station) - Gamma - Delta
//
// Celestials have the ids 1000*system+n in the order below. It is shared and
// read-only.
var Map = sync.OnceValue(func() *world.Universe {
	u, err := world.NewUniverse("test", 1, []world.SolarSystem{
		solar(idAlpha, "Alpha", 0.9, []world.EntityID{1031, 1032}, link{1021, idBeta, 2021}),
		solar(idBeta, "Beta", -0.4, nil, link{2021, idAlpha, 1021}, link{2022, idGamma, 3021}),
		solar(idGamma, "Gamma", 0.3, []world.EntityID{3031}, link{3021, idBeta, 2022}, link{3022, idDelta, 4021}),
		solar(idDelta, "Delta", 0.6, []world.EntityID{4031}, link{4021, idGamma, 3022}),
	})
	if err != nil {
		panic(err) // constant data
	}
	return u
})

// link is a gate: its id, and where it leads.
type link struct {
	gate     world.EntityID
	dest     world.SystemID
	destGate world.EntityID
}

// solar lays out a system: a star, two planets, a moon and a belt by the first
// planet, the stations beside the second, gates far out on either side.
func solar(id world.SystemID, name string, security float64, stations []world.EntityID, gates ...link) world.SolarSystem {
	base := world.EntityID(id) * 1000
	at := func(au, x, z float64) world.Vec3 { return world.Vec3{X: au*world.AU + x, Z: z} }
	s := world.SolarSystem{
		ID: id, Name: name, Region: "Proving Ground", Constellation: "Line", Security: security,
		Pos: world.Vec3{X: float64(id) * 1e16},
		Celestials: []world.Celestial{
			{ID: base + 1, Kind: world.KindStar, Name: name, Radius: 700e6},
			{ID: base + 11, Kind: world.KindPlanet, Name: name + " I", Parent: base + 1, Pos: at(0.4, 0, 0), Radius: 4e6},
			{ID: base + 12, Kind: world.KindPlanet, Name: name + " II", Parent: base + 1, Pos: at(1.1, 0, 0), Radius: 9e6},
			{ID: base + 13, Kind: world.KindMoon, Name: name + " I - Moon 1", Parent: base + 11, Pos: at(0.4, 0, 3e8), Radius: 1e6},
			{ID: base + 14, Kind: world.KindBelt, Name: name + " I - Belt 1", Parent: base + 11, Pos: at(0.4, 2e8, 0), Radius: 10e3},
		},
	}
	for i, station := range stations {
		s.Celestials = append(s.Celestials, world.Celestial{ID: station, Kind: world.KindStation,
			Name: name + " II - Harbour " + string(rune('A'+i)), Parent: base + 12,
			Pos: at(1.1, 2e7, float64(i)*400e3), Radius: 5e3})
	}
	for i, g := range gates {
		s.Celestials = append(s.Celestials, world.Celestial{ID: g.gate, Kind: world.KindGate,
			Name: "Stargate " + [...]string{"", "Alpha", "Beta", "Gamma", "Delta"}[g.dest],
			Pos:  at(2+float64(i), 0, 1e9*float64(1-2*i)), Radius: 2e3, Dest: g.dest, DestGate: g.destGate})
	}
	return s
}
