package script

import (
	"fmt"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/stdlib"
)

// Budget bounds one entry into Lua: a handler, a timer, a command, one leg of a
// task between two waits, or the top level of a file. A step is a call or a turn
// of a loop; nothing in Lua runs long without taking many.
type Budget struct {
	Steps  int64         // calls and loop turns
	Memory int64         // bytes that the entry allocates, whether it keeps them or not; 0: any number
	Time   time.Duration // 0: none; used while staging, where nothing is replayed
}

// The defaults: a handler that needs a million loop turns in one tick is a bug,
// and so is one that allocates a quarter of a gigabyte.
var (
	RunBudget   = Budget{Steps: 3_000_000, Memory: 256 << 20}
	StageBudget = Budget{Steps: 10_000_000, Memory: 256 << 20, Time: 2 * time.Second}
)

// budgetSlice is how many steps pass between two looks at the time.
const budgetSlice = 100_000

// maxString is the longest string a script may build, in bytes.
const maxString = stdlib.MaxString

// meter is the running entry's account.
type meter struct {
	budget  Budget
	left    int64 // steps not yet handed out as a slice
	memory  int64 // of Machine.Allocated: where the budget ends
	effects int   // changes of the world that it has asked for
	started time.Time
	spent   string // why the entry was stopped, "" while it runs
	total   int64  // steps of all entries before it
	work    int64  // of all entries before it, see worth
	made    made
}

// made is what an entry has registered and begun. An entry that is stopped leaves
// nothing of it behind.
type made struct {
	regs  []*Registration
	tasks []*Task
}

// overrun is called by the VM when a slice of steps or the memory is used up. It hands
// out the next slice or raises an error; once it has raised, every further step raises
// again, so that a pcall in a loop does not get away.
func (s *State) overrun(L *lua.LState) {
	m := &s.meter
	if m.spent == "" {
		m.spent = s.overspent()
	}
	if m.spent != "" {
		s.m.Steps, s.m.AllocLimit = 0, 0
		L.RaiseError("%s", m.spent)
	}
	if s.profile != nil {
		s.sample(L)
	}
	if s.m.Steps <= 0 {
		if s.sampling.spend(s.m.Steps) {
			s.look(L)
		}
		s.handOut()
	}
}

// handOut gives the entry that runs its next slice of steps. What it has taken beyond the
// last one is of this one: how many there are does not hang on where slices end.
func (s *State) handOut() {
	m := &s.meter
	n := min(s.slice(), m.left, s.sampling.due())
	m.left -= n
	s.m.Steps += n
	s.sampling.hand(s.m.Steps)
}

// slice is how many steps to hand out at a time.
func (s *State) slice() int64 {
	if s.profile != nil {
		return profileSlice
	}
	return budgetSlice
}

// overspent names the budget that is used up, "" for none.
func (s *State) overspent() string {
	m := &s.meter
	switch {
	case s.Broken():
		return "it was broken off from outside"
	case s.m.Steps <= 0 && m.left <= 0:
		return fmt.Sprintf("budget: more than %d steps in one go; split the work with sleep(), or stop the loop", m.budget.Steps)
	case s.m.Allocated > m.memory && s.held > s.mostHeld():
		return fmt.Sprintf("budget: %s holds %d MiB of Lua values, and at most %d may be held; let go of some before it makes more", s.opts.Name, s.held>>20, s.mostHeld()>>20)
	case s.m.Allocated > m.memory:
		return fmt.Sprintf("budget: more than %d MiB of memory allocated in one go", m.budget.Memory>>20)
	case m.budget.Time > 0 && time.Since(m.started) > m.budget.Time:
		return fmt.Sprintf("budget: longer than %v in one go", m.budget.Time)
	}
	return ""
}

// metered runs fn under a fresh budget, unless an entry is running already: what
// a handler calls is charged to the handler.
func (s *State) metered(b Budget, fn func()) {
	if s.depth > 0 {
		s.depth++
		defer func() { s.depth-- }()
		fn()
		return
	}
	if s.opts.Points != nil && s.opts.Points.version.Load() != 0 {
		s.opts.Points.keep(s)
	}
	s.depth = 1
	s.begin(b)
	defer s.end()
	fn()
}

func (s *State) begin(b Budget) {
	m := &s.meter
	regs, tasks := m.made.regs[:0], m.made.tasks[:0]
	*m = meter{budget: b, left: b.Steps, total: m.total, work: m.work, made: made{regs, tasks}}
	s.m.Steps = 0
	s.handOut()
	if s.Broken() {
		m.budget.Steps, m.left, s.m.Steps = 0, 0, 0
	}
	m.memory = s.m.Allocated + s.allowance(b)
	s.m.AllocLimit = m.memory
	if s.profile != nil {
		s.profile.last = time.Time{}
	}
	if b.Time > 0 {
		m.started = time.Now()
	}
}

// allowance is how many bytes an entry may allocate. One in a State that holds too
// much already gets enough to let go of something.
func (s *State) allowance(b Budget) int64 {
	switch {
	case s.held > s.mostHeld():
		return heldBudget
	case b.Memory == 0:
		return math.MaxInt64 / 2
	}
	return b.Memory
}

func (s *State) end() {
	m := &s.meter
	steps := m.entry(s.m.Steps)
	m.total += steps
	m.work += m.worth(steps)
	if s.sampling.spend(s.m.Steps) {
		s.sampling.left = 1 // where it stood is gone: the next entry is looked at at once
	}
	s.depth, s.m.Steps, s.m.AllocLimit = 0, 1<<40, math.MaxInt64
	if m.spent != "" {
		s.takeBack()
	}
	clear(m.made.regs)
	clear(m.made.tasks)
	s.remeasure()
}

// takeBack undoes what an entry that was stopped has registered and begun.
func (s *State) takeBack() {
	for _, r := range s.meter.made.regs {
		if r.gone {
			continue
		}
		s.registry.drop(r)
		r.forget()
		if r.over != nil && !r.over.gone {
			s.registry.commands[r.Name] = r.over
		}
	}
	for _, t := range s.meter.made.tasks {
		s.stop(t)
	}
}

// Steps is how many steps all entries have taken that have ended.
func (s *State) Steps() int64 { return s.meter.total }

// StepsNow is Steps with those of the entry that runs.
func (s *State) StepsNow() int64 {
	if s.depth == 0 {
		return s.meter.total
	}
	return s.meter.total + s.meter.entry(s.m.Steps)
}

// entry is the steps that the running entry has taken, when some of its slice are left.
func (m *meter) entry(left int64) int64 { return m.budget.Steps - m.left - max(left, 0) }

// What an entry and a change of the world cost about, in steps of 10 ns: finding out whom an
// event concerns and what they are sent takes far longer than the call.
const (
	entryWork  = 500
	effectWork = 2000
)

// worth is the running entry's work when it has taken so many steps: they, and what Go does
// for it. The same inputs give the same work, which a clock would not.
func (m *meter) worth(steps int64) int64 { return steps + entryWork + effectWork*int64(m.effects) }

// started is when this process began, as near as it matters to a stopwatch.
var started = time.Now()

// stopwatch is what the time of calls is measured by. It stands while log points tell: a
// change that somebody looks at is not slower for it.
func (s *State) stopwatch() time.Duration {
	if s.opts.Stopwatch != nil {
		return s.opts.Stopwatch(s)
	}
	if s.pointed != nil {
		return time.Since(started) - s.pointed.took
	}
	return time.Since(started)
}

// Charge takes steps from the budget of what runs on L, for work that a Go function
// does for it.
func Charge(L *lua.LState, steps int) { engine{}.Charge(L, steps) }
