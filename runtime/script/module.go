package script

import (
	"fmt"
	"math/rand/v2"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/spell"
)

// Module is one loaded file in one State.
type Module struct {
	Name          string
	File          *code.File
	Unit          *code.Unit
	seq           int // in the order of loading
	Result        lua.LValue
	Functions     []*Function // by the declarations' ids; nil where a decl is a capture
	Variables     []*Variable // by the declarations' ids; nil until somebody needs it
	Registrations []*Registration
	rng           *rand.Rand // of its top level; nil until that asks for a random number
	Needs         []string   // modules that its top level requires
	unsure        []migrationCall
}

// Function is one declaration through all its versions in one State.
type Function struct {
	Module *Module
	Decl   *code.Decl
	Slot   *Slot // what new closures use
}

// Variable is one local through all its versions in one State. A variable of a
// file's top level has one cell; others have one in each closure.
type Variable struct {
	Decl *code.Var
	Cell *lua.Upvalue
}

// NewModule is a file with slots of its own for its functions, which are not in the State yet.
// The prototype is that of the file itself. All are shared with other States where they can be.
func (s *State) NewModule(name string, file *code.File, u *code.Unit) (*Module, *lua.FunctionProto) {
	m := &Module{Name: name, File: file, Unit: u}
	return m, m.instantiate(s.slots.fresh(u))
}

// Variable is what a declaration of the file is through its versions.
func (m *Module) Variable(v *code.Var) *Variable {
	for len(m.Variables) <= v.ID {
		m.Variables = append(m.Variables, nil)
	}
	if m.Variables[v.ID] == nil {
		m.Variables[v.ID] = &Variable{Decl: v}
	}
	return m.Variables[v.ID]
}

func (m *Module) layout(d *code.Decl) []*Variable {
	if len(d.Upvals) == 0 {
		return nil
	}
	out := make([]*Variable, len(d.Upvals))
	for i, v := range d.Upvals {
		out[i] = m.Variable(v)
	}
	return out
}

// instantiate makes the slots.
func (m *Module) instantiate(shared bool) *lua.FunctionProto {
	u := m.Unit
	m.Functions = make([]*Function, len(u.Decls))
	protos := make([]*lua.FunctionProto, len(u.Decls))
	for i := len(u.Decls) - 1; i >= 0; i-- {
		d := u.Decls[i]
		if protos[i] = d.Proto; d.Capture {
			continue
		}
		if !shared {
			protos[i] = CloneProto(d, protos)
		}
		if i == 0 {
			continue
		}
		f := &Function{Module: m, Decl: d}
		f.Slot = NewSlot(f, protos[i], m.layout(d), nil)
		m.Functions[i] = f
	}
	return protos[0]
}

// CloneProto copies a prototype's header; protos holds the nested ones by id. Code and
// constants stay shared.
func CloneProto(d *code.Decl, protos []*lua.FunctionProto) *lua.FunctionProto {
	p := *d.Proto
	if len(d.Children) > 0 {
		p.FunctionPrototypes = make([]*lua.FunctionProto, len(d.Children))
		for i, c := range d.Children {
			p.FunctionPrototypes[i] = protos[c.ID]
		}
	}
	return &p
}

// random is the source of the random numbers of the module's top level.
func (m *Module) random(seed uint64) *rand.Rand {
	if m.rng == nil {
		m.rng = rand.New(rand.NewPCG(seed, code.Seed(m.Name)))
	}
	return m.rng
}

// eachFunction visits the declared functions of the file.
func (m *Module) eachFunction(visit func(*Function)) {
	for _, f := range m.Functions {
		if f != nil {
			visit(f)
		}
	}
}

// Cell is where a variable of the top level lives, nil for others.
func (m *Module) Cell(v *code.Var) *lua.Upvalue {
	if v.ID < len(m.Variables) && m.Variables[v.ID] != nil {
		return m.Variables[v.ID].Cell
	}
	return nil
}

// namesNothing is the error of a migration whose name is nothing in its file. A field
// that the text does not show may have appeared by the end of the top level.
func (m *Module) namesNothing(sm migrationCall) *code.Refusal {
	if m.returns(sm.name) {
		return nil
	}
	mend := "name a local of the file's top level or a field of what it returns"
	for full, pol := range m.Unit.Policies {
		if pol.Kind == code.Migrated && pol.Name == sm.name {
			mend = fmt.Sprintf("did you mean %q?", full[strings.LastIndexAny(full, ".:")+1:])
		}
	}
	if near := spell.Nearest(sm.name, m.Unit.ShortNames()); near != "" {
		mend = fmt.Sprintf("did you mean %q?", near)
	}
	return &code.Refusal{Code: code.RLoad, Subject: code.FileLine(m.File.Path, sm.line), File: m.File.Path, Line: sm.line,
		Message: fmt.Sprintf("reload.migrate(%q) names nothing in this file; %s", sm.name, mend)}
}

// returns says whether there is something at a path of fields, a.b.c, of the result.
func (m *Module) returns(path string) bool {
	v := m.Result
	for _, key := range strings.Split(path, ".") {
		t, ok := v.(*lua.LTable)
		if key == "" {
			break
		}
		if !ok {
			return false
		}
		v = t.RawGetString(key)
	}
	return v != lua.LNil
}

// migrationCall is a reload.migrate whose name the text of the file does not explain.
type migrationCall struct {
	name string
	line int
}
