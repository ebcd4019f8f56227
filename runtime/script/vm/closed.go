package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// closed is the metatable of tables that nothing assigns to: those of the library,
// which all modules of a State share. One of them that was changed would change
// everybody's, unseen by reload and by release. It is the same for all machines, and
// never changes.
var closed = func() *lua.LTable {
	mt := &lua.LTable{Metatable: lua.LNil}
	Fill(mt, map[string]lua.LValue{"__metatable": lua.LFalse}, NamesOf([]string{"__metatable"}))
	return mt
}()

// closedGlobals is that of the globals.
var closedGlobals *lua.LTable

// others are those that NewClosed has made: one or two, so that a write to an object with
// a metatable is not slowed down by looking for them.
var others []reason

type reason struct {
	meta *lua.LTable
	why  func(L *lua.LState, t *lua.LTable, key lua.LValue) string
}

// NewClosed makes a metatable of tables that nothing assigns to, with words of its own
// for who tries, and with the text that tostring shows of one. It is the same for all
// machines, and called before any runs.
func NewClosed(why func(L *lua.LState, t *lua.LTable, key lua.LValue) string, text func(t *lua.LTable) string) *lua.LTable {
	mt := &lua.LTable{Metatable: lua.LNil}
	toString := &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
		L.Push(lua.LString(text(L.CheckTable(1))))
		return 1
	}}
	Fill(mt, map[string]lua.LValue{"__metatable": lua.LFalse, "__tostring": toString}, NamesOf([]string{"__metatable", "__tostring"}))
	others = append(others, reason{mt, why})
	return mt
}

// CloseGlobals says what becomes of new names among the globals; the names that are
// there are closed, as Close does. It is called once, before any machine runs.
func CloseGlobals(newindex, index *lua.LFunction) *lua.LTable {
	mt := &lua.LTable{Metatable: lua.LNil}
	Fill(mt, map[string]lua.LValue{"__newindex": newindex, "__index": index, "__metatable": lua.LFalse},
		NamesOf([]string{"__newindex", "__index", "__metatable"}))
	closedGlobals = mt
	return mt
}

// Closed is the metatable of tables that nothing assigns to. It must not be changed.
func Closed() *lua.LTable { return closed }

// Close closes a table that has no metatable to assignments by scripts.
func Close(t *lua.LTable) {
	if isNil(t.Metatable) {
		t.Metatable = closed
	}
}

// IsClosed says whether a metatable is one of those here.
func IsClosed(mt lua.LValue) bool {
	t, ok := mt.(*lua.LTable)
	if !ok || t == closed || t == closedGlobals {
		return ok
	}
	for i := range others {
		if others[i].meta == t {
			return true
		}
	}
	return false
}

// Refuse raises an error if scripts may not assign to a field of the table.
func Refuse(L *lua.LState, t *lua.LTable, key lua.LValue) {
	if !IsClosed(t.Metatable) || t.Metatable == lua.LValue(closedGlobals) && isNil(tableOf(t).get(key)) {
		return
	}
	for i := range others {
		if others[i].meta == t.Metatable {
			fail(L, "%s", others[i].why(L, t, key))
		}
	}
	fail(L, "%s%s is the library's, which all scripts share: give a function of your own another name", Of(L).nameOf(t), lua.LVAsString(key))
}

// nameOf is the name of a table among the globals, with a dot behind it.
func (m *Machine) nameOf(t *lua.LTable) (name string) {
	m.Global.Global.ForEach(func(k, v lua.LValue) {
		if v == lua.LValue(t) && v != lua.LValue(m.Global.Global) {
			name = lua.LVAsString(k) + "."
		}
	})
	return name
}
