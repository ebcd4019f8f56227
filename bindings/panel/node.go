package panel

import lua "github.com/yuin/gopher-lua"

// Node is an element as it is shown: what the page draws, and tests read. Its ID is its
// place in the tree, by keys where elements have them, and stays over reloads.
type Node struct {
	Kind   string         `json:"t"`
	ID     string         `json:"i"`
	Text   string         `json:"x,omitempty"`
	Fields map[string]any `json:"p,omitempty"`
	Kids   []*Node        `json:"c,omitempty"`
	On     []string       `json:"on,omitempty"` // what it hears: press, change ...
	Rows   []*Row         `json:"r,omitempty"`  // of a table: those in sight
}

// Row is a row of a table.
type Row struct {
	Key   string  `json:"k"`
	Mark  string  `json:"m,omitempty"`
	Cells []*Node `json:"c"`
}

// Column is how a column of a table is headed.
type Column struct {
	Title string  `json:"title"`
	Right bool    `json:"right,omitempty"` // of numbers
	Sorts bool    `json:"sorts,omitempty"`
	Width float64 `json:"width,omitempty"` // a share of the whole
}

// field is a field as text, "" where there is none.
func (n *Node) field(name string) string {
	s, _ := n.Fields[name].(string)
	return s
}

func (n *Node) set(name string, v any) {
	if n.Fields == nil {
		n.Fields = map[string]any{}
	}
	n.Fields[name] = v
}

// Each visits a node and all below it, those in the rows of tables too, until visit
// returns false.
func (n *Node) Each(visit func(*Node) bool) bool {
	if !visit(n) {
		return false
	}
	for _, kid := range n.Kids {
		if !kid.Each(visit) {
			return false
		}
	}
	for _, r := range n.Rows {
		for _, cell := range r.Cells {
			if !cell.Each(visit) {
				return false
			}
		}
	}
	return true
}

// handler is what runs when somebody does something to an element: a function, and the row
// it is about, if it is about one.
type handler struct {
	fn  *lua.LFunction
	row lua.LValue
}

// keeping is what the page knows of an element and its panel need not: it outlives drawing
// and reloads.
type keeping struct {
	first, count int // rows in sight
	sort         int // 1-based column, 0 for the order of the rows
	down         bool
	shown        string // tab
}

// The rows that a table shows before the page has said how many there is room for.
const firstRows = 60

// mostRows is how many rows of a table are drawn at most.
const mostRows = 200
