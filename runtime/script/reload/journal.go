package reload

import (
	lua "github.com/yuin/gopher-lua"
)

// A migration runs when a plan is made, in every State, and again at the commit. What
// it writes besides its own result, a local of the file, a field of another module, a
// global, must not be there after a plan or a refusal: its writes are noted, taken
// back when the plan stands, and written by the commit under its undo log.

// journal notes what tables and cells held before they were first written to.
type journal struct {
	tables map[*lua.LTable]contents
	cells  map[*lua.Upvalue]lua.LValue
	order  []any // as first written to
}

func newJournal() *journal {
	return &journal{tables: map[*lua.LTable]contents{}, cells: map[*lua.Upvalue]lua.LValue{}}
}

// Table notes a table that is about to be written to.
func (j *journal) Table(t *lua.LTable) {
	if _, ok := j.tables[t]; !ok {
		j.tables[t] = contentsOf(t)
		j.order = append(j.order, t)
	}
}

// Upvalue notes a variable that is about to be set.
func (j *journal) Upvalue(c *lua.Upvalue) {
	if _, ok := j.cells[c]; !ok {
		j.cells[c] = c.Value()
		j.order = append(j.order, c)
	}
}

// swap puts back what was there, and keeps what is there now in its place: a second
// swap writes everything again.
func (j *journal) swap() {
	for i := len(j.order) - 1; i >= 0; i-- {
		switch at := j.order[i].(type) {
		case *lua.LTable:
			before := j.tables[at]
			j.tables[at] = contentsOf(at)
			before.fill(at)
		case *lua.Upvalue:
			before := j.cells[at]
			j.cells[at] = at.Value()
			at.SetValue(before)
		}
	}
}

// takeBack ends a plan: nothing of what migrations have written is left.
func (p *planner) takeBack() {
	if p.journal != nil {
		p.journal.swap()
	}
}

// rewrite does at the commit what migrations have written besides their results.
func (p *planner) rewrite() {
	if p.journal != nil {
		p.journal.swap()
		p.undo.Add(p.journal.swap)
	}
}
