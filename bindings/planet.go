package bindings

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/field"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

var planetTable = table{
	Name: "planet",
	Doc:  "What lies where on planets: a field for each planet and layer, the same for ever. A layer is a word of the scripts' own, such as the name of what it is made of. What digging has taken is the scripts' to keep, and an argument here.",
	Funcs: []function{
		{Sig: "richness(planet: integer, layer: string, lat: number, lon: number, dug?: Dug[]): number?, string?", Pure: true, Do: planetRichness,
			Doc: "How rich a place is, from 0 to 1."},
		{Sig: "resources(planet: integer, layer: string, area?: Area, columns?: integer, rows?: integer, dug?: Dug[]): number[]?, string?", Pure: true, Do: planetResources,
			Doc: "How rich an area is, or the whole planet, for a map of it: by rows from the north, each from the west. 32 columns and 16 rows where left out, 64 of both at most."},
	},
}

// maxDug bounds what a call has to go through.
const maxDug = 100

// planetLayer is the layer that the first two arguments name; nil, and the refusal is
// pushed, where there is no such planet here.
func planetLayer(e *env, L *lua.LState) *field.Layer {
	id, name := entityAt(L, 1), L.CheckString(2)
	if m := e.sys.Static(); m != nil {
		if c := m.Find(id); c != nil && c.Kind == world.KindPlanet {
			return field.Of(id, name)
		}
	}
	return nil
}

func noPlanet(L *lua.LState) int {
	return refuse(L, fmt.Errorf("there is no planet %d here", entityAt(L, 1)))
}

func planetRichness(e *env, L *lua.LState) int {
	l := planetLayer(e, L)
	if l == nil {
		return noPlanet(L)
	}
	L.Push(lua.LNumber(l.At(finiteAt(L, 3), finiteAt(L, 4), dugAt(L, 5))))
	return 1
}

func planetResources(e *env, L *lua.LState) int {
	l := planetLayer(e, L)
	if l == nil {
		return noPlanet(L)
	}
	area := field.Globe
	if t, ok := L.Get(3).(*lua.LTable); ok {
		f := &stepFields{env: e, L: L, what: "planet.resources: area", t: t}
		area = field.Area{South: f.number("south"), West: f.number("west"), North: f.number("north"), East: f.number("east")}
	}
	cells := l.Map(area, L.OptInt(4, 32), L.OptInt(5, 16), dugAt(L, 6))
	list := L.CreateTable(len(cells), 0)
	for _, c := range cells {
		list.Append(lua.LNumber(c))
	}
	L.Push(list)
	return 1
}

// dugAt reads the argument that says what was dug where.
func dugAt(L *lua.LState, n int) []field.Dug {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		return nil
	}
	if vm.Len(t) > maxDug {
		L.ArgError(n, fmt.Sprintf("%d places were dug at; at most %d are counted", vm.Len(t), maxDug))
	}
	dug := make([]field.Dug, vm.Len(t))
	for i := range dug {
		of, ok := vm.GetInt(t, i+1).(*lua.LTable)
		if !ok {
			L.ArgError(n, fmt.Sprintf("number %d of the list is a %s; a place is {lat=, lon=, depth=, reach=}", i+1, vm.GetInt(t, i+1).Type()))
		}
		f := &stepFields{L: L, what: fmt.Sprintf("dug: number %d", i+1), t: of}
		dug[i] = field.Dug{Lat: f.number("lat"), Lon: f.number("lon"), Depth: f.number("depth"), Reach: f.number("reach")}
	}
	return dug
}

// finiteAt is an argument that is a finite number.
func finiteAt(L *lua.LState, n int) float64 {
	v := float64(L.CheckNumber(n))
	if math.IsNaN(v) || math.IsInf(v, 0) {
		L.ArgError(n, "a finite number expected")
	}
	return v
}
