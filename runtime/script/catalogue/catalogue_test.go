package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/runtime/script/code"
)

const schemaText = `return {
  ship = { mass = {"number", "kg", need = true}, speed = {"number", "m/s"}, high = {"integer", "slots", max = 8}, drag = {"number", min = -1}, npc = {"boolean"} },
  module = { slot = {"text", one_of = {"high", "low"}, need = true}, launches = {"group"}, refines = {"type"} },
  blueprint = { materials = {"types", need = true} },
}`

const wren = `{id = 2, name = "Wren", category = "ship", group = "rookie", mass = 5}`

func read(t *testing.T, files map[string]string) (*Set, []*code.Refusal) {
	t.Helper()
	sources := map[string][]byte{}
	for path, text := range files {
		sources[path] = []byte(text)
	}
	return Read(code.NewRelease(1, sources))
}

func must(t *testing.T, list string) *Set {
	t.Helper()
	set, problems := read(t, map[string]string{"types/schema.lua": schemaText, "types/a.lua": "return {" + list + "}"})
	for _, p := range problems {
		t.Fatal(p.Text())
	}
	return set
}

func TestRead(t *testing.T) {
	set := must(t, wren+`,
	{id = 3, name = "Old", category = "ship", group = "rookie", mass = 1e3 * 2, high = 3, retired = true, text = "x"},
	{id = 4, name = "Plan", category = "blueprint", group = "plan", materials = {Wren = 2}}`)
	w := set.Get("wREN")
	if w == nil || w.ID != 2 || w.Group != "rookie" || w.Path != "types/a.lua" || w.Line != 1 {
		t.Fatalf("%+v", w)
	}
	for key, want := range map[string]any{"mass": 5.0, "speed": 0.0, "npc": false, "text": "", "category": "ship", "retired": false} {
		if f := w.Field(key); f == nil || f.Value != want {
			t.Errorf("%s: %+v, want %v", key, f, want)
		}
	}
	if w.Field("slot") != nil || set.Get("Wrenn") != nil {
		t.Error("found what is not there")
	}
	if got := names(set.List("rookie")); got != "Wren" {
		t.Errorf("a retired type is listed: %s", got)
	}
	if got := names(set.all); got != "Wren Old Plan" {
		t.Errorf("order: %s", got)
	}
	if old := set.Get("old"); old.Field("mass").Value != 2000.0 || old.Line != 2 {
		t.Errorf("%+v", old)
	}
	if got := set.Unknown("Wrenn"); got != "there is no type called Wrenn, did you mean Wren?" {
		t.Error(got)
	}
}

func names(types []*Type) string {
	var out []string
	for _, t := range types {
		out = append(out, t.Name)
	}
	return strings.Join(out, " ")
}

// Each mistake is an error that names file and line and what would be right.
func TestMistakes(t *testing.T) {
	ship := func(more string) string {
		return "return {\n  {id = 2, name = \"Wren\", category = \"ship\", group = \"rookie\",\n    " + more + "},\n}"
	}
	for _, c := range []struct{ name, text, where, want string }{
		{"unknown field", ship(`mass = 5, sped = 3`), "types/a.lua:3", "has the field sped, which no ship has, did you mean speed?"},
		{"needed and misspelt", ship(`masss = 5`), "types/a.lua:3", "has the field masss, which no ship has, did you mean mass?"},
		{"of another category", ship("mass = 5,\nslot = 'high'"), "types/a.lua:4", "which no ship has"},
		{"in the list part", ship(`mass = 5, "fast"`), "types/a.lua:2", "has the field [1]"},
		{"missing", ship(`speed = 3`), "types/a.lua:2", "has no mass, which every ship needs: add mass = (kg)"},
		{"wrong type", ship(`mass = "5"`), "types/a.lua:3 Wren.mass", "is a string (5), and has to be a number (kg)"},
		{"a list", ship(`mass = {5}`), "types/a.lua:3 Wren.mass", "is a table"},
		{"not finite", ship(`mass = 1/0`), "types/a.lua:3 Wren.mass", "is inf: write a finite number"},
		{"not a number", ship(`mass = 0/0`), "types/a.lua:3 Wren.mass", "nan: write a finite number"},
		{"negative", ship(`mass = -5`), "types/a.lua:3 Wren.mass", "is -5: it must be above 0"},
		{"zero where it is needed", ship(`mass = 0`), "types/a.lua:3 Wren.mass", "is 0: it must be above 0"},
		{"negative where it is not", ship(`mass = 5, speed = -1`), "types/a.lua:3 Wren.speed", "is -1: it must be at least 0"},
		{"below min", ship(`mass = 5, drag = -2`), "types/a.lua:3 Wren.drag", "at least -1"},
		{"above max", ship(`mass = 5, high = 9`), "types/a.lua:3 Wren.high", "at most 8"},
		{"not whole", ship(`mass = 5, high = 1.5`), "types/a.lua:3 Wren.high", "whole number"},
		{"boolean", ship(`mass = 5, npc = 1`), "types/a.lua:3 Wren.npc", "has to be a boolean"},
		{"twice", ship("mass = 5,\n mass = 6"), "types/a.lua:4 Wren", "gives mass twice"},
		{"no name", "return {\n" + wren + ",\n{id = 3, category = 'ship', group = 'g', mass = 1}}", "types/a.lua:3", "number 2 of the list has no name"},
		{"no category", "return {{id = 3, name = 'A'}}", "types/a.lua:1", "has no category: it is one of blueprint, module, ship"},
		{"unknown category", "return {{id = 3, name = 'A', category = 'shp'}}", "types/a.lua:1", "did you mean ship?"},
		{"no list", "return 5", "types/a.lua", "returns a number"},
		{"nothing", "local x = 1", "types/a.lua", "returns a boolean"},
		{"a named entry", "return {Wren = " + wren + "}", "types/a.lua:1", "returns a list"},
		{"no table", "return {" + wren + ", 7}", "types/a.lua:1", "number 2 of the list is a number"},
		{"same id", "return {" + wren + ",\n{id = 2, name = 'B', category = 'ship', group = 'g', mass = 1}}", "types/a.lua:2 B", "has the id 2, which is that of Wren at types/a.lua:1: give it one of its own, such as 3"},
		{"same name", "return {" + wren + ",\n{id = 3, name = 'wren', category = 'ship', group = 'g', mass = 1}}", "types/a.lua:2 wren", "is called like Wren at types/a.lua:1"},
		{"one of", "return {{id = 3, name = 'A', category = 'module', group = 'g', slot = 'hihg'}}", "types/a.lua:1 A.slot", "did you mean high?: it must be high or low"},
		{"group", "return {{id = 3, name = 'A', category = 'module', group = 'gun', slot = 'low', launches = 'gunn'}}", "types/a.lua:1 A.launches", "did you mean gun?"},
		{"type", "return {{id = 3, name = 'Alpha', category = 'module', group = 'g', slot = 'low', refines = 'Alpho'}}", "types/a.lua:1 Alpha.refines", "did you mean Alpha?"},
		{"materials", "return {{id = 3, name = 'Alpha', category = 'blueprint', group = 'g', materials = {Alpho = 2}}}", "types/a.lua:1 Alpha.materials", "did you mean Alpha?"},
		{"quantities", "return {{id = 3, name = 'Alpha', category = 'blueprint', group = 'g', materials = {Alpha = -2}}}", "types/a.lua:1 Alpha.materials", "a whole number from 1"},
		{"syntax", "return {\n  {id = = 3}}", "types/a.lua:2", "unexpected symbol"},
		{"error", "return {\n" + wren + ",\nerror('boo')}", "types/a.lua:3", "boo"},
		{"endless", "while true do end", "types/a.lua", "budget"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := read(t, map[string]string{"types/schema.lua": schemaText, "types/a.lua": c.text})
			if len(problems) != 1 || !strings.Contains(problems[0].Text(), c.want) || !strings.HasPrefix(problems[0].Text(), c.where) {
				t.Errorf("got %v,\nwant one that begins with %q and says %q", problems, c.where, c.want)
			}
		})
	}
}

// A bound that the schema gives is the bound, 0 too; without one a needed figure is above
// 0.
func TestBounds(t *testing.T) {
	schema := `return {ship = {shield = {"number", need = true, min = 0}, bays = {"integer", need = true}, drag = {"number", need = true, min = -1}}}`
	for _, c := range []struct{ fields, want string }{
		{"shield = 0, bays = 1, drag = 0", ""},
		{"shield = -1, bays = 1, drag = 0", "is -1: it must be at least 0"},
		{"shield = 0, bays = 0, drag = 0", "is 0: it must be above 0"},
	} {
		_, problems := read(t, map[string]string{"types/schema.lua": schema,
			"types/a.lua": "return {{id = 1, name = 'A', category = 'ship', group = 'g', " + c.fields + "}}"})
		if c.want == "" && len(problems) > 0 || c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Text(), c.want)) {
			t.Errorf("%s: %v, want %q", c.fields, problems, c.want)
		}
	}
}

// The number that is offered is free, whatever was read before.
func TestManyTypesTakeOneLook(t *testing.T) {
	list := make([]string, 3000)
	for i := range list {
		list[i] = fmt.Sprintf("{id = %d, name = 'T%d', category = 'ship', group = 'g', mass = 1}", 2*i+1, i)
	}
	list = append(list, "{id = 3, name = 'Twin', category = 'ship', group = 'g', mass = 1}")
	_, problems := read(t, map[string]string{"types/schema.lua": schemaText, "types/a.lua": "return {" + strings.Join(list, ",\n") + "}"})
	if len(problems) != 1 || !strings.Contains(problems[0].Text(), "which is that of T1 at types/a.lua:2: give it one of its own, such as 6000") {
		t.Error(problems)
	}
}

func TestSchemaMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no table", `return 5`, "returns a number"},
		{"no category", `return {ship = 5}`, "ship is a number"},
		{"no field", "return {\nship = {mass = 5}}", `types/schema.lua:2 ship.mass is a number`},
		{"kind", `return {ship = {mass = {"nubmer"}}}`, `is of the kind "nubmer"`},
		{"rule", `return {ship = {mass = {"number", needs = true}}}`, "has needs = true"},
		{"one of numbers", `return {ship = {size = {"text", one_of = {1, 2}}}}`, `has a number in one_of: what is listed is text, such as {"high", "low"}`},
		{"one of nothing", `return {ship = {size = {"text", one_of = {}}}}`, `one_of = {}: it lists what may be written`},
		{"one of by name", `return {ship = {size = {"text", one_of = {high = true}}}}`, `one_of = {high = ...}: it is a list, such as {"high", "low"}`},
		{"above max", `return {ship = {size = {"number", min = 2, max = 1}}}`, "has min = 2 above max = 1"},
		{"everybody's", `return {ship = {name = {"text"}}}`, "every type has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := read(t, map[string]string{"types/schema.lua": c.text, "types/a.lua": "return {}"})
			if len(problems) == 0 || !strings.Contains(problems[0].Text(), c.want) || problems[0].File != SchemaPath {
				t.Errorf("got %v, want %q", problems, c.want)
			}
		})
	}
	if _, problems := read(t, map[string]string{"types/a.lua": "return {}"}); len(problems) != 1 || !strings.Contains(problems[0].Text(), "types/schema.lua is missing") {
		t.Error(problems)
	}
}

// Every mistake in a release is found at once, in the order of the text.
func TestAllMistakes(t *testing.T) {
	_, problems := read(t, map[string]string{"types/schema.lua": schemaText, "types/b.lua": "return {{id = 1}}",
		"types/a.lua": "return {\n{id = 1, name = 'A', category = 'ship', group = 'g', mass = -1, speed = -1},\n{id = 1.5, name = 'B', category = 'ship', group = 'g', mass = 1}}"})
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.Text())
	}
	if got := strings.Join(lines, "\n"); len(problems) != 4 || !strings.HasPrefix(problems[3].Text(), "types/b.lua:1") {
		t.Error(got)
	}
}

func TestNoFilesNoTypes(t *testing.T) {
	set, problems := read(t, map[string]string{"main.lua": "", "types/a_test.lua": "error('a test is no data')"})
	if len(problems) > 0 || !set.Empty() || set.Get("Wren") != nil {
		t.Error(set, problems)
	}
}

func TestChanges(t *testing.T) {
	from := must(t, wren+`, {id = 3, name = "Gone", category = "ship", group = "g", mass = 1}`)
	to := must(t, `{id = 2, name = "Wren", category = "ship", group = "rookie", mass = 5.5, text = "quick"}, {id = 4, name = "New", category = "ship", group = "g", mass = 1}`)
	var lines []string
	for _, c := range from.Changes(to) {
		lines = append(lines, c.String())
	}
	want := "types.a: Wren.mass 5 -> 5.5\n" + `types.a: Wren.text "" -> "quick"` + "\ntypes.a: New is new\ntypes.a: Gone is gone"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(from.Changed(to), " "); got != "Wren" {
		t.Error(got)
	}
	if len(from.Changes(from)) > 0 {
		t.Error("a set differs from itself")
	}
}

// The game's own types are good.
func TestGame(t *testing.T) {
	sources := map[string][]byte{}
	files, err := filepath.Glob("../../../scripts/types/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources["types/"+filepath.Base(f)] = text
	}
	set, problems := Read(code.NewRelease(1, sources))
	for _, p := range problems {
		t.Error(p.Text())
	}
	if len(set.all) < 20 || set.Get("Wren") == nil {
		t.Errorf("%d types", len(set.all))
	}
}
