package script

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/stdlib"
)

// Budget bounds one entry into Lua: a handler, a timer, a command, one leg of a
// task between two waits, or the top level of a file. A step is a call or a turn
// of a loop; nothing in Lua runs long without taking many.
type Budget struct {
	Steps  int64         // calls and loop turns
	Memory uint64        // growth of the process heap in bytes while the entry runs, looked at every slice of steps
	Time   time.Duration // 0: none; used while staging, where nothing is replayed
}

// The defaults: a handler that needs a million loop turns in one tick is a bug,
// and so is one that allocates a quarter of a gigabyte.
var (
	RunBudget   = Budget{Steps: 3_000_000, Memory: 256 << 20}
	StageBudget = Budget{Steps: 10_000_000, Memory: 256 << 20, Time: 2 * time.Second}
)

// budgetSlice is how many steps pass between two looks at memory and time.
const budgetSlice = 100_000

// maxString is the longest string a script may build, in bytes.
const maxString = stdlib.MaxString

// meter is the running entry's account.
type meter struct {
	budget  Budget
	left    int64 // steps not yet handed out as a slice
	heap    uint64
	started time.Time
	spent   string // why the entry was stopped, "" while it runs
	total   int64  // steps of all entries before it
}

// overrun is called by the VM when a slice of steps is used up. It hands out the
// next slice or raises an error; once it has raised, every further step raises
// again, so that a pcall in a loop does not get away.
func (s *State) overrun(L *lua.LState) {
	m := &s.meter
	if m.spent == "" {
		m.spent = m.check()
	}
	if m.spent != "" {
		s.m.Steps = 0
		L.RaiseError("%s", m.spent)
	}
	if s.profile != nil {
		s.sample(L)
	}
	s.m.Steps = min(s.slice(), m.left)
	m.left -= s.m.Steps
}

// slice is how many steps to hand out at a time.
func (s *State) slice() int64 {
	if s.profile != nil {
		return profileSlice
	}
	return budgetSlice
}

func (m *meter) check() string {
	if m.left <= 0 {
		return fmt.Sprintf("budget: more than %d steps in one go; split the work with sleep(), or stop the loop", m.budget.Steps)
	}
	if m.budget.Memory > 0 {
		if now := heapBytes(); now > m.heap+m.budget.Memory {
			return fmt.Sprintf("budget: more than %d MiB of memory allocated in one go", m.budget.Memory>>20)
		}
	}
	if m.budget.Time > 0 && time.Since(m.started) > m.budget.Time {
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
	s.depth = 1
	m := &s.meter
	*m = meter{budget: b, left: b.Steps, total: m.total}
	s.m.Steps = min(s.slice(), m.left)
	m.left -= s.m.Steps
	if s.profile != nil {
		s.profile.last = time.Time{}
	}
	if b.Time > 0 {
		m.started = time.Now()
	}
	if b.Memory > 0 && b.Time > 0 { // reading the heap costs microseconds: a tick's entries read it at their first slice only
		m.heap = heapBytes()
	} else {
		m.heap = s.heapMark()
	}
	defer func() {
		m.total += m.budget.Steps - m.left - max(s.m.Steps, 0)
		s.depth, s.m.Steps = 0, 1<<40
	}()
	fn()
}

// Steps is how many steps all entries have taken that have ended.
func (s *State) Steps() int64 { return s.meter.total }

// heapMark is a recent reading of the heap: exact to a few ticks, which is enough
// to see a runaway entry grow by hundreds of megabytes.
func (s *State) heapMark() uint64 {
	if s.entries%4096 == 0 {
		s.heapRead = heapBytes()
	}
	s.entries++
	return s.heapRead
}
