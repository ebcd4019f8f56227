package image

import (
	"encoding/binary"
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Writer writes values and what they lead to. Objects are numbered as they are met and
// written in that order, so nothing here is as deep as a list is long.
type Writer struct {
	host  Host
	buf   []byte
	texts map[string]uint64
	ids   map[unsafe.Pointer]uint64
	names map[string]uint64
	shapes
	all  []object // by number
	done int      // of them are written

	inside bool // one of them is being written: all[done]

	refused []Refused
	trail   *trail // not nil: where objects were met, for the paths of what is refused

	tell  func(path, text string) // not nil: hears of everything that is written; see Transcript
	quiet int                     // what is written is not told: it says how, and not what
}

type object struct {
	v     any
	kind  *Kind // nil for Lua's own
	named bool  // it has no contents
}

// NewWriter makes a Writer for the values of one machine. With paths it notes where it
// has met what: it is slower, and says where what it refuses is.
func NewWriter(h Host, paths bool) *Writer {
	w := &Writer{host: h, texts: map[string]uint64{}, ids: map[unsafe.Pointer]uint64{}, names: map[string]uint64{}, shapes: shapes{of: map[string]uint64{}}}
	if paths {
		w.trail = &trail{}
	}
	return w
}

// Begin makes what is written the contents of an image, with room for so many objects and
// bytes.
func (w *Writer) Begin(h Header, objects, bytes int) {
	w.ids = make(map[unsafe.Pointer]uint64, objects)
	w.all, w.buf = make([]object, 0, objects), Begin(h, bytes)
}

// Bytes is what has been written. It must not be written to.
func (w *Writer) Bytes() []byte { return w.buf }

// Err is an *Unwritable if values have been refused.
func (w *Writer) Err() error {
	if len(w.refused) == 0 {
		return nil
	}
	return &Unwritable{w.refused}
}

// Uint writes a number from 0 up.
func (w *Writer) Uint(n uint64) {
	if w.tell != nil {
		w.told("%d", n)
	}
	w.buf = binary.AppendUvarint(w.buf, n)
}

// Int writes a whole number.
func (w *Writer) Int(n int64) {
	if w.tell != nil {
		w.told("%d", n)
	}
	w.buf = binary.AppendVarint(w.buf, n)
}

// Count writes how many of something follow.
func (w *Writer) Count(n int) { w.Uint(uint64(n)) }

// Bool writes a truth value.
func (w *Writer) Bool(b bool) {
	if w.tell != nil {
		w.told("%v", b)
	}
	if b {
		w.buf = append(w.buf, 1)
	} else {
		w.buf = append(w.buf, 0)
	}
}

// Float writes a number to the bit.
func (w *Writer) Float(f float64) {
	if w.tell != nil {
		w.told("%v", f)
	}
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(f))
}

// Raw writes bytes.
func (w *Writer) Raw(b []byte) {
	if w.tell != nil {
		w.told("%d bytes, %x", len(b), fnv1a(b))
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(len(b)))
	w.buf = append(w.buf, b...)
}

// Part writes bytes that a function appends, for who has many: Raw without a copy of them.
func (w *Writer) Part(add func(to []byte) []byte) {
	at := len(w.buf)
	w.buf = binary.LittleEndian.AppendUint64(w.buf, 0)
	w.buf = add(w.buf)
	added := w.buf[at+8:]
	binary.LittleEndian.PutUint64(w.buf[at:], uint64(len(added)))
	if w.tell != nil {
		w.told("%d bytes, %x", len(added), fnv1a(added))
	}
}

// Text writes a text; the same text a second time is a number.
func (w *Writer) Text(s string) {
	if w.tell != nil {
		w.told("%q", s)
	}
	if n, ok := w.texts[s]; ok {
		w.buf = binary.AppendUvarint(append(w.buf, markText), n)
		return
	}
	w.texts[s] = uint64(len(w.texts))
	w.buf = binary.AppendUvarint(append(w.buf, markNewText), uint64(len(s)))
	w.buf = append(w.buf, s...)
}

// Value writes a Lua value.
func (w *Writer) Value(v lua.LValue) {
	if w.tell != nil {
		w.tellValue(v)
		w.quiet++
		defer w.loud()
	}
	w.value(v)
}

func (w *Writer) value(v lua.LValue) {
	switch v := v.(type) {
	case nil, *lua.LNilType:
		w.buf = append(w.buf, markNil)
	case lua.LBool:
		if v {
			w.buf = append(w.buf, markTrue)
		} else {
			w.buf = append(w.buf, markFalse)
		}
	case lua.LNumber:
		w.number(float64(v))
	case lua.LString:
		w.Text(string(v))
	case *lua.LTable:
		if v == nil { // a function without an environment
			w.buf = append(w.buf, markNil)
			return
		}
		w.met(unsafe.Pointer(v), v, markTable)
	case *lua.LFunction:
		w.function(v)
	case *lua.LUserData:
		w.met(unsafe.Pointer(v), v, markHandle)
	case *lua.LState:
		w.met(unsafe.Pointer(v), v, markThread)
	default:
		w.Refuse("a value of a type that Lua does not have")
	}
}

// largest bounds the whole numbers that are written in a few bytes.
const largest = 1 << 40

func (w *Writer) number(f float64) {
	if n := int64(f); n > -largest && n < largest && float64(n) == f && (n != 0 || !math.Signbit(f)) {
		w.buf = binary.AppendVarint(append(w.buf, markWhole), n)
		return
	}
	w.buf = append(w.buf, markNumber)
	w.Float(f)
}

// met writes a value with an identity: its number, or that it is new, or its name.
func (w *Writer) met(at unsafe.Pointer, v lua.LValue, mark byte) {
	if w.seen(at) {
		return
	}
	if name := w.host.Name(v); name != "" {
		w.named(at, v, name)
		return
	}
	w.buf = append(w.buf, mark)
	w.add(at, object{v: v})
}

// named writes a value that has a name. Several may have the same.
func (w *Writer) named(at unsafe.Pointer, v lua.LValue, name string) {
	if n, ok := w.names[name]; ok {
		w.ids[at] = n
		w.seen(at)
		return
	}
	w.names[name] = uint64(len(w.all))
	w.buf = append(w.buf, markNamed)
	w.add(at, object{v: v, named: true})
	w.Text(name)
}

func (w *Writer) seen(at unsafe.Pointer) bool {
	n, ok := w.ids[at]
	if ok {
		w.buf = binary.AppendUvarint(append(w.buf, markSeen), n)
	}
	return ok
}

func (w *Writer) add(at unsafe.Pointer, o object) {
	w.ids[at] = uint64(len(w.all))
	w.all = append(w.all, o)
	if w.trail != nil {
		w.trail.met(w)
	}
}

// function tells Lua's functions from Go's.
func (w *Writer) function(fn *lua.LFunction) {
	switch {
	case !fn.IsG:
		w.met(unsafe.Pointer(fn), fn, markClosure)
	case w.seen(unsafe.Pointer(fn)):
	default:
		w.goFunction(fn)
	}
}

// Object writes a Go object, or nil where v is a nil pointer or nil.
func (w *Writer) Object(v any) {
	if w.tell != nil {
		w.tellObject(v)
		w.quiet++
		defer w.loud()
	}
	w.object(v)
}

func (w *Writer) object(v any) {
	at := pointer(v)
	if at == nil {
		w.buf = append(w.buf, markNil)
		return
	}
	if w.seen(at) {
		return
	}
	k := w.host.Kind(v)
	if k == nil {
		w.buf = append(w.buf, markNil)
		w.Refuse("an object that only this process can have")
		return
	}
	w.Uint(markKind + k.ID)
	w.add(at, object{v: v, kind: k})
	if k.Meet != nil {
		k.Meet(w, v)
	}
}

// pointer is the address in an interface value that holds a pointer.
func pointer(v any) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1]
}

// Has says whether an object has been met.
func (w *Writer) Has(v any) bool {
	_, ok := w.ids[pointer(v)]
	return ok
}

// Number is the number of an object that has been met; it gives an order that does not
// depend on where the process keeps things.
func (w *Writer) Number(v any) uint64 { return w.ids[pointer(v)] }

// Len is how many objects have been met, and Numbered the one with a number.
func (w *Writer) Len() int           { return len(w.all) }
func (w *Writer) Numbered(n int) any { return w.all[n].v }

// Rest writes all objects that have been met and not written.
func (w *Writer) Rest() {
	for w.inside = true; w.done < len(w.all); w.done++ {
		o := w.all[w.done]
		w.Step("")
		switch {
		case o.named:
		case o.kind != nil:
			if o.kind.Write != nil {
				if o.kind.Code {
					w.quiet++
				}
				o.kind.Write(w, o.v)
				if o.kind.Code {
					w.quiet--
				}
			}
		default:
			w.contents(o.v)
		}
	}
	w.inside = false
}

// Refuse notes that what is being written cannot be.
func (w *Writer) Refuse(why string) {
	path := ""
	if w.trail != nil {
		path = w.trail.path(w)
	}
	w.refused = append(w.refused, Refused{Path: path, Why: why})
}

// Step says what part of an object, or of the whole, is written next, for the path of
// what is refused in it: ".of", "[3]".
func (w *Writer) Step(name string) {
	if w.trail != nil {
		w.trail.step, w.trail.key = name, nil
	}
}
