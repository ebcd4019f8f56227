package script

import (
	"fmt"
	"slices"
)

// unitMatch says which declaration of one version of a file is which of another.
// Ids are those of decl and varDecl; -1 means there is none.
type unitMatch struct {
	old, new  *unit
	decl      []int // new id to old id
	oldDecl   []int // old id to new id
	vars      []int // new id to old id
	oldVars   []int // old id to new id
	ambiguous []string
}

// matchUnits matches two versions of a file: functions by name and place,
// anonymous ones by body and then by order, variables by scope and name.
func matchUnits(old, new *unit) *unitMatch {
	m := &unitMatch{old: old, new: new, decl: filled(len(new.decls)), oldDecl: filled(len(old.decls)),
		vars: filled(len(new.vars)), oldVars: filled(len(old.vars))}
	if old == new {
		for i := range m.decl {
			m.decl[i], m.oldDecl[i] = i, i
		}
		for i := range m.vars {
			m.vars[i], m.oldVars[i] = i, i
		}
		return m
	}
	m.functions(old.decls[0], new.decls[0])
	return m
}

func filled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// before is the declaration that one of the new version continues, or nil.
func (m *unitMatch) before(d *decl) *decl {
	if id := m.decl[d.id]; id >= 0 {
		return m.old.decls[id]
	}
	return nil
}

// after is what continues a declaration of the old version, or nil.
func (m *unitMatch) after(d *decl) *decl {
	if id := m.oldDecl[d.id]; id >= 0 {
		return m.new.decls[id]
	}
	return nil
}

// varBefore is the variable that one of the new version continues, or nil.
func (m *unitMatch) varBefore(v *varDecl) *varDecl {
	if id := m.vars[v.id]; id >= 0 {
		return m.old.vars[id]
	}
	return nil
}

// varAfter is what continues a variable of the old version, or nil.
func (m *unitMatch) varAfter(v *varDecl) *varDecl {
	if id := m.oldVars[v.id]; id >= 0 {
		return m.new.vars[id]
	}
	return nil
}

// functions pairs two functions and, below them, their scopes and children.
func (m *unitMatch) functions(old, new *decl) {
	m.decl[new.id], m.oldDecl[old.id] = old.id, new.id
	m.blocks(old.body, new.body)
	oldGroups, newGroups := groups(old), groups(new)
	for _, g := range newGroups.order {
		m.group(old, oldGroups.byName[g], newGroups.byName[g])
	}
}

type declGroups struct {
	order  []string
	byName map[string][]*decl
}

func groups(parent *decl) declGroups {
	g := declGroups{byName: map[string][]*decl{}}
	for _, d := range parent.children {
		if d.capture {
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
func (m *unitMatch) group(parent *decl, old, new []*decl) {
	anchors := commonRuns(len(old), len(new), func(i, j int) bool { return old[i].print == new[j].print })
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

func (m *unitMatch) gap(parent *decl, old, new []*decl) {
	if len(old) == 0 || len(new) == 0 {
		return
	}
	if old[0].group[0] == 0 && len(old) != len(new) { // anonymous: a guess would be wrong half of the time
		m.ambiguous = append(m.ambiguous, fmt.Sprintf("%s/*", parent.name))
		return
	}
	for k := range min(len(old), len(new)) {
		m.functions(old[k], new[k])
	}
}

// blocks pairs two scopes: variables by name and ordinal, nested scopes by what
// they declare and then by order.
func (m *unitMatch) blocks(old, new *block) {
	seen := map[string]int{}
	byName := map[string]*varDecl{}
	for _, v := range old.vars {
		seen[v.name]++
		byName[fmt.Sprint(v.name, "#", seen[v.name])] = v
	}
	clear(seen)
	for _, v := range new.vars {
		seen[v.name]++
		if o := byName[fmt.Sprint(v.name, "#", seen[v.name])]; o != nil && o.module == v.module {
			m.vars[v.id], m.oldVars[o.id] = o.id, v.id
		}
	}
	a, b := old.children, new.children
	anchors := commonRuns(len(a), len(b), func(i, j int) bool { return a[i].sig.String() == b[j].sig.String() })
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

// commonRuns is a longest common subsequence of 0..n-1 and 0..m-1 under same, as
// index pairs. Common ends are taken first, so that equal inputs cost linear time.
func commonRuns(n, m int, same func(i, j int) bool) [][2]int {
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

// sameLayout says whether a matched function captures the same variables in the
// same order as before, so that closures need not change.
func (m *unitMatch) sameLayout(old, new *decl) bool {
	if len(old.upvals) != len(new.upvals) {
		return false
	}
	for i, v := range new.upvals {
		if m.vars[v.id] != old.upvals[i].id {
			return false
		}
	}
	return true
}

// sameDecl says whether two declarations are one, of one file at one content. The
// file may have been compiled twice.
func sameDecl(a, b *decl) bool {
	return a == b || a.id == b.id && a.unit.hash == b.unit.hash && a.unit.path == b.unit.path
}

// sameChildren says whether a matched function makes the same functions in the
// same order as before.
func (m *unitMatch) sameChildren(old, new *decl) bool {
	if len(old.children) != len(new.children) {
		return false
	}
	for i, c := range new.children {
		if !c.capture && m.decl[c.id] != old.children[i].id {
			return false
		}
	}
	return true
}

// upgradable says whether a closure of old holds, or can be given, every variable
// that new captures: those of the top level are always at hand, others only if
// the closure captured them when it was made.
func (m *unitMatch) upgradable(old, new *decl) bool {
	for _, v := range new.upvals {
		if v.module {
			continue
		}
		found := false
		for _, o := range old.upvals {
			found = found || m.vars[v.id] == o.id
		}
		if !found {
			return false
		}
	}
	return true
}

// unchanged says whether a matched function runs the same code on the same
// variables; only its line numbers may differ.
func (m *unitMatch) unchanged(old, new *decl) bool {
	return old.own == new.own && m.sameLayout(old, new)
}

// wasCaptured says whether a function of the old version captured the variable.
func (m *unitMatch) wasCaptured(v *varDecl) bool {
	id := m.vars[v.id]
	return id >= 0 && slices.ContainsFunc(m.old.decls, func(d *decl) bool {
		return !d.capture && slices.ContainsFunc(d.upvals, func(u *varDecl) bool { return u.id == id })
	})
}
