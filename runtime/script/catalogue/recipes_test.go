package catalogue

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const recipeSchema = `return {
  good = { price = {"integer", "hundredths", worth = true}, portion = {"integer"}, refines = {"types", per = "portion"} },
  plan = { price = {"integer", worth = true}, product = {"type", need = true}, batch = {"integer", need = true},
    needs = {"types", need = true, into = "product", times = "batch"} },
}`

func good(name, more string) string {
	ids++
	return fmt.Sprintf("{id = %d, name = %q, category = \"good\", group = \"g\", %s},\n", ids, name, more)
}

func plan(product string, batch int, needs string) string {
	ids++
	return fmt.Sprintf("{id = %d, name = \"%s Plan %d\", category = \"plan\", group = \"p\", product = %q, batch = %d, needs = {%s}},\n", ids, product, ids, product, batch, needs)
}

var ids int

// No recipes together may make more of something than they take.
func TestRecipes(t *testing.T) {
	minerals := good("Iron", "price = 2") + good("Gold", "price = 100")
	cases := []struct{ name, list, problem string }{
		{"what is sound", good("Ore", `price = 10, portion = 10, refines = {Iron = 50}`) + good("Frame", "price = 1") + plan("Frame", 1, "Iron = 10"), ""},
		{"at its exact worth", good("Ore", `price = 10, portion = 10, refines = {Gold = 1}`), ""},
		{"an ore that gives more than it is worth", good("Ore", `price = 10, portion = 10, refines = {Iron = 51}`),
			"Ore.refines gives what is worth 102 for 10 of it, which are worth 100"},
		{"what is built gives back more, whatever its price says", good("Frame", `price = 100000, portion = 1, refines = {Iron = 11}`) + plan("Frame", 1, "Iron = 10"),
			"Frame.refines gives what is worth 22 for 1 of it, which are worth 20"},
		{"the cheaper of two ways counts", good("Frame", `price = 1, portion = 1, refines = {Iron = 10}`) + plan("Frame", 1, "Iron = 10") + plan("Frame", 2, "Iron = 18"),
			"Frame.refines gives what is worth 20 for 1 of it, which are worth 18"},
		{"over two steps", good("Frame", "price = 1") + plan("Frame", 1, "Iron = 10") + good("Hull", `price = 1, portion = 2, refines = {Iron = 100}`) + plan("Hull", 1, "Frame = 4"),
			"Hull.refines gives what is worth 200 for 2 of it, which are worth 160"},
		{"a batch", good("Shot", `price = 1, portion = 10, refines = {Iron = 2}`) + plan("Shot", 100, "Iron = 10"),
			"Shot.refines gives what is worth 4 for 10 of it, which are worth 2"},
		{"what needs itself", good("Egg", "price = 1") + good("Hen", "price = 1") + plan("Egg", 1, "Hen = 1") + plan("Hen", 1, "Egg = 1"),
			"needs Egg to build Egg"},
		{"what has no price", good("Air", "") + good("Frame", "price = 1") + plan("Frame", 1, "Air = 10"), "has to do with Air, which has no price"},
		{"a portion that is left out", good("Ore", `price = 10, refines = {Iron = 1}`), "portion is 0"},
		{"a type that is not there", good("Ore", `price = 10, portion = 1, refines = {Irn = 1}`), `names "Irn"`},
	}
	for _, c := range cases {
		_, problems := read(t, map[string]string{"types/schema.lua": recipeSchema, "types/a.lua": "return {\n" + minerals + c.list + "}"})
		text := ""
		for _, p := range problems {
			text += p.Subject + " " + p.Message + "\n"
		}
		if c.problem == "" && text != "" || !strings.Contains(text, c.problem) {
			t.Errorf("%s: %q, want %q", c.name, text, c.problem)
		}
	}
}

// Of random recipes that pass, building and refining again leaves no more than there was.
func TestRecipesConserve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	passed := 0
	for range 300 {
		list := good("A", fmt.Sprintf("price = %d", 1+r.IntN(9))) + good("B", fmt.Sprintf("price = %d", 1+r.IntN(9)))
		list += good("C", fmt.Sprintf("price = 1, portion = %d, refines = {A = %d, B = %d}", 1+r.IntN(4), 1+r.IntN(9), 1+r.IntN(9)))
		a, b, batch := 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(3)
		list += plan("C", batch, fmt.Sprintf("A = %d, B = %d", a, b))
		set, problems := read(t, map[string]string{"types/schema.lua": recipeSchema, "types/a.lua": "return {\n" + list + "}"})
		if len(problems) > 0 {
			continue
		}
		passed++
		c := set.Get("C")
		out := c.Field("refines").Value.(map[string]any)
		portion := c.Field("portion").Value.(float64)
		// Built and refined portion * batch times over: not more of both.
		gotA, gotB := out["A"].(float64)*float64(batch), out["B"].(float64)*float64(batch)
		if gotA >= float64(a)*portion && gotB >= float64(b)*portion && (gotA > float64(a)*portion || gotB > float64(b)*portion) {
			t.Fatalf("built of %d A and %d B (%d at once), %g of it refine into %v: %s", a, b, batch, portion, out, list)
		}
	}
	if passed < 20 {
		t.Fatalf("only %d passed: the test tries nothing", passed)
	}
}

// What is wrong with a type is said once, and not again of all that name it.
func TestABrokenTypeIsSaidOnce(t *testing.T) {
	_, problems := read(t, map[string]string{"types/schema.lua": recipeSchema, "types/a.lua": "return {" + plan("Iron", 1, "Gold = 1") + good("Gold", "price = 3") + "}",
		"types/b.lua": "return {" + good("Iron", "prize = 2") + "}"})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "has the field prize") {
		t.Error(problems)
	}
}

func TestRecipeSchema(t *testing.T) {
	for field, want := range map[string]string{
		`refines = {"types", per = "portion"}`:                           `goes by per = "portion"`,
		`n = {"number"}, refines = {"types", per = "n"}`:                 `goes by per = "n"`,
		`n = {"integer"}, needs = {"types", times = "n"}`:                "says times and not into",
		`n = {"integer"}, needs = {"types", into = "n"}`:                 `goes by into = "n"`,
		`name2 = {"text", worth = true}`:                                 "has worth",
		`n = {"integer", per = "n"}`:                                     "has per",
		`what = {"type"}, n = {"integer"}, a = {"types", into = "what"}`: "",
	} {
		_, problems := read(t, map[string]string{"types/schema.lua": "return { good = {" + field + "} }", "types/a.lua": "return {}"})
		text := ""
		for _, p := range problems {
			text += p.Message
		}
		if want == "" && text != "" || !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", field, text, want)
		}
	}
}
