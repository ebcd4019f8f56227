package luacheck

import (
	"maps"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// senders are the words that make an event happen, with the place of its name
// among their arguments.
var senders = map[string]int{"emit": 0, "system.send": 1}

// raised collects the names of events that scripts make happen themselves.
type raised struct {
	names map[string]bool
	open  bool // an event's name is computed somewhere: anything may happen
}

func newRaised() raised { return raised{names: map[string]bool{}} }

func (r *raised) join(other raised) {
	maps.Copy(r.names, other.names)
	r.open = r.open || other.open
}

func (r *raised) block(stmts []ast.Stmt) {
	for _, s := range stmts {
		syntax.Children(s, r.block, r.expr)
	}
}

func (r *raised) expr(x ast.Expr) {
	if call, ok := x.(*ast.FuncCallExpr); ok {
		if at, ok := senders[wordOf(call.Func)]; ok && at < len(call.Args) {
			if name, ok := call.Args[at].(*ast.StringExpr); ok {
				r.names[name.Value] = true
			} else {
				r.open = true
			}
		}
	}
	syntax.ExprChildren(x, r.block, r.expr)
}

// wordOf is "emit" or "system.send" for an expression that reads so, else "".
func wordOf(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.IdentExpr:
		return x.Value
	case *ast.AttrGetExpr:
		object, ok := x.Object.(*ast.IdentExpr)
		key, isString := x.Key.(*ast.StringExpr)
		if ok && isString {
			return object.Value + "." + key.Value
		}
	}
	return ""
}

// eventName takes the name off a signature: "player_left" of
// "player_left(player: integer, reason: string)".
func eventName(signature string) string {
	name, _, _ := strings.Cut(signature, "(")
	return name
}

// handles checks the name of an event that a script wants to hear of. What only tests
// make happen is known to tests alone.
func (c *checker) handles(line int, place []string, name string) {
	core := c.eventsOf(c.src)
	sources := []map[string]bool{core, c.raised.names}
	open := c.raised.open
	if c.src.isTest() {
		sources, open = append(sources, c.tested.names), open || c.tested.open
	}
	if len(core) == 0 || open {
		return
	}
	var known []string
	for _, names := range sources {
		if names[name] {
			return
		}
		known = slices.AppendSeq(known, maps.Keys(names))
	}
	c.report(Error, line, place, "no event is called %s%s", name, suggest(name, known))
}
