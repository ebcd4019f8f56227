package bindings

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
)

var typesTable = table{
	Name: "types",
	Doc:  "Kinds of ships and things. They never change while the shard runs.",
	Funcs: []function{
		{Sig: "get(name: string): ItemType?, string?", Pure: true, Do: typesGet,
			Doc: "What is known about a type, by its name in any case: a table of one's own."},
		{Sig: "list(group?: string): string[]", Pure: true, Do: typesList,
			Doc: "The names of all types, or of a group's, in order."},
	},
}

func typesGet(e *env, L *lua.LState) int {
	fields, ok := e.deps.Types.Get(L.CheckString(1))
	if !ok {
		return refuse(L, fmt.Errorf("there is no type called %s", L.CheckString(1)))
	}
	L.Push(script.ToLua(L, fields))
	return 1
}

func typesList(e *env, L *lua.LState) int {
	found := e.deps.Types.List(L.OptString(1, ""))
	list := L.CreateTable(len(found), 0)
	for _, name := range found {
		list.Append(lua.LString(name))
	}
	L.Push(list)
	return 1
}
