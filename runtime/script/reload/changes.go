package reload

import (
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
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
	for _, m := range st.next.Loaded() {
		um := st.match[m.Name]
		for _, d := range m.Unit.Decls[1:] {
			if d.Capture {
				continue
			}
			c := FunctionChange{Name: d.Name, Change: "new", NewHash: shortHash(d)}
			if um != nil && um.Before(d) != nil {
				if um.Unchanged(um.Before(d), d) {
					continue
				}
				c.Change, c.OldHash = "changed", shortHash(um.Before(d))
			}
			c.Callers = st.knownCallers(d.Name)
			out = append(out, c)
		}
		if um == nil {
			continue
		}
		for _, d := range um.Old.Decls[1:] {
			if !d.Capture && um.After(d) == nil {
				out = append(out, FunctionChange{Name: d.Name, Change: "deleted", OldHash: shortHash(d), Callers: st.knownCallers(d.Name)})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func shortHash(d *code.Decl) string { return fmt.Sprintf("%x", d.Print[:6]) }

func (st *Staged) knownCallers(name string) []string {
	seen := map[string]bool{}
	var out []string
	for _, m := range st.next.Loaded() {
		for _, c := range m.Unit.Calls {
			if c.Callee == name && !seen[c.Caller] {
				seen[c.Caller] = true
				out = append(out, c.Caller)
			}
		}
	}
	sort.Strings(out)
	return out
}

// maxMeasured bounds the heap walk of Measure, in objects.
const maxMeasured = 500_000

// Measure adds to each change how many live closures, suspended frames and timers
// of a State run it. It walks the heap and is meant for a plan that an operator
// asked for, not for the commit.
func Measure(s *script.State, list []FunctionChange) {
	byName := make(map[string]*FunctionChange, len(list))
	for i := range list {
		byName[list[i].Name] = &list[i]
	}
	count := func(fn *lua.LFunction, add func(*FunctionChange)) {
		if sl := s.Slots().Of(fn); sl != nil {
			if c := byName[sl.Function.Decl.Name]; c != nil {
				add(c)
			}
		}
	}
	s.Registry().Timers(func(t *script.Registration) { count(t.Fn, func(c *FunctionChange) { c.Timers++ }) })
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) { count(fr.Fn(), func(c *FunctionChange) { c.Frames++ }) })
	s.WalkHeap(maxMeasured, func(fn *lua.LFunction) { count(fn, func(c *FunctionChange) { c.Closures++ }) })
}
