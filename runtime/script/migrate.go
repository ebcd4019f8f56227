package script

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// stageMigration gives a reload.migrate its value in a staging State.
func (s *State) stageMigration(L *lua.LState, sm *stagedMigration) {
	base := s.stage.base
	if base == nil || base.modules[sm.mod.name] == nil {
		sm.result = s.callMigration(L, sm, lua.LNil)
		return
	}
	for _, old := range base.stage.migrations {
		if old.mod.name == sm.mod.name && old.name == sm.name && sameBody(base, old.fn, s, sm.fn) {
			sm.result = copyPlain(s.l, old.result, map[*lua.LTable]*lua.LTable{})
			return
		}
	}
	sm.fresh = true
	if p := placeByName(sm.mod.unit, base, sm.name); p != nil {
		sm.base = p.old
	}
	sm.result = s.callMigration(L, sm, copyPlain(s.l, sm.base, map[*lua.LTable]*lua.LTable{}))
}

func (s *State) callMigration(L *lua.LState, sm *stagedMigration, old lua.LValue) lua.LValue {
	if err := protectedCall(L, sm.fn, 1, old); err != nil {
		r := migrationRefusal(sm, err)
		if s.stage.refusal == nil {
			s.stage.refusal = r
		}
		s.raise(L, r)
	}
	v := L.Get(-1)
	L.Pop(1)
	return v
}

func migrationRefusal(sm *stagedMigration, err error) *Refusal {
	r := &Refusal{Code: "R-MIGRATE", Subject: sm.mod.name + "." + sm.name, File: sm.mod.file.Path}
	if full := policyPlace(sm.mod.unit, sm.name); full != "" {
		r.Subject = full
	}
	text := err.Error()
	if api, ok := err.(*lua.ApiError); ok {
		text = errorText(api.Object)
	}
	_, r.Line, r.Message = splitPlace(r.File, text)
	r.Message = "the migration failed: " + r.Message + "; every write was undone"
	return r
}

// sameBody says whether two functions of two States have the same code.
func sameBody(a *State, f *lua.LFunction, b *State, g *lua.LFunction) bool {
	x, y := a.slotOf(f), b.slotOf(g)
	return x != nil && y != nil && x.fn.decl.print == y.fn.decl.print
}

// policyPlace is the name of what a reload.migrate or reload.state declares.
func policyPlace(u *unit, name string) string {
	for full, pol := range u.policies {
		if pol.name == name && (full == u.module+":"+name || full == u.module+"."+name || strings.HasSuffix(full, "."+name)) {
			return full
		}
	}
	return ""
}

// placeByName finds where a unit's policy says its value lives, as base has it.
func placeByName(u *unit, base *State, name string) *place {
	full := policyPlace(u, name)
	m := base.modules[u.module]
	if full == "" || m == nil {
		return nil
	}
	rest := strings.TrimPrefix(full, u.module)
	var p *place
	if strings.HasPrefix(rest, ":") {
		varName, fields, _ := strings.Cut(rest[1:], ".")
		p = variablePlace(m, u, varName)
		rest = ""
		if fields != "" {
			rest = "." + fields
		}
	} else {
		p = &place{kind: placeResult, mod: m.name, name: m.name, old: m.result}
	}
	for _, key := range strings.Split(strings.TrimPrefix(rest, "."), ".") {
		if p == nil || key == "" {
			return p
		}
		t, ok := p.old.(*lua.LTable)
		if !ok {
			return nil
		}
		p = &place{kind: placeField, parent: p, mod: m.name, key: lua.LString(key), newKey: lua.LString(key), name: p.name + "." + key, old: t.RawGetString(key)}
	}
	return p
}

// variablePlace is a variable of the top level that base has and next declares.
func variablePlace(m *module, next *unit, name string) *place {
	declared := next.topLevel(name)
	for _, v := range m.unit.vars {
		if cell := m.variableCell(v); v.module && v.name == name && cell != nil && declared != nil {
			return &place{kind: placeVar, mod: m.name, v: declared, oldVar: v.id, name: m.name + ":" + name, old: cell.Value()}
		}
	}
	return nil
}

func (u *unit) topLevel(name string) *varDecl {
	for _, v := range u.vars {
		if v.module && v.name == name {
			return v
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
	c := L.CreateTable(t.Len(), 0)
	seen[t] = c
	c.Metatable = t.Metatable
	for k, e := t.Next(lua.LNil); k != lua.LNil; k, e = t.Next(k) {
		c.RawSet(copyPlain(L, k, seen), copyPlain(L, e, seen))
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
func (p *planner) migrate(sm *stagedMigration) *Refusal {
	at := placeByName(sm.mod.unit, p.st.base, sm.name)
	if at == nil {
		return nil // new in this version: nothing to bring along
	}
	live, ok := p.resolve(at)
	if !ok {
		return nil
	}
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
	var err error
	p.s.metered(StageBudget, func() {
		err = protectedCall(p.s.l, fn, 1, copyPlain(p.s.l, live, lm.copies))
	})
	if err != nil {
		return nil, err
	}
	lm.result = p.s.l.Get(-1)
	p.s.l.Pop(1)
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
	type entry struct{ k, v lua.LValue }
	var before []entry
	t.ForEach(func(k, v lua.LValue) { before = append(before, entry{k, v}) })
	mt := t.Metatable
	clearTable(t)
	for k, v := from.Next(lua.LNil); k != lua.LNil; k, v = from.Next(k) {
		t.RawSet(value(k), value(v))
	}
	t.Metatable = from.Metatable
	p.undo(func() {
		clearTable(t)
		for _, e := range before {
			t.RawSet(e.k, e.v)
		}
		t.Metatable = mt
	})
}

func clearTable(t *lua.LTable) {
	for n := t.MaxN(); n > 0; n-- {
		t.Remove(n)
	}
	var keys []lua.LValue
	t.ForEach(func(k, _ lua.LValue) { keys = append(keys, k) })
	for _, k := range keys {
		t.RawSet(k, lua.LNil)
	}
}
