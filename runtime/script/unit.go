package script

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// unit is one compiled file with what a reload needs to know of it: its
// functions and variables as declarations that can be found again in the next
// version. It is immutable and shared by all States.
type unit struct {
	path, module, hash string
	src                []byte
	proto              *lua.FunctionProto
	decls              []*decl    // preorder; decls[0] is the file itself
	vars               []*varDecl // every local of the file's top level, and every captured local
	calls              []callSite
	policies           map[string]policy            // by the name of what is declared: "m.s", "m:n"
	lines              map[string]int               // where a name is declared
	globals            map[string]globalUse         // that it sets
	needs              []string                     // modules that its top level requires
	fieldNames         func() map[string]lua.LValue // the strings of its code, as its States may share them
}

// decl is one function of a file.
type decl struct {
	id       int
	unit     *unit
	parent   *decl
	children []*decl
	block    *block // where it stands
	body     *block // its outermost scope
	group    string // what it can be matched by: its name, or where an anonymous one stands
	name     string // as operators see it: "m.f", "m:h", "m.mk/1"
	named    bool   // reachable by name, from the top level
	capture  bool   // made by injectCapture, not by the author
	proto    *lua.FunctionProto
	upvals   []*varDecl // by upvalue index
	print    [16]byte   // fingerprint of the code without line numbers, with nested functions
	own      [16]byte   // the same without nested functions
	params   int
	vararg   bool
	fields   map[string]bool // fields that the constructor in it gives to new instances
	free     []string        // globals that it reads or sets
	line     int
	ordinal  int // which `function` keyword of the file it is
}

// varDecl is one local variable.
type varDecl struct {
	id     int
	name   string
	block  *block
	module bool // lives once: declared at the file's top level, outside loops
}

// block is one lexical scope of a function.
type block struct {
	fn       *decl
	parent   *block
	children []*block
	vars     []*varDecl
	loop     bool
	sig      strings.Builder // names declared directly in it: how it is recognised again
}

// What an author can say about a piece of state, with the reload function of that name.
const (
	KeepState = "state"   // the live value stays
	TakeConst = "const"   // the source's value is taken
	Migrated  = "migrate" // a function makes the new value of the live one
)

// policy is what the author said about a piece of state.
type policy struct {
	kind  string
	name  string
	apart bool // a statement, beside the declaration of the value
}

// callSite is a call whose callee is known by name.
type callSite struct {
	callee string // as decl.name
	caller string
	args   int // -1: not known
	line   int
}
