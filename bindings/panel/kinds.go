package panel

import "hotshard/runtime/script"

// A kind of element: the word that makes it, and the fields that it may have.
type kind struct {
	name   string
	doc    string
	fields []string // besides key
	holds  bool     // other elements, in order
}

// kinds are all elements, in the order of API.md.
var kinds = []kind{
	{"text", "A piece of text. kind is hint, strong, good or bad; live has a screen reader read it out when it changes.", []string{"kind", "live"}, false},
	{"heading", "A heading within the panel.", nil, false},
	{"icon", "A sign by its name: up, down, buy, sell, star, warning, check, cross. says is what is read out; without it, nothing is.", []string{"says"}, false},
	{"row", "Elements beside each other, which go on below where there is no room. says names it for a screen reader.", []string{"says"}, true},
	{"column", "Elements below each other.", []string{"says"}, true},
	{"section", "A part of the panel with a heading, which screen readers find.", []string{"title"}, true},
	{"button", "A button. press is called when it is pressed, and may wait: meanwhile it cannot be pressed again. primary is the one thing to do; chosen shows that something is on; says is read out where the label is not enough.",
		[]string{"press", "primary", "disabled", "chosen", "says"}, false},
	{"input", "A field for text. change is called with the text as it is typed, submit when Enter is pressed. What is typed stays, also over a reload, until the panel gives another value than it last gave. mode is text, number or money, for keyboards on a screen; lines makes it higher; suggest lists what may be meant.",
		[]string{"label", "value", "change", "submit", "placeholder", "mode", "lines", "suggest", "longest", "disabled"}, false},
	{"choice", "One of several. options lists texts, or {value, text}. change is called with the value.", []string{"label", "value", "options", "change", "disabled"}, false},
	{"check", "Something that is on or off. change is called with true or false.", []string{"label", "value", "change", "disabled"}, false},
	{"slider", "A number between min and max. change is called with it.", []string{"label", "value", "min", "max", "step", "change", "disabled"}, false},
	{"tabs", "One of several parts: a list of {name=, title=, view=}, where view is a function that returns an element and is called for the one that is shown. Which one that is the page knows, unless shown says so; change is called with the name of another.",
		[]string{"label", "shown", "change"}, false},
	{"menu", "A button that shows a list of {text, press=}.", []string{"label", "disabled"}, false},
	{"table", "Rows, of which only those in sight are drawn: ten thousand are no trouble. columns lists {title=, field=, cell=, by=, align=, sort=}: field is what is shown and sorted by, cell a function of the row that returns a text or an element instead, by one that returns what to sort by. A column with sort=false is not sorted by. key names the field by which a row stays itself, pick is called with a row that is chosen, mark with each in sight and returns strong, good or bad. empty is said where there are no rows.",
		[]string{"label", "columns", "rows", "pick", "mark", "empty", "height"}, false},
	{"gauge", "How much of max value is, as a bar with a text. kind is good or bad.", []string{"label", "value", "max", "text", "kind"}, false},
	{"chart", "A line or, with kind=\"bars\", bars. points lists numbers, or {x, y}. text says in words what it shows.", []string{"label", "points", "kind", "text", "height"}, false},
	{"canvas", "A drawing of width by height, made of what the words of draw return. label says what it shows.", []string{"label", "width", "height"}, true},
}

// shape is what a canvas may show.
type shape struct {
	name, sig, doc string
	numbers        int // that it begins with; a text follows where there is one
	text           bool
}

var shapes = []shape{
	{"line", "line(x1: number, y1: number, x2: number, y2: number, ink?: string): Element", "A line.", 4, false},
	{"box", "box(x: number, y: number, width: number, height: number, ink?: string): Element", "A filled rectangle.", 4, false},
	{"circle", "circle(x: number, y: number, radius: number, ink?: string): Element", "A circle.", 3, false},
	{"disc", "disc(x: number, y: number, radius: number, ink?: string): Element", "A filled circle.", 3, false},
	{"text", "text(x: number, y: number, text: string, ink?: string): Element", "A text that begins at a point.", 2, true},
}

// inks are the colours of drawings and marks: the page's theme says what they look like.
var inks = map[string]bool{"": true, "plain": true, "hint": true, "strong": true, "good": true, "bad": true, "brass": true}

// kindNamed finds a kind.
var kindNamed = func() map[string]*kind {
	all := map[string]*kind{}
	for i := range kinds {
		all[kinds[i].name] = &kinds[i]
	}
	return all
}()

func (k *kind) has(field string) bool {
	if field == "key" || field == isField {
		return true
	}
	for _, f := range k.fields {
		if f == field {
			return true
		}
	}
	return false
}

// uiTable describes the words that make elements.
func uiTable() script.Table {
	t := script.Table{Name: "ui", Doc: "The elements that a panel is made of. Each takes a text, or one table with its fields and, where it holds others, those in order; key tells elements of a list apart. " +
		"What a field is called that an element has not is an error."}
	for _, k := range kinds {
		t.Funcs = append(t.Funcs, script.Func{Name: k.name, Sig: k.name + "(of: table|string|number): Element", Doc: k.describe()})
	}
	return t
}

func (k *kind) describe() string {
	if len(k.fields) == 0 {
		return k.doc
	}
	list := ""
	for i, f := range k.fields {
		if i > 0 {
			list += ", "
		}
		list += f
	}
	return k.doc + " Fields: " + list + "."
}

// drawTable describes the words that make drawings.
func drawTable() script.Table {
	t := script.Table{Name: "draw", Doc: "What a canvas shows. Lengths are those of the canvas; ink is plain, hint, strong, good, bad or brass."}
	for _, s := range shapes {
		t.Funcs = append(t.Funcs, script.Func{Name: s.name, Sig: s.sig, Doc: s.doc})
	}
	return t
}
