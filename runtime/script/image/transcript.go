package image

import (
	"fmt"
	"hash/fnv"

	lua "github.com/yuin/gopher-lua"
)

// NewTranscript makes a Writer that tells what it writes, besides: under which path each
// plain value stands, as a text, and where what has an identity is first met. The same path
// may come more than once, where what stands there has no name of its own.
func NewTranscript(h Host, tell func(path, text string)) *Writer {
	w := NewWriter(h, true)
	w.tell = tell
	return w
}

// Telling says whether it is worth saying in more detail what is written.
func (w *Writer) Telling() bool { return w.tell != nil }

// Tell tells of something that is written in another form.
func (w *Writer) Tell(step, format string, values ...any) {
	if w.tell != nil && w.quiet == 0 {
		w.Step(step)
		w.told(format, values...)
	}
}

func (w *Writer) told(format string, values ...any) {
	if w.quiet == 0 {
		w.tell(w.trail.path(w), fmt.Sprintf(format, values...))
	}
}

// Code says that what is written until its result is called is how code is written: a
// transcript leaves it out.
func (w *Writer) Code() func() {
	w.quiet++
	return w.loud
}

// loud ends that what is written is not told.
func (w *Writer) loud() { w.quiet-- }

// tellValue tells of a value.
func (w *Writer) tellValue(v lua.LValue) {
	switch v := v.(type) {
	case nil, *lua.LNilType:
		w.told("nil")
	case lua.LString:
		w.told("%q", string(v))
	case lua.LBool, lua.LNumber:
		w.told("%v", v)
	default:
		w.told("%s", w.known(v, v.Type().String()))
	}
}

func (w *Writer) tellObject(v any) {
	if pointer(v) == nil {
		w.told("nil")
		return
	}
	name := "an object"
	if k := w.host.Kind(v); k != nil {
		name = k.Name
	}
	w.told("%s", w.known(v, name))
}

// known says what an object is, or where it is met first.
func (w *Writer) known(v any, name string) string {
	n, ok := w.ids[pointer(v)]
	if !ok {
		return name
	}
	return name + ", that of " + w.trail.pathOf(int(n))
}

// pathOf is the way to an object.
func (t *trail) pathOf(n int) string {
	if n >= len(t.from) {
		return "before"
	}
	path := ""
	for i := n; i >= 0; i = t.from[i] {
		path = t.steps[i].text() + path
	}
	return path
}

func fnv1a(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}
