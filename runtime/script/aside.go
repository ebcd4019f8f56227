package script

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// errWaits is the error of what would have to wait where nothing can.
var errWaits = errors.New("it waits for something, and nobody can wait here")

// Aside evaluates an expression, or runs statements, as if it had not been: it may look and
// not touch, and the steps, numbers and chance that it takes are given back. So it may be
// asked of a State that has to come out as it did before, also in the middle of an entry. look,
// where it is not nil, finds names before the globals and modules are asked.
func (s *State) Aside(text string, look func(name string) (lua.LValue, bool)) (values []lua.LValue, err error) {
	fn, err := s.compile("return "+text, consoleName)
	if err != nil {
		if fn, err = s.compile(text, consoleName); err != nil {
			return nil, code.SyntaxRefusal(consoleName, err)
		}
	}
	defer s.setAside()()
	fn.Env = s.asideEnv(look)
	s.m.ReadOnly = newReadOnly()
	s.begin(s.opts.Run)
	s.depth = 1
	parent := s.m.CurrentThread
	if parent == nil {
		parent = s.l
	}
	state, err, values := vm.Resume(parent, vm.NewThread(s.l), fn)
	switch {
	case state == lua.ResumeYield:
		return nil, errWaits
	case err != nil:
		return nil, errors.New(ErrorText(err))
	}
	return values, nil
}

// AsidePlain is Aside with the values as Describe gives them, to a depth.
func (s *State) AsidePlain(text string, depth int) ([]world.Value, error) {
	values, err := s.Aside(text, nil)
	if err != nil {
		return nil, err
	}
	out := make([]world.Value, len(values))
	for i, v := range values {
		out[i] = s.Describe(v, depth)
	}
	return out, nil
}

// setAside notes how the State stands; what it returns brings that back.
func (s *State) setAside() (back func()) {
	m, meter, depth, ids, source, trace := s.m, s.meter, s.depth, s.ids, *s.source, s.trace
	steps, allocated, limit, ro, shown := m.Steps, m.Allocated, m.AllocLimit, m.ReadOnly, m.LastShown()
	return func() {
		s.meter, s.depth, s.ids, *s.source, s.trace = meter, depth, ids, source, trace
		m.Steps, m.Allocated, m.AllocLimit, m.ReadOnly = steps, allocated, limit, ro
		m.Unshow(shown)
	}
}

// asideEnv is what such code sees.
func (s *State) asideEnv(look func(string) (lua.LValue, bool)) *lua.LTable {
	outer := s.consoleEnv()
	if look == nil {
		return outer
	}
	mt := s.l.CreateTable(0, 1)
	vm.Set(mt, lua.LString("__index"), s.l.NewFunction(func(L *lua.LState) int {
		if v, ok := look(lua.LVAsString(L.Get(2))); ok {
			L.Push(v)
		} else {
			L.Push(vm.Index(L, outer, L.Get(2)))
		}
		return 1
	}))
	env := s.l.CreateTable(0, 0)
	env.Metatable = mt
	return env
}
