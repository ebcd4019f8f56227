package script

import (
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"
)

// FunctionChange is one function that a release gives other code.
type FunctionChange struct {
	Name     string
	Change   string // "new", "changed", "deleted"
	OldHash  string
	NewHash  string
	Callers  []string // functions that are known to call it
	Closures int      // live ones that will run the new code
	Frames   int      // suspended ones that finish in the old code
	Timers   int      // pending timers that will call it
}

// Changes lists the functions that the release changes, by name.
func (st *Staged) Changes() []FunctionChange {
	var out []FunctionChange
	for _, m := range st.next.order {
		um := st.match[m.name]
		for _, d := range m.unit.decls[1:] {
			if d.capture {
				continue
			}
			c := FunctionChange{Name: d.name, Change: "new", NewHash: shortHash(d)}
			if um != nil && um.decl[d.id] >= 0 {
				old := um.old.decls[um.decl[d.id]]
				if um.unchanged(old, d) {
					continue
				}
				c.Change, c.OldHash = "changed", shortHash(old)
			}
			c.Callers = st.knownCallers(d.name)
			out = append(out, c)
		}
		if um == nil {
			continue
		}
		for _, d := range um.old.decls[1:] {
			if !d.capture && um.oldDecl[d.id] < 0 {
				out = append(out, FunctionChange{Name: d.name, Change: "deleted", OldHash: shortHash(d), Callers: st.knownCallers(d.name)})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func shortHash(d *decl) string { return fmt.Sprintf("%x", d.print[:6]) }

func (st *Staged) knownCallers(name string) []string {
	seen := map[string]bool{}
	var out []string
	for _, m := range st.next.order {
		for _, c := range m.unit.calls {
			if c.callee == name && !seen[c.caller] {
				seen[c.caller] = true
				out = append(out, c.caller)
			}
		}
	}
	sort.Strings(out)
	return out
}

// maxMeasured bounds the heap walk of Measure, in objects.
const maxMeasured = 500_000

// Measure adds to each change how many live closures, suspended frames and timers
// of this State run it. It walks the heap and is meant for a plan that an operator
// asked for, not for the commit.
func (s *State) Measure(list []FunctionChange) {
	byName := make(map[string]*FunctionChange, len(list))
	for i := range list {
		byName[list[i].Name] = &list[i]
	}
	count := func(fn *lua.LFunction, add func(*FunctionChange)) {
		if sl := s.slotOf(fn); sl != nil {
			if c := byName[sl.fn.decl.name]; c != nil {
				add(c)
			}
		}
	}
	for _, t := range s.timers {
		count(t.fn, func(c *FunctionChange) { c.Timers++ })
	}
	s.threads.each(func(th *lua.LState) {
		for _, fr := range frames(th) {
			count(fr.fn(), func(c *FunctionChange) { c.Frames++ })
		}
	})
	s.walkHeap(maxMeasured, func(fn *lua.LFunction) { count(fn, func(c *FunctionChange) { c.Closures++ }) })
}

// walkHeap visits every Lua function that is reachable from the State's roots. It
// gives up after a number of objects and says whether it has seen all.
func (s *State) walkHeap(limit int, visit func(*lua.LFunction)) (done bool) {
	seen := map[any]bool{}
	var queue []lua.LValue
	push := func(v lua.LValue) {
		switch v.(type) {
		case *lua.LTable, *lua.LFunction:
			if !seen[v] {
				seen[v] = true
				queue = append(queue, v)
			}
		}
	}
	s.eachRoot(push)
	for ; len(queue) > 0 && limit > 0; limit-- {
		v := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		switch v := v.(type) {
		case *lua.LTable:
			v.ForEach(func(k, e lua.LValue) { push(k); push(e) })
			push(v.Metatable)
		case *lua.LFunction:
			if !v.IsG {
				visit(v)
			}
			for _, uv := range v.Upvalues {
				if uv != nil {
					push(uv.Value())
				}
			}
		}
	}
	return len(queue) == 0
}

// eachRoot gives everything that keeps values of scripts alive.
func (s *State) eachRoot(push func(lua.LValue)) {
	push(s.l.G.Global)
	push(s.loaded)
	for _, m := range s.order {
		for _, v := range m.vars {
			if v != nil && v.cell != nil {
				push(v.cell.Value())
			}
		}
	}
	for _, list := range s.handlers {
		for _, r := range list {
			push(r.fn)
		}
	}
	for _, r := range s.commands {
		push(r.fn)
	}
	for _, r := range s.timers {
		push(r.fn)
	}
	for _, nt := range s.restarts {
		push(nt.fn)
	}
	s.threads.each(func(th *lua.LState) {
		for _, fr := range frames(th) {
			if fn := fr.fn(); fn != nil {
				push(fn)
			}
		}
	})
}
