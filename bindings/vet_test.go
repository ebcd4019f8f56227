package bindings

import (
	"strings"
	"testing"

	"hotshard/runtime/script/code"
)

// TestNamesOfTypesAreChecked finds the names that a script writes out, and only those.
func TestNamesOfTypesAreChecked(t *testing.T) {
	data, err := types.Data(code.NewRelease(1, withTypes(map[string][]byte{})))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ code, want string }{
		{`items.give(p, "Wrem", 1)`, "m.lua:1 there is no type called Wrem, did you mean Wren?"},
		{`items.give(p, "wren", 1)`, ""},
		{`items.give(p, name, 1)`, ""},
		{`items.give(p, name or "Wrem", 1)`, "Wrem"},
		{"return function()\n  if x then items.take(p, 'Wrem', 1) end end", "m.lua:2"},
		{`local t = "Wrem" items.move(p, t, 1, q)`, "Wrem"},
		{`local t = "Wrem" if x then t = "Wren" end items.move(p, t, 1, q)`, ""},
		{"local m = {}\nm.first = 'Wrem'\nfunction m.f(p) items.stow(p, m.first, 1, 'hold', 5) end", "m.lua:2"},
		{`local m = {} m.first = "Wrem" m.first = "Wren" items.give(p, m.first, 1)`, ""},
		{`local m = {} function m.f() m.first = "Wrem" items.give(p, m.first, 1) end`, ""},
		{`space.spawn {type = "Wrem"}`, "Wrem"},
		{`space.launch {type = "Wrem", ship = 1}`, "Wrem"},
		{`space.spawn {name = "Wrem"}`, ""},
		{`store.transact {{put = "Wrem"}, {give = p, type = "Wrem", n = 1}}`, "Wrem"},
		{`types.get "Wrem"`, "Wrem"}, {`types.name "Wrem"`, "Wrem"}, {`space.of_type("Wrem")`, "Wrem"},
		{`local items = {} items.give(p, "Wrem", 1)`, ""},
		{`my.items.give(p, "Wrem", 1)`, ""},
	} {
		r := code.NewRelease(2, withTypes(map[string][]byte{"m.lua": []byte(c.code), "m_test.lua": []byte(`items.give(p, "Wrem", 1)`)}))
		var got []string
		for _, f := range UnknownTypes(r, data) {
			got = append(got, f.String())
		}
		text := strings.ReplaceAll(strings.Join(got, "; "), "m.lua:1:", "m.lua:1 ")
		if (c.want == "") != (len(got) == 0) || len(got) > 1 || !strings.Contains(text, strings.TrimPrefix(c.want, "m.lua:1 ")) {
			t.Errorf("%s\n  found %q, want %q", c.code, text, c.want)
		}
	}
}
