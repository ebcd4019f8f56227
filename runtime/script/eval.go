package script

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
	"hotshard/runtime/world"
)

// Eval runs a piece of Lua as a task, as the operator's console does. An
// expression may be given without return. done gets the returned values, those
// that have no plain form as text.
func (s *State) Eval(code, author string, done func([]world.Value, error)) {
	fn, err := s.l.Load(strings.NewReader("return "+code), "=console")
	if err != nil {
		if fn, err = s.l.Load(strings.NewReader(code), "=console"); err != nil {
			done(nil, syntaxRefusal("console", err))
			return
		}
	}
	s.run(fn, "console "+author, "", func(values []lua.LValue, err error) {
		if err != nil {
			done(nil, err)
			return
		}
		out := make([]world.Value, 0, len(values))
		for _, v := range values {
			plain, err := ToValue(v)
			if err != nil {
				plain = v.String()
			}
			out = append(out, plain)
		}
		done(out, nil)
	})
}

// Run runs a chunk as a task and tells done how it ended.
func (s *State) Run(src, name string, done func(error)) {
	fn, err := s.l.Load(strings.NewReader(src), name)
	if err != nil {
		done(syntaxRefusal(name, err))
		return
	}
	s.run(fn, name, "", func(_ []lua.LValue, err error) { done(err) })
}

// Relabel gives a State that runs the same files another release number.
func (s *State) Relabel(r *Release) {
	if r.Hash == s.release.Hash {
		s.release = r
	}
}
