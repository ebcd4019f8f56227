package code

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Unit is one compiled file with what a reload needs to know of it: its
// functions and variables as declarations that can be found again in the next
// version. It is immutable and shared by all States.
type Unit struct {
	Path, Module, Hash string
	src                []byte
	proto              *lua.FunctionProto
	Decls              []*Decl // preorder; decls[0] is the file itself
	Vars               []*Var  // every local of the file's top level, and every captured local
	Calls              []Call
	Policies           map[string]Policy            // by the name of what is declared: "m.s", "m:n"
	Lines              map[string]int               // where a name is declared
	Globals            map[string]GlobalUse         // that it sets
	needs              []string                     // modules that its top level requires
	FieldNames         func() map[string]lua.LValue // the strings of its code, as its States may share them
	loose              func() map[*lua.FunctionProto]*lua.FunctionProto
}

// Decl is one function of a file.
type Decl struct {
	ID       int
	Unit     *Unit
	parent   *Decl
	Children []*Decl
	block    *block // where it stands
	body     *block // its outermost scope
	group    string // what it can be matched by: its name, or where an anonymous one stands
	Name     string // as operators see it: "m.f", "m:h", "m.mk/1"
	Named    bool   // reachable by name, from the top level
	Capture  bool   // made by injectCapture, not by the author
	Proto    *lua.FunctionProto
	Upvals   []*Var   // by upvalue index
	Print    [16]byte // fingerprint of the code without line numbers, with nested functions
	Own      [16]byte // the same without nested functions
	Params   int
	Vararg   bool
	Fields   map[string]bool // fields that the constructor in it gives to new instances
	Free     []string        // globals that it reads or sets
	Line     int
	ordinal  int // which `function` keyword of the file it is
}

// Var is one local variable.
type Var struct {
	ID    int
	Name  string
	block *block
	Once  bool // lives once: declared at the file's top level, outside loops
}

// Unit is the file's version that declares it.
func (v *Var) Unit() *Unit { return v.block.fn.Unit }

// block is one lexical scope of a function.
type block struct {
	fn       *Decl
	parent   *block
	children []*block
	vars     []*Var
	loop     bool
	sig      strings.Builder // names declared directly in it: how it is recognised again
}

// What an author can say about a piece of state, with the reload function of that name.
const (
	KeepState = "state"   // the live value stays
	TakeConst = "const"   // the source's value is taken
	Migrated  = "migrate" // a function makes the new value of the live one
)

// Policy is what the author said about a piece of state.
type Policy struct {
	Kind  string
	Name  string
	Apart bool // a statement, beside the declaration of the value
}

// Call is a call whose callee is known by name.
type Call struct {
	Callee string // as decl.name
	Caller string
	Args   int // -1: not known
	Line   int
}
