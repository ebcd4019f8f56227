package vm

import (
	"slices"
	"strconv"
	"unsafe"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// What a table and a variable consist of, for whoever writes them down and makes them
// again. What is not here follows from it.

// List is a table's list, with nil or Go's nil in its gaps. It must not be changed.
func List(t *lua.LTable) []lua.LValue { return tableOf(t).array }

// Keys are a table's keys but for its list, in the order of next. Those that are gone
// keep their places: Field gives nothing for them. Where a place is empty, the key is
// nil. They must not be changed.
func Keys(t *lua.LTable) []lua.LValue { return tableOf(t).keys }

// Field is the value of one of Keys, Go's nil for one that is gone.
func Field(t *lua.LTable, k lua.LValue) lua.LValue { return tableOf(t).getKey(k) }

// SetParts gives an empty table its list, its keys in their order and their values, nil
// for one that is gone. The table keeps the first two. It is false for parts that no
// table has: a key twice, or one that belongs to the list.
func SetParts(t *lua.LTable, list, keys, values []lua.LValue) bool {
	tt := tableOf(t)
	tt.begin(list, keys)
	texts := 0
	for _, k := range keys {
		if _, ok := k.(lua.LString); ok {
			texts++
		}
	}
	if texts > 0 {
		tt.strdict = make(map[string]lua.LValue, texts)
	}
	if texts < len(keys) {
		tt.dict = make(map[lua.LValue]lua.LValue, len(keys)-texts)
	}
	for i, k := range keys {
		if isNil(k) {
			continue
		}
		n, isNumber := k.(lua.LNumber)
		if at, ok := tt.find(k); !ok || at != i || isNumber && n != n {
			return false
		}
		if v := values[i]; v == nil {
			continue
		} else if s, ok := k.(lua.LString); ok {
			tt.strdict[string(s)] = v
		} else if isNumber && listIndex(n) > 0 && listIndex(n) <= len(list)+1 {
			return false
		} else {
			tt.dict[k] = v
		}
	}
	return true
}

// begin gives a new table its list and keys, as the interpreter's tables have them: not
// Go's nil.
func (t *table) begin(list, keys []lua.LValue) {
	if list == nil {
		list = []lua.LValue{}
	}
	if keys == nil {
		keys = []lua.LValue{}
	}
	t.array, t.keys = list, keys
}

// Fields is how many keys a table has that are texts and are there.
func Fields(t *lua.LTable) int { return len(tableOf(t).strdict) }

// Shape is the keys of a table, all texts and all there, for other tables with the
// same.
type Shape struct{ of *table }

// ShapeOf is false for a table with other keys, or with some that are gone.
func ShapeOf(t *lua.LTable) (Shape, bool) {
	tt := tableOf(t)
	return Shape{tt}, len(tt.strdict) == len(tt.keys)
}

// Len is how many keys it has.
func (s Shape) Len() int { return len(s.of.keys) }

// Make gives an empty table its list, and values for the keys. The table keeps the
// list.
func (s Shape) Make(t *lua.LTable, list, values []lua.LValue) {
	tt := tableOf(t)
	tt.begin(list, slices.Clip(s.of.keys))
	tt.strdict = make(map[string]lua.LValue, len(values))
	for i, k := range s.of.keys {
		tt.strdict[string(k.(lua.LString))] = values[i]
	}
}

// Reach gives a table room for a list of n items: a traversal that stands at one of
// them goes on, though the list has become shorter.
func Reach(t *lua.LTable, n int) {
	tt := tableOf(t)
	if n > cap(tt.array) {
		tt.array = append(make([]lua.LValue, 0, n), tt.array...)
	}
}

// Within says whether a traversal may stand at item n of a list that has fewer by now.
func Within(t *lua.LTable, n int) bool {
	_, other := tableOf(t).find(lua.LNumber(n))
	return !other && n <= cap(tableOf(t).array)
}

// Cell is a variable that closures share. Where it stands in a register still, on is
// the thread, and index the register.
func Cell(u *lua.Upvalue) (on *lua.LState, index int) {
	c := upvalueOf(u)
	if c.closed || c.reg == nil {
		return nil, 0
	}
	return c.reg.handler.(overflow).L, c.index
}

// Shut makes a new variable one that stands in no register.
func Shut(u *lua.Upvalue, v lua.LValue) {
	c := upvalueOf(u)
	c.value, c.closed = v, true
}

// Open makes a new variable that of a thread's register. It is false where there is
// one already.
func Open(u *lua.Upvalue, on *lua.LState, index int) bool {
	th, c := threadOf(on), upvalueOf(u)
	at := &th.uvcache
	for *at != nil && (*at).index > index {
		at = &(*at).next
	}
	if *at != nil && (*at).index == index {
		return false
	}
	c.reg, c.index, c.next = th.reg, index, *at
	*at = c
	return true
}

// Origin is the text that code was compiled of.
type Origin struct {
	Text string
	File string // its path below the script root, "" where it is no file
	N    int    // which function of the text it is, the outer ones first, the text itself 0
}

// SetOrigin notes the text of a function's code and of that of all functions in it.
// Copies of the code have it too.
func SetOrigin(p *lua.FunctionProto, text, file string) {
	n := 0
	var note func(p *lua.FunctionProto)
	note = func(p *lua.FunctionProto) {
		(*proto)(unsafe.Pointer(p)).stringConstants = []string{text, file, strconv.Itoa(n)}
		n++
		for _, c := range p.FunctionPrototypes {
			note(c)
		}
	}
	note(p)
}

// OriginOf is false for code that nobody has noted a text for: the engine's own.
func OriginOf(p *lua.FunctionProto) (o Origin, ok bool) {
	at := (*proto)(unsafe.Pointer(p)).stringConstants
	if len(at) < 3 {
		return o, false
	}
	o.Text, o.File = at[0], at[1]
	o.N, _ = strconv.Atoi(at[2])
	return o, true
}

// Walked is the table in which the last step of a traversal was taken, and the place of
// its key among Keys.
func (m *Machine) Walked() (t *lua.LTable, at int) {
	return m.walk.t.lua(), m.walk.at
}

// SetWalked is the reverse.
func (m *Machine) SetWalked(t *lua.LTable, at int) { m.walk = walk{tableOf(t), at} }

// EachShown gives the values that tostring has shown by a number, in no order.
func (m *Machine) EachShown(f func(v lua.LValue, number uint64)) {
	for key, number := range m.shown.of {
		switch p := key.(type) {
		case weak.Pointer[lua.LTable]:
			if v := p.Value(); v != nil {
				f(v, number)
			}
		case weak.Pointer[lua.LFunction]:
			if v := p.Value(); v != nil {
				f(v, number)
			}
		case weak.Pointer[lua.LUserData]:
			if v := p.Value(); v != nil {
				f(v, number)
			}
		case weak.Pointer[lua.LState]:
			if v := p.Value(); v != nil {
				f(v, number)
			}
		}
	}
}

// Shown is the number by which tostring has shown a value, 0 for none.
func (m *Machine) Shown(v lua.LValue) (number uint64) {
	if len(m.shown.of) == 0 {
		return 0
	}
	key, ok := identity(v)
	if !ok {
		return 0
	}
	return m.shown.of[key]
}

// LastShown is the last number that was given out.
func (m *Machine) LastShown() uint64 { return m.shown.last }

// SetShown gives a value its number.
func (m *Machine) SetShown(v lua.LValue, number uint64) {
	if key, ok := identity(v); ok {
		if m.shown.of == nil {
			m.shown.of = map[any]uint64{}
		}
		m.shown.of[key] = number
	}
}

// SetLastShown says up to where numbers are given out.
func (m *Machine) SetLastShown(n uint64) { m.shown.last = n }
