package bindings

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/catalogue"
)

var typesTable = table{
	Name: "types",
	Doc:  "Kinds of ships and things, as the files in types/ list them; a file that is saved takes effect like code. A name that no type has is an error of every word that takes one, with the place, and of `check` and of saving where it is written out.",
	Funcs: []function{
		{Sig: "get(name: TypeName): ItemType?, string?", Pure: true, Asks: true, Do: typesGet,
			Doc: "What is known about a type, by its name in any case; nil and a sentence where there is none. The table shows what the running release says, also after a reload."},
		{Sig: "name(name: TypeName): TypeName", Pure: true, Do: typesName,
			Doc: "The name as its file writes it; an error where no type is called that. For constants: pilot.rookie = types.name \"Wren\" is checked when it is saved, and when a type goes."},
		{Sig: "list(group?: string): TypeName[]", Pure: true, Do: typesList,
			Doc: "The names of all types, or of a group's, in the order of the files; retired ones are left out."},
	},
}

// noTypes is the set of a State that reads no data.
var noTypes = &catalogue.Set{}

// types are those of the release that the State runs.
func (e *env) types() *catalogue.Set {
	if set, ok := e.st.Data().(*catalogue.Set); ok {
		return set
	}
	return noTypes
}

func typesGet(e *env, L *lua.LState) int {
	t := e.types().Get(L.CheckString(1))
	if t == nil {
		return refuse(L, errors.New(e.types().Unknown(L.CheckString(1))))
	}
	L.Push(e.table(t))
	return 1
}

// typesName returns what the check of the arguments has left.
func typesName(_ *env, L *lua.LState) int {
	L.Push(L.Get(1))
	return 1
}

func typesList(e *env, L *lua.LState) int {
	found := e.types().List(L.OptString(1, ""))
	list := L.CreateTable(len(found), 0)
	for _, t := range found {
		list.Append(lua.LString(t.Name))
	}
	L.Push(list)
	return 1
}

// typeName is the name of a type as its file writes it, or an error at the place that
// gave it. Where the scripts have no types, names are free.
func (e *env) typeName(L *lua.LState, what, name string) string {
	set := e.types()
	if set.Empty() {
		return name
	}
	t := set.Get(name)
	if t == nil {
		L.RaiseError("%s: %s", what, set.Unknown(name))
	}
	return t.Name
}

// checkTypes checks the arguments of a word that are names of types, and writes them as
// their files do.
func (e *env) checkTypes(L *lua.LState, fn string, params []param) {
	for i := range params {
		if name, ok := L.Get(i + 1).(lua.LString); ok && params[i].typeName {
			if known := e.typeName(L, fn+": "+params[i].name, string(name)); known != string(name) {
				L.Replace(i+1, lua.LString(known))
			}
		}
	}
}
