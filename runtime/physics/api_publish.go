package physics

import (
	"iter"

	"hotshard/runtime/world"
)

// This file is here for an hour: the exported API, so that others can compile.
type Mode uint8

const (
	Stop Mode = iota
	Direction
	GoTo
	Approach
	Orbit
	KeepRange
	Align
	Warp   // aligning, not yet in warp
	Tunnel // in warp
	Follow // missiles
)

func (m Mode) String() string { return "" }

// Motion is all a client needs to extrapolate one body (see MOTION.md).
// Point: GoTo the point, Direction/Align a unit vector, Orbit the plane's normal, Warp/Tunnel the landing point.
// Range: surface-to-surface metres; in Warp/Tunnel the warp speed in m/s.
type Motion struct {
	Mode                      Mode
	Pos, Vel                  world.Vec3
	Target                    world.EntityID
	Point                     world.Vec3
	Range, Speed, Tau, Radius float64
}
type BubbleID uint32
type State struct {
	ID        world.EntityID
	Bubble    BubbleID
	Fixed     bool
	Resting   bool
	WarpSpeed float64
	Motion    // Mode, Pos, Vel, Target, Point, Range, Speed, Tau, Radius
}

// Spec: WarpSpeed in m/s (3 AU/s = 3*world.AU), 0 = no drive. Fixed = celestial: in no bubble, known to everybody.
type Spec struct {
	ID                                         world.EntityID
	Pos, Vel                                   world.Vec3
	Mass, Agility, MaxSpeed, Radius, WarpSpeed float64
	Fixed                                      bool
}
type Missile struct {
	ID, Owner, Target                     world.EntityID // Owner: the launching ship
	Pos, Vel                              world.Vec3
	Mass, Agility, MaxSpeed, Radius, Life float64
}
type Config struct {
	Seed                                                         uint64
	BubbleRadius, Hysteresis, CorrectEvery, WarpScatter, MinWarp float64
	Workers                                                      int
}
type EventKind uint8

const (
	WarpStarted EventKind = iota + 1
	WarpLanded
	Arrived
	BubbleEntered
	BubbleLeft
	MissileHit
	MissileExpired
	TargetLost
)

type Event struct {
	Kind   EventKind
	ID     world.EntityID // the ship or missile
	Target world.EntityID
	Owner  world.EntityID // of the missile
	Bubble BubbleID       // entered or left
}

// Bubble is one group that sees itself; slices are valid until the next call that changes the Space.
// A ship in warp is alone in a bubble of its own, so every moving thing is always in exactly one.
type Bubble struct {
	ID                    BubbleID
	Members, Joined, Left []world.EntityID
}
type Space struct{}

func New(Config) *Space                                                                   { return &Space{} }
func (s *Space) Add(Spec) error                                                           { return nil }
func (s *Space) Launch(Missile) error                                                     { return nil }
func (s *Space) Remove(id world.EntityID) bool                                            { return false }
func (s *Space) RemoveOwner(owner world.EntityID) int                                     { return 0 }
func (s *Space) Get(id world.EntityID) (State, bool)                                      { return State{}, false }
func (s *Space) Len() int                                                                 { return 0 }
func (s *Space) Stop(id world.EntityID) error                                             { return nil }
func (s *Space) Direction(id world.EntityID, dir world.Vec3) error                        { return nil }
func (s *Space) GoTo(id world.EntityID, point world.Vec3) error                           { return nil }
func (s *Space) Approach(id, target world.EntityID) error                                 { return nil }
func (s *Space) Orbit(id, target world.EntityID, r float64) error                         { return nil }
func (s *Space) KeepRange(id, target world.EntityID, r float64) error                     { return nil }
func (s *Space) Align(id world.EntityID, point world.Vec3) error                          { return nil }
func (s *Space) Warp(id world.EntityID, point world.Vec3, landAt float64) error           { return nil }
func (s *Space) SetMaxSpeed(id world.EntityID, v float64) error                           { return nil }
func (s *Space) Step(dt float64)                                                          {}
func (s *Space) Events() []Event                                                          { return nil }
func (s *Space) Changed() []world.EntityID                                                { return nil }
func (s *Space) Bubbles() iter.Seq[Bubble]                                                { return func(func(Bubble) bool) {} }
func (s *Space) Gone() []BubbleID                                                         { return nil } // bubbles that ended since the last Step
func (s *Space) Members(b BubbleID) []world.EntityID                                      { return nil }
func (s *Space) Awake() int                                                               { return 0 } // bodies that move; 0 = Step is free
func (s *Space) Near(p world.Vec3, radius float64, buf []world.EntityID) []world.EntityID { return buf }
func (s *Space) NearBody(id world.EntityID, radius float64, buf []world.EntityID) []world.EntityID {
	return buf
}
func (s *Space) Distance(a, b world.EntityID) (surface, centre float64, err error) { return 0, 0, nil }
func (s *Space) AppendState(b []byte) []byte                                       { return b }
func (s *Space) Hash() uint64                                                      { return 0 }

// Advance moves one body by dt game seconds; target is the body it follows or nil.
func (m *Motion) Advance(dt float64, target *Motion) {}

// Mirror is the far end: a client's picture of a bubble, stepped tick by tick.
type Mirror struct{}

func NewMirror() *Mirror                               { return &Mirror{} }
func (m *Mirror) Set(id world.EntityID, mo Motion)     {}
func (m *Mirror) Remove(id world.EntityID)             {}
func (m *Mirror) Get(id world.EntityID) (Motion, bool) { return Motion{}, false }
func (m *Mirror) Step(dt float64)                      {}
