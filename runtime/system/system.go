package system

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// DefaultHz is how many ticks a second a system runs unless its scripts ask for
// another rate, and MinHz and MaxHz bound what they may ask for.
const (
	DefaultHz = 10.0
	MinHz     = 0.1
	MaxHz     = 60.0
)

// SaveEvery is how often a player in the game is saved, in real time: what a
// crash can lose at most.
const SaveEvery = 5 * time.Second

// Config says what a system is and whom it talks to.
type Config struct {
	Address world.Address
	Static  *world.SolarSystem // the place in the map; nil for a service
	Module  string             // the service's Lua module; "" for a solar system
	Hz      float64            // ticks a second at the start, DefaultHz where 0
	Limits  Limits             // of what players may ask
	Seed    uint64             // of everything random in here

	// CohortsFrom is how many players in a bubble are told of its ticks in turns,
	// rather than all of every tick: DefaultCohortsFrom where 0, negative for never.
	CohortsFrom int

	// Release returns the scripts a start (or a restart after a panic) runs.
	Release func() *script.Release
	// Script is the ground for the Lua state's options; the system fills in its
	// name, seed, release, entry and callbacks.
	Script script.Options
	// Bind gives a new Lua state its tables.
	Bind func(*System, *script.State)
	// Events returns who tells the state what happened.
	Events  func(*script.State) Events
	OnFault func(world.Address, script.Fault)
	OnLog   func(a world.Address, level, module, text string)

	Router      Router
	NameOf      func(world.SystemID) string // of systems that gates lead to
	Saver       Saver
	Clock       Clock
	Log         *slog.Logger
	InboxLimit  int           // DefaultInboxLimit where 0
	UnloadAfter time.Duration // of disuse; 0 for never
}

// System is the actor. Its exported methods, but for Post, Address, Static and
// Stats, belong to its own goroutine: bindings and messages call them.
type System struct {
	cfg   Config
	inbox *inbox
	gaps  *inbox // of Between: taken between two ticks
	stats counters
	log   *slog.Logger

	state  *script.State
	events Events
	down   error // why there is no state
	space  *physics.Space
	rand   *rand.Rand

	hz       float64
	tick     world.Tick
	now      float64   // game seconds
	real     time.Time // of the current step
	lastUse  time.Time
	crashes  []time.Time
	ticker   Ticker
	stopping string

	players  map[world.CharacterID]*Player
	order    []*Player // in the order of arrival
	entities map[world.EntityID]*Entity
	nextID   world.EntityID
	views    map[physics.BubbleID]*view
	calls    map[uint64]pendingCall
	nextCall uint64

	mail      []Message // the tick's messages, reused
	current   Message   // the one that is being delivered
	raised    []func(Events)
	departs   []*Player
	turns     turns       // players' commands
	door      door        // who waits to come in
	pace      pace        // of game time
	records   []Character // the tick's saves
	own       wire.Delta  // of echo,
	concerned []*Player   // and for whom

	attended  []*Player              // who has to be told of more than changes
	saveTurns [saveBuckets][]*Player // by Player.bucket

	corked  []Client // who is sent what has gathered when the tick ends
	rebuilt bool     // every player wants a snapshot: the rate changed

	savedTo int64 // by saveDue
}

// New makes a system that has not run yet: Start loads its scripts, Step runs
// it by hand, Run by the clock. Messages may be posted at once.
func New(cfg Config) *System {
	if cfg.Hz == 0 {
		cfg.Hz = DefaultHz
	}
	if cfg.CohortsFrom == 0 {
		cfg.CohortsFrom = DefaultCohortsFrom
	}
	if cfg.Clock == nil {
		cfg.Clock = RealClock{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &System{
		cfg:   cfg,
		inbox: newInbox(cfg.InboxLimit),
		log:   cfg.Log.With("system", string(cfg.Address)),
		hz:    cfg.Hz,
		turns: turns{limits: cfg.Limits.withDefaults()},
		pace:  newPace(),
	}
	s.gaps = newInbox(0)
	s.gaps.wake = s.inbox.wake
	s.gaps.asleep.Store(true) // every Between wakes the system
	return s
}

// Start loads the scripts and brings the place into being. An error means that
// the scripts do not run; the system then says so to everybody who asks, and
// tries again at the next release.
func (s *System) Start(now time.Time) error {
	s.real, s.lastUse = now, now
	s.clear()
	s.down = s.load()
	return s.down
}

// clear forgets everything but the messages that wait.
func (s *System) clear() {
	s.askAgain()
	s.players = make(map[world.CharacterID]*Player)
	s.order, s.attended = nil, nil
	s.saveTurns = [saveBuckets][]*Player{}
	s.entities = make(map[world.EntityID]*Entity)
	s.views = make(map[physics.BubbleID]*view)
	s.calls = make(map[uint64]pendingCall)
	s.nextID = world.FirstDynamicID
	s.raised, s.departs = nil, nil
	s.rand = rand.New(rand.NewPCG(s.cfg.Seed, 0x9e3779b97f4a7c15))
	s.space = nil
	if s.cfg.Static != nil {
		s.space = newSpace(s.cfg.Static, s.cfg.Seed)
	}
}

// load makes the Lua state and runs the entry module.
func (s *System) load() error {
	release := s.cfg.Release()
	if release == nil {
		return fmt.Errorf("%s: there are no scripts", s.cfg.Address)
	}
	opt := s.cfg.Script
	opt.Name = string(s.cfg.Address)
	opt.Release = release
	opt.Seed = s.cfg.Seed
	if !s.service() {
		opt.Tick = 1 / s.hz
	}
	if s.cfg.Module != "" {
		opt.Entry = []string{s.cfg.Module}
	}
	opt.Bind = func(st *script.State) {
		if s.cfg.Bind != nil {
			s.cfg.Bind(s, st)
		}
	}
	if s.cfg.OnFault != nil {
		opt.OnFault = func(f script.Fault) { s.cfg.OnFault(s.cfg.Address, f) }
	}
	if s.cfg.OnLog != nil {
		opt.OnLog = func(level, module, text string) { s.cfg.OnLog(s.cfg.Address, level, module, text) }
	}
	st, err := script.New(opt)
	if err != nil {
		return err
	}
	s.state = st
	s.events = noEvents{}
	if s.cfg.Events != nil {
		s.events = s.cfg.Events(st)
	}
	s.raise(func(e Events) { e.SystemStarted() })
	s.settle()
	return nil
}

// close gives back the Lua state.
func (s *System) close() {
	if s.state != nil {
		s.state.Close()
		s.state = nil
	}
}

// Post puts a message in the inbox; any goroutine may. ErrBusy and ErrGone say
// that it was not taken.
func (s *System) Post(m Message) error {
	switch m.(type) {
	case Between:
		return s.gaps.push(m)
	case Enter:
		return s.expect(m)
	}
	return s.inbox.push(m)
}

// Address is where messages for the system go.
func (s *System) Address() world.Address { return s.cfg.Address }

// Static is the system's place in the map, nil for a service.
func (s *System) Static() *world.SolarSystem { return s.cfg.Static }

// State is the Lua state, nil while the scripts do not run.
func (s *System) State() *script.State { return s.state }

// Down says why the scripts do not run, nil when they do.
func (s *System) Down() error { return s.down }

// Space is the physical space, nil for a service.
func (s *System) Space() *physics.Space { return s.space }

// Rand is the system's own seeded source of chance.
func (s *System) Rand() *rand.Rand { return s.rand }

// Now is the game time in seconds since the system first started.
func (s *System) Now() float64 { return s.now }

// Tick is the number of the current tick.
func (s *System) Tick() world.Tick { return s.tick }

// Hz is the number of ticks a second.
func (s *System) Hz() float64 { return s.hz }

// SetHz changes the number of ticks a second from the next tick on.
func (s *System) SetHz(hz float64) error {
	if !(hz >= MinHz && hz <= MaxHz) {
		return fmt.Errorf("a system runs at %g to %g ticks a second, not %g", MinHz, MaxHz, hz)
	}
	if s.cfg.Static == nil {
		return fmt.Errorf("a service has no ticks: it runs when a message or a timer comes")
	}
	if hz == s.hz {
		return nil
	}
	s.hz = hz
	s.rebuilt = true
	if s.ticker != nil {
		s.ticker.Reset(s.period())
	}
	return nil
}

// Release is the number of the release the system runs, 0 while it runs none.
func (s *System) Release() int {
	if s.state == nil {
		return 0
	}
	return s.state.Release().Number
}

func (s *System) period() time.Duration {
	return time.Duration(float64(time.Second) / (s.hz * s.pace.current))
}

func (s *System) service() bool { return s.cfg.Static == nil }

// raise keeps an event for the scripts until no Lua runs: handlers are never
// entered from inside a binding.
func (s *System) raise(fn func(Events)) { s.raised = append(s.raised, fn) }

// settle tells the scripts what was raised and lets those go who asked to,
// until nothing is left of either.
func (s *System) settle() {
	for len(s.raised) > 0 || len(s.departs) > 0 {
		raised := s.raised
		s.raised = nil
		for _, fn := range raised {
			fn(s.events)
		}
		if len(s.raised) == 0 && len(s.departs) > 0 {
			p := s.departs[0]
			s.departs = s.departs[1:]
			s.depart(p)
		}
	}
}
