package vm

import lua "github.com/yuin/gopher-lua"

// metatable is a value's metatable, or nil.
func (m *Machine) metatable(v lua.LValue) *lua.LTable {
	var mt lua.LValue
	switch v := v.(type) {
	case *lua.LTable:
		mt = v.Metatable
	case *lua.LUserData:
		mt = v.Metatable
	case nil:
		return nil
	default:
		mt = m.globals().builtinMts[int(v.Type())]
	}
	t, _ := mt.(*lua.LTable)
	return t
}

// event is a value's metamethod, LNil where it has none.
func (m *Machine) event(v lua.LValue, name string) lua.LValue {
	if mt := m.metatable(v); mt != nil {
		if h, ok := tableOf(mt).strdict[name]; ok {
			return h
		}
	}
	return lua.LNil
}

// callable is what a call of v calls: itself, or its __call with v before the
// arguments.
func (m *Machine) callable(v lua.LValue) (fn *lua.LFunction, meta bool) {
	if fn, ok := v.(*lua.LFunction); ok {
		return fn, false
	}
	fn, meta = m.event(v, "__call").(*lua.LFunction)
	return fn, meta
}

// maxChain is how many tables an access follows from one __index to the next.
const maxChain = 100

// none is an operand of which an error has nothing to tell.
const none = -1

// index is obj[key], as a program means it. operand is the register or constant that
// obj stands in, for errors.
func (m *Machine) index(L *lua.LState, obj, key lua.LValue, operand int) lua.LValue {
	for range maxChain {
		var h lua.LValue
		if t, ok := obj.(*lua.LTable); ok {
			if v := tableOf(t).get(key); !isNil(v) {
				return v
			}
			if isNil(t.Metatable) {
				return lua.LNil
			}
			if h = m.event(obj, "__index"); isNil(h) {
				return lua.LNil
			}
		} else if h = m.event(obj, "__index"); isNil(h) {
			m.typeError(L, obj, "index", operand)
		}
		if _, ok := h.(*lua.LFunction); ok {
			return m.call1(L, h, obj, key)
		}
		obj, operand = h, none
	}
	fail(L, "loop in gettable")
	return lua.LNil
}

// setIndex is obj[key] = v.
func (m *Machine) setIndex(L *lua.LState, obj, key, v lua.LValue, operand int) {
	for range maxChain {
		var h lua.LValue
		if t, ok := obj.(*lua.LTable); ok {
			h = lua.LNil
			if !isNil(t.Metatable) {
				Refuse(L, t, key)
				if isNil(tableOf(t).get(key)) {
					h = m.event(obj, "__newindex")
				}
			}
			if isNil(h) {
				m.rawSet(L, t, key, v)
				return
			}
		} else if h = m.event(obj, "__newindex"); isNil(h) {
			m.typeError(L, obj, "index", operand)
		}
		if _, ok := h.(*lua.LFunction); ok {
			m.call(L, 0, h, obj, key, v)
			return
		}
		obj, operand = h, none
	}
	fail(L, "loop in settable")
}

// rawSet stores into a table itself, where what runs may.
func (m *Machine) rawSet(L *lua.LState, t *lua.LTable, key, v lua.LValue) {
	if m.ReadOnly != nil {
		what := "writing to a table"
		if _, ok := key.(lua.LString); ok {
			what = "writing to a field"
		}
		m.ReadOnly.Write(L, t, what)
	}
	switch k := key.(type) {
	case lua.LNumber:
		if k != k {
			fail(L, "table index is NaN")
		}
	case *lua.LNilType:
		fail(L, "table index is nil")
	}
	tableOf(t).set(key, v)
	m.spend(L, itemBytes)
}

// Index is obj[key] with metamethods.
func Index(L *lua.LState, obj, key lua.LValue) lua.LValue { return Of(L).index(L, obj, key, none) }

// SetIndex is obj[key] = v with metamethods.
func SetIndex(L *lua.LState, obj, key, v lua.LValue) { Of(L).setIndex(L, obj, key, v, none) }
