package script

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unique"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// What every State has before its first script runs is given. An image calls it by its
// name, and of the tables it holds only what scripts have changed, so that it can be
// thawed where the library has grown.

// givenTable is a table that a State begins with.
type givenTable struct {
	name string // "_G", "string"; with metaSuffix, the metatable of that
	t    *lua.LTable
}

const (
	globalsName = "_G"
	metaSuffix  = "@meta"
	goSuffix    = "@go" // the Go function in one that waits
	textMeta    = "@text"
	loadedName  = "package.loaded"
)

// The names of what is no field of a given table.
const (
	nameFail          = "@fail"
	namePass          = "@pass"
	nameCheck         = "@check"
	nameIpairs        = "@ipairs"
	nameClosed        = "@closed"
	nameClosedGlobals = "@closed globals"
	nameConsole       = "@console"
	nameConsoleMeta   = "@console" + metaSuffix
)

// walkGiven lists the tables that the globals lead to.
func (s *State) walkGiven() []givenTable {
	var out []givenTable
	add := func(name string, t *lua.LTable) {
		out = append(out, givenTable{unique.Make(name).Value(), t})
		if mt, ok := t.Metatable.(*lua.LTable); ok {
			out = append(out, givenTable{unique.Make(name + metaSuffix).Value(), mt})
		}
	}
	var walk func(prefix string, t *lua.LTable, depth int)
	walk = func(prefix string, t *lua.LTable, depth int) {
		for _, k := range textKeys(t) {
			if v, ok := t.RawGetString(k).(*lua.LTable); ok && v != s.l.G.Global {
				add(prefix+k, v)
				if v != s.modules.results && depth < 3 {
					walk(prefix+k+".", v, depth+1)
				}
			}
		}
	}
	add(globalsName, s.l.G.Global)
	walk("", s.l.G.Global, 0)
	if mt, ok := s.l.GetMetatable(lua.LString("")).(*lua.LTable); ok {
		add(textMeta, mt)
	}
	return slices.Clip(out)
}

// textKeys are a table's keys that are texts, sorted.
func textKeys(t *lua.LTable) []string {
	var keys []string
	t.ForEach(func(k, _ lua.LValue) {
		if name, ok := k.(lua.LString); ok {
			keys = append(keys, string(name))
		}
	})
	sort.Strings(keys)
	return keys
}

// givenNames are the names of given values that are not the library's, by value.
func (s *State) givenNames() map[lua.LValue]string {
	names := map[lua.LValue]string{failMark: nameFail, passFn: namePass, checkFailFn: nameCheck, vm.IpairsFn: nameIpairs,
		vm.Closed(): nameClosed, closedGlobals: nameClosedGlobals}
	for i, mt := range vm.OtherClosed() {
		names[mt] = fmt.Sprint(nameClosed, " ", i+1)
	}
	for _, b := range s.builtins {
		names[b.fn] = b.name
		if fn := waits(b.fn); fn != nil {
			names[fn] = b.name + goSuffix
		}
	}
	for _, g := range s.given {
		names[g.t] = g.name
		if strings.HasSuffix(g.name, metaSuffix) {
			nameFunctions(names, g.name, g.t)
		}
	}
	if s.console != nil {
		names[s.console] = nameConsole
		mt := s.console.Metatable.(*lua.LTable)
		names[mt] = nameConsoleMeta
		nameFunctions(names, nameConsoleMeta, mt)
	}
	return names
}

func nameFunctions(names map[lua.LValue]string, prefix string, t *lua.LTable) {
	t.ForEach(func(k, v lua.LValue) {
		fn, ok := v.(*lua.LFunction)
		if key, isText := k.(lua.LString); ok && isText && fn.IsG && names[fn] == "" {
			names[fn] = prefix + "." + string(key)
		}
	})
}

// waits is the Go function in a function that waits, nil for any other.
func waits(fn *lua.LFunction) *lua.LFunction {
	if fn.IsG || fn.Proto.SourceName != shimName {
		return nil
	}
	for _, k := range fn.Proto.Constants {
		if f, ok := k.(*lua.LFunction); ok && f != checkFailFn {
			return f
		}
	}
	return nil
}

// name is what a given value is called in images, "" for any other.
func (c *codec) Name(v lua.LValue) string {
	if fn, ok := v.(*lua.LFunction); ok && fn.IsG {
		switch vm.CallableOf(fn).(type) {
		case *openCall, *tracing, *gauged, *gauge:
			return namePass // who measures is not part of the State
		}
		if name := c.s.BuiltinName(fn); name != "" {
			return name
		}
	}
	return c.names[v]
}

// Named is the other way round.
func (c *codec) Named(name string) lua.LValue {
	console := strings.HasPrefix(name, nameConsole)
	if console {
		c.s.consoleEnv()
	}
	if c.values == nil || console && c.values[name] == nil {
		c.values = map[string]lua.LValue{}
		for v, name := range c.s.givenNames() {
			c.values[name] = v
		}
	}
	if v := c.values[name]; v != nil {
		return v
	}
	if fn := c.s.Builtin(name); fn != nil {
		return fn
	}
	return nil
}

// initial is what a given table has at a key before the first script runs, nil where
// that is not known.
func (s *State) initial(table, key string) lua.LValue {
	full := strings.TrimPrefix(table+"."+key, globalsName+".")
	for _, g := range s.given {
		if g.name == full {
			return g.t
		}
	}
	if r := baseLibrary().globals.at(table); r != nil {
		if r.self == key && key != "" {
			return s.l.G.Global
		}
		if v, ok := r.fields[key]; ok {
			if fn, ok := v.(*lua.LFunction); ok && !fn.IsG {
				return orNil(s.builtins.function(full))
			}
			return v
		}
	}
	if fn := s.builtins.function(full); fn != nil {
		return fn
	}
	return orNil(s.Builtin(full))
}

func orNil(fn *lua.LFunction) lua.LValue {
	if fn == nil {
		return nil
	}
	return fn
}

// at is the recipe of the table with a name.
func (r *recipe) at(name string) *recipe {
	name, meta := strings.CutSuffix(name, metaSuffix)
	if name != globalsName {
		for _, part := range strings.Split(name, ".") {
			if r = r.tables[part]; r == nil {
				return nil
			}
		}
	}
	if meta {
		return r.meta
	}
	return r
}

// changes are the entries of a given table that scripts have made or changed, in the
// order of its keys.
func (s *State) changes(g givenTable) (keys, values []lua.LValue) {
	for _, k := range vm.Keys(g.t) {
		if k == nil || k == lua.LNil {
			continue
		}
		v := vm.Field(g.t, k)
		if key, ok := k.(lua.LString); ok {
			if first := s.initial(g.name, string(key)); first != nil && v != nil && vm.RawEqual(first, v) {
				continue
			}
		}
		keys, values = append(keys, k), append(values, v)
	}
	return keys, values
}

// sameMeta says whether a given table has the metatable that it had at first.
func (s *State) sameMeta(g givenTable) bool {
	mt, ok := g.t.Metatable.(*lua.LTable)
	if !ok || mt == vm.Closed() || mt == closedGlobals {
		return true
	}
	return slices.Contains(s.given, givenTable{g.name + metaSuffix, mt})
}
