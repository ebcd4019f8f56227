package vm

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The mirrors of what a map[string]lua.LValue is in Go's runtime (internal/runtime/maps).
// knownMaps says whether this build's maps are like that; where they are not, every field
// is searched for, and the compiler drops what is behind it.

// mapHead is what a map variable points to.
type mapHead struct {
	used   uint64 // entries
	seed   uintptr
	dir    unsafe.Pointer // the group, or *[dirLen]*mapTable
	dirLen int            // 0 for a map that never had more than groupSlots entries
	_      [2]uint64
}

// mapTable is a part of a larger map; one that has less than about nine hundred entries
// has just one.
type mapTable struct {
	_      [4]uint16
	_      int
	groups *group
	last   uint64 // how many groups there are, less one
}

const groupSlots = 8

// group is a few entries of a map. The name of one that is free is empty.
type group struct {
	ctrl  [groupSlots]uint8
	slots [groupSlots]mapSlot
}

type mapSlot struct {
	name  string
	value lua.LValue
}

func headOf(fields map[string]lua.LValue) *mapHead {
	return *(**mapHead)(unsafe.Pointer(&fields))
}

// group is the n-th group of a map with one table or none, or the first where there is no
// n-th.
func (h *mapHead) group(n uint16) *group {
	if h.dirLen == 0 {
		return (*group)(h.dir)
	}
	t := *(**mapTable)(h.dir)
	if uint64(n) > t.last {
		n = 0
	}
	return (*group)(unsafe.Add(unsafe.Pointer(t.groups), uintptr(n)*unsafe.Sizeof(group{})))
}

// placeOf is the place of a value in a map with one table.
func (h *mapHead) placeOf(value *lua.LValue) hint {
	from := uintptr(unsafe.Pointer((*(**mapTable)(h.dir)).groups))
	at := uintptr(unsafe.Pointer(value)) - from
	n, in := at/unsafe.Sizeof(group{}), at%unsafe.Sizeof(group{})
	return hint(n*groupSlots + (in-unsafe.Offsetof(group{}.slots))/unsafe.Sizeof(mapSlot{}))
}

// search looks through a group, which is the whole map.
func (g *group) search(name string, at *hint) *lua.LValue {
	for i := range g.slots {
		if s := &g.slots[i]; s.name == name {
			*at = hint(i)
			return &s.value
		}
	}
	return nil
}

// search is fields[name] that gives the value's place.
func search(fields map[string]lua.LValue, name string) *lua.LValue {
	value, ok := mapaccess2(fieldsType, unsafe.Pointer(headOf(fields)), name)
	if !ok {
		return nil
	}
	return value
}

//go:linkname mapaccess2 runtime.mapaccess2_faststr
func mapaccess2(typ, fields unsafe.Pointer, name string) (value *lua.LValue, ok bool)

var fieldsType = func() unsafe.Pointer {
	var v any = map[string]lua.LValue(nil)
	return (*iface)(unsafe.Pointer(&v)).tab
}()

var errMaps = errors.New("vm: this build's Go has other maps than those of Go 1.26: build with Go 1.26, or see runtime/script/vm/maps.go")

// checkMaps compares what is found in maps through the mirrors with what is in them, while
// they grow and shrink.
func checkMaps() error {
	t, at, order := &table{strdict: map[string]lua.LValue{}}, hint(0), rand.New(rand.NewPCG(1, 2))
	for n := range 1500 {
		some := 1 + n/10 // names, more and more
		if name := "name" + strconv.Itoa(order.IntN(some)); order.IntN(3) > 0 {
			t.strdict[name] = lua.LNumber(n)
		} else {
			delete(t.strdict, name)
		}
		name := "name" + strconv.Itoa(order.IntN(some))
		want, ok := t.strdict[name]
		if got := t.slot(name, &at); (got != nil) != ok || ok && *got != want {
			return errMaps
		}
	}
	return nil
}
