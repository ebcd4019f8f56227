package bytecode

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// Error is a program that parses and cannot be compiled: a break outside a loop,
// more locals than a function may have.
type Error struct {
	Line    int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Compile makes the prototype of a chunk, a function with any number of arguments.
// name is the source's name in errors. An error is an *Error.
func Compile(chunk []ast.Stmt, name string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			proto, err = nil, e
		}
	}()
	last := 0
	if len(chunk) > 0 {
		last = lastLine(chunk[len(chunk)-1])
	}
	f := newFunction(nil, name, 0, last)
	f.proto.IsVarArg = lua.VarArgIsVarArg
	f.body(chunk, last)
	return f.finish(), nil
}

func lastLine(n ast.PositionHolder) int { return max(n.Line(), n.LastLine()) }

// body compiles a function's statements and the return at its end.
func (f *function) body(chunk []ast.Stmt, last int) {
	f.open(false)
	f.stmts(chunk)
	f.line = max(last, f.line)
	f.abc(lua.OP_RETURN, 0, 1, 0)
	f.leave()
}

// closure compiles a function expression into dst.
func (f *function) closure(ex *ast.FunctionExpr, dst int, method bool) {
	g := newFunction(f, f.proto.SourceName, ex.Line(), lastLine(ex))
	g.open(false)
	names := ex.ParList.Names
	if method {
		names = append([]string{"self"}, names...)
	}
	for _, name := range names {
		g.declare(name, g.reserve(1))
	}
	g.proto.NumParameters = uint8(len(names))
	if ex.ParList.HasVargs { // the table `arg` is made where the function does not use `...`
		g.proto.IsVarArg = lua.VarArgHasArg | lua.VarArgIsVarArg | lua.VarArgNeedsArg
		g.declare("arg", g.reserve(1))
	}
	g.body(ex.Stmts, lastLine(ex))
	g.leave()
	index := len(f.proto.FunctionPrototypes)
	f.proto.FunctionPrototypes = append(f.proto.FunctionPrototypes, g.finish())
	f.line = max(ex.LastLine(), ex.Line())
	f.need(dst + 1)
	f.abx(lua.OP_CLOSURE, dst, index)
	for _, c := range g.captures {
		op := lua.OP_GETUPVAL
		if c.fromLocal {
			op = lua.OP_MOVE
		}
		f.abc(op, 0, c.index, 0)
	}
}
