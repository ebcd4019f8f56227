package script

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/vm"
)

// override is a function that one table has for itself in place of the one it shares with
// others.
type override struct {
	table  *lua.LTable
	field  lua.LString
	fn     *lua.LFunction
	before lua.LValue
}

// OverrideKey says which override it is: of the table that a Lua expression named when it
// was made, and of the function that it takes the place of.
type OverrideKey struct{ Expr, Function string }

// Override gives the table that a Lua expression names a field of its own: text, a
// function expression that takes the place of the named function of a file. The
// names of the file's top level mean in it what they mean there. The State is as
// it was where the error is not nil.
func (s *State) Override(expr, function, text string) error {
	if s.depth > 0 {
		return &code.Refusal{Code: code.RHost, Subject: s.opts.Name, Message: "an override while Lua runs; the scheduler must wait for the tick to end"}
	}
	m, fn, err := s.declared(function)
	if err != nil {
		return err
	}
	v, err := s.value("return "+expr, s.consoleEnv())
	if err != nil {
		return err
	}
	t, ok := v.(*lua.LTable)
	if !ok {
		return &code.Refusal{Code: code.RKind, Subject: expr, Message: fmt.Sprintf("is a %s; only a table can have a function of its own", v.Type())}
	}
	o := &override{table: t, field: lua.LString(function[strings.LastIndexAny(function, ".:")+1:])}
	if o.fn, err = s.inScope(m, fn, text); err != nil {
		return err
	}
	o.before = vm.Get(t, o.field)
	vm.Set(t, o.field, o.fn)
	if s.overrides == nil {
		s.overrides = map[OverrideKey]*override{}
	}
	s.overrides[OverrideKey{expr, function}] = o
	s.Did(Deed{Kind: DeedOverride, Texts: []string{expr, function, text}})
	return nil
}

// Overrides lists what stands in place of functions of single tables.
func (s *State) Overrides() []OverrideKey {
	return slices.SortedFunc(maps.Keys(s.overrides), func(a, b OverrideKey) int {
		return cmp.Or(cmp.Compare(a.Expr, b.Expr), cmp.Compare(a.Function, b.Function))
	})
}

// DropOverride takes an override off again, unless something else stands there by now. A
// State that has started anew knows nothing of it.
func (s *State) DropOverride(key OverrideKey) {
	o := s.overrides[key]
	if o == nil {
		return
	}
	delete(s.overrides, key)
	s.Did(Deed{Kind: DeedDropOverride, Texts: []string{key.Expr, key.Function}})
	if vm.Get(o.table, o.field) == lua.LValue(o.fn) {
		vm.Set(o.table, o.field, o.before)
	}
}

// declared finds a loaded module's function by the name operators use.
func (s *State) declared(function string) (*Module, code.Function, error) {
	for _, m := range s.modules.order {
		if !strings.HasPrefix(function, m.Name) {
			continue
		}
		if fn, err := m.File.Function(function); err == nil {
			return m, fn, nil
		}
	}
	return nil, code.Function{}, &code.Refusal{Code: code.RLoad, Subject: function, Message: "no module that is loaded here declares it"}
}

// value runs a chunk that returns one value, under the budget of one entry.
func (s *State) value(text string, env *lua.LTable) (v lua.LValue, err error) {
	chunk, err := s.compile(text, consoleName)
	if err != nil {
		return nil, code.SyntaxRefusal("console", err)
	}
	chunk.Env = env
	s.metered(RunBudget, func() { err = protectedCall(s.l, chunk, 1) })
	if err != nil {
		return nil, s.loadRefusal("console", err)
	}
	v = s.l.Get(-1)
	s.l.Pop(1)
	return v, nil
}

// inScope makes a function of code whose free names are the module's locals, in
// the very cells that the module's own functions use.
func (s *State) inScope(m *Module, at code.Function, text string) (*lua.LFunction, error) {
	text = strings.TrimSpace(text)
	expr, refusal := code.FunctionExpr(text)
	if refusal != nil {
		return nil, refusal
	}
	cells := map[string]*lua.Upvalue{}
	for _, v := range m.Variables {
		if v != nil && v.Cell != nil && v.Decl.Once {
			cells[v.Decl.Name] = v.Cell
		}
	}
	var chunk strings.Builder
	for _, name := range sortedKeys(cells) { // the text is part of an image
		chunk.WriteString("local " + name + " ")
	}
	sep := "."
	head := at.Text[len("function"):strings.IndexByte(at.Text, '(')]
	if strings.Contains(head, ":") && !slices.Contains(expr.ParList.Names[:min(1, len(expr.ParList.Names))], "self") {
		sep = ":" // a method's self need not be written
	}
	chunk.WriteString("local patch = {} function patch" + sep + "f" + text[strings.IndexByte(text, '('):] + " return patch.f")
	v, err := s.value(chunk.String(), s.l.G.Global)
	if err != nil {
		return nil, err
	}
	fn, ok := v.(*lua.LFunction)
	if !ok {
		return nil, &code.Refusal{Code: code.RSyntax, Subject: "patch", Message: "a patch is one function: function(...) ... end"}
	}
	for i, name := range fn.Proto.DbgUpvalues {
		if cell := cells[name]; cell != nil && i < len(fn.Upvalues) {
			fn.Upvalues[i] = cell
		}
	}
	return fn, nil
}

// writeOverrides writes which tables have a function of their own, and what was there
// before.
func (c *codec) writeOverrides(w *image.Writer) {
	w.Count(len(c.s.overrides))
	for _, key := range c.s.Overrides() {
		o := c.s.overrides[key]
		w.Text(key.Expr)
		w.Text(key.Function)
		w.Step("the patched " + key.Expr)
		w.Value(o.table)
		w.Text(string(o.field))
		w.Value(o.fn)
		w.Value(o.before)
	}
}

func (c *codec) readOverrides(r *image.Reader) {
	for range r.Count() {
		key := OverrideKey{r.Text(), r.Text()}
		o := &override{table: r.Table(), field: lua.LString(r.Text()), fn: r.Function(), before: r.Value()}
		if o.table == nil || o.fn == nil {
			r.Fail("a patch of nothing")
			return
		}
		if c.s.overrides == nil {
			c.s.overrides = map[OverrideKey]*override{}
		}
		c.s.overrides[key] = o
	}
}
