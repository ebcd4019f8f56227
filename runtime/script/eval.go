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
