package code

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
	if a.fn.Fields == nil {
		a.fn.Fields = map[string]bool{}
	}
	a.fn.Fields[name] = true
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
		a.u.Policies[a.placeName(hint)] = Policy{Kind: kind, Name: name}
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
		if full := a.u.FullName(name); full != "" && a.u.Policies[full].Kind == "" {
			a.u.Policies[full] = Policy{Kind: Migrated, Name: name, Apart: true}
		}
	}
}

// FullName is the full name of what a file calls by a short one: a local of its top
// level, a field of what it returns, a global that it sets, or a place with a policy
// of that name; "" where there is none.
func (u *Unit) FullName(name string) string {
	if full := u.policyPlace(name); full != "" {
		return full
	}
	base, _ := splitBase(name)
	for _, full := range []string{u.Module + ":" + name, u.Module + "." + name} {
		if u.Lines[full] != 0 {
			return full
		}
	}
	if u.Globals[base].AtTop {
		return name
	}
	return ""
}

// ShortNames are all names that a file has for its state.
func (u *Unit) ShortNames() []string {
	var out []string
	for full := range u.Lines {
		out = append(out, strings.TrimLeft(strings.TrimPrefix(full, u.Module), ".:"))
	}
	for name, g := range u.Globals {
		if g.AtTop {
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
	a.u.Calls = append(a.u.Calls, Call{Callee: callee, Caller: a.fn.Name, Args: args, Line: ex.Line()})
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
	case v.Once && base == a.returned:
		return a.u.Module + rest
	case v.Once:
		return a.u.Module + ":" + path
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
	if name := a.display(hint); a.u.Lines[name] == 0 {
		a.u.Lines[name] = line
	}
}

// display turns a written place into the name operators see.
func (a *analyser) display(hint string) string {
	prefix := a.u.Module
	if a.fn.parent != nil {
		prefix = a.fn.Name
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
	case base == a.returned && a.lookup(base) != nil && a.lookup(base).Once:
		return a.u.Module + rest
	case a.lookup(base) != nil && a.lookup(base).Once:
		return a.u.Module + ":" + hint
	}
	return prefix + ":" + hint
}

func (a *analyser) nameDecl(d *Decl, hint, context string) {
	parent := d.parent
	returned := parent.parent != nil && (hint == "return" || strings.HasPrefix(hint, "return."))
	if hint == "" || returned {
		a.anon[parent]++
		d.Name = fmt.Sprintf("%s/%d", parent.Name, a.anon[parent])
		d.group = "\x00" + context
		switch {
		case hint == "return":
			d.group = "\x00return"
		case returned: // a field of a returned table has a name to be matched by
			d.group = d.parent.Name + ":" + hint
		}
		return
	}
	d.Name = a.display(hint)
	d.group = d.Name
	d.Named = parent.parent == nil
	d.block.sig.WriteString("f " + hint + ";")
	if d.Named {
		a.u.Lines[d.Name] = d.Line
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

// GlobalUse is what a file does with a global.
type GlobalUse struct {
	Set   bool
	AtTop bool // it is set by the top level
}

// noteGlobal notes a global that the current function reads or sets.
func (a *analyser) noteGlobal(ex ast.Expr, set bool) {
	id, ok := ex.(*ast.IdentExpr)
	if !ok || a.lookup(id.Value) != nil {
		return
	}
	if set {
		use := a.u.Globals[id.Value]
		a.u.Globals[id.Value] = GlobalUse{Set: true, AtTop: use.AtTop || a.fn.parent == nil}
	}
	if a.fn.parent != nil && !slices.Contains(a.fn.Free, id.Value) {
		a.fn.Free = append(a.fn.Free, id.Value)
	}
}

// policyPlace is the name of what a reload.migrate or reload.state declares.
func (u *Unit) policyPlace(name string) string {
	for full, pol := range u.Policies {
		if pol.Name == name && (full == name || full == u.Module+":"+name || full == u.Module+"."+name || strings.HasSuffix(full, "."+name)) {
			return full
		}
	}
	return ""
}

// TopLevel is a local of the top level, the first of that name, or nil.
func (u *Unit) TopLevel(name string) *Var {
	for _, v := range u.Vars {
		if v.Once && v.Name == name {
			return v
		}
	}
	return nil
}
