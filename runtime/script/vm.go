package script

import (
	"fmt"
	"maps"
	"reflect"
	"runtime/metrics"
	"slices"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// This file is the only place that reaches below gopher-lua's exported surface:
// the VM's instruction table (to count steps and to bound concatenation), the
// Global behind every thread (to find our State and its budget without a map),
// the function pointer of a call frame (to pin a suspended frame to its old
// code), and the names of a table's fields (to share them). arm checks each assumption once and refuses to start otherwise, so that
// a changed library is an error at boot and never a crash in production.

//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [lua.OP_NOP + 1]func(*lua.LState, uint32, uintptr) int

// stockTable is gopher-lua's own instruction table, before arm.
var stockTable [lua.OP_NOP + 1]func(*lua.LState, uint32, uintptr) int

// global stands in for the lua.Global that all coroutines of a State share. Once
// the VM is armed, every LState of the process must have one: a plain
// lua.NewState() would be read past its end.
type global struct {
	lua.Global
	state    *State
	steps    int64        // steps left in the current slice; see budget.go
	readonly *readonlyRun // not nil while the running entry may only look
}

func globalOf(L *lua.LState) *global { return (*global)(unsafe.Pointer(L.G)) }

// From returns the State that owns L, which must be one of its threads.
func From(L *lua.LState) *State { return globalOf(L).state }

var (
	armOnce     sync.Once
	armErr      error
	threadFrame uintptr // offset of LState.currentFrame
	frameFn     uintptr // offset of callFrame.Fn
	framePc     uintptr // offset of callFrame.Pc
	frameParent uintptr // offset of callFrame.Parent
	tableFields uintptr // offset of LTable.strdict
	tableKeys   uintptr // offset of LTable.keys
	tableIndex  uintptr // offset of LTable.k2i
	rawConcat   func(*lua.LState, uint32, uintptr) int
)

// arm installs the step counter into the VM and finds the offsets we need.
func arm() error {
	armOnce.Do(func() { armErr = armVM() })
	return armErr
}

func armVM() error {
	lua.MaxArrayIndex = 65536 // a stray t[12345678] = x would allocate 197 MiB
	if err := findOffsets(); err != nil {
		return err
	}
	for _, op := range []int{lua.OP_MOVE, lua.OP_CALL, lua.OP_NOP} {
		if jumpTable[op] == nil {
			return fmt.Errorf("script: gopher-lua's instruction table is not where this build expects it; pin github.com/yuin/gopher-lua to v1.1.2")
		}
	}
	stockTable = jumpTable
	jumpTable[lua.OP_CALL] = countedCall
	for _, op := range []int{lua.OP_TAILCALL, lua.OP_FORLOOP, lua.OP_TFORLOOP} {
		inner := jumpTable[op]
		jumpTable[op] = func(L *lua.LState, inst uint32, base uintptr) int {
			g := globalOf(L)
			if g.steps--; g.steps < 0 {
				g.overrun(L)
			}
			return inner(L, inst, base)
		}
	}
	jumpTable[lua.OP_JMP] = countedJump
	rawConcat = jumpTable[lua.OP_CONCAT]
	jumpTable[lua.OP_CONCAT] = boundedConcat
	armReadonly()
	return nil
}

// countedCall is the VM's call, counted as a step.
func countedCall(L *lua.LState, inst uint32, base uintptr) int {
	g := globalOf(L)
	if g.steps--; g.steps < 0 {
		g.overrun(L)
	}
	return stockTable[lua.OP_CALL](L, inst, base)
}

// countedJump is the VM's jump, which counts as a step where it goes backward, as
// in a loop. It stands in for the VM's own code and does not call it: every `if`
// takes it.
func countedJump(L *lua.LState, inst uint32, _ uintptr) int {
	by := int(inst&0x3ffff) - opMaxSbx
	if by < 0 {
		g := globalOf(L)
		if g.steps--; g.steps < 0 {
			g.overrun(L)
		}
	}
	*(*int)(unsafe.Add(currentFrame(L).ptr, framePc)) += by
	return 0
}

const opMaxSbx = 1<<18/2 - 1 // the bias of a signed 18-bit operand

// findOffsets reads the layout of a thread and its unexported call frames by
// reflection.
func findOffsets() error {
	current, ok := reflect.TypeFor[lua.LState]().FieldByName("currentFrame")
	if !ok || current.Type.Kind() != reflect.Pointer || current.Type.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("script: lua.LState has no current frame in this gopher-lua; pin v1.1.2")
	}
	frame := current.Type.Elem()
	for name, want := range map[string]struct {
		is     reflect.Type
		offset *uintptr
	}{
		"Fn":     {reflect.TypeFor[*lua.LFunction](), &frameFn},
		"Pc":     {reflect.TypeFor[int](), &framePc},
		"Parent": {current.Type, &frameParent},
	} {
		f, ok := frame.FieldByName(name)
		if !ok || f.Type != want.is {
			return fmt.Errorf("script: lua's call frame has no %s of type %v in this gopher-lua; pin v1.1.2", name, want.is)
		}
		*want.offset = f.Offset
	}
	threadFrame = current.Offset
	return findTables()
}

// findTables reads the layout of a table.
func findTables() error {
	for name, want := range map[string]struct {
		is     reflect.Type
		offset *uintptr
	}{
		"strdict": {reflect.TypeFor[map[string]lua.LValue](), &tableFields},
		"keys":    {reflect.TypeFor[[]lua.LValue](), &tableKeys},
		"k2i":     {reflect.TypeFor[map[lua.LValue]int](), &tableIndex},
	} {
		f, ok := reflect.TypeFor[lua.LTable]().FieldByName(name)
		if !ok || f.Type != want.is {
			return fmt.Errorf("script: a lua table has no %s of type %v in this gopher-lua; pin v1.1.2", name, want.is)
		}
		*want.offset = f.Offset
	}
	return nil
}

// tableNames are the names of a table's fields, in the order in which next() gives
// them, as tables of many States can share them: gopher-lua makes two new objects
// for each name in each table.
type tableNames struct {
	list  []lua.LValue // never appended to in place
	index map[lua.LValue]int
}

func namesOf(keys []string) tableNames {
	n := tableNames{make([]lua.LValue, len(keys)), make(map[lua.LValue]int, len(keys))}
	for i, key := range keys {
		n.list[i] = lua.LString(key)
		n.index[n.list[i]] = i
	}
	return n
}

// fillTable gives an empty table its fields, whose names are all of names.
func fillTable(t *lua.LTable, fields map[string]lua.LValue, names tableNames) {
	*(*map[string]lua.LValue)(unsafe.Add(unsafe.Pointer(t), tableFields)) = fields
	*(*[]lua.LValue)(unsafe.Add(unsafe.Pointer(t), tableKeys)) = slices.Clip(names.list)
	*(*map[lua.LValue]int)(unsafe.Add(unsafe.Pointer(t), tableIndex)) = maps.Clone(names.index)
}

// shareNames takes the names of a table's fields from those at hand, where they
// are there, and gives back what room the table has left. The order stays.
func shareNames(t *lua.LTable, known map[string]lua.LValue) {
	keys := (*[]lua.LValue)(unsafe.Add(unsafe.Pointer(t), tableKeys))
	if len(*keys) == 0 {
		return
	}
	list, index := make([]lua.LValue, len(*keys)), make(map[lua.LValue]int, len(*keys))
	for i, k := range *keys {
		if name, ok := k.(lua.LString); ok {
			if shared := known[string(name)]; shared != nil {
				k = shared
			}
		}
		list[i], index[k] = k, i
	}
	*keys = list
	*(*map[lua.LValue]int)(unsafe.Add(unsafe.Pointer(t), tableIndex)) = index
}

// frame is one entry of a thread's call stack.
type frame struct{ ptr unsafe.Pointer }

func (f frame) fn() *lua.LFunction      { return *(**lua.LFunction)(unsafe.Add(f.ptr, frameFn)) }
func (f frame) pc() int                 { return *(*int)(unsafe.Add(f.ptr, framePc)) }
func (f frame) parent() frame           { return frame{*(*unsafe.Pointer)(unsafe.Add(f.ptr, frameParent))} }
func (f frame) setFn(fn *lua.LFunction) { *(**lua.LFunction)(unsafe.Add(f.ptr, frameFn)) = fn }

// ours says whether the frame runs no script but a Go function or a piece of Lua
// that is the engine's own.
func (f frame) ours() bool {
	fn := f.fn()
	return fn == nil || fn.IsG || fn.Proto == enterProto || fn.Proto.SourceName == shimName || fn.Proto.SourceName == forwardName
}

// line is where the frame stands, 0 for a Go function.
func (f frame) line() int {
	fn, pc := f.fn(), f.pc()
	if fn == nil || fn.IsG || pc < 1 || pc > len(fn.Proto.DbgSourcePositions) {
		return 0
	}
	return fn.Proto.DbgSourcePositions[pc-1]
}

// currentFrame is the innermost frame of a thread; its pointer is nil in a
// coroutine that has not started.
func currentFrame(th *lua.LState) frame {
	return frame{*(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), threadFrame))}
}

// frameAt is the frame at a level of the call stack, 0 being the innermost. Calls
// that ended in a tail call have left none.
func frameAt(th *lua.LState, level int) (frame, bool) {
	f := currentFrame(th)
	for ; level > 0 && f.ptr != nil; level-- {
		f = f.parent()
	}
	return f, f.ptr != nil
}

// frames lists the call stack of a thread, innermost first. A coroutine that has
// not started has none.
func frames(th *lua.LState) []frame {
	var out []frame
	for f := currentFrame(th); f.ptr != nil; f = f.parent() {
		out = append(out, f)
	}
	return out
}

// adopt replaces L's Global by one of ours, so that From works on every thread.
func adopt(L *lua.LState, s *State) *global {
	g := &global{state: s, steps: 1 << 40}
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
