package vm

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The mirrors of gopher-lua's structures, with its names in their order.

type table struct {
	Metatable lua.LValue

	array   []lua.LValue
	dict    map[lua.LValue]lua.LValue
	strdict map[string]lua.LValue
	keys    []lua.LValue       // of dict and strdict, in the order in which next gives them
	k2i     map[lua.LValue]int // the places of keys; see find
}

// thread is an LState: the main thread of a machine, or a coroutine.
type thread struct {
	G       *lua.Global
	Parent  *lua.LState // who resumed it and waits
	Env     *lua.LTable
	Panic   func(*lua.LState)
	Dead    bool
	Options lua.Options

	stop         int32
	reg          *registry
	stack        frameStack
	alloc        unsafe.Pointer
	currentFrame *frame
	wrapped      bool
	uvcache      *upvalue // open ones, the innermost first
	hasErrorFunc bool     // always set: it keeps gopher-lua from closing upvalues where it raises
	mainLoop     func(*lua.LState, *frame)
	ctx          context.Context
	ctxCancelFn  context.CancelFunc
}

// frame is one entry of a thread's call stack.
type frame struct {
	Idx        int
	Fn         *lua.LFunction
	Parent     *frame
	Pc         int // of the next instruction
	Base       int // register of the function
	LocalBase  int // its first register
	ReturnBase int // where its results go
	NArgs      int
	NRet       int // how many are wanted, -1: all
	TailCall   int // how many calls it stands for that have left by tail calls
}

// registry is a thread's registers.
type registry struct {
	array   []lua.LValue
	top     int
	growBy  int
	maxSize int
	alloc   unsafe.Pointer
	handler interface{ registryOverflow() }
}

// upvalue is a variable that closures share: in a register while its scope runs,
// then in itself.
type upvalue struct {
	next   *upvalue
	reg    *registry
	index  int
	value  lua.LValue
	closed bool
}

// proto is a function's code. gopher-lua's interpreter alone has a use for the last
// field: ours keeps the code's Origin there.
type proto struct {
	SourceName         string
	LineDefined        int
	LastLineDefined    int
	NumUpvalues        uint8
	NumParameters      uint8
	IsVarArg           uint8
	NumUsedRegisters   uint8
	Code               []uint32
	Constants          []lua.LValue
	FunctionPrototypes []*lua.FunctionProto

	DbgSourcePositions []int
	DbgLocals          []*lua.DbgLocalInfo
	DbgCalls           []lua.DbgCall
	DbgUpvalues        []string

	stringConstants []string
}

type globals struct {
	MainThread    *lua.LState
	CurrentThread *lua.LState
	Registry      *lua.LTable
	Global        *lua.LTable

	builtinMts map[int]lua.LValue
	tempFiles  []*os.File
	gccount    int32
}

func tableOf(t *lua.LTable) *table      { return (*table)(unsafe.Pointer(t)) }
func (t *table) lua() *lua.LTable       { return (*lua.LTable)(unsafe.Pointer(t)) }
func threadOf(L *lua.LState) *thread    { return (*thread)(unsafe.Pointer(L)) }
func upvalueOf(u *lua.Upvalue) *upvalue { return (*upvalue)(unsafe.Pointer(u)) }
func (u *upvalue) lua() *lua.Upvalue    { return (*lua.Upvalue)(unsafe.Pointer(u)) }
func (m *Machine) globals() *globals    { return (*globals)(unsafe.Pointer(&m.Global)) }

// Check says whether gopher-lua's structures, and Go's maps, are those this package was
// written for.
var Check = sync.OnceValue(func() error {
	thread := reflect.TypeFor[lua.LState]()
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[lua.LTable](), reflect.TypeFor[table]()},
		{thread, threadLayout},
		{reflect.TypeFor[lua.Upvalue](), reflect.TypeFor[upvalue]()},
		{reflect.TypeFor[lua.Global](), reflect.TypeFor[globals]()},
		{reflect.TypeFor[lua.FunctionProto](), reflect.TypeFor[proto]()},
		{pointed(thread, "currentFrame"), reflect.TypeFor[frame]()},
		{pointed(thread, "reg"), reflect.TypeFor[registry]()},
	} {
		if err := sameLayout(pair[0], pair[1]); err != nil {
			return err
		}
	}
	stack, _ := thread.FieldByName("stack")
	if err := sameMethods(stack.Type, reflect.TypeFor[frameStack]()); err != nil {
		return err
	}
	return checkMaps()
})

var threadLayout = reflect.TypeFor[thread]()

// pointed is the structure that a field points to, or nil.
func pointed(t reflect.Type, field string) reflect.Type {
	f, ok := t.FieldByName(field)
	if !ok || f.Type.Kind() != reflect.Pointer {
		return nil
	}
	return f.Type.Elem()
}

func unexpected(theirs reflect.Type, what string) error {
	return fmt.Errorf("vm: gopher-lua's %v is not what this build expects: %s; pin github.com/yuin/gopher-lua to v1.1.2", theirs, what)
}

// sameLayout compares two structures' fields by name, place and kind.
func sameLayout(theirs, ours reflect.Type) error {
	if theirs == nil || theirs.Kind() != reflect.Struct {
		return unexpected(theirs, "no counterpart of "+ours.String())
	}
	if theirs.NumField() != ours.NumField() || theirs.Size() != ours.Size() {
		return unexpected(theirs, fmt.Sprintf("%d fields in %d bytes", theirs.NumField(), theirs.Size()))
	}
	for i := range theirs.NumField() {
		t, o := theirs.Field(i), ours.Field(i)
		if t.Name != o.Name || t.Offset != o.Offset || t.Type.Size() != o.Type.Size() || !sameKind(t.Type, o.Type) {
			return unexpected(theirs, fmt.Sprintf("field %d is %s %v", i, t.Name, t.Type))
		}
	}
	return nil
}

func sameKind(theirs, ours reflect.Type) bool {
	return theirs.Kind() == ours.Kind() || theirs.Kind() == reflect.Pointer && ours.Kind() == reflect.UnsafePointer
}

// sameMethods compares two interfaces' methods, which a method table has in order of
// their names.
func sameMethods(theirs, ours reflect.Type) error {
	if theirs.Kind() != reflect.Interface || theirs.NumMethod() != ours.NumMethod() {
		return unexpected(theirs, fmt.Sprintf("%d methods", theirs.NumMethod()))
	}
	for i := range theirs.NumMethod() {
		t, o := theirs.Method(i), ours.Method(i)
		if t.Name != o.Name || t.Type.NumIn() != o.Type.NumIn() || t.Type.NumOut() != o.Type.NumOut() {
			return unexpected(theirs, "method "+t.Name)
		}
	}
	return nil
}
