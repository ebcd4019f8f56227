package bindings

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

var universeTable = table{
	Name: "universe",
	Doc:  "The map of all systems. It never changes while the shard runs.",
	Funcs: []function{
		{Sig: "route(from: string, to: string, min_security?: number): string[]?, string?", Pure: true, Do: universeRoute,
			Doc: "The systems of a way through the gates with the fewest jumps, both ends included; with min_security, only through systems of at least that."},
		{Sig: "find(prefix: string, limit?: integer): string[]", Pure: true, Do: universeFind,
			Doc: "Names of systems that begin with the prefix, in any case, in order; at most limit, 20 where left out."},
		{Sig: "system(name: string): MapSystem?, string?", Pure: true, Do: universeSystem,
			Doc: "A system of the map, by its name in any case."},
		{Sig: "regions(): string[]", Pure: true, Do: universeRegions,
			Doc: "The names of the regions, in order."},
		{Sig: "stations(region: string): table[]?, string?", Pure: true, Do: universeStations,
			Doc: "All stations of a region, {system=, station=, name=}, in the order of the map."},
	},
}

func unknownSystem(name string) error { return fmt.Errorf("there is no system called %s", name) }

func universeRoute(e *env, L *lua.LState) int {
	from, to := e.deps.Map.ByName(L.CheckString(1)), e.deps.Map.ByName(L.CheckString(2))
	if from == nil {
		return refuse(L, unknownSystem(L.CheckString(1)))
	}
	if to == nil {
		return refuse(L, unknownSystem(L.CheckString(2)))
	}
	path, ok := e.deps.Routes.Path(nil, from.ID, to.ID, float64(L.OptNumber(3, world.AnySecurity)))
	if !ok {
		return refuse(L, fmt.Errorf("there is no way from %s to %s", from.Name, to.Name))
	}
	L.Push(names(e, L, path))
	return 1
}

func names(e *env, L *lua.LState, ids []world.SystemID) *lua.LTable {
	list := L.CreateTable(len(ids), 0)
	for _, id := range ids {
		list.Append(lua.LString(e.deps.Map.System(id).Name))
	}
	return list
}

func universeFind(e *env, L *lua.LState) int {
	prefix, limit := strings.ToLower(L.CheckString(1)), L.OptInt(2, 20)
	var found []string
	for i := range e.deps.Map.Systems {
		name := e.deps.Map.Systems[i].Name
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	list := L.NewTable()
	for _, name := range found[:max(0, min(limit, len(found)))] {
		list.Append(lua.LString(name))
	}
	L.Push(list)
	return 1
}

func universeRegions(e *env, L *lua.LState) int {
	seen := map[string]bool{}
	for i := range e.deps.Map.Systems {
		seen[e.deps.Map.Systems[i].Region] = true
	}
	list := L.NewTable()
	for _, name := range sortedKeys(seen) {
		list.Append(lua.LString(name))
	}
	L.Push(list)
	return 1
}

func universeStations(e *env, L *lua.LState) int {
	region, known := L.CheckString(1), false
	list := L.NewTable()
	for i := range e.deps.Map.Systems {
		m := &e.deps.Map.Systems[i]
		if !strings.EqualFold(m.Region, region) {
			continue
		}
		known = true
		for k := range m.Celestials {
			if c := &m.Celestials[k]; c.Kind == world.KindStation {
				list.Append(stationTable(m, c))
			}
		}
	}
	if !known {
		return refuse(L, fmt.Errorf("there is no region called %s", region))
	}
	L.Push(list)
	return 1
}

func stationTable(m *world.SolarSystem, c *world.Celestial) *lua.LTable {
	t := vm.NewTable(0, 3)
	vm.Set(t, lua.LString("system"), lua.LString(m.Name))
	vm.Set(t, lua.LString("station"), lua.LNumber(c.ID))
	vm.Set(t, lua.LString("name"), lua.LString(c.Name))
	return t
}

func universeSystem(e *env, L *lua.LState) int {
	m := e.deps.Map.ByName(L.CheckString(1))
	if m == nil {
		return refuse(L, unknownSystem(L.CheckString(1)))
	}
	t := L.CreateTable(0, 6)
	vm.Set(t, lua.LString("name"), lua.LString(m.Name))
	vm.Set(t, lua.LString("id"), lua.LNumber(m.ID))
	vm.Set(t, lua.LString("security"), lua.LNumber(m.Security))
	vm.Set(t, lua.LString("region"), lua.LString(m.Region))
	vm.Set(t, lua.LString("constellation"), lua.LString(m.Constellation))
	vm.Set(t, lua.LString("neighbours"), names(e, L, e.deps.Routes.Neighbours(nil, m.ID)))
	L.Push(t)
	return 1
}
