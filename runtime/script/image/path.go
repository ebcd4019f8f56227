package image

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// trail remembers where each object was met first. As objects are met level by level,
// that is the shortest way to it.
type trail struct {
	from  []int // by number: the object that it was met in, -1 for none
	steps []step
	step  string     // to what is written now
	key   lua.LValue // the same, of a table
}

type step struct {
	name string
	key  lua.LValue
}

// met notes the newest object.
func (t *trail) met(w *Writer) {
	t.from = append(t.from, t.inside(w))
	t.steps = append(t.steps, step{t.step, t.key})
}

// inside is the object whose contents are written, -1 for none.
func (t *trail) inside(w *Writer) int {
	if w.inside {
		return w.done
	}
	return -1
}

// path is the way to what is written now: "fleet.of[3].cb".
func (t *trail) path(w *Writer) string {
	parts := []string{step{t.step, t.key}.text()}
	for i := t.inside(w); i >= 0; i = t.from[i] {
		parts = append(parts, t.steps[i].text())
	}
	slices.Reverse(parts)
	return strings.TrimPrefix(strings.Join(parts, ""), ".")
}

func (s step) text() string {
	switch k := s.key.(type) {
	case nil:
		return s.name
	case lua.LString:
		if isName(string(k)) {
			return "." + string(k)
		}
		return fmt.Sprintf("[%q]", string(k))
	case lua.LNumber, lua.LBool:
		return "[" + k.String() + "]"
	default:
		return "[a " + k.Type().String() + "]"
	}
}

func isName(s string) bool {
	for i, c := range s {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}
