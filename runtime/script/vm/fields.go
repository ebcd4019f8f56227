package vm

import (
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// Names are the names of a table's fields, in the order in which next gives them, as
// tables of many machines can share them: a table of its own makes two new objects for
// each name.
type Names struct {
	list  []lua.LValue // never appended to in place
	index map[lua.LValue]int
}

// NamesOf makes the names that Fill wants.
func NamesOf(keys []string) Names {
	n := Names{make([]lua.LValue, len(keys)), make(map[lua.LValue]int, len(keys))}
	for i, key := range keys {
		n.list[i] = lua.LString(key)
		n.index[n.list[i]] = i
	}
	return n
}

// Len is how many names there are.
func (n Names) Len() int { return len(n.list) }

// Fill gives an empty table its fields, whose names are all of names.
func Fill(t *lua.LTable, fields map[string]lua.LValue, names Names) {
	tt := tableOf(t)
	tt.strdict, tt.keys, tt.k2i = fields, slices.Clip(names.list), maps.Clone(names.index)
}

// ShareNames takes the names of a table's fields from those at hand, where they are
// there, and gives back what room the table has left. The order stays.
func ShareNames(t *lua.LTable, known map[string]lua.LValue) {
	tt := tableOf(t)
	if len(tt.keys) == 0 {
		return
	}
	list := make([]lua.LValue, len(tt.keys))
	for i, k := range tt.keys {
		if name, ok := k.(lua.LString); ok {
			if shared := known[string(name)]; shared != nil {
				k = shared
			}
		}
		list[i] = k
	}
	tt.keys = list
	if tt.k2i != nil {
		tt.index()
	}
}
