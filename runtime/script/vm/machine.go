package vm

import (
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Machine is what all threads of one Lua share. It begins with the lua.Global that
// gopher-lua's functions know.
type Machine struct {
	lua.Global

	Owner   any
	Steps   int64             // calls and turns of loops left; below 0 Overrun is called
	Overrun func(*lua.LState) // gives more steps or raises an error

	Allocated  int64 // bytes that code has allocated since the start, about
	AllocLimit int64 // of Allocated; beyond it Overrun is called

	ReadOnly *ReadOnly // not nil while what runs may look and not touch

	// Point is called where code comes to a bytecode.OpPoint, with its number. What it runs,
	// it runs on another thread.
	Point func(L *lua.LState, number int)

	Hook   Hook // nil: nobody looks on
	hooked hooked

	depth     int // runs of the interpreter inside each other
	bottom    int // of them when the running coroutine was resumed
	nums      []float64
	templates [templateCount]*template
	hints     [hintCount]hint
	indexHint hint
	walk      walk
	shown     numbers
	moves     *moves // nil until a prototype has been moved
}

// Of is the machine of a thread, which must be one that New or NewThread has made.
func Of(L *lua.LState) *Machine { return (*Machine)(unsafe.Pointer(L.G)) }

// registers are how many a thread begins with and may have.
const (
	firstRegisters = 64
	maxRegisters   = 1 << 20
)

// New makes a machine and its main thread, with empty globals.
func New() (*Machine, *lua.LState, error) {
	if err := Check(); err != nil {
		return nil, nil, err
	}
	m := &Machine{Steps: 1 << 40, AllocLimit: math.MaxInt64, Point: func(*lua.LState, int) {}}
	m.Global.Global = &lua.LTable{Metatable: lua.LNil}
	m.Global.Registry = &lua.LTable{Metatable: lua.LNil}
	m.globals().builtinMts = map[int]lua.LValue{}
	L := m.thread(m.Global.Global)
	m.MainThread, m.CurrentThread = L, L
	return m, L, nil
}

// NewThread makes a coroutine without a function: Resume is told which.
func NewThread(L *lua.LState) *lua.LState { return Of(L).thread(L.Env) }

func (m *Machine) thread(env *lua.LTable) *lua.LState {
	m.Allocated += threadBytes
	L := &lua.LState{}
	th := threadOf(L)
	th.G, th.Env, th.Panic = &m.Global, env, raise
	th.stack = newCallStack()
	th.reg = &registry{array: make([]lua.LValue, firstRegisters), growBy: firstRegisters, maxSize: maxRegisters, handler: overflow{L}}
	th.hasErrorFunc = true
	th.mainLoop = mainLoop
	return L
}

// overflow is told where gopher-lua's functions want more registers than there may be.
type overflow struct{ L *lua.LState }

func (o overflow) registryOverflow() { stackOverflow(o.L) }

func stackOverflow(L *lua.LState) { fail(L, "stack overflow") }

// calls is a thread's call stack.
func (th *thread) calls() *callStack { return th.stack.(*callStack) }

// ensure makes room for n registers.
func (r *registry) ensure(L *lua.LState, n int) {
	if n > len(r.array) {
		r.grow(L, n)
	}
}

func (r *registry) grow(L *lua.LState, n int) {
	if n > maxRegisters {
		stackOverflow(L)
	}
	bigger := make([]lua.LValue, min(max(n+firstRegisters, 2*len(r.array)), maxRegisters))
	Of(L).Allocated += int64(len(bigger) * itemBytes / 2)
	copy(bigger, r.array)
	r.array = bigger
}

// setTop makes n the first register not in use and clears those above.
func (r *registry) setTop(n int) {
	if r.top > n {
		clear(r.array[n:r.top])
	}
	r.top = n
}

// Number makes a value of a number.
func (m *Machine) Number(n float64) lua.LValue { return m.num(n) }

// Apart has what runs from now on make its numbers in blocks of its own, until the returned
// function is called: when the next block is due does not hang on it.
func (m *Machine) Apart() (back func()) {
	nums := m.nums
	m.nums = nil
	return func() { m.nums = nums }
}

// num makes a value of a number. Large ones share blocks: an allocation each would
// cost several times as much.
func (m *Machine) num(n float64) lua.LValue {
	var v lua.LValue
	box := (*iface)(unsafe.Pointer(&v))
	box.tab = numberTab
	if i := int(n); uint(i-smallFrom) < smallTo-smallFrom && float64(i) == n && (i != 0 || 1/n > 0) {
		box.word = unsafe.Pointer(&small[i-smallFrom])
		return v
	}
	if len(m.nums) == 0 {
		m.nums = make([]float64, 32)
		m.Allocated += 256
	}
	p := &m.nums[0]
	m.nums = m.nums[1:]
	*p = n
	box.word = unsafe.Pointer(p)
	return v
}
