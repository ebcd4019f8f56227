package image

import (
	"encoding/binary"
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Reader makes the values that a Writer has written. What is wrong with its bytes is an
// error, which stays: after it everything that is read is nothing, so who reads need
// ask only at the end.
type Reader struct {
	source Source
	data   []byte
	at     int
	err    error
	room   int64 // bytes of memory that it may still take

	texts  []lua.LValue
	shapes []vm.Shape
	row    []lua.LValue // the values of the table in hand
	all    []made       // by number
	done   int

	closures []closure
	threads  []thread
	open     []opened
	after    []func()
}

// made is an object: Lua's own have a mark, others a kind.
type made struct {
	v    any
	mark byte
	kind *Kind
}

type closure struct {
	fn *lua.LFunction
	at int
}

type thread struct {
	co    *lua.LState
	stack vm.Stack
	at    int
}

type opened struct {
	cell  *lua.Upvalue
	on    *lua.LState
	index int
	at    int
}

// How much memory an image may take: so much for each byte of it, and something to
// begin with.
const (
	memoryPerByte = 512
	memoryAtLeast = 1 << 20
)

// NewReader makes a Reader of what follows the first `from` bytes of data.
func NewReader(s Source, data []byte, from int) *Reader {
	return &Reader{source: s, data: data, at: from, room: memoryAtLeast + memoryPerByte*int64(len(data))}
}

// Err is what is wrong with the bytes, nil for nothing yet.
func (r *Reader) Err() error { return r.err }

// At is the offset of the next byte.
func (r *Reader) At() int { return r.at }

// Fail notes what is wrong with the bytes.
func (r *Reader) Fail(format string, values ...any) { r.failAt(r.at, format, values...) }

func (r *Reader) failAt(at int, format string, values ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("image: at byte %d: %s", at, fmt.Sprintf(format, values...))
	}
}

// take accounts for memory.
func (r *Reader) take(bytes int64) bool {
	if r.room -= bytes; r.room < 0 {
		r.Fail("its values would take more than %d bytes of memory for each of its own", memoryPerByte)
	}
	return r.err == nil
}

// Uint reads a number from 0 up.
func (r *Reader) Uint() uint64 {
	if r.err != nil {
		return 0
	}
	if r.at < len(r.data) && r.data[r.at] < 0x80 {
		r.at++
		return uint64(r.data[r.at-1])
	}
	n, size := binary.Uvarint(r.data[r.at:])
	if size <= 0 {
		r.Fail("no number")
		return 0
	}
	r.at += size
	return n
}

// Int reads a whole number.
func (r *Reader) Int() int64 {
	if r.err != nil {
		return 0
	}
	n, size := binary.Varint(r.data[r.at:])
	if size <= 0 {
		r.Fail("no number")
		return 0
	}
	r.at += size
	return n
}

// Count reads how many of something follow. Each takes a byte at least.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.data)-r.at) {
		r.Fail("%d of something in %d bytes", n, len(r.data)-r.at)
		return 0
	}
	return int(n)
}

// Small reads a number that stands for no more than limit.
func (r *Reader) Small(limit int) int {
	n := r.Uint()
	if n > uint64(limit) {
		r.Fail("%d where at most %d can be", n, limit)
		return 0
	}
	return int(n)
}

// Bool reads a truth value.
func (r *Reader) Bool() bool {
	switch r.Uint() {
	case 0:
		return false
	case 1:
		return true
	}
	r.Fail("neither true nor false")
	return false
}

// Float reads a number to the bit.
func (r *Reader) Float() float64 {
	if r.err != nil || len(r.data)-r.at < 8 {
		r.Fail("no number")
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.data[r.at:]))
	r.at += 8
	return f
}

// Raw reads bytes. They are the image's own and must not be written to.
func (r *Reader) Raw() []byte {
	n := r.Count()
	if r.err != nil {
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at : r.at]
}

// Part reads what Part has written. The bytes are the image's own and must not be written to.
func (r *Reader) Part() []byte {
	n := r.Fixed()
	if r.err != nil || n > uint64(len(r.data)-r.at) {
		r.Fail("%d bytes where %d are left", n, len(r.data)-r.at)
		return nil
	}
	r.at += int(n)
	return r.data[r.at-int(n) : r.at : r.at]
}

// Text reads a text.
func (r *Reader) Text() string {
	if r.source == nil {
		return r.plainText()
	}
	s, ok := r.Value().(lua.LString)
	if !ok {
		r.Fail("no text")
	}
	return string(s)
}

// text reads what follows the mark of a text.
func (r *Reader) text(mark uint64) lua.LValue {
	if mark == markText {
		n := r.Uint()
		if n >= uint64(len(r.texts)) {
			r.Fail("text %d of %d", n, len(r.texts))
			return lua.LNil
		}
		return r.texts[n]
	}
	b := r.Raw()
	if !r.take(int64(len(b)) + 48) {
		return lua.LNil
	}
	v := lua.LValue(lua.LString(b))
	r.texts = append(r.texts, v)
	return v
}

func (r *Reader) number(f float64) lua.LValue { return vm.Of(r.source.Main()).Number(f) }

// Value reads a Lua value.
func (r *Reader) Value() lua.LValue {
	mark := r.Uint()
	if r.err != nil {
		return lua.LNil
	}
	switch mark {
	case markNil:
		return lua.LNil
	case markFalse, markTrue:
		return lua.LBool(mark == markTrue)
	case markNumber:
		return r.number(r.Float())
	case markWhole:
		return r.number(float64(r.Int()))
	case markText, markNewText:
		return r.text(mark)
	}
	if v, ok := r.object(mark).(lua.LValue); ok {
		return v
	}
	r.Fail("an object that is no Lua value")
	return lua.LNil
}

// object reads an object after its mark.
func (r *Reader) object(mark uint64) any {
	switch {
	case mark == markNil || r.err != nil:
		return nil
	case mark == markSeen:
		n := r.Uint()
		if n >= uint64(len(r.all)) || r.all[n].v == nil {
			r.Fail("object %d of %d", n, len(r.all))
			return nil
		}
		return r.all[n].v
	case mark == markNamed:
		return r.named()
	case mark >= markKind:
		return r.kind(mark - markKind)
	}
	return r.own(byte(mark))
}

func (r *Reader) named() any {
	n := len(r.all)
	r.all = append(r.all, made{})
	name := r.Text()
	v := r.source.Named(name)
	if v == nil {
		r.Fail("there is nothing called %q here any more", name)
		return nil
	}
	r.all[n].v = v
	return v
}

func (r *Reader) kind(id uint64) any {
	k := r.source.Kind(id)
	if k == nil {
		r.Fail("a kind of object that is not known")
		return nil
	}
	n := len(r.all)
	r.all = append(r.all, made{kind: k})
	if !r.take(objectBytes) {
		return nil
	}
	v := k.Make(r)
	if pointer(v) == nil {
		r.Fail("no %s", k.Name)
		return nil
	}
	r.all[n].v = v
	return v
}

// What the making of an object takes of memory, about.
const (
	objectBytes = 64
	tableBytes  = 160
	threadBytes = 2048
	entryBytes  = 160
	valueBytes  = 16
)

// own makes an object of Lua's own.
func (r *Reader) own(mark byte) any {
	var v any
	size := int64(objectBytes)
	switch mark {
	case markTable:
		size = tableBytes
	case markThread:
		size = threadBytes
	}
	if !r.take(size) {
		return nil
	}
	switch mark {
	case markTable:
		v = &lua.LTable{Metatable: lua.LNil}
	case markClosure, markMade:
		v = &lua.LFunction{}
	case markThread:
		v = vm.NewThread(r.source.Main())
	case markHandle:
		v = &lua.LUserData{Metatable: lua.LNil}
	case markCell:
		v = &lua.Upvalue{}
	default:
		r.Fail("mark %d is none", mark)
		return nil
	}
	r.all = append(r.all, made{v: v, mark: mark})
	return v
}

// Object reads a Go object of the type that is wanted; nil where nil was written.
func Object[T any](r *Reader) *T {
	mark := r.Uint()
	v := r.object(mark)
	if v == nil {
		return nil
	}
	t, ok := v.(*T)
	if !ok {
		r.Fail("%T where %T should be", v, t)
	}
	return t
}

// Needed reads an object that must be there.
func Needed[T any](r *Reader) *T {
	v := Object[T](r)
	if v == nil {
		r.Fail("nothing where %T should be", v)
		return new(T)
	}
	return v
}

// Table, Function and Thread read a Lua value of that type, nil for Lua's nil.
func (r *Reader) Table() *lua.LTable       { return as[*lua.LTable](r) }
func (r *Reader) Function() *lua.LFunction { return as[*lua.LFunction](r) }
func (r *Reader) Thread() *lua.LState      { return as[*lua.LState](r) }

func as[T lua.LValue](r *Reader) (t T) {
	v := r.Value()
	if v == lua.LNil {
		return t
	}
	t, ok := v.(T)
	if !ok {
		r.Fail("a %s where %T should be", v.Type(), t)
	}
	return t
}

// Len is how many objects have been met.
func (r *Reader) Len() int { return len(r.all) }

// Object is the object with a number.
func (r *Reader) Object(n int) any { return r.all[n].v }

// Numbered is the object of a type with the number that is read.
func Numbered[T any](r *Reader) (t T) {
	n := r.Uint()
	if n >= uint64(len(r.all)) {
		r.Fail("object %d of %d", n, len(r.all))
		return t
	}
	t, ok := r.all[n].v.(T)
	if !ok {
		r.Fail("an object that is no %T", t)
	}
	return t
}

// After has f called when all objects are filled.
func (r *Reader) After(f func()) { r.after = append(r.after, f) }

// Any reads a Go object of any type; nil where nil was written.
func (r *Reader) Any() any { return r.object(r.Uint()) }
