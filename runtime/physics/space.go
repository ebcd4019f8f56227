package physics

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// Bounds on what a Space takes in. Far beyond anything a game has, they keep
// every later sum finite.
const (
	MaxCoord = 1e14 // m: the greatest coordinate of a place, some 670 AU
	MaxSpeed = 1e9  // m/s: the greatest speed outside of warp
	MaxRange = 1e9  // m: the greatest range, radius or landing distance
	MinWarp  = 1e6  // m/s: the least speed that counts as a warp drive
	MaxWarp  = 1e15 // m/s
	MaxStep  = 3600 // s: the longest step
	minTau   = 0.01 // s: of what has no mass or agility
	maxTau   = 1e5  // s
)

// Config says how a Space works. The zero value of every field but Seed stands
// for the default in brackets.
type Config struct {
	Seed uint64

	// BubbleRadius [250 km]: two bodies nearer than this (on every axis) see each
	// other. Hysteresis [a tenth of it]: how far past the border of its cell a body
	// flies before it changes over.
	BubbleRadius, Hysteresis float64

	// CorrectEvery [10 s]: how often a moving body turns up in Changed although its
	// course is the old one. Negative: never.
	CorrectEvery float64

	// WarpScatter [2.5 km]: a warp lands at most this far from where it was to.
	// Negative: exactly there. ShortestWarp [150 km].
	WarpScatter, ShortestWarp float64

	// Workers [1]: over how many goroutines a Step may spread. It changes nothing
	// but the time it takes.
	Workers int
}

func (c Config) withDefaults() Config {
	orElse := func(v *float64, def float64) {
		if !(*v > 0) || math.IsInf(*v, 0) {
			*v = def
		}
	}
	orElse(&c.BubbleRadius, 250e3)
	orElse(&c.Hysteresis, c.BubbleRadius/10)
	orElse(&c.ShortestWarp, 150e3)
	if c.CorrectEvery == 0 || math.IsNaN(c.CorrectEvery) {
		c.CorrectEvery = 10
	}
	if c.WarpScatter == 0 || !(c.WarpScatter <= MaxRange) {
		c.WarpScatter = 2500
	}
	c.Workers = max(c.Workers, 1)
	return c
}

// Space holds the bodies of one system and moves them. See New.
//
// A body lives in a slot, the index into all the arrays below; slots are reused,
// ids never are. What the law reads stands in arrays of its own, by field; what
// is looked at rarely is gathered in info.
type Space struct {
	cfg   Config
	index map[world.EntityID]int32
	free  []int32

	ids    []world.EntityID
	mode   []Mode
	pos    []world.Vec3
	vel    []world.Vec3
	point  []world.Vec3
	reach  []float64 // Motion.Range
	speed  []float64
	tau    []float64
	radius []float64
	decay  []float64    // exp(-dt/tau) for the dt of the last Step
	low    []world.Vec3 // the lower corner of the room the body may move in without changing its cell
	target []int32      // slot, or none
	seen   []anchor     // what a body knew of its target when the step began
	flags  []finding    // what happened to it in the step
	status []status
	due    []uint64 // the step with which it gets a correction
	info   []info

	active   []int32 // slots that have to be moved; all others cost nothing
	fixed    []int32 // slots of celestials
	missiles []int32
	chasing  int     // how many bodies have a target
	hiding   int     // how many are hidden
	widest   float64 // m: the greatest radius of a body that was ever in a cell

	bubbles
	step    stepper
	pending []Event // of orders since the last Step
	events  []Event
	changed []int32 // slots whose course changed since the last Step
	courses []Change
	list    []int32 // scratch
}

// none stands for no slot.
const none = -1

// info is what a Space keeps of a body besides the arrays.
type info struct {
	warp     float64 // m/s
	life     float64 // s left, of a missile
	owner    world.EntityID
	warps    uint32 // warps so far, so that each scatters differently
	activeAt int32  // place in Space.active, or none
	listAt   int32  // place in Space.fixed or Space.missiles, or none

	// The followers of a body are a list through their own infos.
	firstFollower, nextFollower, prevFollower int32

	cell     *cell
	bubble   *bubble
	cellAt   int32
	memberAt int32
	was      BubbleID // the bubble at the end of the last Step
	moved    bool     // is in bubbles.touched

	fixed, missile bool
	hidden         bool
	doomed         bool   // a missile that lost its target
	changed        change // not 0: is in Space.changed
	whole          uint64 // the last step with which it was in Changed, and had not just turned
}

// status is what every step asks of a body.
type status uint8

const (
	still status = 1 << iota // has come to rest; implied by not being active
	there                    // Arrived was told for this order
)

// New returns an empty Space.
func New(cfg Config) *Space {
	s := &Space{cfg: cfg.withDefaults(), index: map[world.EntityID]int32{}}
	s.bubbles.init(s.cfg.BubbleRadius, s.cfg.Hysteresis)
	s.step.init(s)
	return s
}

// Spec describes a body to Add.
type Spec struct {
	ID       world.EntityID
	Pos, Vel world.Vec3

	Mass      float64 // kg
	Agility   float64 // inertia modifier; Mass*Agility/1e6 is the time constant in s
	MaxSpeed  float64 // m/s
	Radius    float64 // m
	WarpSpeed float64 // m/s, e.g. 3*world.AU; 0: no warp drive

	// Fixed: a celestial. It never moves, is in no bubble (everybody knows the map),
	// and takes no orders.
	Fixed bool
}

// Add puts a body into the space, in mode Stop: with a velocity it drifts out. It
// is in its bubble at once. Errors: Duplicate, BadValue.
func (s *Space) Add(spec Spec) error {
	if err := s.check(spec); err != nil {
		return err
	}
	s.add(spec)
	return nil
}

// check finds what is wrong with a Spec.
func (s *Space) check(spec Spec) error {
	bad := func(format string, args ...any) error { return refuse("add", spec.ID, BadValue, format, args...) }
	within := func(v, most float64) bool { return v >= 0 && v <= most }
	switch tau := spec.Mass * spec.Agility / 1e6; {
	case spec.ID == 0:
		return bad("0 is no id: give the body one from the system's counter")
	case !place(spec.Pos):
		return bad("the place %v is not within %g m of the star: give finite coordinates in metres", spec.Pos, MaxCoord)
	case !spec.Vel.Finite() || spec.Vel.Len() > MaxSpeed:
		return bad("the velocity %v is not within %g m/s: give finite metres per second", spec.Vel, MaxSpeed)
	case !(spec.Mass >= 0) || !(spec.Agility >= 0) || !within(tau, maxTau):
		return bad("mass %g kg times agility %g gives a time constant of %g s: it has to be within 0 and %g", spec.Mass, spec.Agility, tau, maxTau)
	case !within(spec.MaxSpeed, MaxSpeed):
		return bad("the maximum speed %g is not within 0 and %g m/s", spec.MaxSpeed, MaxSpeed)
	case !within(spec.Radius, MaxCoord):
		return bad("the radius %g is not within 0 and %g m", spec.Radius, MaxCoord)
	case spec.WarpSpeed != 0 && !(spec.WarpSpeed >= MinWarp && spec.WarpSpeed <= MaxWarp):
		return bad("the warp speed %g is neither 0 nor within %g and %g m/s: 3 AU/s are %g", spec.WarpSpeed, MinWarp, MaxWarp, 3*world.AU)
	}
	if _, ok := s.index[spec.ID]; ok {
		return refuse("add", spec.ID, Duplicate, "a body with the id %d is already here: remove it first, or take a new id", spec.ID)
	}
	return nil
}

// place says whether p can be a place in the system.
func place(p world.Vec3) bool {
	return math.Abs(p.X) <= MaxCoord && math.Abs(p.Y) <= MaxCoord && math.Abs(p.Z) <= MaxCoord
}

// add puts a checked body into a slot, into its bubble, and in motion.
func (s *Space) add(spec Spec) int32 {
	i := s.slot()
	s.index[spec.ID] = i
	s.ids[i], s.mode[i], s.target[i] = spec.ID, Stop, none
	s.pos[i], s.vel[i], s.point[i] = spec.Pos, spec.Vel, world.Vec3{}
	s.reach[i], s.speed[i], s.radius[i] = 0, spec.MaxSpeed, spec.Radius
	s.tau[i] = max(spec.Mass*spec.Agility/1e6, minTau)
	s.decay[i] = real.Exp(-s.step.dt / s.tau[i])
	s.info[i] = info{warp: spec.WarpSpeed, activeAt: none, listAt: none, fixed: spec.Fixed,
		firstFollower: none, nextFollower: none, prevFollower: none}
	s.status[i], s.flags[i], s.due[i] = still, 0, 0 // nothing of who had the slot before
	if spec.Fixed {
		s.vel[i] = world.Vec3{}
		s.info[i].listAt = int32(len(s.fixed))
		s.fixed = append(s.fixed, i)
		return i
	}
	s.widest = max(s.widest, spec.Radius)
	s.enterCell(i, s.cellKey(s.pos[i]))
	if spec.Vel != (world.Vec3{}) {
		s.wake(i)
	}
	return i
}

// slot returns an unused slot, growing all arrays where none is free.
func (s *Space) slot() int32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	s.ids = append(s.ids, 0)
	s.mode = append(s.mode, Stop)
	s.pos = append(s.pos, world.Vec3{})
	s.vel = append(s.vel, world.Vec3{})
	s.point = append(s.point, world.Vec3{})
	s.reach = append(s.reach, 0)
	s.speed = append(s.speed, 0)
	s.tau = append(s.tau, 0)
	s.radius = append(s.radius, 0)
	s.decay = append(s.decay, 0)
	s.low = append(s.low, world.Vec3{})
	s.target = append(s.target, none)
	s.seen = append(s.seen, anchor{})
	s.info = append(s.info, info{})
	s.flags = append(s.flags, 0)
	s.status = append(s.status, 0)
	s.due = append(s.due, 0)
	return int32(len(s.ids) - 1)
}

// reserve makes room for so many bodies in a Space that has none.
func (s *Space) reserve(n int) {
	s.index = make(map[world.EntityID]int32, n)
	s.ids, s.mode = make([]world.EntityID, 0, n), make([]Mode, 0, n)
	s.pos, s.vel, s.point, s.low = make([]world.Vec3, 0, n), make([]world.Vec3, 0, n), make([]world.Vec3, 0, n), make([]world.Vec3, 0, n)
	for _, list := range []*[]float64{&s.reach, &s.speed, &s.tau, &s.radius, &s.decay} {
		*list = make([]float64, 0, n)
	}
	s.target, s.seen, s.info = make([]int32, 0, n), make([]anchor, 0, n), make([]info, 0, n)
	s.flags, s.status, s.due = make([]finding, 0, n), make([]status, 0, n), make([]uint64, 0, n)
}

// Remove takes a body out and says whether it was there. Who followed it loses
// its target (TargetLost with the next Step), missiles on their way to it end.
func (s *Space) Remove(id world.EntityID) bool {
	i, ok := s.index[id]
	if ok {
		s.remove(i)
	}
	return ok
}

func (s *Space) remove(i int32) {
	for f := s.info[i].firstFollower; f != none; f = s.info[i].firstFollower {
		s.loseTarget(f)
	}
	s.aim(i, none)
	b := &s.info[i]
	if b.activeAt != none {
		s.sleep(i)
	}
	switch {
	case b.fixed:
		s.fixed = s.unlist(s.fixed, b.listAt)
	case b.missile:
		s.missiles = s.unlist(s.missiles, b.listAt)
	}
	if !b.fixed {
		s.leaveSpace(i)
	}
	if b.hidden {
		b.hidden = false
		s.hiding--
	}
	b.changed, b.moved = 0, false
	delete(s.index, s.ids[i])
	s.ids[i] = 0
	s.free = append(s.free, i)
}

// unlist takes place at out of one of the lists whose places infos know.
func (s *Space) unlist(list []int32, at int32) []int32 {
	last := list[len(list)-1]
	list[at] = last
	s.info[last].listAt = at
	return list[:len(list)-1]
}

// wake puts a body that stood still into motion, and with it whoever waits for
// it to move.
func (s *Space) wake(i int32) {
	b := &s.info[i]
	if s.status[i]&still == 0 {
		return
	}
	s.status[i] &^= still
	s.schedule(i)
	if b.activeAt == none {
		b.activeAt = int32(len(s.active))
		s.active = append(s.active, i)
	}
	for f := b.firstFollower; f != none; f = s.info[f].nextFollower {
		s.wake(f)
	}
}

// sleep takes a body out of those that are moved.
func (s *Space) sleep(i int32) {
	at, last := s.info[i].activeAt, s.active[len(s.active)-1]
	s.active[at] = last
	s.info[last].activeAt = at
	s.active = s.active[:len(s.active)-1]
	s.info[i].activeAt = none
}

// aim sets the target of a body, none for no target, and keeps the lists of
// followers.
func (s *Space) aim(i, target int32) {
	b := &s.info[i]
	if old := s.target[i]; old != none {
		if b.prevFollower != none {
			s.info[b.prevFollower].nextFollower = b.nextFollower
		} else {
			s.info[old].firstFollower = b.nextFollower
		}
		if b.nextFollower != none {
			s.info[b.nextFollower].prevFollower = b.prevFollower
		}
		b.prevFollower, b.nextFollower = none, none
		s.chasing--
	}
	s.target[i] = target
	if target == none {
		return
	}
	s.chasing++
	t := &s.info[target]
	if b.nextFollower = t.firstFollower; b.nextFollower != none {
		s.info[b.nextFollower].prevFollower = i
	}
	t.firstFollower = i
}

// State is what Get tells of a body.
type State struct {
	ID     world.EntityID
	Bubble BubbleID // 0 for a celestial
	Fixed  bool
	Hidden bool // see Hide
	Still  bool // at rest: it costs nothing until it, or what it follows, is given an order
	// Ordered: since the last Step it was given a course that it has not flown yet.
	Ordered bool
	Owner   world.EntityID
	Life    float64 // s left, of a missile
	// WarpSpeed is the drive's, in m/s; Motion.Range has it too while in warp.
	WarpSpeed float64
	Motion
}

// Get returns the state of a body, and false where it is not here.
func (s *Space) Get(id world.EntityID) (State, bool) {
	i, ok := s.index[id]
	if !ok {
		return State{}, false
	}
	b := &s.info[i]
	st := State{ID: id, Fixed: b.fixed, Hidden: b.hidden, Still: s.status[i]&still != 0, Ordered: b.changed != 0, Owner: b.owner, Life: b.life, WarpSpeed: b.warp, Motion: s.motion(i)}
	if b.bubble != nil {
		st.Bubble = b.bubble.id
	}
	return st, true
}

// Place returns where a body is, and false where it is not here.
func (s *Space) Place(id world.EntityID) (world.Vec3, bool) {
	i, ok := s.index[id]
	if !ok {
		return world.Vec3{}, false
	}
	return s.pos[i], true
}

// Followers iterates over the bodies that steer by a body, in no particular order.
// The Space must not be changed meanwhile.
func (s *Space) Followers(id world.EntityID) iter.Seq[world.EntityID] {
	return func(yield func(world.EntityID) bool) {
		i, ok := s.index[id]
		if !ok {
			return
		}
		for f := s.info[i].firstFollower; f != none; f = s.info[f].nextFollower {
			if !yield(s.ids[f]) {
				return
			}
		}
	}
}

// motion gathers a body's Motion from the arrays.
func (s *Space) motion(i int32) Motion {
	m := Motion{Mode: s.mode[i], Pos: s.pos[i], Vel: s.vel[i], Point: s.point[i],
		Range: s.reach[i], Speed: s.speed[i], Tau: s.tau[i], Radius: s.radius[i]}
	if t := s.target[i]; t != none {
		m.Target = s.ids[t]
	}
	return m
}

// Len returns how many bodies there are, celestials included.
func (s *Space) Len() int { return len(s.index) }

// Moving returns how many bodies the next Step has to move: 0 says that, but for
// missiles and new orders, nothing will happen.
func (s *Space) Moving() int { return len(s.active) }

// sortByID orders slots by the ids of their bodies, so that nothing depends on
// the slots themselves.
func (s *Space) sortByID(slots []int32) {
	slices.SortFunc(slots, func(a, b int32) int { return cmp.Compare(s.ids[a], s.ids[b]) })
}
