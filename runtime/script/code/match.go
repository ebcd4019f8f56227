package code

import (
	"fmt"
	"slices"
)

// Match says which declaration of one version of a file is which of another.
// Ids are those of Decl and Var; -1 means there is none.
type Match struct {
	Old, New  *Unit
	decl      []int // new id to old id
	oldDecl   []int // old id to new id
	vars      []int // new id to old id
	oldVars   []int // old id to new id
	Ambiguous []string
}

// NewMatch matches two versions of a file: functions by name and place,
// anonymous ones by body and then by order, variables by scope and name.
func NewMatch(old, new *Unit) *Match {
	m := &Match{Old: old, New: new, decl: filled(len(new.Decls)), oldDecl: filled(len(old.Decls)),
		vars: filled(len(new.Vars)), oldVars: filled(len(old.Vars))}
	if old == new {
		for i := range m.decl {
			m.decl[i], m.oldDecl[i] = i, i
		}
		for i := range m.vars {
			m.vars[i], m.oldVars[i] = i, i
		}
		return m
	}
	m.functions(old.Decls[0], new.Decls[0])
	return m
}

func filled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// Before is the declaration that one of the new version continues, or nil.
func (m *Match) Before(d *Decl) *Decl {
	if id := m.decl[d.ID]; id >= 0 {
		return m.Old.Decls[id]
	}
	return nil
}

// After is what continues a declaration of the old version, or nil.
func (m *Match) After(d *Decl) *Decl {
	if id := m.oldDecl[d.ID]; id >= 0 {
		return m.New.Decls[id]
	}
	return nil
}

// VarBefore is the variable that one of the new version continues, or nil.
func (m *Match) VarBefore(v *Var) *Var {
	if id := m.vars[v.ID]; id >= 0 {
		return m.Old.Vars[id]
	}
	return nil
}

// VarAfter is what continues a variable of the old version, or nil.
func (m *Match) VarAfter(v *Var) *Var {
	if id := m.oldVars[v.ID]; id >= 0 {
		return m.New.Vars[id]
	}
	return nil
}

// functions pairs two functions and, below them, their scopes and children.
func (m *Match) functions(old, new *Decl) {
	m.decl[new.ID], m.oldDecl[old.ID] = old.ID, new.ID
	m.blocks(old.body, new.body)
	oldGroups, newGroups := groups(old), groups(new)
	for _, g := range newGroups.order {
		m.group(old, oldGroups.byName[g], newGroups.byName[g])
	}
}

type declGroups struct {
	order  []string
	byName map[string][]*Decl
}

func groups(parent *Decl) declGroups {
	g := declGroups{byName: map[string][]*Decl{}}
	for _, d := range parent.Children {
		if d.Capture {
			continue
		}
		if g.byName[d.group] == nil {
			g.order = append(g.order, d.group)
		}
		g.byName[d.group] = append(g.byName[d.group], d)
	}
	return g
}

// group pairs the functions that share a name or a place: equal bodies first, in
// order, then what stands between them if it can be told apart.
func (m *Match) group(parent *Decl, old, new []*Decl) {
	anchors := CommonRuns(len(old), len(new), func(i, j int) bool { return old[i].Print == new[j].Print })
	anchors = append(anchors, [2]int{len(old), len(new)})
	i, j := 0, 0
	for _, at := range anchors {
		m.gap(parent, old[i:at[0]], new[j:at[1]])
		if at[0] < len(old) {
			m.functions(old[at[0]], new[at[1]])
		}
		i, j = at[0]+1, at[1]+1
	}
}

func (m *Match) gap(parent *Decl, old, new []*Decl) {
	if len(old) == 0 || len(new) == 0 {
		return
	}
	if old[0].group[0] == 0 && len(old) != len(new) { // anonymous: a guess would be wrong half of the time
		m.Ambiguous = append(m.Ambiguous, fmt.Sprintf("%s/*", parent.Name))
		return
	}
	for k := range min(len(old), len(new)) {
		m.functions(old[k], new[k])
	}
}

// blocks pairs two scopes: variables by name and ordinal, nested scopes by what
// they declare and then by order.
func (m *Match) blocks(old, new *block) {
	seen := map[string]int{}
	byName := map[string]*Var{}
	for _, v := range old.vars {
		seen[v.Name]++
		byName[fmt.Sprint(v.Name, "#", seen[v.Name])] = v
	}
	clear(seen)
	for _, v := range new.vars {
		seen[v.Name]++
		if o := byName[fmt.Sprint(v.Name, "#", seen[v.Name])]; o != nil && o.Once == v.Once {
			m.vars[v.ID], m.oldVars[o.ID] = o.ID, v.ID
		}
	}
	a, b := old.children, new.children
	anchors := CommonRuns(len(a), len(b), func(i, j int) bool { return a[i].sig.String() == b[j].sig.String() })
	anchors = append(anchors, [2]int{len(a), len(b)})
	i, j := 0, 0
	for _, at := range anchors {
		for k := range min(at[0]-i, at[1]-j) {
			m.blocks(a[i+k], b[j+k])
		}
		if at[0] < len(a) {
			m.blocks(a[at[0]], b[at[1]])
		}
		i, j = at[0]+1, at[1]+1
	}
}

// CommonRuns is a longest common subsequence of 0..n-1 and 0..m-1 under same, as
// index pairs. Common ends are taken first, so that equal inputs cost linear time.
func CommonRuns(n, m int, same func(i, j int) bool) [][2]int {
	head := 0
	for head < n && head < m && same(head, head) {
		head++
	}
	tail := 0
	for tail < n-head && tail < m-head && same(n-1-tail, m-1-tail) {
		tail++
	}
	var out [][2]int
	for i := range head {
		out = append(out, [2]int{i, i})
	}
	out = append(out, lcs(head, n-tail, m-tail, same)...)
	for i := tail; i > 0; i-- {
		out = append(out, [2]int{n - i, m - i})
	}
	return out
}

// lcs works on [from,n) and [from,m).
func lcs(from, n, m int, same func(i, j int) bool) [][2]int {
	rows, cols := n-from, m-from
	if rows <= 0 || cols <= 0 || rows*cols > 1<<20 {
		return nil
	}
	length := make([][]int32, rows+1)
	for i := range length {
		length[i] = make([]int32, cols+1)
	}
	for i := rows - 1; i >= 0; i-- {
		for j := cols - 1; j >= 0; j-- {
			if same(from+i, from+j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < rows && j < cols; {
		switch {
		case same(from+i, from+j):
			out = append(out, [2]int{from + i, from + j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// SameLayout says whether a matched function captures the same variables in the
// same order as before, so that closures need not change.
func (m *Match) SameLayout(old, new *Decl) bool {
	if len(old.Upvals) != len(new.Upvals) {
		return false
	}
	for i, v := range new.Upvals {
		if m.vars[v.ID] != old.Upvals[i].ID {
			return false
		}
	}
	return true
}

// SameDecl says whether two declarations are one, of one file at one content. The
// file may have been compiled twice.
func SameDecl(a, b *Decl) bool {
	return a == b || a.ID == b.ID && a.Unit.Hash == b.Unit.Hash && a.Unit.Path == b.Unit.Path
}

// SameChildren says whether a matched function makes the same functions in the
// same order as before.
func (m *Match) SameChildren(old, new *Decl) bool {
	if len(old.Children) != len(new.Children) {
		return false
	}
	for i, c := range new.Children {
		if !c.Capture && m.decl[c.ID] != old.Children[i].ID {
			return false
		}
	}
	return true
}

// Upgradable says whether a closure of old holds, or can be given, every variable
// that new captures: those of the top level are always at hand, others only if
// the closure captured them when it was made.
func (m *Match) Upgradable(old, new *Decl) bool {
	for _, v := range new.Upvals {
		if v.Once {
			continue
		}
		found := false
		for _, o := range old.Upvals {
			found = found || m.vars[v.ID] == o.ID
		}
		if !found {
			return false
		}
	}
	return true
}

// Unchanged says whether a matched function runs the same code on the same
// variables; only its line numbers may differ.
func (m *Match) Unchanged(old, new *Decl) bool {
	return old.Own == new.Own && m.SameLayout(old, new)
}

// WasCaptured says whether a function of the old version captured the variable.
func (m *Match) WasCaptured(v *Var) bool {
	id := m.vars[v.ID]
	return id >= 0 && slices.ContainsFunc(m.Old.Decls, func(d *Decl) bool {
		return !d.Capture && slices.ContainsFunc(d.Upvals, func(u *Var) bool { return u.ID == id })
	})
}
