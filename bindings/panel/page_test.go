package panel

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// desk is a Host that remembers.
type desk struct {
	trees   map[string]*Node
	asked   []Request
	ids     []uint64
	told    []string
	kept    map[string]world.Value
	trouble []script.Fault
	back    []float64
}

func newDesk() *desk { return &desk{trees: map[string]*Node{}, kept: map[string]world.Value{}} }

func (d *desk) Show(panel string, tree *Node) { d.trees[panel] = tree }
func (d *desk) Ask(_ string, id uint64, r Request) {
	d.asked, d.ids = append(d.asked, r), append(d.ids, id)
}
func (d *desk) Tell(_, text string)                    { d.told = append(d.told, text) }
func (d *desk) Keep(_, name string, value world.Value) { d.kept[name] = value }
func (d *desk) Trouble(_ string, f script.Fault, back float64) {
	d.trouble, d.back = append(d.trouble, f), append(d.back, back)
}

// seen is all that a panel shows, in a line.
func (d *desk) seen(panel string) string {
	var words []string
	if d.trees[panel] == nil {
		return ""
	}
	d.trees[panel].Each(func(n *Node) bool {
		if n.Text != "" {
			words = append(words, n.Text)
		}
		return true
	})
	return strings.Join(words, " ")
}

func find(t *testing.T, d *desk, panel, kind, text string) *Node {
	t.Helper()
	var found *Node
	d.trees[panel].Each(func(n *Node) bool {
		if n.Kind == kind && (n.Text == text || n.field("label") == text) {
			found = n
		}
		return found == nil
	})
	if found == nil {
		t.Fatalf("there is no %s %q in: %s", kind, text, d.seen(panel))
	}
	return found
}

func pageOf(t *testing.T, sources map[string]string) (*Page, *desk) {
	t.Helper()
	d := newDesk()
	p := NewPage(d)
	if err := p.Bring(releaseOf(1, sources)); err != nil {
		t.Fatal(err)
	}
	return p, d
}

func releaseOf(n int, sources map[string]string) *code.Release {
	files := map[string][]byte{}
	for path, s := range sources {
		files[path] = []byte(s)
	}
	return code.NewRelease(n, files)
}

const counter = `
local n = 0
local function label() return "pressed " .. n end
panel.counter = {title = "Counter", icon = "star", open = function(args)
  return ui.column{
    ui.text(label()),
    ui.button{"More", press = function() n = n + 1 end},
    ui.input{label = "Price", value = "", change = function(text) settings.set("price", text) end},
  }
end}
`

func TestAPanelIsDrawnAndHearsItsButtons(t *testing.T) {
	p, d := pageOf(t, map[string]string{"panels/counter.lua": counter})
	p.Do("counter", func(v *View) { v.Open(nil) })
	if got := d.seen("counter"); got != "pressed 0 More" {
		t.Fatalf("it shows %q; trouble: %+v", got, d.trouble)
	}
	p.Do("counter", func(v *View) { v.Happen(find(t, d, "counter", "button", "More").ID, "press", nil) })
	if got := d.seen("counter"); got != "pressed 1 More" {
		t.Errorf("after a press it shows %q", got)
	}
	p.Do("counter", func(v *View) { v.Happen(find(t, d, "counter", "input", "Price").ID, "change", "12") })
	if d.kept["price"] != "12" {
		t.Errorf("kept: %v", d.kept)
	}
	if v := p.View("counter"); v.Title() != "Counter" || v.Icon() != "star" {
		t.Errorf("it is called %q, with the sign %q", v.Title(), v.Icon())
	}
}

func TestAReloadKeepsWhatAPanelHasAndChangesWhatItSays(t *testing.T) {
	p, d := pageOf(t, map[string]string{"panels/counter.lua": counter})
	p.Do("counter", func(v *View) { v.Open(nil) })
	button := find(t, d, "counter", "button", "More").ID
	p.Do("counter", func(v *View) { v.Happen(button, "press", nil) })
	next := strings.Replace(strings.Replace(counter, `"pressed "`, `"counted "`, 1), `title = "Counter"`, `title = "Counters"`, 1)
	if err := p.Bring(releaseOf(2, map[string]string{"panels/counter.lua": next})); err != nil {
		t.Fatal(err)
	}
	if got := d.seen("counter"); got != "counted 1 More" {
		t.Errorf("after the reload it shows %q", got)
	}
	if got := find(t, d, "counter", "button", "More").ID; got != button {
		t.Errorf("the button is %s now, and was %s: its focus would be lost", got, button)
	}
	if got := p.View("counter").Title(); got != "Counters" {
		t.Errorf("its title is %q still", got)
	}
}

func TestAReleaseThatOnePanelRefusesChangesNone(t *testing.T) {
	other := strings.NewReplacer("counter", "other", "pressed", "other").Replace(counter)
	sources := map[string]string{"panels/counter.lua": counter, "panels/other.lua": other}
	p, d := pageOf(t, sources)
	for _, name := range p.Names() {
		p.Do(name, func(v *View) { v.Open(nil) })
	}
	err := p.Bring(releaseOf(2, map[string]string{"panels/counter.lua": strings.Replace(counter, "pressed", "counted", 1), "panels/other.lua": other + "\nlocal x = nil .. 1\n"}))
	if err == nil || !strings.Contains(err.Error(), "other") {
		t.Fatalf("it was refused with: %v", err)
	}
	if d.seen("counter") != "pressed 0 More" || p.Release().Number != 1 {
		t.Errorf("the page is on release %d and shows %q", p.Release().Number, d.seen("counter"))
	}
}

func TestAPanelThatFailsCostsItselfAndComesBack(t *testing.T) {
	for what, body := range map[string]string{
		"a loop":        `while true do end`,
		"an error":      `local x = nil; return x.y`,
		"a gigabyte":    `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end`,
		"no element":    `return {1, 2}`,
		"no such field": `return ui.button{"x", pres = function() end}`,
	} {
		t.Run(what, func(t *testing.T) {
			bad := "local bad = true\nreload.first(function() end)\npanel.bad = {title = \"Bad\", open = function() " + body + " end}"
			p, d := pageOf(t, map[string]string{"panels/counter.lua": counter, "panels/bad.lua": bad})
			p.Do("counter", func(v *View) { v.Open(nil) })
			p.Do("bad", func(v *View) { v.Open(nil) })
			if len(d.trouble) != 1 || d.trouble[0].Traceback == "" && d.trouble[0].Place != "panels/bad.lua" || d.back[0] <= 0 || d.back[0] > 2 {
				t.Fatalf("trouble: %+v, back in %v", d.trouble, d.back)
			}
			p.Do("counter", func(v *View) { v.Happen(find(t, d, "counter", "button", "More").ID, "press", nil) })
			if d.seen("counter") != "pressed 1 More" {
				t.Errorf("the other shows %q", d.seen("counter"))
			}
			good := strings.Replace(bad, body, `return ui.text "mended"`, 1)
			if err := p.Bring(releaseOf(2, map[string]string{"panels/counter.lua": counter, "panels/bad.lua": good})); err != nil {
				t.Fatal(err)
			}
			if d.seen("bad") != "mended" {
				t.Errorf("after it was mended it shows %q: %+v", d.seen("bad"), d.trouble)
			}
		})
	}
}

func TestAPanelThatFailsIsStartedAgainByItself(t *testing.T) {
	once := `local n = 0
	panel.bad = {title = "Bad", open = function() n = n + 1; return ui.column{ui.text("shown " .. n), ui.button{"Break", press = function() while true do end end}} end}`
	p, d := pageOf(t, map[string]string{"panels/bad.lua": once})
	p.Do("bad", func(v *View) { v.Open(nil) })
	p.Do("bad", func(v *View) { v.Happen(find(t, d, "bad", "button", "Break").ID, "press", nil) })
	due, ok := p.NextDue()
	if !ok || due > 2 || len(d.trouble) != 1 || !d.trouble[0].Spent {
		t.Fatalf("due %v %v, trouble %+v", due, ok, d.trouble)
	}
	d.trees = map[string]*Node{}
	p.Advance(due)
	if d.seen("bad") != "shown 1 Break" {
		t.Errorf("it shows %q", d.seen("bad"))
	}
}

func TestATableDrawsTheRowsInSightInTheirOrder(t *testing.T) {
	p, d := pageOf(t, map[string]string{"panels/list.lua": `
		local rows, picked = {}, "none"
		for i = 1, 10000 do rows[i] = {id = i, name = "row " .. i, price = (i * 7919) % 10007} end
		panel.list = {title = "List", open = function()
			return ui.column{ui.text("picked " .. picked), ui.table{label = "All", key = "id", rows = rows, pick = function(row) picked = row.name end,
				columns = {{title = "Name", field = "name"}, {title = "Price", field = "price", align = "right", cell = function(row) return format.money(row.price) end}}}}
		end}`})
	p.Do("list", func(v *View) { v.Open(nil) })
	table := func() *Node { return find(t, d, "list", "table", "All") }
	if n := table(); n.Fields["total"] != 10000 || len(n.Rows) != firstRows || n.Rows[0].Cells[0].Text != "row 1" {
		t.Fatalf("%d rows are drawn of %v", len(table().Rows), table().Fields["total"])
	}
	p.Do("list", func(v *View) { v.Happen(table().ID, "rows", []world.Value{5000.0, 20.0}) })
	if n := table(); len(n.Rows) != 20 || n.Rows[0].Cells[0].Text != "row 5001" {
		t.Fatalf("further down: %d rows from %q", len(n.Rows), n.Rows[0].Cells[0].Text)
	}
	p.Do("list", func(v *View) {
		v.Happen(table().ID, "rows", []world.Value{0.0, 5.0})
		v.Happen(table().ID, "sort", 2.0)
	})
	for i, n := range table().Rows[:4] {
		if want := money(float64(i + 1)); n.Cells[1].Text != want {
			t.Errorf("row %d by price is %s, not %s", i, n.Cells[1].Text, want)
		}
	}
	p.Do("list", func(v *View) { v.Happen(table().ID, "sort", 2.0) })
	top := table().Rows[0]
	if top.Cells[1].Text != "100.06" {
		t.Errorf("the dearest is %s", top.Cells[1].Text)
	}
	p.Do("list", func(v *View) { v.Happen(table().ID, "pick "+top.Key, nil) })
	if !strings.Contains(d.seen("list"), "picked "+top.Cells[0].Text) {
		t.Errorf("after a pick it shows %.40s", d.seen("list"))
	}
}

func TestWhatAPanelAsksComesBackToTheLineThatAsked(t *testing.T) {
	p, d := pageOf(t, map[string]string{"panels/shop.lua": `
		local said = "nothing"
		subscribe("order", function(m) said = said .. ", then " .. m.type end)
		panel.shop = {title = "Shop", open = function()
			return ui.column{ui.text(said), ui.button{"Look", press = function()
				local book, message, code = ask("market_book", {type = "Ferrite"})
				said = book and "best " .. book.price or message .. " " .. code
			end}}
		end}`})
	p.Do("shop", func(v *View) { v.Open(nil) })
	press := func() {
		p.Do("shop", func(v *View) { v.Happen(find(t, d, "shop", "button", "Look").ID, "press", nil) })
	}
	press()
	if len(d.asked) != 1 || d.asked[0].Command != "market_book" || fmt.Sprint(d.asked[0].Args) != "map[type:Ferrite]" {
		t.Fatalf("asked: %+v", d.asked)
	}
	if press(); len(d.asked) != 1 || find(t, d, "shop", "button", "Look").Fields["busy"] != true {
		t.Errorf("pressed again before the answer, it asked %+v", d.asked)
	}
	p.Do("shop", func(v *View) { v.Answer(d.ids[0], map[string]world.Value{"price": 12.0}, "", "") })
	if got := d.seen("shop"); got != "best 12 Look" {
		t.Errorf("it shows %q", got)
	}
	press()
	p.Do("shop", func(v *View) { v.Answer(d.ids[1], nil, "There is no such type.", "no_type") })
	p.Told("order", map[string]world.Value{"type": "Ferrite"})
	if got := d.seen("shop"); got != "There is no such type. no_type, then Ferrite Look" {
		t.Errorf("after a refusal and an event it shows %q", got)
	}
	if got := p.Hears(); len(got) != 1 || got[0] != "order" {
		t.Errorf("it listens to %v", got)
	}
}

func TestPanelsSeeNoWordsOfTheServerAndNothingOfTheMachine(t *testing.T) {
	for _, name := range []string{"io", "os.execute", "os.remove", "player", "space", "store", "system", "service", "items", "package.loadlib", "dofile", "debug", "js"} {
		table, field, _ := strings.Cut(name, ".")
		seen := `rawget(_G, "` + table + `")`
		if field != "" {
			seen += " and " + seen + "." + field
		}
		p, d := pageOf(t, map[string]string{"panels/nosy.lua": `panel.nosy = {title = "x", open = function() return ui.text(tostring(` + seen + `)) end}`})
		p.Do("nosy", func(v *View) { v.Open(nil) })
		if got := d.seen("nosy"); got != "nil" {
			t.Errorf("a panel sees %s: %q %v", name, got, d.trouble)
		}
	}
}

func TestTheTalkWithThePageIsText(t *testing.T) {
	var said []map[string]any
	talk := NewTalk(func(b []byte) {
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		said = append(said, m)
	})
	hear := func(m any) {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		talk.Hear(0, b)
	}
	text := counter
	hear(Heard{Do: "open", Panel: "counter"})
	hear(Heard{Do: "release", Number: 1, Files: map[string]*string{"panels/counter.lua": &text}})
	tree, list := said[len(said)-2], said[len(said)-1]
	if tree["say"] != "tree" || tree["panel"] != "counter" || list["say"] != "panels" {
		t.Fatalf("said: %v", said)
	}
	next := strings.Replace(counter, "pressed", "counted", 1)
	hear(Heard{Do: "release", Number: 2, From: "another", Files: map[string]*string{"panels/counter.lua": &next}})
	if said[len(said)-1]["say"] != "behind" {
		t.Errorf("a change of another release: %v", said[len(said)-1])
	}
	broken := "this is no Lua"
	hear(Heard{Do: "release", Number: 2, Files: map[string]*string{"panels/counter.lua": &broken}})
	if m := said[len(said)-1]; m["say"] != "refused" || !strings.Contains(fmt.Sprint(m["fault"]), "panels/counter.lua:1") {
		t.Errorf("a file that is no Lua: %v", m)
	}
}

// TestAThousandReloadsLeaveTheHeapAsItWas brings the same two versions again and again.
func TestAThousandReloadsLeaveTheHeapAsItWas(t *testing.T) {
	p, _ := pageOf(t, map[string]string{"panels/counter.lua": counter})
	p.Do("counter", func(v *View) { v.Open(nil) })
	n := 1
	reload := func(times int) {
		for range times {
			n++
			if err := p.Bring(releaseOf(n, map[string]string{"panels/counter.lua": strings.Replace(counter, "pressed ", fmt.Sprintf("pressed %d, ", n), 1)})); err != nil {
				t.Fatal(err)
			}
		}
	}
	weigh := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	reload(50)
	before := weigh()
	reload(1000)
	after := weigh()
	t.Logf("%.0f KiB, after a thousand reloads %.0f KiB", before/1024, after/1024)
	if after > 1.1*before {
		t.Errorf("the heap has grown from %.0f to %.0f bytes", before, after)
	}
	if got := p.Release().Number; got != n {
		t.Errorf("it is on release %d", got)
	}
}

func TestFiguresAreWrittenAndReadAsThePageDoes(t *testing.T) {
	for n, want := range map[float64]string{0: "0.00", 5: "0.05", 123450: "1,234.50", -123456789: "-1,234,567.89"} {
		if got := money(n); got != want {
			t.Errorf("%v is written %q, not %q", n, got, want)
		}
	}
	for text, want := range map[string]int64{"1,234.5": 123450, "12": 1200, "0.01": 1, "": 0, "0": 0, "1.234": 0, "x": 0, "1.": 0, "1.x": 0} {
		if got, ok := parseMoney(text); got != want && ok || ok != (want > 0) {
			t.Errorf("%q is read as %d %v, not %d", text, got, ok, want)
		}
	}
}

func TestAReleaseThatChangesOnePanelLeavesTheOthersAlone(t *testing.T) {
	other := strings.NewReplacer("counter", "other", "pressed", "other").Replace(counter)
	p, d := pageOf(t, map[string]string{"panels/counter.lua": counter, "panels/other.lua": other, "panels/lib/words.lua": "return {}"})
	for _, name := range p.Names() {
		p.Do(name, func(v *View) { v.Open(nil) })
		p.Do(name, func(v *View) { v.Happen(find(t, d, name, "button", "More").ID, "press", nil) })
	}
	if got := strings.Join(p.Names(), " "); got != "counter other" {
		t.Fatalf("the panels are %s", got)
	}
	bring := func(n int, word string) {
		t.Helper()
		if err := p.Bring(releaseOf(n, map[string]string{"panels/counter.lua": strings.Replace(counter, "pressed", word, 1), "panels/other.lua": other, "panels/lib/words.lua": "return {1}"})); err != nil {
			t.Fatal(err)
		}
	}
	bring(2, "counted")
	bring(3, "tallied")
	if d.seen("counter") != "tallied 1 More" || d.seen("other") != "other 1 More" {
		t.Errorf("they show %q and %q", d.seen("counter"), d.seen("other"))
	}
	if err := p.Bring(releaseOf(4, map[string]string{"panels/counter.lua": counter, "panels/other.lua": strings.Replace(other, "other ", "another ", 1)})); err != nil {
		t.Fatal(err)
	}
	if d.seen("counter") != "pressed 1 More" || d.seen("other") != "another 1 More" {
		t.Errorf("they show %q and %q", d.seen("counter"), d.seen("other"))
	}
	if err := p.Bring(releaseOf(5, map[string]string{"panels/counter.lua": counter})); err != nil || len(p.Names()) != 1 {
		t.Errorf("with one file gone there are %v: %v", p.Names(), err)
	}
}
