package script

import (
	"fmt"
	"reflect"
	"runtime/metrics"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// This file is the only place that reaches below gopher-lua's exported surface:
// the VM's instruction table (to count steps and to bound concatenation), the
// Global behind every thread (to find our State and its budget without a map),
// and the function pointer of a call frame (to pin a suspended frame to its old
// code). arm checks each assumption once and refuses to start otherwise, so that
// a changed library is an error at boot and never a crash in production.

//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [64]func(*lua.LState, uint32, uintptr) int

// global stands in for the lua.Global that all coroutines of a State share.
type global struct {
	lua.Global
	magic    uint64
	state    *State
	steps    int64        // steps left in the current slice; see budget.go
	readonly *readonlyRun // not nil while the running entry may only look
}

const globalMagic = 0x686f747368617264 // "hotshard"

func globalOf(L *lua.LState) *global { return (*global)(unsafe.Pointer(L.G)) }

// From returns the State that owns L, which must be one of its threads.
func From(L *lua.LState) *State { return globalOf(L).state }

var (
	armOnce   sync.Once
	armErr    error
	frameFn   uintptr // offset of callFrame.Fn
	framePc   uintptr // offset of callFrame.Pc
	dbgFrame  uintptr // offset of Debug.frame
	rawConcat func(*lua.LState, uint32, uintptr) int
)

// arm installs the step counter into the VM and finds the offsets we need.
func arm() error {
	armOnce.Do(func() { armErr = armVM() })
	return armErr
}

func armVM() error {
	if err := findOffsets(); err != nil {
		return err
	}
	for _, op := range []int{lua.OP_MOVE, lua.OP_CALL, lua.OP_NOP} {
		if jumpTable[op] == nil {
			return fmt.Errorf("script: gopher-lua's instruction table is not where this build expects it; pin github.com/yuin/gopher-lua to v1.1.2")
		}
	}
	for _, op := range []int{lua.OP_CALL, lua.OP_TAILCALL, lua.OP_FORLOOP, lua.OP_TFORLOOP} {
		inner := jumpTable[op]
		jumpTable[op] = func(L *lua.LState, inst uint32, base uintptr) int {
			g := globalOf(L)
			if g.steps--; g.steps < 0 {
				g.overrun(L)
			}
			return inner(L, inst, base)
		}
	}
	jump := jumpTable[lua.OP_JMP]
	jumpTable[lua.OP_JMP] = func(L *lua.LState, inst uint32, base uintptr) int {
		if int(inst&0x3ffff) < opMaxSbx { // backward: a loop
			g := globalOf(L)
			if g.steps--; g.steps < 0 {
				g.overrun(L)
			}
		}
		return jump(L, inst, base)
	}
	rawConcat = jumpTable[lua.OP_CONCAT]
	jumpTable[lua.OP_CONCAT] = boundedConcat
	armReadonly()
	return nil
}

const opMaxSbx = 1<<18/2 - 1 // the bias of a signed 18-bit operand

// findOffsets reads the layout of the unexported call frame by reflection.
func findOffsets() error {
	frame, ok := reflect.TypeOf(lua.Debug{}).FieldByName("frame")
	if !ok || frame.Type.Kind() != reflect.Pointer || frame.Type.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("script: lua.Debug has no frame pointer in this gopher-lua; pin v1.1.2")
	}
	fn, ok1 := frame.Type.Elem().FieldByName("Fn")
	pc, ok2 := frame.Type.Elem().FieldByName("Pc")
	if !ok1 || !ok2 || fn.Type != reflect.TypeOf((*lua.LFunction)(nil)) || pc.Type.Kind() != reflect.Int {
		return fmt.Errorf("script: lua's call frame has no Fn or Pc in this gopher-lua; pin v1.1.2")
	}
	dbgFrame, frameFn, framePc = frame.Offset, fn.Offset, pc.Offset
	return nil
}

// frame is one entry of a thread's call stack.
type frame struct{ ptr unsafe.Pointer }

func (f frame) fn() *lua.LFunction      { return *(**lua.LFunction)(unsafe.Add(f.ptr, frameFn)) }
func (f frame) pc() int                 { return *(*int)(unsafe.Add(f.ptr, framePc)) }
func (f frame) setFn(fn *lua.LFunction) { *(**lua.LFunction)(unsafe.Add(f.ptr, frameFn)) = fn }

// line is where the frame stands, 0 for a Go function.
func (f frame) line() int {
	fn, pc := f.fn(), f.pc()
	if fn == nil || fn.IsG || pc < 1 || pc > len(fn.Proto.DbgSourcePositions) {
		return 0
	}
	return fn.Proto.DbgSourcePositions[pc-1]
}

// frameAt is the frame at a level of the call stack, 0 being the innermost.
func frameAt(th *lua.LState, level int) (frame, bool) {
	dbg, ok := th.GetStack(level)
	if !ok {
		return frame{}, false
	}
	ptr := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(dbg), dbgFrame))
	return frame{ptr}, ptr != nil
}

// frames lists the call stack of a thread, innermost first. A coroutine that has
// not started has none.
func frames(th *lua.LState) []frame {
	var out []frame
	for level := 0; ; level++ {
		f, ok := frameAt(th, level)
		if !ok {
			return out
		}
		out = append(out, f)
	}
}

// adopt replaces L's Global by one of ours, so that From works on every thread.
func adopt(L *lua.LState, s *State) *global {
	g := &global{magic: globalMagic, state: s, steps: 1 << 40}
	g.Global = *L.G
	L.G = &g.Global
	return g
}

// boundedConcat is the VM's concatenation with a bound on the result: a doubling
// loop would otherwise eat the machine's memory within thirty instructions.
func boundedConcat(L *lua.LState, inst uint32, base uintptr) int {
	g := globalOf(L)
	if g.steps -= 8; g.steps < 0 {
		g.overrun(L)
	}
	ret := rawConcat(L, inst, base)
	g.state.checkConcat(L, inst)
	return ret
}

// heapBytes is the size of the live and not yet swept heap of the process.
func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
