//go:build !js

package panel

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/arg"
	"hotshard/runtime/world"
)

// testTable is what a test of panels may say: it does what a player does, and reads what a
// player sees.
var testTable = script.Table{
	Name: "page",
	Doc: "In tests of panels, `panels/*_test.lua`: the page that the panel is in, without a browser. What is pressed and typed is named by what stands on it. " +
		"What the panel asks is answered by `page.answers`, or else by the panel's sample.",
	Funcs: []script.Func{
		{Name: "open", Sig: "open(panel: string, args?: table)", Yields: true, Doc: "Opens a panel."},
		{Name: "text", Sig: "text(): string", Doc: "All that is shown, with spaces between."},
		{Name: "press", Sig: "press(label: string)", Yields: true, Doc: "Presses a button, a tab or an item of a menu."},
		{Name: "type", Sig: "type(label: string, text: string)", Yields: true, Doc: "Types into a field, in place of what was there."},
		{Name: "enter", Sig: "enter(label: string)", Yields: true, Doc: "Presses Enter in a field."},
		{Name: "choose", Sig: "choose(label: string, value: any)", Yields: true, Doc: "Sets a choice, a check or a slider."},
		{Name: "pick", Sig: "pick(table: string, row: integer)", Yields: true, Doc: "Chooses a row of a table, by its place."},
		{Name: "sort", Sig: "sort(table: string, column: string)", Yields: true, Doc: "Presses the head of a column."},
		{Name: "rows", Sig: "rows(table: string): table[]", Doc: "The rows of a table that are in sight, each a list of texts."},
		{Name: "value", Sig: "value(label: string): any", Doc: "What the panel gives a field, a choice, a gauge."},
		{Name: "can", Sig: "can(label: string): boolean", Doc: "Whether there is such a button, and it can be pressed."},
		{Name: "answers", Sig: "answers(command: string, answer: any)", Doc: "What a command is answered from now on; a function is called with what was asked."},
		{Name: "refuses", Sig: "refuses(command: string, message: string, code?: string)", Doc: "Has a command refused from now on."},
		{Name: "asked", Sig: "asked(command: string): table[]", Doc: "With what the panel has asked for a command so far."},
		{Name: "tell", Sig: "tell(event: string, fields?: table)", Yields: true, Doc: "Has the server tell something."},
		{Name: "here", Sig: "here(of: table)", Yields: true, Doc: "Puts the player elsewhere: {docked=, system=, region=, player=}."},
		{Name: "notes", Sig: "notes(): string[]", Doc: "What the panel has told the player so far."},
		{Name: "kept", Sig: "kept(name: string): any", Doc: "A setting that the panel keeps."},
	},
}

// TestTables describes the words that tests of panels have besides those of all tests.
func TestTables() []script.Table { return []script.Table{testTable} }

// later has the test wait until something is done outside of Lua, and all that follows from
// it.
func (w *testWorld) later(L *lua.LState, why string, do func()) int {
	wait, err := script.From(L).Park(L, "page."+why)
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	w.ops = append(w.ops, testOp{func() []lua.LValue { do(); return nil }, wait})
	return L.Yield()
}

func (w *testWorld) words() map[string]lua.LGFunction {
	return map[string]lua.LGFunction{
		"open": w.wordOpen, "press": w.wordPress, "enter": w.wordEnter, "pick": w.wordPick, "sort": w.wordSort, "rows": w.wordRows,
		"type":   func(L *lua.LState) int { return w.change(L, "type", lua.LString(arg.Text(L, 2)), "input") },
		"choose": func(L *lua.LState) int { return w.change(L, "choose", L.Get(2), "choice", "check", "slider") },
		"text":   func(L *lua.LState) int { return text(L, Text(w.view.tree)) },
		"value": func(L *lua.LState) int {
			n := w.find(L, arg.Text(L, 1), "input", "choice", "check", "slider", "gauge")
			L.Push(script.ToLua(L, n.Fields["value"]))
			return 1
		},
		"can": func(L *lua.LState) int {
			n := w.look(arg.Text(L, 1), "button")
			L.Push(lua.LBool(n != nil && n.Fields["disabled"] != true))
			return 1
		},
		"answers": func(L *lua.LState) int {
			w.answers[arg.Text(L, 1)] = testAnswer{value: arg.Any(L, 2)}
			return 0
		},
		"refuses": func(L *lua.LState) int {
			w.answers[arg.Text(L, 1)] = testAnswer{message: arg.Text(L, 2), code: arg.TextOr(L, 3, "refused")}
			return 0
		},
		"asked": func(L *lua.LState) int {
			L.Push(script.ToLua(L, slices.Clone(w.asked[arg.Text(L, 1)])))
			return 1
		},
		"tell": func(L *lua.LState) int {
			name := arg.Text(L, 1)
			fields, err := plainArgs(L, 2)
			if err != nil {
				arg.Raise(L, err.Error())
			}
			return w.later(L, "tell", func() { w.view.Told(name, fields) })
		},
		"here": func(L *lua.LState) int {
			v, err := script.ToValue(arg.Table(L, 1))
			if err != nil {
				arg.Raise(L, err.Error())
			}
			return w.later(L, "here", func() {
				w.view.here, _ = v.(map[string]world.Value)
				w.view.Told("moved", nil)
			})
		},
		"notes": func(L *lua.LState) int {
			list := L.NewTable()
			for _, s := range w.notes {
				list.Append(lua.LString(s))
			}
			L.Push(list)
			return 1
		},
		"kept": func(L *lua.LState) int {
			L.Push(script.ToLua(L, w.view.settings[arg.Text(L, 1)]))
			return 1
		},
	}
}

func (w *testWorld) wordOpen(L *lua.LState) int {
	name := arg.Text(L, 1)
	args, err := plainArgs(L, 2)
	if err != nil {
		arg.Raise(L, err.Error())
	}
	return w.later(L, "open", func() {
		w.view.name = name
		w.view.Open(args)
	})
}

// Text is all that a tree shows.
func Text(tree *Node) string {
	var words []string
	add := func(s string) {
		if s != "" {
			words = append(words, s)
		}
	}
	if tree == nil {
		return ""
	}
	tree.Each(func(n *Node) bool {
		add(n.field("title"))
		add(n.field("label"))
		add(n.Text)
		add(n.field("text"))
		if n.Kind == "table" && n.Fields["total"] == 0 {
			add(n.field("empty"))
		}
		return true
	})
	return strings.Join(words, " ")
}

// look finds an element by what stands on it, or what is read out for it.
func (w *testWorld) look(label string, kinds ...string) (found *Node) {
	if w.view.tree == nil {
		return nil
	}
	w.view.tree.Each(func(n *Node) bool {
		if slices.Contains(kinds, n.Kind) && (n.Text == label || n.field("label") == label || n.field("says") == label || n.field("placeholder") == label) {
			found = n
		}
		return found == nil
	})
	return found
}

// find is look where there has to be one.
func (w *testWorld) find(L *lua.LState, label string, kinds ...string) *Node {
	n := w.look(label, kinds...)
	if n == nil {
		arg.Raise(L, fmt.Sprintf("there is no %s called %q; there is: %s", strings.Join(kinds, " or "), label, Text(w.view.tree)))
	}
	return n
}

func (w *testWorld) wordPress(L *lua.LState) int {
	label := arg.Text(L, 1)
	if n := w.look(label, "button"); n != nil {
		if n.Fields["disabled"] == true {
			arg.Raise(L, fmt.Sprintf("the button %q cannot be pressed now", label))
		}
		return w.later(L, "press", func() { w.view.Happen(n.ID, "press", nil) })
	}
	var at *Node
	event, value := "", world.Value(nil)
	if w.view.tree != nil {
		w.view.tree.Each(func(n *Node) bool {
			if tabs, ok := n.Fields["tabs"].([]map[string]string); ok {
				for _, t := range tabs {
					if t["title"] == label {
						at, event, value = n, "show", t["name"]
					}
				}
			}
			if items, ok := n.Fields["items"].([]string); ok && slices.Contains(items, label) {
				at, event = n, fmt.Sprintf("press %d", slices.Index(items, label)+1)
			}
			return at == nil
		})
	}
	if at == nil {
		w.find(L, label, "button")
	}
	return w.later(L, "press", func() { w.view.Happen(at.ID, event, value) })
}

func (w *testWorld) change(L *lua.LState, word string, v lua.LValue, kinds ...string) int {
	n := w.find(L, arg.Text(L, 1), kinds...)
	value, err := script.ToValue(v)
	if err != nil {
		arg.Raise(L, err.Error())
	}
	return w.later(L, word, func() {
		w.typed[n.ID] = value
		w.view.Happen(n.ID, "change", value)
	})
}

func (w *testWorld) wordEnter(L *lua.LState) int {
	n := w.find(L, arg.Text(L, 1), "input")
	return w.later(L, "enter", func() {
		value, typed := w.typed[n.ID]
		if !typed {
			value = n.Fields["value"]
		}
		w.view.Happen(n.ID, "submit", value)
	})
}

func (w *testWorld) wordPick(L *lua.LState) int {
	n, row := w.find(L, arg.Text(L, 1), "table"), arg.Int(L, 2)
	if row < 1 || row > len(n.Rows) {
		arg.Raise(L, fmt.Sprintf("there is no row %d in sight: there are %d", row, len(n.Rows)))
	}
	return w.later(L, "pick", func() { w.view.Happen(n.ID, "pick "+n.Rows[row-1].Key, nil) })
}

func (w *testWorld) wordSort(L *lua.LState) int {
	n, title := w.find(L, arg.Text(L, 1), "table"), arg.Text(L, 2)
	heads, _ := n.Fields["columns"].([]Column)
	at := slices.IndexFunc(heads, func(c Column) bool { return c.Title == title && c.Sorts })
	if at < 0 {
		arg.Raise(L, fmt.Sprintf("there is no column %q to sort by", title))
	}
	return w.later(L, "sort", func() { w.view.Happen(n.ID, "sort", float64(at+1)) })
}

func (w *testWorld) wordRows(L *lua.LState) int {
	out := L.NewTable()
	for _, r := range w.find(L, arg.Text(L, 1), "table").Rows {
		row := L.NewTable()
		for _, cell := range r.Cells {
			row.Append(lua.LString(Text(cell)))
		}
		out.Append(row)
	}
	L.Push(out)
	return 1
}
