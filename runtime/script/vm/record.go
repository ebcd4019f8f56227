package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// template is what all tables have in common that one instruction makes: their names, in
// order, and a map that has them.
type template struct {
	names  *uint32 // where they stand in the code
	keys   []lua.LValue
	fields map[string]lua.LValue
}

// templateCount is how many templates a machine remembers; another is made anew.
const templateCount = 256

// record makes a table of fields, of which the names are constants that code tells, and
// the values in registers.
func (m *Machine) record(L *lua.LState, k []lua.LValue, names []uint32, values window, from uint32) *lua.LTable {
	m.spend(L, recordBytes)
	at := &m.templates[uintptr(unsafe.Pointer(unsafe.SliceData(names)))/4%templateCount]
	if *at == nil || (*at).names != unsafe.SliceData(names) {
		*at = newTemplate(k, names)
	}
	t := (*at).table(values, from)
	if m.ReadOnly != nil {
		m.ReadOnly.Owned[t] = true
	}
	return t
}

func newTemplate(k []lua.LValue, names []uint32) *template {
	tp := &template{unsafe.SliceData(names), make([]lua.LValue, len(names)), make(map[string]lua.LValue, len(names))}
	for i, name := range names {
		tp.keys[i] = k[bytecode.Bx(name)]
		tp.fields[string(tp.keys[i].(lua.LString))] = lua.LNil
	}
	return tp
}

func (tp *template) table(values window, from uint32) *lua.LTable {
	if !knownMaps {
		return tp.fill(values, from)
	}
	t := tp.copy()
	for i := range tp.keys {
		v := values[uint8(from+uint32(i))]
		if isNil(v) {
			return tp.fill(values, from)
		}
		t.group.slots[i%groupSlots].value = v
	}
	return t.table.lua()
}

// record is a table in one piece with its map, while that is small.
type record struct {
	table table
	head  mapHead
	group group
}

// copy makes a table that has the template's map and no values yet. The names' places are
// those in which they came into the map.
func (tp *template) copy() *record {
	from := headOf(tp.fields)
	r := &record{head: *from, group: *(*group)(from.dir)}
	r.head.dir = unsafe.Pointer(&r.group)
	r.table.Metatable, r.table.keys = lua.LNil, tp.keys
	*(**mapHead)(unsafe.Pointer(&r.table.strdict)) = &r.head
	return r
}

// fill makes a table field by field: those that are nil it does not have.
func (tp *template) fill(values window, from uint32) *lua.LTable {
	t := newTable(0, len(tp.keys))
	for i, key := range tp.keys {
		tableOf(t).setString(string(key.(lua.LString)), key, values[uint8(from+uint32(i))])
	}
	return t
}
