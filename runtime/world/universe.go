package world

import (
	"fmt"
	"strings"
)

// Kind says what a celestial is.
type Kind uint8

// The kinds of celestial, in the order in which a system lists them.
const (
	KindNone Kind = iota
	KindStar
	KindPlanet
	KindMoon
	KindBelt
	KindStation
	KindGate
)

var kindNames = [...]string{"", "star", "planet", "moon", "belt", "station", "gate"}

// String returns the lower-case name players and scripts see: "planet".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Celestial is a thing of the static map. Pos is in metres from the star of its
// system, Radius in metres. Parent is the id of what it belongs to: the star of
// a planet, the planet of a moon, belt or station; 0 where nothing is known.
// Gates name the system they lead to and the gate one comes out at.
type Celestial struct {
	ID       EntityID
	Kind     Kind
	Name     string
	Parent   EntityID
	Pos      Vec3
	Radius   float64
	Dest     SystemID
	DestGate EntityID
}

// SolarSystem is one system of the static map. Security runs from -1 to 1; Pos
// is the place in the galaxy, in metres.
type SolarSystem struct {
	ID            SystemID
	Name          string
	Region        string
	Constellation string
	Security      float64
	Pos           Vec3
	Celestials    []Celestial
}

// Find returns the celestial with the id, or nil.
func (s *SolarSystem) Find(id EntityID) *Celestial {
	for i := range s.Celestials {
		if s.Celestials[i].ID == id {
			return &s.Celestials[i]
		}
	}
	return nil
}

// GateTo returns the gate that leads to the system, or nil.
func (s *SolarSystem) GateTo(dest SystemID) *Celestial {
	for i := range s.Celestials {
		if c := &s.Celestials[i]; c.Kind == KindGate && c.Dest == dest {
			return c
		}
	}
	return nil
}

// Universe is the whole static map. It is read-only after NewUniverse, so every
// goroutine may read it.
type Universe struct {
	Name    string
	Seed    uint64
	Systems []SolarSystem

	byID   map[SystemID]*SolarSystem
	byName map[string]*SolarSystem
}

// NewUniverse indexes the systems. It refuses duplicate ids or names (compared
// without case) and gates that lead to a system that is not there.
func NewUniverse(name string, seed uint64, systems []SolarSystem) (*Universe, error) {
	u := &Universe{Name: name, Seed: seed, Systems: systems,
		byID:   make(map[SystemID]*SolarSystem, len(systems)),
		byName: make(map[string]*SolarSystem, len(systems))}
	for i := range systems {
		s := &systems[i]
		if u.byID[s.ID] != nil {
			return nil, fmt.Errorf("universe: two systems have the id %d: %s and %s", s.ID, u.byID[s.ID].Name, s.Name)
		}
		key := strings.ToLower(s.Name)
		if u.byName[key] != nil {
			return nil, fmt.Errorf("universe: two systems are called %s", s.Name)
		}
		u.byID[s.ID], u.byName[key] = s, s
	}
	for i := range systems {
		for _, c := range systems[i].Celestials {
			if c.Kind == KindGate && u.byID[c.Dest] == nil {
				return nil, fmt.Errorf("universe: gate %s (%d) leads to system %d, which is not in the map", c.Name, c.ID, c.Dest)
			}
		}
	}
	return u, nil
}

// System returns the system with the id, or nil.
func (u *Universe) System(id SystemID) *SolarSystem { return u.byID[id] }

// ByName returns the system with the name, without regard to case, or nil.
func (u *Universe) ByName(name string) *SolarSystem { return u.byName[strings.ToLower(name)] }
