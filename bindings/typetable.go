package bindings

import (
	"fmt"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Scripts see a type as a table of their State's: plain fields, so that reading one costs
// what any field costs, closed to assignments. It is made when somebody asks and remembered
// weakly, so that several hundred types cost a system nothing; while somebody holds it, it
// is the same table through all releases, and a commit writes the new figures into it.

// typeMeta is the metatable of all types' tables.
var typeMeta = vm.NewClosed(func(L *lua.LState, t *lua.LTable, key lua.LValue) string {
	name, _ := t.RawGetString("name").(lua.LString)
	e, _ := script.Host(L).(*env)
	if e == nil || e.types().Get(string(name)) == nil {
		return "figures of types come from the files in types/: change them there and save"
	}
	of := e.types().Get(string(name))
	place := fmt.Sprintf("%s:%d", of.Path, of.Line)
	if f := of.Field(lua.LVAsString(key)); f != nil {
		place = fmt.Sprintf("%s:%d", of.Path, f.Line)
	}
	return fmt.Sprintf("%s.%s is the release's, the same in all systems, and is not assigned to: change it at %s and save", of.Name, lua.LVAsString(key), place)
}, textOf)

// textOf is what tostring shows. A number, as other tables have, would be another one
// each time that the table is made anew.
func textOf(t *lua.LTable) string {
	if name, ok := t.RawGetString("name").(lua.LString); ok {
		return "type: " + string(name)
	}
	of := map[string]world.Value{}
	t.ForEach(func(k, v lua.LValue) { of[lua.LVAsString(k)] = float64(lua.LVAsNumber(v)) })
	return "types: " + catalogue.Quantities(of)
}

// table is a type as the State's scripts see it.
func (e *env) table(of *catalogue.Type) *lua.LTable {
	if t := e.tables[of.Name].Value(); t != nil {
		return t
	}
	return e.keep(of.Name, newTypeTable(of))
}

// keep remembers a type's table for as long as somebody holds it.
func (e *env) keep(name string, t *lua.LTable) *lua.LTable {
	if e.tables == nil {
		e.tables = map[string]weak.Pointer[lua.LTable]{}
	}
	e.tables[name] = weak.Make(t)
	return t
}

func newTypeTable(of *catalogue.Type) *lua.LTable {
	t := &lua.LTable{Metatable: typeMeta}
	show(t, of)
	return t
}

// show gives a table the figures of a type, and takes what it had.
func show(t *lua.LTable, of *catalogue.Type) {
	fields := make(map[string]lua.LValue, len(of.Fields))
	for i := range of.Fields {
		fields[of.Fields[i].Key] = shown(of.Fields[i].Value)
	}
	vm.FillClosed(t, fields, of.Names)
}

// shown is one figure's value.
func shown(v world.Value) lua.LValue {
	if of, ok := v.(map[string]world.Value); ok {
		return closedTable(of)
	}
	return script.ToLua(nil, v)
}

func closedTable(of map[string]world.Value) *lua.LTable {
	t := &lua.LTable{Metatable: typeMeta}
	fields := make(map[string]lua.LValue, len(of))
	for name, n := range of {
		fields[name] = script.ToLua(nil, n)
	}
	vm.FillClosed(t, fields, vm.NamesOf(sortedKeys(of)))
	return t
}

// SetData implements script.DataHost. The table of a type that is gone keeps its last
// figures.
func (e *env) SetData(data script.Data) func() {
	before := e.types()
	e.showAll(data.(*catalogue.Set))
	return func() { e.showAll(before) }
}

func (e *env) showAll(set *catalogue.Set) {
	for name, p := range e.tables {
		t, of := p.Value(), set.Get(name)
		switch {
		case t == nil:
			delete(e.tables, name)
		case of != nil:
			show(t, of)
		}
	}
}

// DataChanged implements script.DataHost: scripts hear which types have other figures.
func (e *env) DataChanged(from script.Data) {
	was, ok := from.(*catalogue.Set)
	if !ok || !e.st.HasHandler("types_changed") {
		return
	}
	names := was.Changed(e.types())
	if len(names) == 0 {
		return
	}
	L := e.st.L()
	list, before := L.CreateTable(len(names), 0), L.CreateTable(0, len(names))
	for _, name := range names {
		list.Append(lua.LString(name))
		vm.Set(before, lua.LString(name), newTypeTable(was.Get(name)))
	}
	e.st.Emit("types_changed", list, before)
}

// Counterpart implements script.DataHost.
func (e *env) Counterpart(of any) any {
	t, ok := of.(*lua.LTable)
	if !ok || t.Metatable != lua.LValue(typeMeta) {
		return nil
	}
	name, ok := t.RawGetString("name").(lua.LString)
	if !ok {
		return nil
	}
	if live := e.tables[string(name)].Value(); live != nil {
		return live
	}
	live := &lua.LTable{Metatable: typeMeta} // filled at the commit, with all others
	fields := map[string]lua.LValue{}
	t.ForEach(func(k, v lua.LValue) { fields[lua.LVAsString(k)] = v })
	vm.FillClosed(live, fields, vm.NamesOf(sortedKeys(fields)))
	return e.keep(string(name), live)
}
