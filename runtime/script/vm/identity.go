package vm

import (
	"fmt"
	"maps"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// numbers gives objects the numbers by which tostring shows them: in the order in
// which they are first shown, the same in every run, and no address of the process.
type numbers struct {
	last   uint64
	of     map[any]uint64 // by weak pointer
	settle int            // size at which those of objects that are gone are dropped
}

// Name is what tostring shows of a value that has no text of its own: "table:
// 0x00000001".
func Name(L *lua.LState, v lua.LValue) string {
	key, ok := identity(v)
	if !ok {
		return v.String()
	}
	return fmt.Sprintf("%s: 0x%08x", typeName(v), Of(L).shown.number(key))
}

func (n *numbers) number(key any) uint64 {
	if id, ok := n.of[key]; ok {
		return id
	}
	if n.of == nil {
		n.of = map[any]uint64{}
	}
	if len(n.of) >= max(n.settle, 1024) {
		n.drop()
	}
	n.last++
	n.of[key] = n.last
	return n.last
}

// drop forgets objects that are gone.
func (n *numbers) drop() {
	for key := range n.of {
		if gone(key) {
			delete(n.of, key)
		}
	}
	n.settle = 2 * len(n.of)
}

// Unshow takes back the numbers behind one: who had them is as if never shown.
func (m *Machine) Unshow(last uint64) {
	if m.shown.last == last {
		return
	}
	maps.DeleteFunc(m.shown.of, func(_ any, number uint64) bool { return number > last })
	m.shown.last = last
}

func identity(v lua.LValue) (any, bool) {
	switch v := v.(type) {
	case *lua.LTable:
		return weak.Make(v), true
	case *lua.LFunction:
		return weak.Make(v), true
	case *lua.LUserData:
		return weak.Make(v), true
	case *lua.LState:
		return weak.Make(v), true
	}
	return nil, false
}

func gone(key any) bool {
	switch p := key.(type) {
	case weak.Pointer[lua.LTable]:
		return p.Value() == nil
	case weak.Pointer[lua.LFunction]:
		return p.Value() == nil
	case weak.Pointer[lua.LUserData]:
		return p.Value() == nil
	case weak.Pointer[lua.LState]:
		return p.Value() == nil
	}
	return true
}
