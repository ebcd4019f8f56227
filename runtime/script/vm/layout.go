package vm

import (
	"fmt"
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
	keys    []lua.LValue // of dict and strdict, in the order in which next gives them
	k2i     map[lua.LValue]int
}

func tableOf(t *lua.LTable) *table { return (*table)(unsafe.Pointer(t)) }

// Check says whether gopher-lua's structures are those this package was written
// for.
var Check = sync.OnceValue(func() error {
	return sameLayout(reflect.TypeFor[lua.LTable](), reflect.TypeFor[table]())
})

// sameLayout compares two structures' fields by name, place and kind.
func sameLayout(theirs, ours reflect.Type) error {
	wrong := func(what string) error {
		return fmt.Errorf("vm: gopher-lua's %v is not what this build expects: %s; pin github.com/yuin/gopher-lua to v1.1.2", theirs, what)
	}
	if theirs.NumField() != ours.NumField() || theirs.Size() != ours.Size() {
		return wrong(fmt.Sprintf("%d fields in %d bytes", theirs.NumField(), theirs.Size()))
	}
	for i := range theirs.NumField() {
		t, o := theirs.Field(i), ours.Field(i)
		if t.Name != o.Name || t.Offset != o.Offset || t.Type.Kind() != o.Type.Kind() || t.Type.Size() != o.Type.Size() {
			return wrong(fmt.Sprintf("field %d is %s %v", i, t.Name, t.Type))
		}
	}
	return nil
}
