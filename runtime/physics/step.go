package physics

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"hotshard/runtime/world"
)

// EventKind says what an Event tells.
type EventKind uint8

// The kinds of event.
const (
	WarpStarted    EventKind = iota + 1 // ID went into warp
	WarpLanded                          // ID came out of warp
	Arrived                             // ID is where its order led, once an order
	BubbleEntered                       // ID is now in Bubble
	BubbleLeft                          // ID is no longer in Bubble
	MissileHit                          // the missile ID of Owner reached Target, and is gone
	MissileExpired                      // the missile ID of Owner ran out of time, or its target is gone; and so is it
	TargetLost                          // what ID followed, Target, is gone or out of sight; ID stops
	Hidden                              // ID cannot be seen any more
	Shown                               // ID can be seen again
)

var eventNames = [...]string{"", "warp_started", "warp_landed", "ship_arrived", "bubble_entered", "bubble_left", "missile_hit", "missile_expired", "target_lost", "ship_hidden", "ship_shown"}

// String returns the name under which scripts hear of it.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return ""
}

// Event is something that happened in a Step, or by an order since the last one.
type Event struct {
	Kind   EventKind
	ID     world.EntityID
	Target world.EntityID // Arrived, MissileHit, MissileExpired, TargetLost; 0 where there is none
	Owner  world.EntityID // of a missile
	Bubble BubbleID       // BubbleEntered, BubbleLeft
}

// finding is what a step found out about a body: an Outcome, or one of these.
type finding = uint32

const (
	flagEntered = finding(Entered)
	flagLanded  = finding(Landed)
	flagResting = finding(Resting)
	flagArrived = finding(AtGoal)

	flagAstray  finding = 1 << (8 + iota) // left its cell
	flagDue                               // is to be corrected
	flagStirs                             // had come to rest, and moves again with what it follows
	flagHit                               // a missile that hit
	flagExpired                           // a missile at its end
)

// share is the least number of bodies for which another goroutine is worth while,
// chunk how many one takes at a time: few enough that whoever comes late, as a
// goroutine on a core that has to wake up does, leaves nobody waiting.
const (
	share = 512
	chunk = 128
)

// phase is a part of a step: it looks at the bodies in the slots, and appends to
// news those to which something happened.
type phase func(slots []int32, news []int32) []int32

// stepper is what a Step needs besides the bodies.
type stepper struct {
	dt     float64
	count  uint64
	period uint64 // steps between two corrections of a body, 0 for none

	observe, move phase

	phases []phase // of this step
	taken  []atomic.Int32
	done   []atomic.Int32 // chunks, by phase
	chunks int
	news   [][]int32 // by chunk
	help   func()    // what the other goroutines do
	wait   sync.WaitGroup
	mu     sync.Mutex
	over   *sync.Cond // a phase
}

func (t *stepper) init(s *Space) {
	t.observe, t.move = s.observe, s.move
	t.taken, t.done = make([]atomic.Int32, 2), make([]atomic.Int32, 2)
	t.over = sync.NewCond(&t.mu)
	t.help = func() {
		s.work()
		t.wait.Done()
	}
}

// Step moves everything by dt seconds of game time. A dt that is not within 0 and
// MaxStep is refused (BadValue), and nothing happens. What it did is in Events,
// Changed, Bubbles and Gone until the next Step.
func (s *Space) Step(dt float64) error {
	if !(dt > 0 && dt <= MaxStep) {
		return refuse("step", 0, BadValue, "a step of %g s is not within 0 and %d s: give the seconds of one tick", dt, MaxStep)
	}
	s.begin(dt)
	if s.chasing > 0 {
		s.fanOut(s.step.observe, s.step.move) // everybody looks at its target before anybody moves
	} else {
		s.fanOut(s.step.move)
	}
	s.settleAll()
	s.settleMissiles(dt)
	s.loseSight()
	s.reportCourses()
	s.reportBubbles()
	s.reportEvents()
	return nil
}

// Events returns what happened in the last Step and, by orders, before it,
// ordered by id. It holds until the next Step.
func (s *Space) Events() []Event { return s.events }

// Changed returns, ascending, the bodies whose course others have to be told of
// since the Step before the last: by an order, because a phase of it ended (in
// and out of warp, at rest, target lost), or because a correction was due. Bodies
// that joined a bubble are not among them: their course travels with that. It
// holds until the next Step.
func (s *Space) Changed() []Change { return s.courses }

// Change says what there is to tell of a body's course.
type Change struct {
	ID world.EntityID

	// Turned: it flew by its old course up to the beginning of the Step, and by the
	// new one since. Who has followed it up to there needs to hear neither where it
	// is nor how fast. Every now and then a turn is not called one, so that what
	// errors there are do not stay.
	Turned bool

	// Engine: Speed or Tau is another than before.
	Engine bool
}

// change says, as bits, why there is something to tell.
type change uint8

const (
	turned  change = 1 << iota // an order
	engined                    // the most it strives for
	placed                     // all else
)

// wholeEvery is for how many periods of corrections a body that turns again and
// again may do without one.
const wholeEvery = 3

func (s *Space) tell(e Event) { s.pending = append(s.pending, e) }

func (s *Space) begin(dt float64) {
	s.clearBubbleNews()
	s.step.count++
	if dt == s.step.dt {
		return
	}
	s.step.dt = dt
	for i, tau := range s.tau {
		s.decay[i] = math.Exp(-dt / tau)
	}
	s.step.period = 0
	if s.cfg.CorrectEvery > 0 {
		s.step.period = uint64(max(1, math.Round(s.cfg.CorrectEvery/dt)))
	}
	for _, i := range s.active {
		s.schedule(i)
	}
}

// schedule sets when a body that keeps its course is corrected next: after three
// to five quarters of the period, so that who started together is not corrected
// together.
func (s *Space) schedule(i int32) {
	p := s.step.period
	if p == 0 {
		s.due[i] = math.MaxUint64
		return
	}
	s.due[i] = s.step.count + (3*p+3)/4 + mix(uint64(s.ids[i])^s.step.count<<32)%(p/2+1)
}

// fanOut runs phases over the active bodies, one after the other, on as many
// goroutines as pays. Each body is written only by who moves it and reads of others
// only what the phase does not write, so who does what shows in nothing but time.
func (s *Space) fanOut(phases ...phase) {
	t := &s.step
	t.wait.Wait() // for those of the last step who woke up when nothing was left to do
	t.phases = append(t.phases[:0], phases...)
	t.chunks = (len(s.active) + chunk - 1) / chunk
	for len(t.news) < t.chunks {
		t.news = append(t.news, nil)
	}
	for p := range phases {
		t.taken[p].Store(0)
		t.done[p].Store(0)
	}
	helpers := min(s.cfg.Workers, len(s.active)/share) - 1
	for range helpers {
		t.wait.Add(1)
		go t.help()
	}
	s.work()
}

// work takes chunks until the phases are over, whoever has done them.
func (s *Space) work() {
	t := &s.step
	for p, run := range t.phases {
		for c := int(t.taken[p].Add(1)) - 1; c < t.chunks; c = int(t.taken[p].Add(1)) - 1 {
			from := c * chunk
			t.news[c] = run(s.active[from:min(from+chunk, len(s.active))], t.news[c][:0])
			if int(t.done[p].Add(1)) == t.chunks {
				t.mu.Lock()
				t.over.Broadcast()
				t.mu.Unlock()
			}
		}
		t.await(&t.done[p])
	}
}

// patience is how often to look whether the others have finished their chunks
// before going to sleep: some microseconds, about as long as a chunk takes and less
// than it takes to wake up.
const patience = 10_000

// await returns when all chunks are done.
func (t *stepper) await(done *atomic.Int32) {
	for range patience {
		if int(done.Load()) >= t.chunks {
			return
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for int(done.Load()) < t.chunks {
		t.over.Wait()
	}
}

// observe notes what the bodies know of their targets.
func (s *Space) observe(slots []int32, news []int32) []int32 {
	for _, i := range slots {
		t := s.target[i]
		if t == none {
			continue
		}
		s.seen[i] = anchor{s.pos[t], s.vel[t], s.radius[t]}
		if s.target[t] == i {
			s.seen[i].vel = world.Vec3{}
		}
	}
	return news
}

// move flies the bodies, and notes those to which something happened.
func (s *Space) move(slots []int32, news []int32) []int32 {
	dt, count := s.step.dt, s.step.count
	for _, i := range slots {
		m := Motion{Mode: s.mode[i], Pos: s.pos[i], Vel: s.vel[i], Point: s.point[i],
			Range: s.reach[i], Speed: s.speed[i], Tau: s.tau[i], Radius: s.radius[i]}
		var a *anchor
		if s.target[i] != none {
			a = &s.seen[i]
		}
		f := finding(m.advance(dt, s.decay[i], a))
		if m.Mode == Follow && a != nil {
			a.pos = s.pos[i].Sub(a.pos) // settleMissiles asks for the way it began with
		}
		s.pos[i], s.vel[i] = m.Pos, m.Vel
		if m.Mode != s.mode[i] {
			s.mode[i], s.reach[i] = m.Mode, m.Range
		}
		if s.status[i]&there != 0 {
			f &^= flagArrived
		}
		if s.status[i]&still != 0 && f&flagResting == 0 {
			f |= flagStirs
		}
		if m.Mode != Tunnel && left(m.Pos, s.low[i], s.room) {
			f |= flagAstray
		}
		if count >= s.due[i] {
			f |= flagDue
		}
		if s.flags[i] = f; f != 0 {
			news = append(news, i)
		}
	}
	return news
}

// settleAll does what the moving found out, in the order of ids.
func (s *Space) settleAll() {
	s.list = s.list[:0]
	for _, news := range s.step.news[:s.step.chunks] {
		s.list = append(s.list, news...)
	}
	s.sortByID(s.list)
	for _, i := range s.list {
		f := s.flags[i]
		if f&flagStirs != 0 {
			s.wake(i)
		}
		if f&flagEntered != 0 {
			s.isolate(i)
			s.tell(Event{Kind: WarpStarted, ID: s.ids[i]})
		}
		if f&flagLanded != 0 {
			s.rejoin(i)
			s.tell(Event{Kind: WarpLanded, ID: s.ids[i]})
		} else if f&flagAstray != 0 && s.info[i].cell != nil {
			s.changeCell(i)
		}
		if f&flagArrived != 0 {
			s.arrive(i)
		}
		if f&flagResting != 0 {
			s.comeToRest(i)
		}
		if f&(flagEntered|flagLanded) != 0 || f&flagDue != 0 && s.status[i]&still == 0 {
			s.change(i, placed)
		}
	}
}

func (s *Space) arrive(i int32) {
	s.status[i] |= there
	e := Event{Kind: Arrived, ID: s.ids[i]}
	if t := s.target[i]; t != none {
		e.Target = s.ids[t]
	}
	s.tell(e)
}

// comeToRest notes that a body stands, and lets it sleep unless what it follows
// moves.
func (s *Space) comeToRest(i int32) {
	if s.status[i]&still == 0 {
		s.status[i] |= still
		s.change(i, placed)
	}
	if t := s.target[i]; t == none || s.status[t]&still != 0 {
		s.sleep(i)
	}
}

// change notes that others have to be told of a body's course, and why.
func (s *Space) change(i int32, why change) {
	s.schedule(i)
	b := &s.info[i]
	if b.changed == 0 {
		s.changed = append(s.changed, i)
	}
	b.changed |= why
}

// loseSight stops whoever follows a body that is in another bubble since.
func (s *Space) loseSight() {
	for _, i := range s.touched {
		b := &s.info[i]
		if !b.moved {
			continue
		}
		if t := s.target[i]; t != none && !s.info[t].fixed && s.info[t].bubble != b.bubble {
			s.loseTarget(i)
		}
		for f := b.firstFollower; f != none; {
			n := &s.info[f]
			next := n.nextFollower
			if n.bubble != b.bubble {
				s.loseTarget(f)
			}
			f = next
		}
	}
}

// loseTarget leaves a body without its target: a ship stops, a missile ends.
func (s *Space) loseTarget(i int32) {
	lost := s.ids[s.target[i]]
	s.aim(i, none)
	b := &s.info[i]
	if b.missile {
		b.doomed = true
		return
	}
	s.mode[i], s.reach[i] = Stop, 0
	s.tell(Event{Kind: TargetLost, ID: s.ids[i], Target: lost})
	s.wake(i)
	s.change(i, placed)
}

// reportCourses turns the noted slots into ids.
func (s *Space) reportCourses() {
	s.courses = s.courses[:0]
	for _, i := range s.changed {
		b := &s.info[i]
		if b.changed != 0 && b.bubble.id == b.was {
			s.courses = append(s.courses, Change{s.ids[i], s.turns(b), b.changed&engined != 0})
		}
		b.changed = 0
	}
	s.changed = s.changed[:0]
	slices.SortFunc(s.courses, func(a, b Change) int { return cmp.Compare(a.ID, b.ID) })
}

// turns says whether a changed body did nothing but turn, and was told of as a
// whole not long ago. If not, it is told of as a whole now.
func (s *Space) turns(b *info) bool {
	if b.changed == turned && s.step.count-b.whole < wholeEvery*s.step.period {
		return true
	}
	b.whole = s.step.count
	return false
}

func (s *Space) reportEvents() {
	s.events, s.pending = s.pending, s.events[:0]
	slices.SortStableFunc(s.events, func(a, b Event) int { return int(int64(a.ID) - int64(b.ID)) })
}
