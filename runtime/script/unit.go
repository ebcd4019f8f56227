package script

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// unit is one compiled file with what a reload needs to know of it: its
// functions and variables as declarations that can be found again in the next
// version. It is immutable and shared by all States.
type unit struct {
	path, module, hash string
	source             string // the file as it is
	src                []byte // without its byte order mark
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
	local    bool   // a local function
	capture  bool   // made by injectCapture, not by the author
	index    int    // in the parent's FunctionPrototypes
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
	line   int
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

// policy is what the author said about a piece of state.
type policy struct {
	kind  string // "state", "const", "migrate"
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

const captureMark = "\x00capture"

// captureFn receives, at the end of every top-level scope, a closure over all
// locals of that scope. It needs no environment, so all States share it.
var captureFn = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
	if fn, ok := L.Get(1).(*lua.LFunction); ok {
		From(L).captured(fn)
	}
	return 0
}}

func compileUnit(path, hash string, src []byte) (*unit, *Refusal) {
	text := string(src)
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	chunk, err := syntax.Parse(src, path)
	if err != nil {
		return nil, syntaxRefusal(path, err)
	}
	chunk = injectCapture(chunk)
	proto, err := compileChunk(chunk, path+"@"+hash[:min(6, len(hash))])
	if err != nil {
		return nil, syntaxRefusal(path, err)
	}
	for i, k := range proto.Constants {
		if k == lua.LString(captureMark) {
			proto.Constants[i] = captureFn
		}
	}
	vm.SetOrigin(proto, text, path)
	u := &unit{path: path, source: text, module: ModuleName(path), hash: hash, src: src, proto: proto,
		policies: map[string]policy{}, lines: map[string]int{}, globals: map[string]globalUse{}, fieldNames: sync.OnceValue(func() map[string]lua.LValue { return constantStrings(proto, map[string]lua.LValue{}) })}
	if err := analyse(u, chunk); err != nil {
		return nil, &Refusal{Code: "R-SYNTAX", Subject: path, File: path, Message: err.Error()}
	}
	return u, nil
}

// constantStrings collects the strings among a function's constants and those of
// the functions in it.
func constantStrings(p *lua.FunctionProto, into map[string]lua.LValue) map[string]lua.LValue {
	for _, k := range p.Constants {
		if str, ok := k.(lua.LString); ok {
			into[string(str)] = k
		}
	}
	for _, c := range p.FunctionPrototypes {
		constantStrings(c, into)
	}
	return into
}

// compileChunk guards against the compiler's own panics, which hostile input reaches.
func compileChunk(chunk []ast.Stmt, name string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the compiler gave up: %v", r)
		}
	}()
	return bytecode.Compile(chunk, name)
}

func syntaxRefusal(path string, err error) *Refusal {
	r := &Refusal{Code: "R-SYNTAX", File: path, Message: err.Error()}
	var serr *syntax.Error
	var cerr *bytecode.Error
	switch {
	case errors.As(err, &serr):
		r.Line, r.Message = serr.Line, serr.Advice()
		if serr.Unfinished() { // no line is to blame
			r.Line = 0
		}
	case errors.As(err, &cerr):
		r.Line, r.Message = cerr.Line, cerr.Message
	}
	r.Subject = fileLine(path, r.Line)
	return r
}

func fileLine(path string, line int) string {
	if line <= 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}

// fingerprint identifies a function's code: instructions, constants, parameters
// and captured names, but no line numbers. nested are the fingerprints of the
// functions inside it, where they shall count.
func fingerprint(p *lua.FunctionProto, nested ...[16]byte) [16]byte {
	h := sha256.New()
	var buf []byte
	buf = append(buf, p.NumParameters, p.IsVarArg, p.NumUpvalues, p.NumUsedRegisters, byte(len(p.FunctionPrototypes)))
	for _, c := range p.Code {
		buf = binary.LittleEndian.AppendUint32(buf, c)
	}
	for _, k := range p.Constants {
		switch k := k.(type) {
		case lua.LNumber:
			buf = binary.LittleEndian.AppendUint64(append(buf, 'n'), math.Float64bits(float64(k)))
		case lua.LString:
			buf = append(append(append(buf, 's'), k...), 0)
		case lua.LBool:
			buf = append(buf, 'b', byte(len(k.String())))
		default:
			buf = append(buf, 'z')
		}
	}
	for _, u := range p.DbgUpvalues {
		buf = append(append(buf, u...), 0)
	}
	h.Write(buf)
	for _, sum := range nested {
		h.Write(sum[:])
	}
	var out [16]byte
	copy(out[:], h.Sum(nil))
	return out
}

// injectCapture adds, where a top-level scope ends, a call that hands a closure
// over the scope's locals to captureFn. That closure is how the cells of locals
// are found again when a later version of the file uses them.
func injectCapture(chunk []ast.Stmt) []ast.Stmt { return injectBlock(chunk, nil, true) }

func injectBlock(stmts []ast.Stmt, outer []string, own bool) []ast.Stmt {
	var out []ast.Stmt
	visible := append([]string(nil), outer...)
	mine := 0
	for _, st := range stmts {
		switch st := st.(type) {
		case *ast.LocalAssignStmt:
			if own && shadows(visible, st.Names) { // the last place that sees the earlier one
				out = append(out, captureCall(visible, st.Line()))
			}
			if own {
				visible = appendNames(visible, st.Names)
				mine++
			}
		case *ast.DoBlockStmt:
			st.Stmts = injectBlock(st.Stmts, visible, own)
		case *ast.IfStmt:
			st.Then, st.Else = injectBlock(st.Then, visible, own), injectBlock(st.Else, visible, own)
		case *ast.WhileStmt:
			st.Stmts = injectBlock(st.Stmts, visible, false)
		case *ast.RepeatStmt:
			st.Stmts = injectBlock(st.Stmts, visible, false)
		case *ast.NumberForStmt:
			st.Stmts = injectBlock(st.Stmts, without(visible, st.Name), false)
		case *ast.GenericForStmt:
			st.Stmts = injectBlock(st.Stmts, without(visible, st.Names...), false)
		case *ast.ReturnStmt:
			if len(visible) > 0 {
				out = append(out, captureCall(visible, st.Line()))
			}
			return append(out, st)
		case *ast.GotoStmt:
			if len(visible) > 0 { // it may jump over the call at the end
				out = append(out, captureCall(visible, st.Line()))
			}
		case *ast.BreakStmt:
			if mine > 0 {
				out = append(out, captureCall(visible, st.Line()))
			}
			return append(out, st)
		}
		out = append(out, st)
	}
	if mine > 0 && len(stmts) > 0 {
		end := len(out)
		for end > 0 && isLabel(out[end-1]) { // a label that ends a block may be jumped to over locals
			end--
		}
		out = slices.Insert(out, end, captureCall(visible, stmts[len(stmts)-1].LastLine()))
	}
	return out
}

func isLabel(st ast.Stmt) bool {
	_, ok := st.(*ast.LabelStmt)
	return ok
}

func shadows(visible, names []string) bool {
	for _, n := range names {
		for _, v := range visible {
			if v == n {
				return true
			}
		}
	}
	return false
}

func without(names []string, drop ...string) []string {
	var out []string
	for _, n := range names {
		if !shadows([]string{n}, drop) {
			out = append(out, n)
		}
	}
	return out
}

func appendNames(visible, names []string) []string {
	return append(without(visible, names...), names...)
}

func captureCall(names []string, line int) ast.Stmt {
	fn := &ast.FunctionExpr{ParList: &ast.ParList{}}
	for _, n := range names {
		use := &ast.LocalAssignStmt{Names: []string{"_"}, Exprs: []ast.Expr{&ast.IdentExpr{Value: n}}}
		fn.Stmts = append(fn.Stmts, &ast.DoBlockStmt{Stmts: []ast.Stmt{use}})
		setLines(line, use, use.Exprs[0], fn.Stmts[len(fn.Stmts)-1])
	}
	callee := &ast.StringExpr{Value: captureMark}
	call := &ast.FuncCallExpr{Func: callee, Args: []ast.Expr{fn}}
	st := &ast.FuncCallStmt{Expr: call}
	setLines(line, fn, callee, call, st)
	return st
}

func setLines(line int, nodes ...ast.PositionHolder) {
	for _, n := range nodes {
		n.SetLine(line)
		n.SetLastLine(line)
	}
}
