package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// small are whole numbers as values made beforehand: most numbers of a script
// are small counts and indexes, and an LNumber as an interface is an allocation.
const (
	smallFrom = -128
	smallTo   = 16384
)

var small = func() (out [smallTo - smallFrom]float64) {
	for i := range out {
		out[i] = float64(i + smallFrom)
	}
	return out
}()

// iface is the layout of an interface with methods.
type iface struct{ tab, word unsafe.Pointer }

var numberTab = func() unsafe.Pointer {
	var v lua.LValue = lua.LNumber(0.5)
	return (*iface)(unsafe.Pointer(&v)).tab
}()

// box makes a value of n, without an allocation where it is a small whole one.
func box(n lua.LNumber) lua.LValue {
	if i := int(n); uint(i-smallFrom) < smallTo-smallFrom && lua.LNumber(i) == n && (i != 0 || 1/n > 0) {
		var v lua.LValue
		(*iface)(unsafe.Pointer(&v)).tab = numberTab
		(*iface)(unsafe.Pointer(&v)).word = unsafe.Pointer(&small[i-smallFrom])
		return v
	}
	return n
}
