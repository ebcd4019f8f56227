package script

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/stdlib"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/span"
)

// Options say what a State runs and whom it tells.
type Options struct {
	Name         string           // of the system or service, for messages
	Release      *code.Release    // the scripts
	Entry        []string         // modules to require, in order: "main"
	Seed         uint64           // of math.random and of everything random in scripts
	Started      time.Time        // what os.time says at a file's top level; the shard's start
	Now          func() time.Time // what os.time says elsewhere; nil: Started plus game time
	Bind         func(*State)     // installs binding tables, also in the State that stages a reload
	Strict       bool             // a new global is an error instead of a warning
	OnFault      func(Fault)      // an error in a handler, task, timer or command; nil: dropped
	OnLog        func(level, module, text string)
	OnQuarantine func(Quarantined) // a function is not run any more; may be nil
	OnDeed       func(Deed)        // hears what is done to the State from outside; may be nil
	Run          Budget            // of one entry; zero: RunBudget
	MostHeld     int64             // bytes of Lua values that it may hold; 0: MostHeld
	Kinds        image.Kinds       // of the objects that an image has beside the State's; nil: none
	Tick         float64           // game seconds of a tick: no timer comes more often; 0: there are none

	// Sampled hears, when FlushSamples is called and when the release changes, what the
	// State's steps were spent on. It must not block; nil: nobody looks.
	Sampled func([]Sample)

	// Points are the log points that the State looks after; nil: none. Pointless says that it
	// does not, for the time being: what it runs is run again. It may be nil.
	Points    *Points
	Pointless func() bool

	// Stopwatch is what the time of calls is measured by, for tests that do not want the
	// machine's; nil: that one.
	Stopwatch func(*State) time.Duration

	// Data reads what a release says besides code, the same value for the same files; nil:
	// data files are modules like any other. Vet judges a release that is to be staged: its
	// scripts, and the world's need of what goes. back: it is one that ran before.
	Data func(*code.Release) (Data, error)
	Vet  func(from, to *code.Release, data Data, back bool) ([]code.Warning, error)
}

// Fault is an error in running Lua. It cost that one call and nothing else.
type Fault struct {
	System    string
	Module    string // of the innermost Lua function
	Function  string // as operators name it: "combat.damage"
	Place     string // "combat.lua@1f3a9c:12"
	Message   string
	Traceback string
	Origin    string // what was running: "event tick", "command fire", "timer", "task"
	Player    string // who asked for it, "" for nobody
	Release   int
	Functions []string // every declared function on the stack, innermost first
	Old       []int    // of each, the release whose code it ran, 0 for what is current
	Spent     bool     // it was stopped because its budget was used up
	began     string   // the module of the last of Functions
	Called    []string // the gauged functions that the task had called before, on the stack or not
}

// State is the Lua side of one system or service. All its methods belong to the
// goroutine that owns it.
type State struct {
	opts    Options
	l       *lua.LState
	m       *vm.Machine
	release *code.Release
	data    Data

	modules  modules
	slots    Slots
	registry Registry
	reloads  ReloadState
	failing  map[failure]*failing // see quarantine.go; nil or empty while all goes well

	kept     map[string]lua.LValue // reload.state values by module and name
	upgrades map[*lua.LTable]*upgrade
	builtins builtinTable
	given    []givenTable
	words    []*Words
	host     any // of the words
	patterns stdlib.Patterns
	loads    map[*Function][]string // texts that functions have given to loadstring

	overrides map[OverrideKey]*override

	now float64
	ids uint64 // of tasks and registrations

	pool      []*Task
	threads   threadSet
	current   *Task
	following span.ID // see Follow
	next      []*Task // yielded without a wait: they go on at the next Advance
	woken     []func()
	named     map[string]*NamedTask

	meter    meter
	depth    int
	held     int64       // bytes of Lua values, when last measured; see memory.go
	measured int64       // Machine.Allocated then
	weighing *Weighing   // a measurement that has begun
	ended    int64       // Machine.Allocated when the last entry ended
	emits    int         // emits inside each other
	console  *lua.LTable // the environment of operators' code
	trace    []traceEntry
	source   *rand.PCG // of rng
	rng      *rand.Rand
	alive    map[*Task]struct{} // begun and not ended
	traces   map[*Function]*tracing
	gauge    *gauge
	unread   map[string]Reading
	entered  activities
	profile  *profiling
	sampling *sampling // nil where nobody listens
	watch    *Watch    // nil while nobody asks who writes what
	debugger Debugger  // nil while nobody looks on
	pointed  *pointed  // nil until there is a log point
	imaged   imageSize // the last time
	stage    Stage     // not nil in a State that stages
	closed   bool
	broken   atomic.Bool // see Break

	breaksFrom, breaksAt int64 // see BreakAfter
}

// New makes a State and requires its entries. An error is the first entry's that
// failed, with its place; nothing of the State is left then.
func New(o Options) (*State, error) {
	s, err := newState(o, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range o.Entry {
		if r := s.Require(name); r != nil {
			s.Close()
			return nil, r
		}
	}
	return s, nil
}

// NewStaging makes a State in which a reload is staged: stage hears what the top levels
// say of it. Nothing is required yet.
func NewStaging(o Options, stage Stage) (*State, error) { return newState(o, stage) }

func newState(o Options, stage Stage) (*State, error) {
	if o.Release == nil {
		return nil, fmt.Errorf("script: no release to run in %s", o.Name)
	}
	if o.Run.Steps == 0 {
		o.Run = RunBudget
	}
	_, l, err := vm.New()
	if err != nil {
		return nil, err
	}
	source := rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15)
	s := &State{opts: o, l: l, release: o.Release, stage: stage,
		modules: modules{byName: map[string]*Module{}}, kept: map[string]lua.LValue{}, alive: map[*Task]struct{}{},
		registry: newRegistry(),
		source:   source, rng: rand.New(source), sampling: newSampling(o.Sampled)}
	s.opts.Release = nil // s.release moves on, and the first must be forgotten
	s.m = adopt(l, s)
	s.slots.m = s.m
	if err := s.readData(); err != nil {
		return nil, err
	}
	baseLibrary().lay(s)
	if o.Bind != nil {
		o.Bind(s)
	}
	s.nameBuiltins()
	s.given = s.walkGiven()
	if o.Strict {
		s.closeLibrary()
	}
	return s, nil
}

// L is the State's main thread, for making values.
func (s *State) L() *lua.LState { return s.l }

// Name is the system's or service's name.
func (s *State) Name() string { return s.opts.Name }

// Release is what the State runs.
func (s *State) Release() *code.Release { return s.release }

// Staging says whether this State only stages a reload: it has no world, and
// bindings that read it must answer with something harmless.
func (s *State) Staging() bool { return s.stage != nil }

// Globals are what scripts see without a require.
func (s *State) Globals() *lua.LTable { return s.l.G.Global }

// Busy says whether Lua runs, or a file is being loaded: then code must stay as it is.
func (s *State) Busy() bool { return s.depth > 0 || len(s.modules.loading) > 0 }

// SetRelease is the last step of a change of code.
func (s *State) SetRelease(r *code.Release, undo *Undo) {
	old := s.release
	undo.Add(func() { s.release = old })
	s.release = r
}

// ReloadState is what those who reload keep with a State: a plan that waits for its
// commit, what migrations have replaced. The State carries it and knows nothing of it.
type ReloadState interface {
	Advanced() // the game has gone on

	Empty(s *State) bool // there is nothing to write

	// Write writes it as part of an image, and WriteRest what it knows of objects by
	// their numbers; Read and ReadRest read that.
	Write(s *State, w *image.Writer)
	WriteRest(w *image.Writer)
	Read(s *State, r *image.Reader)
	ReadRest(r *image.Reader)
}

// ReloadState is what SetReloadState has left here, nil at first.
func (s *State) ReloadState() ReloadState { return s.reloads }

// SetReloadState leaves something with the State.
func (s *State) SetReloadState(r ReloadState) { s.reloads = r }

// Now is the game time in seconds, as last given to Advance.
func (s *State) Now() float64 { return s.now }

// Close ends every task. The State must not be used afterwards.
func (s *State) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.FlushSamples()
	s.l.Close()
}

// Require loads a module as a script's require would, under the load budget.
// It returns nil or a *Refusal with the place of the error.
func (s *State) Require(name string) error {
	if s.modules.results.RawGetString(name) != lua.LNil {
		return nil
	}
	var refusal *code.Refusal
	s.metered(StageBudget, func() { refusal = s.protectedRequire(name) })
	if refusal != nil {
		return refusal
	}
	return nil
}

// Program names what the State was started to run: States with the same program
// and release can share one staging.
func (s *State) Program() string { return strings.Join(s.opts.Entry, ",") }

// Modules lists the loaded modules: those required from outside a top level
// first, in order, so that requiring them in this order loads the same again.
func (s *State) Modules() []string {
	out := append([]string(nil), s.modules.roots...)
	for _, m := range s.modules.order {
		if !slices.Contains(s.modules.roots, m.Name) {
			out = append(out, m.Name)
		}
	}
	return out
}
