package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// WalkHeap visits every Lua function that is reachable from the State's roots. It
// gives up after a number of objects and says whether it has seen all.
func (s *State) WalkHeap(limit int, visit func(*lua.LFunction)) (done bool) {
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

// eachVariable gives the values of the file's locals that functions share.
func (m *Module) eachVariable(push func(lua.LValue)) {
	for _, v := range m.Variables {
		if v != nil && v.Cell != nil {
			push(v.Cell.Value())
		}
	}
}

// eachRoot gives everything that keeps values of scripts alive.
func (s *State) eachRoot(push func(lua.LValue)) {
	push(s.l.G.Global)
	push(s.modules.results)
	for _, m := range s.modules.order {
		m.eachVariable(push)
	}
	s.registry.Each(func(r *Registration) { push(r.Fn) })
	s.registry.Timers(func(r *Registration) { push(r.Fn) })
	for _, nt := range s.named {
		push(nt.Fn)
	}
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		if fn := fr.Fn(); fn != nil {
			push(fn)
		}
	})
}
