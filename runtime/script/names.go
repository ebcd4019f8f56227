package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// returnedLocal is M in `return M` or `return setmetatable(M, ...)`, or "".
func returnedLocal(chunk []ast.Stmt) string {
	for _, st := range chunk {
		ret, ok := st.(*ast.ReturnStmt)
		if !ok || len(ret.Exprs) != 1 {
			continue
		}
		switch ex := ret.Exprs[0].(type) {
		case *ast.IdentExpr:
			return ex.Value
		case *ast.FuncCallExpr:
			if isGlobalCall(ex, "setmetatable") && len(ex.Args) > 0 {
				if id, ok := ex.Args[0].(*ast.IdentExpr); ok {
					return id.Value
				}
			}
		}
	}
	return ""
}

func isGlobalCall(ex *ast.FuncCallExpr, name string) bool {
	id, ok := ex.Func.(*ast.IdentExpr)
	return ok && id.Value == name
}

// noteFields records what a constructor gives to a new instance, for W-FIELDS.
func (a *analyser) noteFields(t *ast.TableExpr) {
	for _, f := range t.Fields {
		if key, ok := f.Key.(*ast.StringExpr); ok {
			a.addField(key.Value)
		}
	}
}

// noteInstanceField handles `local self = setmetatable(...); self.x = ...`.
func (a *analyser) noteInstanceField(lhs ast.Expr) {
	at, ok := lhs.(*ast.AttrGetExpr)
	if !ok {
		return
	}
	id, ok1 := at.Object.(*ast.IdentExpr)
	key, ok2 := at.Key.(*ast.StringExpr)
	if !ok1 || !ok2 {
		return
	}
	if v := a.lookup(id.Value); v != nil && a.tables[v] && v.block.fn == a.fn {
		a.addField(key.Value)
	}
}

func (a *analyser) addField(name string) {
	if a.fn.parent == nil {
		return // a table made once at the top level is not a constructor
	}
	if a.fn.fields == nil {
		a.fn.fields = map[string]bool{}
	}
	a.fn.fields[name] = true
}

func (a *analyser) notePolicy(kind string, ex *ast.FuncCallExpr, hint string) {
	if kind != KeepState && kind != TakeConst && kind != Migrated {
		return
	}
	name := ""
	if len(ex.Args) > 0 {
		if s, ok := ex.Args[0].(*ast.StringExpr); ok {
			name = s.Value
		}
	}
	switch {
	case hint != "":
		a.u.policies[a.placeName(hint)] = policy{kind: kind, name: name}
	case kind == Migrated && name != "":
		a.migrated = append(a.migrated, name)
	}
}

// placeName is the name of a written place as the comparison of values has it:
// that of a global is its own.
func (a *analyser) placeName(hint string) string {
	base, _ := splitBase(hint)
	if !strings.HasPrefix(hint, "local ") && base != "return" && a.lookup(base) == nil {
		return hint
	}
	return a.display(hint)
}

// noteMigrations finds the places of migrations that are written as statements.
func (a *analyser) noteMigrations() {
	for _, name := range a.migrated {
		if full := a.u.named(name); full != "" && a.u.policies[full].kind == "" {
			a.u.policies[full] = policy{kind: Migrated, name: name, apart: true}
		}
	}
}

// named is the full name of what a file calls by a short one: a local of its top
// level, a field of what it returns, a global that it sets, or a place with a policy
// of that name; "" where there is none.
func (u *unit) named(name string) string {
	if full := u.policyPlace(name); full != "" {
		return full
	}
	base, _ := splitBase(name)
	for _, full := range []string{u.module + ":" + name, u.module + "." + name} {
		if u.lines[full] != 0 {
			return full
		}
	}
	if u.globals[base].atTop {
		return name
	}
	return ""
}

// shortNames are all names that a file has for its state.
func (u *unit) shortNames() []string {
	var out []string
	for full := range u.lines {
		out = append(out, strings.TrimLeft(strings.TrimPrefix(full, u.module), ".:"))
	}
	for name, g := range u.globals {
		if g.atTop {
			out = append(out, name)
		}
	}
	return out
}

func (a *analyser) noteCall(ex *ast.FuncCallExpr) {
	if ex.Func == nil {
		return
	}
	callee := a.calleeName(ex.Func)
	if callee == "" {
		return
	}
	args := len(ex.Args)
	if args > 0 {
		switch last := ex.Args[args-1].(type) {
		case *ast.Comma3Expr:
			args = -1
		case *ast.FuncCallExpr:
			if !last.AdjustRet {
				args = -1
			}
		}
	}
	a.u.calls = append(a.u.calls, callSite{callee: callee, caller: a.fn.name, args: args, line: ex.Line()})
}

// noteNeed notes a module that the top level requires.
func (a *analyser) noteNeed(ex *ast.FuncCallExpr) {
	if a.fn.parent == nil && isGlobalCall(ex, "require") && len(ex.Args) == 1 {
		if name, ok := ex.Args[0].(*ast.StringExpr); ok {
			a.u.needs = append(a.u.needs, name.Value)
		}
	}
}

// calleeName resolves `N.hit` with `local N = require "n"` to "n.hit", `M.f` to
// "m.f" and a local function `g` to "m:g".
func (a *analyser) calleeName(ex ast.Expr) string {
	path := exprPath(ex)
	if path == "" {
		return ""
	}
	base, rest := splitBase(path)
	v := a.lookup(base)
	switch {
	case v == nil:
		return ""
	case a.requires[v] != "" && rest != "":
		return a.requires[v] + rest
	case v.module && base == a.returned:
		return a.u.module + rest
	case v.module:
		return a.u.module + ":" + path
	}
	return ""
}

func splitBase(path string) (base, rest string) {
	for i := 0; i < len(path); i++ {
		if path[i] == '.' || path[i] == '[' {
			return path[:i], path[i:]
		}
	}
	return path, ""
}

// exprPath writes a.b.c for an expression that names a place, "" for others.
func exprPath(ex ast.Expr) string {
	switch ex := ex.(type) {
	case *ast.IdentExpr:
		return ex.Value
	case *ast.AttrGetExpr:
		if base := exprPath(ex.Object); base != "" {
			return base + keySuffix(ex.Key)
		}
	}
	return ""
}

func keySuffix(key ast.Expr) string {
	switch key := key.(type) {
	case *ast.StringExpr:
		return "." + key.Value
	case *ast.NumberExpr:
		return "[" + key.Value + "]"
	}
	return "[]"
}

func (a *analyser) note(hint string, line int) {
	if hint == "" || a.fn.parent != nil {
		return
	}
	if name := a.display(hint); a.u.lines[name] == 0 {
		a.u.lines[name] = line
	}
}

// display turns a written place into the name operators see.
func (a *analyser) display(hint string) string {
	prefix := a.u.module
	if a.fn.parent != nil {
		prefix = a.fn.name
	}
	if strings.HasPrefix(hint, "local ") {
		hint = hint[6:]
		base, rest := splitBase(hint)
		if a.fn.parent == nil && base == a.returned {
			return prefix + rest
		}
		return prefix + ":" + hint
	}
	base, rest := splitBase(hint)
	switch {
	case base == "return" && a.fn.parent == nil:
		return prefix + rest
	case base == a.returned && a.lookup(base) != nil && a.lookup(base).module:
		return a.u.module + rest
	case a.lookup(base) != nil && a.lookup(base).module:
		return a.u.module + ":" + hint
	}
	return prefix + ":" + hint
}

func (a *analyser) nameDecl(d *decl, hint, context string) {
	parent := d.parent
	returned := parent.parent != nil && (hint == "return" || strings.HasPrefix(hint, "return."))
	if hint == "" || returned {
		a.anon[parent]++
		d.name = fmt.Sprintf("%s/%d", parent.name, a.anon[parent])
		d.group = "\x00" + context
		switch {
		case hint == "return":
			d.group = "\x00return"
		case returned: // a field of a returned table has a name to be matched by
			d.group = d.parent.name + ":" + hint
		}
		return
	}
	d.name = a.display(hint)
	d.group = d.name
	d.named = parent.parent == nil
	d.block.sig.WriteString("f " + hint + ";")
	if d.named {
		a.u.lines[d.name] = d.line
	}
}

// callContext writes the callee and its text arguments, on("tick"), by which an
// anonymous argument is told from others.
func callContext(ex *ast.FuncCallExpr) string {
	ctx := ex.Method
	if ex.Func != nil {
		ctx = exprPath(ex.Func)
	}
	for _, arg := range ex.Args {
		if s, ok := arg.(*ast.StringExpr); ok {
			ctx += "," + s.Value
		}
	}
	return ctx
}

// globalUse is what a file does with a global.
type globalUse struct {
	set   bool
	atTop bool // it is set by the top level
}

// noteGlobal notes a global that the current function reads or sets.
func (a *analyser) noteGlobal(ex ast.Expr, set bool) {
	id, ok := ex.(*ast.IdentExpr)
	if !ok || a.lookup(id.Value) != nil {
		return
	}
	if set {
		use := a.u.globals[id.Value]
		a.u.globals[id.Value] = globalUse{set: true, atTop: use.atTop || a.fn.parent == nil}
	}
	if a.fn.parent != nil && !slices.Contains(a.fn.free, id.Value) {
		a.fn.free = append(a.fn.free, id.Value)
	}
}

// policyPlace is the name of what a reload.migrate or reload.state declares.
func (u *unit) policyPlace(name string) string {
	for full, pol := range u.policies {
		if pol.name == name && (full == name || full == u.module+":"+name || full == u.module+"."+name || strings.HasSuffix(full, "."+name)) {
			return full
		}
	}
	return ""
}

// topLevel is a local of the top level, the first of that name, or nil.
func (u *unit) topLevel(name string) *varDecl {
	for _, v := range u.vars {
		if v.module && v.name == name {
			return v
		}
	}
	return nil
}
