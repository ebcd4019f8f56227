package script

import (
	"fmt"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/spell"
	"math/rand/v2"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// module is one loaded file in one State.
type module struct {
	name   string
	file   *code.File
	unit   *code.Unit
	seq    int // in the order of loading
	result lua.LValue
	fns    []*function // by decl id; nil where a decl is a capture
	vars   []*variable // by varDecl id; nil until somebody needs it
	regs   []*registration
	rng    *rand.Rand // of its top level; nil until that asks for a random number
	needs  []string   // modules that its top level requires
	unsure []migrationCall
}

// function is one declaration through all its versions in one State.
type function struct {
	mod  *module
	decl *code.Decl
	slot *slot // what new closures use
}

// variable is one local through all its versions in one State. A variable of a
// file's top level has one cell; others have one in each closure.
type variable struct {
	decl *code.Var
	cell *lua.Upvalue
}

// newModule is a file with slots of its own for its functions, which are in no State yet.
// The prototype is that of the file itself. Code and constants stay shared.
func newModule(name string, file *code.File, u *code.Unit) (*module, *lua.FunctionProto) {
	m := &module{name: name, file: file, unit: u}
	return m, m.instantiate()
}

// variable is what a declaration of the file is through its versions.
func (m *module) variable(v *code.Var) *variable {
	for len(m.vars) <= v.ID {
		m.vars = append(m.vars, nil)
	}
	if m.vars[v.ID] == nil {
		m.vars[v.ID] = &variable{decl: v}
	}
	return m.vars[v.ID]
}

func (m *module) layout(d *code.Decl) []*variable {
	if len(d.Upvals) == 0 {
		return nil
	}
	out := make([]*variable, len(d.Upvals))
	for i, v := range d.Upvals {
		out[i] = m.variable(v)
	}
	return out
}

// instantiate makes the slots.
func (m *module) instantiate() *lua.FunctionProto {
	u := m.unit
	m.fns = make([]*function, len(u.Decls))
	protos := make([]*lua.FunctionProto, len(u.Decls))
	for i := len(u.Decls) - 1; i >= 0; i-- {
		d := u.Decls[i]
		if d.Capture {
			protos[i] = d.Proto
			continue
		}
		protos[i] = cloneProto(d, protos)
		if i == 0 {
			continue
		}
		f := &function{mod: m, decl: d}
		f.slot = newSlot(f, protos[i], m.layout(d), nil)
		m.fns[i] = f
	}
	return protos[0]
}

// cloneProto copies a prototype's header; protos holds the nested ones by id.
func cloneProto(d *code.Decl, protos []*lua.FunctionProto) *lua.FunctionProto {
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
func (m *module) random(seed uint64) *rand.Rand {
	if m.rng == nil {
		m.rng = rand.New(rand.NewPCG(seed, code.Seed(m.name)))
	}
	return m.rng
}

// eachFunction visits the declared functions of the file.
func (m *module) eachFunction(visit func(*function)) {
	for _, f := range m.fns {
		if f != nil {
			visit(f)
		}
	}
}

// variableCell is where a variable of the top level lives, nil for others.
func (m *module) variableCell(v *code.Var) *lua.Upvalue {
	if v.ID < len(m.vars) && m.vars[v.ID] != nil {
		return m.vars[v.ID].cell
	}
	return nil
}

// namesNothing is the error of a migration whose name is nothing in its file. A field
// that the text does not show may have appeared by the end of the top level.
func (m *module) namesNothing(sm migrationCall) *code.Refusal {
	if m.returns(sm.name) {
		return nil
	}
	mend := "name a local of the file's top level or a field of what it returns"
	for full, pol := range m.unit.Policies {
		if pol.Kind == code.Migrated && pol.Name == sm.name {
			mend = fmt.Sprintf("did you mean %q?", full[strings.LastIndexAny(full, ".:")+1:])
		}
	}
	if near := spell.Nearest(sm.name, m.unit.ShortNames()); near != "" {
		mend = fmt.Sprintf("did you mean %q?", near)
	}
	return &code.Refusal{Code: code.RLoad, Subject: code.FileLine(m.file.Path, sm.line), File: m.file.Path, Line: sm.line,
		Message: fmt.Sprintf("reload.migrate(%q) names nothing in this file; %s", sm.name, mend)}
}

// returns says whether there is something at a path of fields, a.b.c, of the result.
func (m *module) returns(path string) bool {
	v := m.result
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
