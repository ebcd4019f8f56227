package script

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Leaf is something plain that a State keeps, and where it stands.
type Leaf struct {
	In    string     // what holds it: "fleet.of[3]"
	Key   lua.LValue // under which it stands there; nil: it is all that In is
	Value lua.LValue
}

// Path is where it stands: "fleet.of[3].name".
func (l Leaf) Path() string { return l.In + keyPath(l.Key) }

// Text is the value as people write it.
func (l Leaf) Text() string {
	switch v := l.Value.(type) {
	case lua.LString:
		return strconv.Quote(string(v))
	case lua.LNumber:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case lua.LBool:
		return v.String()
	}
	return "a " + l.Value.Type().String()
}

// Digest is that of the value at its place.
func (l Leaf) Digest() world.Digest {
	return digestOf(digestOf(world.Digest(0).Text(l.In), l.Key), l.Value)
}

func digestOf(d world.Digest, v lua.LValue) world.Digest {
	switch v := v.(type) {
	case nil:
		return d
	case lua.LString:
		return d.Text(string(v))
	case lua.LNumber:
		return d.Float(float64(v))
	case lua.LBool:
		if v {
			return d.Mix(1, 3)
		}
		return d.Mix(0, 3)
	}
	return d.Mix(uint64(v.Type()), 4)
}

func keyPath(key lua.LValue) string {
	switch k := key.(type) {
	case nil:
		return ""
	case lua.LString:
		if isWord(string(k)) {
			return "." + string(k)
		}
		return "[" + strconv.Quote(string(k)) + "]"
	case lua.LNumber, lua.LBool:
		return "[" + k.String() + "]"
	}
	return "[a " + key.Type().String() + "]"
}

// isWord says whether a key can be written behind a dot.
func isWord(s string) bool {
	for i, c := range []byte(s) {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}

// Survey is a walk over what a State keeps as people think of it, and not as it is built:
// nothing of its code shows, nor how it is written, nor where tasks stand in it. Two States
// that keep the same have the same leaves, in whatever order.
type Survey struct {
	leaf  func(Leaf)
	seen  map[any]bool
	queue []Leaf // tables and functions that are still to be walked
}

// Survey walks what modules keep, what stands in globals, what reloads keep, and what is
// registered and waits. more, which may be nil, walks what belongs to it and lives outside.
func (s *State) Survey(leaf func(Leaf), more func(*Survey)) {
	v := &Survey{leaf: leaf, seen: map[any]bool{}}
	for _, m := range s.modules.order {
		v.module(m)
	}
	for _, m := range s.modules.order {
		v.variables(m)
	}
	for _, g := range s.given {
		if g.name != loadedName {
			keys, values := s.changes(g)
			for i, k := range keys {
				v.Walk(rootName(g.name, k), values[i])
			}
		}
	}
	for _, key := range sortedKeys(s.kept) {
		module, name, _ := strings.Cut(key, "\x00")
		v.Walk(module+"'s reload.state "+name, s.kept[key])
	}
	if more != nil {
		more(v)
	}
	s.surveyTimers(v)
	s.surveyTasks(v)
	v.drain()
}

// module walks what a module gives.
func (v *Survey) module(m *Module) {
	t, ok := m.Result.(*lua.LTable)
	if !ok {
		v.Walk(m.Name, m.Result)
		return
	}
	v.seen[t] = true
	v.table(m.Name, t)
}

// variables walks the locals of a module's file.
func (v *Survey) variables(m *Module) {
	for _, of := range m.Variables {
		if of != nil && of.Cell != nil {
			v.seen[of.Cell] = true
			v.Walk(m.Name+":"+of.Decl.Name, of.Cell.Value())
		}
	}
}

// Walk walks a value, which is called by its path.
func (v *Survey) Walk(path string, value lua.LValue) { v.value(Leaf{In: path, Value: value}) }

// Tell tells of something that is no value of Lua.
func (v *Survey) Tell(path, text string) { v.leaf(Leaf{In: path, Value: lua.LString(text)}) }

func (v *Survey) value(l Leaf) {
	switch of := l.Value.(type) {
	case nil, *lua.LNilType:
	case *lua.LTable:
		if !v.seen[of] {
			v.seen[of] = true
			v.queue = append(v.queue, l)
		}
	case *lua.LFunction:
		if !of.IsG && !v.seen[of] {
			v.seen[of] = true
			v.queue = append(v.queue, l)
		}
	default:
		v.leaf(l)
	}
}

// drain walks level by level, so that each table goes by the shortest way to it.
func (v *Survey) drain() {
	for len(v.queue) > 0 {
		l := v.queue[0]
		v.queue = v.queue[1:]
		switch of := l.Value.(type) {
		case *lua.LTable:
			v.table(l.Path(), of)
		case *lua.LFunction:
			v.captured(l.Path(), of)
		}
	}
}

func (v *Survey) table(path string, t *lua.LTable) {
	for i, value := range vm.List(t) {
		v.value(Leaf{path, lua.LNumber(i + 1), value})
	}
	for _, k := range vm.Keys(t) {
		if k != nil && k != lua.LNil {
			v.value(Leaf{path, k, vm.Field(t, k)})
		}
	}
}

// captured walks the variables of a closure that are not a file's. How they are called, and
// in which order they come, is a matter of writing.
func (v *Survey) captured(path string, fn *lua.LFunction) {
	for _, u := range fn.Upvalues {
		if u == nil || v.seen[u] {
			continue
		}
		v.seen[u] = true
		v.Walk(path+"'s variable", u.Value())
	}
}

// surveyTimers tells of timers by who made them: how many, and when the next is due.
func (s *State) surveyTimers(v *Survey) {
	type kind struct {
		module string
		every  float64
	}
	count, next := map[kind]int{}, map[kind]float64{}
	s.registry.Timers(func(r *Registration) {
		if r.wait != nil || r.Kind == regAt {
			return
		}
		k := kind{s.moduleOf(r.Fn), r.Period}
		if count[k]++; count[k] == 1 || r.due < next[k] {
			next[k] = r.due
		}
	})
	for k, n := range count {
		path := "timers of " + k.module
		if k.every > 0 {
			path = fmt.Sprintf("%s, every %g s", path, k.every)
		}
		v.Tell(path, fmt.Sprintf("%d, the next due at %.6g s", n, next[k]))
	}
	for name, list := range s.registry.handlers {
		v.Tell("handlers of "+name, strconv.Itoa(len(list)))
	}
	for name := range s.registry.commands {
		v.Tell("command."+name, "there")
	}
}

// surveyTasks tells of what has begun and not ended, by what it was begun as.
func (s *State) surveyTasks(v *Survey) {
	waiting := map[string]int{}
	for t := range s.alive {
		waiting["tasks of "+t.origin+", in "+t.why]++
	}
	for path, n := range waiting {
		v.Tell(path, strconv.Itoa(n))
	}
}

// moduleOf is the module that declares a function, "?" for none.
func (s *State) moduleOf(fn *lua.LFunction) string {
	if sl := s.slots.Of(fn); sl != nil {
		return sl.Function.Module.Name
	}
	if fz := s.slots.frozen[fn.Proto]; fz != nil {
		return fz.Function.Module.Name
	}
	return "?"
}
