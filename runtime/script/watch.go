package script

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Watch remembers of each table and variable which function wrote to it last. It slows its
// State down, and is for one that is run again to find out who wrote something.
type Watch struct {
	s      *State
	ro     *vm.ReadOnly
	tables map[*lua.LTable]string
	cells  map[*lua.Upvalue]string
}

// Watch begins to watch, from the next entry on.
func (s *State) Watch() *Watch {
	if s.watch == nil {
		w := &Watch{s: s, tables: map[*lua.LTable]string{}, cells: map[*lua.Upvalue]string{}}
		w.ro = &vm.ReadOnly{Owned: map[*lua.LTable]bool{}, Refuse: func(*lua.LState, string) {}, Journal: w}
		s.watch = w
	}
	return s.watch
}

// rights are what an entry may do: all, where it has none of its own.
func (w *Watch) rights(own *vm.ReadOnly) *vm.ReadOnly {
	if own != nil || w == nil {
		return own
	}
	clear(w.ro.Owned)
	return w.ro
}

// Table implements vm.Journal.
func (w *Watch) Table(t *lua.LTable) { w.tables[t] = w.where() }

// Upvalue implements vm.Journal.
func (w *Watch) Upvalue(c *lua.Upvalue) { w.cells[c] = w.where() }

// where is the function that runs: "combat.damage (combat.lua:12), command fire".
func (w *Watch) where() string {
	s, origin := w.s, ""
	if s.current != nil {
		origin = ", " + s.current.origin
	}
	th := s.m.CurrentThread
	if th == nil {
		return strings.TrimPrefix(origin, ", ")
	}
	var info TaskInfo
	fs := frames(th)
	s.describeStack(&info, fs)
	if info.Function == "" {
		return info.Where + origin
	}
	return fmt.Sprintf("%s (%s)%s", info.Function, info.Where, origin)
}

// Writer is the function that wrote last to what is found under a path, as the paths of an
// image are: "fleet.of[3].name", "fleet.add:count". It is "" where nobody has.
func (w *Watch) Writer(path string) string {
	by := ""
	var at lua.LValue
	rest := path
	for _, m := range w.s.modules.order { // the longest name that fits
		if r, ok := strings.CutPrefix(path, m.Name); ok && (r == "" || strings.ContainsRune(".[:'", rune(r[0]))) && len(r) <= len(rest) {
			at, rest = m.Result, r
		}
	}
	if at == nil {
		at, rest = w.s.l.G.Global, "."+path
	}
	for rest != "" && at != nil {
		if t, ok := at.(*lua.LTable); ok && w.tables[t] != "" {
			by = w.tables[t]
		}
		var cell string
		at, cell, rest = w.follow(at, rest)
		if cell != "" {
			by = cell
		}
	}
	return by
}

// follow takes one step of a path.
func (w *Watch) follow(at lua.LValue, path string) (next lua.LValue, by, rest string) {
	t, _ := at.(*lua.LTable)
	fn, _ := at.(*lua.LFunction)
	switch {
	case path[0] == '.' && t != nil:
		end := strings.IndexAny(path[1:], ".[:'")
		if end < 0 {
			end = len(path) - 1
		}
		return vm.Get(t, lua.LString(path[1:1+end])), "", path[1+end:]
	case path[0] == '[' && t != nil:
		end := strings.IndexByte(path, ']')
		if end < 0 {
			return nil, "", ""
		}
		return vm.Get(t, keyOf(path[1:end])), "", path[end+1:]
	case path[0] == ':' && fn != nil && !fn.IsG:
		end := strings.IndexAny(path[1:], ".[:'")
		if end < 0 {
			end = len(path) - 1
		}
		for i, name := range fn.Proto.DbgUpvalues {
			if name == path[1:1+end] && i < len(fn.Upvalues) {
				return fn.Upvalues[i].Value(), w.cells[fn.Upvalues[i]], path[1+end:]
			}
		}
	case strings.HasPrefix(path, metaStep) && t != nil:
		return t.Metatable, "", strings.TrimPrefix(path, metaStep)
	}
	return nil, "", ""
}

const metaStep = "'s metatable"

func keyOf(text string) lua.LValue {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return lua.LNumber(n)
	}
	if s, err := strconv.Unquote(text); err == nil {
		return lua.LString(s)
	}
	return lua.LString(text)
}
