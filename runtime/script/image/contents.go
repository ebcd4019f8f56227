package image

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// contents writes an object of Lua's own.
func (w *Writer) contents(v any) {
	switch v := v.(type) {
	case *lua.LTable:
		w.table(v)
	case *lua.LFunction:
		w.closure(v)
	case *lua.LUserData:
		w.Step("")
		w.Object(v.Value)
		w.Value(v.Metatable)
	case *lua.LState:
		w.thread(v)
	case *lua.Upvalue:
		w.variable(v)
	}
}

// table writes a table: what it is to its metatable, its list, and its other keys in
// the order in which pairs walks them. Of keys that are gone the place is written, as
// pairs may stand there.
func (w *Writer) table(t *lua.LTable) {
	w.Step("'s metatable")
	w.Value(t.Metatable)
	list, keys := vm.List(t), vm.Keys(t)
	w.how(uint64(len(list)))
	for i, v := range list {
		w.index(i)
		w.Value(v)
	}
	if n, ok := w.shapeOf(t, keys); ok {
		w.how(n<<1 | 1)
		for _, k := range keys {
			w.key(k)
			w.Value(vm.Field(t, k))
		}
		return
	}
	w.how(uint64(len(keys)) << 1)
	for _, k := range keys {
		w.keyOf(k)
		if k != nil && k != lua.LNil {
			w.key(k)
			w.Value(vm.Field(t, k)) // nil: the key is gone
		}
	}
	w.noteShape(t, keys)
}

// how writes a number that says how something is written.
func (w *Writer) how(n uint64) { w.buf = binary.AppendUvarint(w.buf, n) }

// keyOf writes a key of a table.
func (w *Writer) keyOf(k lua.LValue) {
	w.quiet++
	w.Value(k)
	w.quiet--
}

// leastShape is how many keys make a shape: the keys of tables that are texts and all
// there, which many tables have alike. It is written once.
const leastShape = 2

// shapes are those that have been written, in the order of writing.
type shapes struct {
	of    map[string]uint64 // by the numbers of their texts
	texts []byte            // those of the table in hand
	last  uint64
}

// shapeOf is the shape of a table if it has been written before. Otherwise texts is of
// no use.
func (w *Writer) shapeOf(t *lua.LTable, keys []lua.LValue) (n uint64, ok bool) {
	if len(keys) < leastShape || vm.Fields(t) != len(keys) {
		return 0, false
	}
	w.shapes.texts = w.shapes.texts[:0]
	for _, k := range keys {
		s, isText := k.(lua.LString)
		if !isText {
			return 0, false
		}
		id, known := w.texts[string(s)]
		if !known {
			return 0, false
		}
		w.shapes.texts = binary.AppendUvarint(w.shapes.texts, id)
	}
	n, ok = w.shapes.of[string(w.shapes.texts)]
	return n, ok
}

// noteShape notes the shape of a table that has just been written at length.
func (w *Writer) noteShape(t *lua.LTable, keys []lua.LValue) {
	if len(keys) < leastShape || vm.Fields(t) != len(keys) {
		return
	}
	if _, ok := w.shapeOf(t, keys); !ok && len(w.shapes.texts) > 0 {
		w.shapes.of[string(w.shapes.texts)] = w.shapes.last
	}
	w.shapes.last++
}

func (w *Writer) index(i int) {
	if w.trail != nil {
		w.trail.step, w.trail.key = "", lua.LNumber(i+1)
	}
}

func (w *Writer) key(k lua.LValue) {
	if w.trail != nil {
		w.trail.step, w.trail.key = "", k
	}
}

// closure writes a Lua function, or a Go function that holds an object.
func (w *Writer) closure(fn *lua.LFunction) {
	if fn.IsG {
		w.Step("")
		w.Object(vm.CallableOf(fn))
		return
	}
	w.Step("'s code")
	w.quiet++
	w.Object(w.host.Code(fn.Proto))
	w.quiet--
	w.Step("'s environment")
	w.Value(fn.Env)
	w.Count(len(fn.Upvalues))
	for i, u := range fn.Upvalues {
		if w.trail != nil {
			w.Step(variableName(fn, i))
		}
		w.Cell(u)
	}
}

func variableName(fn *lua.LFunction, i int) string {
	if i < len(fn.Proto.DbgUpvalues) {
		return ":" + fn.Proto.DbgUpvalues[i]
	}
	return fmt.Sprintf(":variable %d", i+1)
}

// goFunction writes a Go function that is met for the first time.
func (w *Writer) goFunction(fn *lua.LFunction) {
	switch name := w.host.Name(fn); {
	case name != "":
		w.named(unsafe.Pointer(fn), fn, name)
	case vm.CallableOf(fn) != nil:
		w.buf = append(w.buf, markMade)
		w.add(unsafe.Pointer(fn), object{v: fn})
	default:
		w.buf = append(w.buf, markNil)
		w.Refuse("a Go function without a name")
	}
}

// Cell writes a variable that closures share, or nil.
func (w *Writer) Cell(u *lua.Upvalue) {
	switch {
	case u == nil:
		w.buf = append(w.buf, markNil)
	case w.seen(unsafe.Pointer(u)):
	default:
		w.buf = append(w.buf, markCell)
		w.add(unsafe.Pointer(u), object{v: u})
	}
}

// variable writes what a variable holds, or in which register it stands. One of a
// coroutine that has been stopped stands in none: nobody else reads it any more.
func (w *Writer) variable(u *lua.Upvalue) {
	w.Step("")
	if on, index := vm.Cell(u); on != nil && vm.InUse(on, index) {
		w.Bool(true)
		w.Value(on)
		w.Count(index)
		return
	}
	w.Bool(false)
	w.Value(u.Value())
}

// thread writes a coroutine.
func (w *Writer) thread(co *lua.LState) {
	s, err := vm.Take(co)
	if err != nil {
		w.Refuse(err.Error())
		return
	}
	w.Bool(s.Dead)
	w.Step("'s globals")
	w.Value(s.Env)
	w.Step("'s function")
	w.Bool(s.Begin != nil)
	if s.Begin != nil {
		w.Value(s.Begin)
	}
	w.Count(len(s.Calls))
	for _, c := range s.Calls {
		w.Step("'s call")
		w.Value(w.host.Standing(c.Fn))
		w.Count(c.Pc)
		w.Count(c.NArgs)
		w.Count(c.TailCalls)
	}
	w.Count(len(s.Registers))
	for i, v := range s.Registers {
		if w.trail != nil {
			w.Step(fmt.Sprintf("'s register %d", i))
		}
		w.Value(v)
	}
	w.reaches(s.Registers)
}

// reaches writes how far traversals that stand at a list's end have come, where the
// list has become shorter since.
func (w *Writer) reaches(registers []lua.LValue) {
	var tables []*lua.LTable
	var items []int
	for i := range max(0, len(registers)-2) {
		t, ok := registers[i+1].(*lua.LTable)
		n, isNumber := registers[i+2].(lua.LNumber)
		if ok && isNumber && registers[i] == lua.LValue(vm.NextFn) && int(n) > len(vm.List(t)) && vm.Within(t, int(n)) {
			tables, items = append(tables, t), append(items, int(n))
		}
	}
	w.Count(len(tables))
	for i, t := range tables {
		w.Value(t)
		w.Count(items[i])
	}
}
