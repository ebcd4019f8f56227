package image

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// A Host owns the machine whose values are written: it knows names for what is there
// before the first script runs, and the Go objects that scripts hold.
type Host interface {
	// Name is the name of a value that every machine of this host has, "" for one that
	// scripts have made.
	Name(v lua.LValue) string
	// Standing is what runs in a suspended call of a Lua function: itself, but where the
	// host has put something in its place for a while.
	Standing(fn *lua.LFunction) *lua.LFunction
	// Code is the prototype that is written for one: itself, or where several stand for
	// the same code, one of them.
	Code(p *lua.FunctionProto) *lua.FunctionProto
	// Kind is the kind of a Go object, nil for one that cannot be written.
	Kind(v any) *Kind
}

// A Source is a Host's other side: what a Reader asks.
type Source interface {
	// Named is the value with the name, nil where there is none.
	Named(name string) lua.LValue
	// Kind is the kind with the id, nil where there is none.
	Kind(id uint64) *Kind
	// Main is the machine's main thread.
	Main() *lua.LState
}

// Kind says how objects of one Go type are written and made. They are pointers.
//
// An object is made where it is first met and filled when its turn comes, since objects
// may hold each other. Meet and Make write and read what the making needs: nothing that
// leads to other objects in circles. Write and Fill are for the rest; both nil where
// there is none.
type Kind struct {
	ID    uint64
	Name  string // as errors call one: "a timer"
	Meet  func(w *Writer, v any)
	Make  func(r *Reader) any
	Write func(w *Writer, v any)
	Fill  func(r *Reader, v any)
	Code  bool // it is how code is written: a transcript leaves it out
}

// The marks that values begin with.
const (
	markNil = iota
	markFalse
	markTrue
	markNumber // 8 bytes
	markWhole  // a small number
	markText
	markNewText
	markSeen // an object: its number
	markNamed
	markTable // and the following: a new object
	markClosure
	markMade // a Go function that holds an object
	markThread
	markHandle
	markCell
	markKind // plus the kind's id
)

// Refused is a value that cannot be written.
type Refused struct {
	Path string // "fleet.of[3].cb"
	Why  string // "a Go function without a name"
}

func (r Refused) String() string { return r.Path + ": " + r.Why }

// Unwritable is the error of values that cannot be written: each of them.
type Unwritable struct{ Values []Refused }

func (e *Unwritable) Error() string {
	if len(e.Values) == 1 {
		return e.Values[0].String()
	}
	return fmt.Sprintf("%s, and %d more", e.Values[0], len(e.Values)-1)
}

// Kinds are those of a host's host: objects that a machine's owner does not know.
type Kinds interface {
	Of(v any) *Kind
	Numbered(id uint64) *Kind
}
