package system

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// DefaultHz is how many ticks a second a system runs unless its scripts ask for
// another rate, and MinHz and MaxHz bound what they may ask for.
const (
	DefaultHz = 10.0
	MinHz     = 0.1
	MaxHz     = 60.0
)

// Config says what a system is and whom it talks to.
type Config struct {
	Address world.Address
	Static  *world.SolarSystem // what the map has of it; nil for a service
	Module  string             // the service's Lua module; "" for a solar system
	Hz      float64            // ticks a second at the start, DefaultHz where 0
	Limits  Limits             // of what players may ask
	Seed    uint64             // of everything random in here

	// CohortsFrom is how many players in a bubble are told of its ticks one cohort
	// after the other, rather than all of every tick: DefaultCohortsFrom where 0, negative for never.
	CohortsFrom int
	// Near is of how many around their ship the players of such a bubble are told in
	// every tick all the same: DefaultNear where 0, negative for none.
	Near int

	// Release returns the scripts a start (or a restart after a panic) runs.
	Release func() *code.Release
	// Script is the ground for the Lua state's options; the system fills in its
	// name, seed, release, entry and callbacks.
	Script script.Options
	// Bind gives a new Lua state its tables.
	Bind func(*System, *script.State)
	// Events returns who tells the state what happened.
	Events  func(*script.State) Events
	OnFault func(world.Address, script.Fault)
	// OnQuarantine hears of a function that is not run any more; it may be nil.
	OnQuarantine func(world.Address, script.Quarantined)
	// OnBroken hears that the core has failed in the system, and how it came back; on its
	// goroutine. Last finds what it can go on with: see Last. Both may be nil.
	OnBroken func(s *System, cause error, how Back)
	Last     func(*System) (Last, error)
	OnLog    func(a world.Address, level, module, text string)
	// OnSampled hears every SamplesEvery ticks what Lua's steps were spent on. It must not block.
	OnSampled func(world.Address, []script.Sample)

	// Tracer follows work; nil: nobody does.
	Tracer span.Tracer

	Router      Router
	NewRound    func() Round                // one for this system; nil: everything is sent by itself
	NameOf      func(world.SystemID) string // of systems that gates lead to
	Saver       Saver
	Clock       clock.Clock // clock.Machine where nil
	Log         *slog.Logger
	InboxLimit  int           // DefaultInboxLimit where 0
	UnloadAfter time.Duration // of disuse; 0 for never
	// Rest keeps a system that nobody uses, on its goroutine, and when it has to be back, the
	// zero time for never by itself. undo takes that back: somebody has just come. After an
	// error the system stays loaded. nil: it ends as by Stop.
	Rest func(s *System, due time.Time) (undo func(), err error)

	// May says whether the system may run now. It is asked before each tick and must not
	// block; where it says no, all that comes waits. nil: always.
	May func() bool

	Tally *Tally // of the shard; one of its own where nil

	// Record takes what is needed to run the system again; nil for nobody.
	Record   Sink
	playback *Playback // this one is run again
}

// System is the actor: its parts, and the order in which they have their say. Its
// exported methods, but for Post, Address, Static, Crowd, Stats, Busy and Stop, belong
// to its own goroutine: bindings and messages call them.
type System struct {
	cfg   Config
	log   *slog.Logger
	stats counters

	time     gameTime
	mail     mail
	scripts  scripts
	entities entities
	people   people
	chance   *rand.PCG // of rand
	rand     *rand.Rand

	door      door      // of this system,
	tickets   tickets   // and before those of others
	commands  commands  // of players
	calls     calls     // of services
	asked     asked     // of everybody else
	tape      *tape     // nil where nothing is recorded
	bubbles   bubbles   // what is to be seen
	attention attention // who has to hear more than changes of it
	sending   sending
	saves     saves
	departs   []*Player // who leaves as soon as no Lua runs

	pace       pace
	interludes interludes
	ticker     clock.Ticker
	lastUse    time.Time
	overdrawn  time.Time // it stands still until then: see SetShare
	noRest     time.Time // it is not unloaded before
	outgoing   int       // messages to others in this tick
	crashes    crashes
	stopping   string              // why, "" while it goes on
	keep       func(*System) error // instead of an end, nil for none
	standing   func()              // StandTold waits for the end of a tick; nil for none
	stood      time.Duration       // in this tick, without doing anything
	handed     bool                // another process goes on with it
	taken      bool                // from another process that has just stood still
	rested     bool                // it was unloaded, and has just been thawed
	ended      chan struct{}       // closed when Run has ended
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
	if cfg.Near == 0 {
		cfg.Near = DefaultNear
	}
	if cfg.NewRound == nil {
		cfg.NewRound = func() Round { return oneByOne{} }
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Tally == nil {
		cfg.Tally = new(Tally)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &System{
		cfg:        cfg,
		log:        cfg.Log.With("system", string(cfg.Address)),
		time:       gameTime{hz: cfg.Hz},
		mail:       newMail(cfg.InboxLimit),
		door:       door{static: cfg.Static, router: cfg.Router},
		tickets:    tickets{from: cfg.Address, router: cfg.Router},
		commands:   newCommands(cfg.Limits),
		pace:       newPace(),
		interludes: interludes{docked: true},
		ended:      make(chan struct{}),
	}
	s.calls.over = s.over
	s.listen()
	s.sending = sending{
		static: cfg.Static, nameOf: cfg.NameOf, cohortsFrom: cfg.CohortsFrom, nearby: nearby{closest: cfg.Near}, round: cfg.NewRound(),
		time: &s.time, pace: &s.pace, tape: s.tape, people: &s.people, entities: &s.entities, bubbles: &s.bubbles, attention: &s.attention,
	}
	return s
}

// Start loads the scripts and brings the system into being. An error means that
// the scripts do not run; the system then says so to everybody who asks, and
// tries again at the next release.
func (s *System) Start(now time.Time) error {
	s.time.real, s.lastUse = now, now
	s.clear()
	s.scripts.down = s.load()
	return s.scripts.down
}

// clear forgets everything but the messages that wait and who is before the door.
func (s *System) clear() {
	s.askAgain()
	s.people, s.departs = newPeople(), nil
	s.calls.clear()
	s.asked.clear()
	s.scripts.raised = nil
	s.chance, s.rand = newChance(s.cfg.Seed)
	s.entities = newEntities(s.cfg.Static, s.cfg.Seed)
	s.attention = attention{}
	s.bubbles = bubbles{time: &s.time, entities: &s.entities, attention: &s.attention, views: make(map[physics.BubbleID]*view)}
	s.saves = saves{
		saver: s.cfg.Saver, static: s.cfg.Static, log: s.log,
		entities: &s.entities, scripts: &s.scripts, upTo: s.saves.upTo,
	}
}

// load makes the Lua state and runs the entry module.
func (s *System) load() error {
	release := s.cfg.Release()
	if release == nil {
		return fmt.Errorf("%s: there are no scripts", s.cfg.Address)
	}
	if err := s.scripts.load(s.options(release), s.cfg.Events); err != nil {
		return err
	}
	s.scripts.raise(func(e Events) { e.SystemStarted() })
	s.settle()
	return nil
}

// options are those of a new Lua state.
func (s *System) options(release *code.Release) script.Options {
	opt := s.cfg.Script
	opt.Name = string(s.cfg.Address)
	opt.Release = release
	opt.Seed = s.cfg.Seed
	opt.Kinds = &kinds{s: s}
	opt.Now = s.date(opt.Now)
	if s.tape != nil {
		opt.OnDeed = s.tape.deed
	}
	if !s.service() {
		opt.Tick = 1 / s.time.hz
	}
	if s.cfg.Module != "" {
		opt.Entry = []string{s.cfg.Module}
	}
	opt.Bind = func(st *script.State) {
		if s.cfg.Bind != nil {
			s.cfg.Bind(s, st)
		}
	}
	opt.OnFault, opt.OnLog, opt.Pointless = s.faulted, s.logged, func() bool { return s.tape.again() }
	if told := s.cfg.OnQuarantine; told != nil {
		opt.OnQuarantine = func(q script.Quarantined) {
			if !s.tape.again() {
				told(s.cfg.Address, q)
			}
		}
	}
	if s.cfg.OnSampled != nil {
		opt.Sampled = func(list []script.Sample) {
			if !s.tape.again() {
				s.cfg.OnSampled(s.cfg.Address, list)
			}
		}
	}
	return opt
}

// faulted says that a script has failed: to those who look on, where the system is run again.
func (s *System) faulted(f script.Fault) {
	if !s.tape.again() {
		if s.cfg.OnFault != nil {
			s.cfg.OnFault(s.cfg.Address, f)
		}
		return
	}
	if told := s.tape.from.cfg.Fault; told != nil {
		told(f)
	}
	s.failed(f)
}

// logged is faulted for what a script logs.
func (s *System) logged(level, module, text string) {
	if !s.tape.again() {
		if s.cfg.OnLog != nil {
			s.cfg.OnLog(s.cfg.Address, level, module, text)
		}
		return
	}
	if told := s.tape.from.cfg.Log; told != nil {
		told(level, module, text)
	}
	s.noted(level, module, text)
}

// used says that somebody has a use for the system.
func (s *System) used() { s.lastUse = s.time.real }

func (s *System) service() bool { return s.cfg.Static == nil }

// name is what players call the system.
func (s *System) name() string {
	if s.service() {
		return string(s.cfg.Address)
	}
	return s.cfg.Static.Name
}
