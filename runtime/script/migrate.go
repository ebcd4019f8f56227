package script

import (
	"cmp"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/spell"
	"hotshard/runtime/script/vm"
)

// stageMigration gives a reload.migrate its value in a staging State.
func (s *State) stageMigration(L *lua.LState, sm *stagedMigration) {
	base := s.stage.base
	if base == nil || base.modules[sm.mod.name] == nil {
		if sm.mod.unit.policies[sm.mod.unit.named(sm.name)].apart {
			sm.result = lua.LNil
			return
		}
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
	copies, j := map[*lua.LTable]*lua.LTable{}, newJournal()
	arg := copyPlain(s.l, sm.base, copies)
	s.journaled(j, owned(copies), 0, func() { sm.result = s.callMigration(L, sm, arg) })
	j.swap() // what else it writes is for the live State to decide
}

// owned are copies, which nobody else has.
func owned(copies map[*lua.LTable]*lua.LTable) map[*lua.LTable]bool {
	out := make(map[*lua.LTable]bool, len(copies))
	for _, c := range copies {
		out[c] = true
	}
	return out
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
	if full := sm.mod.unit.named(sm.name); full != "" {
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
		if pol.name == name && (full == name || full == u.module+":"+name || full == u.module+"."+name || strings.HasSuffix(full, "."+name)) {
			return full
		}
	}
	return ""
}

// placeByName finds where the value that a file calls by a name lives, as base has it.
func placeByName(u *unit, base *State, name string) *place {
	m := base.modules[u.module]
	if m == nil {
		return nil
	}
	full := cmp.Or(u.named(name), u.module+"."+name)
	var p *place
	path := full
	switch {
	case strings.HasPrefix(full, u.module+":"):
		var local string
		local, path, _ = strings.Cut(full[len(u.module)+1:], ".")
		p = variablePlace(m, u, local)
	case strings.HasPrefix(full, u.module+"."):
		p, path = &place{kind: placeResult, mod: m.name, name: m.name, old: m.result}, full[len(u.module)+1:]
	default:
		p = &place{kind: placeGlobals, old: base.l.G.Global}
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

// namesNothing is the error of a migration whose name is nothing in its file. A field
// that the text does not show may have appeared by the end of the top level.
func (m *module) namesNothing(sm migrationCall) *Refusal {
	at := fieldPlace(&place{old: m.result}, sm.name)
	if at != nil && at.old != lua.LNil {
		return nil
	}
	mend := "name a local of the file's top level or a field of what it returns"
	for full, pol := range m.unit.policies {
		if pol.kind == "migrate" && pol.name == sm.name {
			mend = fmt.Sprintf("did you mean %q?", full[strings.LastIndexAny(full, ".:")+1:])
		}
	}
	if near := spell.Nearest(sm.name, m.unit.shortNames()); near != "" {
		mend = fmt.Sprintf("did you mean %q?", near)
	}
	return &Refusal{Code: "R-LOAD", Subject: fileLine(m.file.Path, sm.line), File: m.file.Path, Line: sm.line,
		Message: fmt.Sprintf("reload.migrate(%q) names nothing in this file; %s", sm.name, mend)}
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
func (p *planner) migrate(sm *stagedMigration, done map[string]bool) *Refusal {
	at := placeByName(sm.mod.unit, p.st.base, sm.name)
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
	arg := copyPlain(p.s.l, live, lm.copies)
	if p.journal == nil {
		p.journal = newJournal()
	}
	var err error
	p.s.metered(StageBudget, func() {
		p.s.journaled(p.journal, owned(lm.copies), hashName(p.st.To.Hash), func() {
			err = protectedCall(p.s.l, fn, 1, arg)
		})
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
	before := contentsOf(t)
	clearTable(t)
	for k, v := range entries(from) {
		vm.Set(t, value(k), value(v))
	}
	t.Metatable = from.Metatable
	p.undo(func() { before.fill(t) })
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
