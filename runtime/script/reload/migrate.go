package reload

import (
	"cmp"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// owned are copies, which nobody else has.
func owned(copies map[*lua.LTable]*lua.LTable) map[*lua.LTable]bool {
	out := make(map[*lua.LTable]bool, len(copies))
	for _, c := range copies {
		out[c] = true
	}
	return out
}

func migrationRefusal(sm *stagedMigration, err error) *code.Refusal {
	r := &code.Refusal{Code: code.RMigrate, Subject: sm.mod.Name + "." + sm.name, File: sm.mod.File.Path}
	if full := sm.mod.Unit.FullName(sm.name); full != "" {
		r.Subject = full
	}
	_, r.Line, r.Message = code.SplitPlace(r.File, script.ErrorText(err))
	r.Message = "the migration failed: " + r.Message + "; every write was undone"
	return r
}

// sameBody says whether two functions of two States have the same code.
func sameBody(a *script.State, f *lua.LFunction, b *script.State, g *lua.LFunction) bool {
	x, y := a.Slots().Of(f), b.Slots().Of(g)
	return x != nil && y != nil && x.Function.Decl.Print == y.Function.Decl.Print
}

// placeByName finds where the value that a file calls by a name lives, as base has it.
func placeByName(u *code.Unit, base *rehearsal, name string) *place {
	m := base.Module(u.Module)
	if m == nil {
		return nil
	}
	full := cmp.Or(u.FullName(name), u.Module+"."+name)
	var p *place
	path := full
	switch {
	case strings.HasPrefix(full, u.Module+":"):
		var local string
		local, path, _ = strings.Cut(full[len(u.Module)+1:], ".")
		p = variablePlace(m, u, local)
	case strings.HasPrefix(full, u.Module+"."):
		p, path = &place{kind: placeResult, mod: m.Name, name: m.Name, old: m.Result}, full[len(u.Module)+1:]
	default:
		p = &place{kind: placeGlobals, old: base.Globals()}
	}
	return fieldPlace(p, path)
}

// fieldPlace follows a path of fields, a.b.c, from a place.
func fieldPlace(p *place, path string) *place {
	for _, key := range strings.Split(path, ".") {
		if p == nil || key == "" {
			return p
		}
		t, ok := p.old.(*lua.LTable)
		if !ok {
			return nil
		}
		name := strings.TrimPrefix(p.name+"."+key, ".")
		p = &place{kind: placeField, parent: p, mod: p.mod, key: lua.LString(key), newKey: lua.LString(key), name: name, old: t.RawGetString(key)}
	}
	return p
}

// variablePlace is a variable of the top level that base has and next declares.
func variablePlace(m *script.Module, next *code.Unit, name string) *place {
	declared := next.TopLevel(name)
	for _, v := range m.Unit.Vars {
		if cell := m.Cell(v); v.Once && v.Name == name && cell != nil && declared != nil {
			return &place{kind: placeVar, mod: m.Name, v: declared, oldVar: v.ID, name: m.Name + ":" + name, old: cell.Value()}
		}
	}
	return nil
}

// copyPlain copies tables deeply and keeps everything else as it is; seen maps
// originals to copies, so that shared and cyclic tables keep their shape.
func copyPlain(L *lua.LState, v lua.LValue, seen map[*lua.LTable]*lua.LTable) lua.LValue {
	t, ok := v.(*lua.LTable)
	if !ok {
		return v
	}
	if c := seen[t]; c != nil {
		return c
	}
	c := L.CreateTable(vm.Len(t), 0)
	seen[t] = c
	c.Metatable = t.Metatable
	for k, e := range entries(t) {
		vm.Set(c, copyPlain(L, k, seen), copyPlain(L, e, seen))
	}
	return c
}

// liveMigration is one migration's outcome in a live State, ready to be written.
type liveMigration struct {
	place  *place
	result lua.LValue
	image  *beforeImage
	copies map[*lua.LTable]*lua.LTable // originals to copies
}

// migrate runs a fresh migration on a copy of the live value.
func (p *planner) migrate(sm *stagedMigration, done map[string]bool) *code.Refusal {
	at := placeByName(sm.mod.Unit, p.st.base, sm.name)
	if at == nil {
		return nil // new in this version: nothing to bring along
	}
	live, ok := p.resolve(at)
	if !ok {
		return nil
	}
	done[at.name] = true
	lm, err := p.runMigration(at, p.temporary(sm.fn), live)
	if err != nil {
		return migrationRefusal(sm, err)
	}
	lm.image = p.beforeImage(sm, live, lm.result)
	if sm.down != nil {
		lm.image.down = p.temporary(sm.down)
	}
	p.migrations = append(p.migrations, lm)
	return nil
}

// runMigration calls a migration with a copy of the live value.
func (p *planner) runMigration(at *place, fn *lua.LFunction, live lua.LValue) (*liveMigration, error) {
	lm := &liveMigration{place: at, copies: map[*lua.LTable]*lua.LTable{}}
	arg := copyPlain(p.s.L(), live, lm.copies)
	if p.journal == nil {
		p.journal = newJournal()
	}
	var err error
	if lm.result, err = p.s.Migrate(p.s.L(), fn, arg, owned(lm.copies), p.journal, code.Seed(p.st.To.Hash)); err != nil {
		return nil, err
	}
	return lm, nil
}

// write puts a migration's outcome in place: tables that existed before get the
// contents of their copies and stay the objects that others hold.
func (lm *liveMigration) write(p *planner) {
	back := map[*lua.LTable]*lua.LTable{}
	for orig, c := range lm.copies {
		back[c] = orig
	}
	original := func(v lua.LValue) lua.LValue {
		if t, ok := v.(*lua.LTable); ok && back[t] != nil {
			return back[t]
		}
		return v
	}
	for orig, c := range lm.copies {
		replaceContents(p, orig, c, original)
	}
	p.write(lm.place, original(lm.result))
}

func replaceContents(p *planner, t, from *lua.LTable, value func(lua.LValue) lua.LValue) {
	before := contentsOf(t)
	clearTable(t)
	for k, v := range entries(from) {
		vm.Set(t, value(k), value(v))
	}
	t.Metatable = from.Metatable
	p.undo.Add(func() { before.fill(t) })
}

// contents are what a table holds at one moment.
type contents struct {
	keys, values []lua.LValue
	meta         lua.LValue
}

func contentsOf(t *lua.LTable) contents {
	c := contents{meta: t.Metatable}
	for k, v := range entries(t) {
		c.keys, c.values = append(c.keys, k), append(c.values, v)
	}
	return c
}

// fill makes a table hold just this.
func (c contents) fill(t *lua.LTable) {
	clearTable(t)
	for i, k := range c.keys {
		vm.Set(t, k, c.values[i])
	}
	t.Metatable = c.meta
}

func clearTable(t *lua.LTable) {
	keys := contentsOf(t).keys
	for i := len(keys) - 1; i >= 0; i-- { // a list from its end
		vm.Set(t, keys[i], lua.LNil)
	}
}
