package reload

import (
	"fmt"
	"sort"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// warnStatic collects what can be said without a live State.
func (st *Staged) warnStatic() {
	for _, m := range st.next.Loaded() {
		um := st.match[m.Name]
		if um == nil || um.Old == um.New {
			continue
		}
		for _, name := range um.Ambiguous {
			st.Warnings = append(st.Warnings, code.Warn(code.WClosureOld, name, "closures made before the reload keep their code: the functions cannot be told apart; give them names"))
		}
		for _, d := range um.New.Decls[1:] {
			if was := um.Before(d); was != nil && !d.Capture {
				st.warnFunction(um, was, d)
			}
		}
		st.warnDeleted(um)
	}
	st.warnPlaces()
	sort.SliceStable(st.Warnings, func(i, j int) bool { return st.Warnings[i].Subject < st.Warnings[j].Subject })
}

func (st *Staged) warnFunction(um *code.Match, old, new *code.Decl) {
	if !um.SameLayout(old, new) && !um.Upgradable(old, new) {
		st.Warnings = append(st.Warnings, code.Warn(code.WClosureOld, new.Name, "closures made before the reload keep their code: it now uses a local that they did not capture"))
	}
	if new.Named && !old.Vararg && !new.Vararg && old.Params != new.Params {
		if detail, ok := st.callers(new); !ok {
			st.Warnings = append(st.Warnings, code.Warn(code.WArity, new.Name, "%d parameters before, %d now%s", old.Params, new.Params, detail))
		}
	}
	if added := addedFields(old, new); added != "" && !st.hasUpgrade(um.New.Module) {
		st.Warnings = append(st.Warnings, code.Warn(code.WFields, new.Name, "adds %s, old instances have none; see reload.upgrade", added))
	}
}

// callers says whether every known call of a function passes what it now takes.
func (st *Staged) callers(d *code.Decl) (detail string, ok bool) {
	known := 0
	for _, m := range st.next.Loaded() {
		for _, c := range m.Unit.Calls {
			if c.Callee != d.Name {
				continue
			}
			known++
			if c.Args != d.Params {
				detail = fmt.Sprintf("; %s at %s passes %d", c.Caller, code.FileLine(m.File.Path, c.Line), c.Args)
			}
		}
	}
	return detail, known > 0 && detail == ""
}

func addedFields(old, new *code.Decl) string {
	if len(old.Fields) == 0 {
		return ""
	}
	var added []string
	for f := range new.Fields {
		if !old.Fields[f] {
			added = append(added, f)
		}
	}
	sort.Strings(added)
	return strings.Join(added, ", ")
}

func (st *Staged) hasUpgrade(module string) bool {
	for _, u := range st.next.stage.upgrades {
		if u.mod.Name == module {
			return true
		}
	}
	return false
}

func (st *Staged) warnDeleted(um *code.Match) {
	for _, d := range um.Old.Decls[1:] {
		if !d.Named || um.After(d) != nil || st.stillFunction(um, d) {
			continue
		}
		hint := ""
		for _, n := range um.New.Decls[1:] {
			if um.Before(n) == nil && n.Print == d.Print && n.Named {
				hint = "same body as new " + n.Name
			}
		}
		st.Warnings = append(st.Warnings, code.Warn(code.WDeleted, d.Name, "%s", hint))
	}
}

// stillFunction says whether the name of a deleted declaration now names another function.
func (st *Staged) stillFunction(um *code.Match, d *code.Decl) bool {
	for _, n := range um.New.Decls[1:] {
		if n.Named && n.Name == d.Name {
			return true
		}
	}
	return false
}

// warnPlaces names new globals and replaced base classes.
func (st *Staged) warnPlaces() {
	for _, o := range st.ops {
		if o.parent == nil || o.sequence {
			continue
		}
		if o.parent.kind == placeGlobals && o.old == lua.LNil {
			st.Warnings = append(st.Warnings, code.Warn(code.WGlobal, o.name, "a new global"))
		}
		index := o.kind == placeField && o.parent.kind == placeMeta && o.key == lua.LString("__index")
		if index && o.old.Type() == lua.LTTable && o.new.Type() == lua.LTTable {
			st.Warnings = append(st.Warnings, code.Warn(code.WBase, o.parent.parent.name, "%s -> %s", st.nameOf(o.old), st.nameOf(o.new)))
		}
	}
}

// nameOf is how a table is known: by a place that holds it.
func (st *Staged) nameOf(v lua.LValue) string {
	for _, p := range st.pairs {
		if (p.new == v || p.old == v) && p.name != "" {
			if i := strings.LastIndexByte(p.name, ':'); i >= 0 {
				return p.name[i+1:]
			}
			return p.name
		}
	}
	return "a table"
}
