package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The fields of a table are a Go map. A search in it hashes the name, and most searches
// are of one instruction, which finds its field at one place of all the tables that it
// meets: objects are made by one constructor. So each instruction has a hint, which is
// where it found its field last. The place is looked at first, and it counts if the name
// that it holds is the right one: nothing has to be told when fields go, a map grows or
// code is replaced. maps.go knows what a Go map looks like.

// hint is a place in a map: the number of a group, and below it of an entry in the group.
type hint = uint16

// hintCount is how many hints a machine has. Instructions that share one only search more.
const hintCount = 4096

// hintAt is where an instruction's hint is.
func (m *Machine) hintAt(code []uint32, pc int) *hint {
	return &m.hints[(uintptr(unsafe.Pointer(unsafe.SliceData(code)))/4+uintptr(pc))%hintCount]
}

// slot is where a field's value stands, nil where the table has no such field. It is good
// until the table gets another field or loses one.
func (t *table) slot(name string, at *hint) *lua.LValue {
	if len(t.strdict) == 0 {
		return nil
	}
	h := headOf(t.strdict)
	if !knownMaps || len(name) == 0 || h.dirLen > 1 {
		return search(t.strdict, name)
	}
	g := h.group(*at / groupSlots)
	s := &g.slots[*at%groupSlots]
	if len(s.name) == len(name) && (unsafe.StringData(s.name) == unsafe.StringData(name) || s.name == name) {
		return &s.value
	}
	if h.dirLen == 0 {
		return g.search(name, at)
	}
	value := search(t.strdict, name)
	if value != nil {
		*at = h.placeOf(value)
	}
	return value
}

// open is where the value of a field stands that is there, if an assignment does no more
// than write it; otherwise nil.
func (m *Machine) open(obj, key lua.LValue, at *hint) *lua.LValue {
	t, ok := obj.(*lua.LTable)
	if !ok || m.ReadOnly != nil || !isNil(t.Metatable) && IsClosed(t.Metatable) {
		return nil
	}
	return tableOf(t).slot(string(key.(lua.LString)), at)
}
