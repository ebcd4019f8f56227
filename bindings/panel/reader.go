package panel

import (
	"fmt"
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// mostNodes bounds what is drawn at once.
const mostNodes = 20_000

// mostDepth bounds how deeply elements stand in each other.
const mostDepth = 40

// mostKept bounds of how many elements the page knows something.
const mostKept = 500

// reader makes Nodes of what a panel returned. It runs inside the panel's own entry: what
// it asks of Lua is charged to that, and what is wrong is raised there.
type reader struct {
	L        *lua.LState
	kept     map[string]*keeping
	handlers map[string]handler
	busy     func(key string) bool
	nodes    int
	depth    int
}

func (r *reader) fail(id, format string, args ...any) {
	r.L.Error(lua.LString(fmt.Sprintf("%s: %s", id, fmt.Sprintf(format, args...))), 0)
}

// read is one element, or a text. id is its place if it has no key.
func (r *reader) read(v lua.LValue, up, place string) *Node {
	if r.nodes++; r.nodes > mostNodes {
		r.fail(up, "more than %d elements; a ui.table draws only what is in sight", mostNodes)
	}
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return &Node{Kind: "text", ID: up + "." + place, Text: lua.LVAsString(v)}
	case *lua.LTable:
		return r.table(v, up, place)
	}
	r.fail(up+"."+place, "a %s is no element; elements are texts and what the words of ui return", v.Type())
	return nil
}

func (r *reader) table(t *lua.LTable, up, place string) *Node {
	is, _ := get(t, isField).(lua.LString)
	k := kindNamed[string(is)]
	if k == nil {
		r.fail(up+"."+place, "a table that no word of ui has made is no element")
	}
	if key := get(t, "key"); key != lua.LNil && k.name != "table" {
		place = lua.LVAsString(key)
	}
	n := &Node{Kind: k.name, ID: up + "." + place}
	if r.depth++; r.depth > mostDepth {
		r.fail(n.ID, "elements stand more than %d deep in each other", mostDepth)
	}
	defer func() { r.depth-- }()
	for _, f := range k.fields {
		r.field(n, f, get(t, f))
	}
	switch special := r.special(k.name); {
	case special != nil:
		special(n, t)
	case k.holds:
		r.kids(n, t)
	default:
		n.Text = r.text(n, vm.GetInt(t, 1))
	}
	return n
}

// special are the kinds that are more than their fields.
func (r *reader) special(kind string) func(*Node, *lua.LTable) {
	switch kind {
	case "table":
		return r.rows
	case "tabs":
		return r.tabs
	case "menu":
		return r.menu
	case "canvas":
		return r.shapes
	case "choice":
		return r.options
	case "chart":
		return r.points
	case "input":
		return r.suggestions
	}
	return nil
}

// field takes a plain field as it is, and what is a function as something that is heard.
func (r *reader) field(n *Node, name string, v lua.LValue) {
	switch v := v.(type) {
	case lua.LString:
		n.set(name, string(v))
	case lua.LNumber:
		n.set(name, finite(float64(v)))
	case lua.LBool:
		n.set(name, bool(v))
	case *lua.LFunction:
		if name != "mark" && name != "pick" {
			r.hear(n, name, v, nil)
		}
	}
}

func (r *reader) hear(n *Node, event string, fn *lua.LFunction, row lua.LValue) {
	n.On = append(n.On, event)
	if event == "press" && r.busy(n.ID+"/"+event) {
		n.set("busy", true)
	}
	r.handlers[n.ID+"/"+event] = handler{fn, row}
}

// text is what an element says; nil says nothing.
func (r *reader) text(n *Node, v lua.LValue) string {
	switch v.(type) {
	case lua.LString, lua.LNumber:
		return lua.LVAsString(v)
	case *lua.LNilType:
		return ""
	}
	r.fail(n.ID, "ui.%s shows a text, and not a %s", n.Kind, v.Type())
	return ""
}

// kids are the elements in one. false stands for none, so that `cond and ui.text "..."`
// may be written.
func (r *reader) kids(n *Node, t *lua.LTable) {
	seen := map[string]bool{}
	last := highest(t)
	for i := 1; i <= last; i++ {
		v := vm.GetInt(t, i)
		if v == lua.LFalse || v == lua.LNil {
			continue
		}
		kid := r.read(v, n.ID, strconv.Itoa(i))
		if seen[kid.ID] {
			r.fail(kid.ID, "two elements beside each other have this key")
		}
		seen[kid.ID] = true
		n.Kids = append(n.Kids, kid)
	}
}

// highest is the last number that a list has something under: there may be gaps before.
func highest(t *lua.LTable) int {
	last := vm.Len(t)
	for key, _, _ := vm.Next(t, lua.LNil); key != lua.LNil; key, _, _ = vm.Next(t, key) {
		if n, ok := key.(lua.LNumber); ok && float64(int(n)) == float64(n) && int(n) > last && int(n) < mostNodes {
			last = int(n)
		}
	}
	return last
}

// tabs draws the part that is shown.
func (r *reader) tabs(n *Node, t *lua.LTable) {
	kept := r.keep(n.ID)
	shown, given := get(t, "shown").(lua.LString)
	if !given {
		shown = lua.LString(kept.shown)
	}
	var list []map[string]string
	var view, first lua.LValue = lua.LNil, lua.LNil
	var firstName string
	for i := 1; i <= vm.Len(t); i++ {
		tab, ok := vm.GetInt(t, i).(*lua.LTable)
		if !ok {
			r.fail(n.ID, "tab %d is a %s, and has to be {name=, title=, view=}", i, vm.GetInt(t, i).Type())
		}
		name, title := lua.LVAsString(get(tab, "name")), lua.LVAsString(get(tab, "title"))
		if name == "" || title == "" {
			r.fail(n.ID, "tab %d has no name or no title", i)
		}
		list = append(list, map[string]string{"name": name, "title": title})
		if i == 1 {
			first, firstName = get(tab, "view"), name
		}
		if name == string(shown) {
			view = get(tab, "view")
		}
	}
	if view == lua.LNil {
		view, shown = first, lua.LString(firstName)
	}
	n.set("tabs", list)
	n.set("shown", string(shown))
	fn, ok := view.(*lua.LFunction)
	if !ok {
		r.fail(n.ID, "the view of tab %q is a %s, and has to be a function that returns an element", string(shown), view.Type())
	}
	n.Kids = []*Node{r.read(vm.Call(r.L, fn), n.ID, string(shown))}
}

func (r *reader) menu(n *Node, t *lua.LTable) {
	var items []string
	for i := 1; i <= vm.Len(t); i++ {
		item, ok := vm.GetInt(t, i).(*lua.LTable)
		fn, hears := get(item, "press").(*lua.LFunction)
		if !ok || !hears {
			r.fail(n.ID, "item %d has to be {text, press=function}", i)
		}
		items = append(items, lua.LVAsString(vm.GetInt(item, 1)))
		r.handlers[fmt.Sprintf("%s/press %d", n.ID, i)] = handler{fn: fn}
	}
	n.On = append(n.On, "press")
	n.set("items", items)
}

func (r *reader) shapes(n *Node, t *lua.LTable) {
	var list [][]any
	for i := 1; i <= vm.Len(t); i++ {
		s, ok := vm.GetInt(t, i).(*lua.LTable)
		is, _ := get(s, isField).(lua.LString)
		if !ok || len(is) < 6 || is[:5] != "draw " {
			r.fail(n.ID, "%d is nothing that a word of draw has made", i)
		}
		one := []any{string(is[5:])}
		for j := 1; j <= vm.Len(s); j++ {
			one = append(one, plain(vm.GetInt(s, j)))
		}
		list = append(list, one)
	}
	n.set("shapes", list)
}

func (r *reader) options(n *Node, t *lua.LTable) {
	var list [][2]string
	options, _ := get(t, "options").(*lua.LTable)
	for i := 1; options != nil && i <= vm.Len(options); i++ {
		v := vm.GetInt(options, i)
		if pair, ok := v.(*lua.LTable); ok {
			list = append(list, [2]string{lua.LVAsString(vm.GetInt(pair, 1)), lua.LVAsString(vm.GetInt(pair, 2))})
			continue
		}
		list = append(list, [2]string{lua.LVAsString(v), lua.LVAsString(v)})
	}
	n.set("options", list)
	if v, ok := get(t, "value").(lua.LNumber); ok {
		n.set("value", v.String())
	}
}

func (r *reader) suggestions(n *Node, t *lua.LTable) {
	if list, ok := get(t, "suggest").(*lua.LTable); ok {
		texts := make([]string, 0, vm.Len(list))
		for i := 1; i <= vm.Len(list); i++ {
			texts = append(texts, lua.LVAsString(vm.GetInt(list, i)))
		}
		n.set("suggest", texts)
	}
	if v, ok := get(t, "value").(lua.LNumber); ok {
		n.set("value", v.String())
	}
}

func (r *reader) points(n *Node, t *lua.LTable) {
	list, _ := get(t, "points").(*lua.LTable)
	var points [][2]float64
	for i := 1; list != nil && i <= vm.Len(list); i++ {
		switch v := vm.GetInt(list, i).(type) {
		case lua.LNumber:
			points = append(points, [2]float64{float64(i), finite(float64(v))})
		case *lua.LTable:
			x, _ := vm.GetInt(v, 1).(lua.LNumber)
			y, _ := vm.GetInt(v, 2).(lua.LNumber)
			points = append(points, [2]float64{finite(float64(x)), finite(float64(y))})
		}
	}
	n.set("points", points)
}

// keep is what the page knows of an element.
func (r *reader) keep(id string) *keeping {
	k := r.kept[id]
	if k == nil {
		if len(r.kept) >= mostKept {
			clear(r.kept) // of elements that come and go under new names
		}
		k = &keeping{count: firstRows}
		r.kept[id] = k
	}
	return k
}

// get is a field of a table, nil of what is none.
func get(t *lua.LTable, name string) lua.LValue {
	if t == nil {
		return lua.LNil
	}
	return vm.Get(t, lua.LString(name))
}

func plain(v lua.LValue) any {
	switch v := v.(type) {
	case lua.LNumber:
		return finite(float64(v))
	case lua.LString:
		return string(v)
	}
	return nil
}

// finite is a number that can be sent.
func finite(x float64) float64 {
	if x-x != 0 {
		return 0
	}
	return x
}
