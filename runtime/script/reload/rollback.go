package reload

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// beforeImage is what a migration replaced, kept until the source no longer has
// the migration: for a rollback.
type beforeImage struct {
	initial string                      // what the source before it made, as outline writes it
	before  lua.LValue                  // deep copies
	after   lua.LValue                  //
	copies  map[*lua.LTable]*lua.LTable // live tables of before, to their copies
	down    *lua.LFunction
}

func (p *planner) beforeImage(sm *stagedMigration, live, result lua.LValue) *beforeImage {
	L := p.s.L()
	image := &beforeImage{initial: outline(p.st.base.State, sm.base), copies: map[*lua.LTable]*lua.LTable{}}
	image.before = copyPlain(L, live, image.copies)
	image.after = copyPlain(L, result, map[*lua.LTable]*lua.LTable{})
	if sm.down != nil {
		image.down = p.temporary(sm.down)
	}
	return image
}

// remember keeps a before-image, or with nil forgets it.
func (k *kept) remember(name string, image *beforeImage, undo *script.Undo) {
	old := k.migrated
	undo.Add(func() { k.migrated = old })
	k.migrated = maps.Clone(old)
	if k.migrated == nil {
		k.migrated = map[string]*beforeImage{}
	}
	if k.migrated[name] = image; image == nil {
		delete(k.migrated, name)
	}
}

// unmigrate handles the values that a migration has changed and whose source goes
// back to what it was before: by the migration's way down, or by putting back what
// was there, if nobody has changed the value since. It returns the names of the
// places it took care of.
func (p *planner) unmigrate() (done map[string]bool, r *code.Refusal) {
	done = map[string]bool{}
	if len(p.kept.migrated) == 0 {
		return done, nil
	}
	places := p.placesByName()
	for _, name := range slices.Sorted(maps.Keys(p.kept.migrated)) {
		at, image := places[name], p.kept.migrated[name]
		if at == nil || p.stillMigrates(at) {
			continue
		}
		if outline(p.st.next.State, at.new) != image.initial {
			p.forget = append(p.forget, name) // the source has moved on; it is plain state from now
			continue
		}
		live, ok := p.resolve(at)
		if !ok {
			continue
		}
		lm, r := p.wayBack(at, image, live)
		if r != nil {
			if p.force {
				continue
			}
			return nil, r
		}
		p.report.Taken++
		p.migrations = append(p.migrations, lm)
		done[name] = true
	}
	return done, nil
}

// wayBack is the migration that undoes one.
func (p *planner) wayBack(at *place, image *beforeImage, live lua.LValue) (*liveMigration, *code.Refusal) {
	if image.down != nil {
		lm, err := p.runMigration(at, image.down, live)
		if err == nil {
			return lm, nil
		}
		r := p.st.refusal(code.RMigrate, at)
		r.Message = fmt.Sprintf("the way down of its migration failed: %v; every write was undone", err)
		return nil, r
	}
	e := structure{a: p.s, b: p.s, nodes: 1 << 20}
	if !e.equal(image.after, live) {
		r := p.st.refusal(code.RNoDown, at)
		r.Message = fmt.Sprintf("was migrated and has changed since (%s), and there is no way back. Give reload.migrate a third argument, function(new) return old end, or keep the migration", script.Short(live))
		return nil, r
	}
	return &liveMigration{place: at, result: image.before, copies: image.copies}, nil
}

// placesByName finds the changed places, and those that changed places are in.
func (p *planner) placesByName() map[string]*place {
	out := map[string]*place{}
	for _, o := range p.st.ops {
		for at := o.place; at != nil && at.name != ""; at = at.parent {
			out[at.name] = at
		}
	}
	return out
}

func (p *planner) stillMigrates(at *place) bool {
	for _, m := range p.st.next.Loaded() {
		if m.Unit.Policies[at.name].Kind == code.Migrated {
			return true
		}
	}
	return false
}

// outline writes down what a value is made of, for comparing two versions' initial
// values without keeping either.
func outline(s *script.State, v lua.LValue) string {
	var b strings.Builder
	seen := map[*lua.LTable]int{}
	var write func(v lua.LValue)
	write = func(v lua.LValue) {
		switch v := v.(type) {
		case *lua.LTable:
			if n, ok := seen[v]; ok {
				fmt.Fprintf(&b, "<%d>", n)
				return
			}
			seen[v] = len(seen)
			var keys []string
			values := map[string]lua.LValue{}
			v.ForEach(func(k, e lua.LValue) {
				key := fmt.Sprintf("%d %s", k.Type(), keyText(k))
				keys = append(keys, key)
				values[key] = e
			})
			sort.Strings(keys)
			b.WriteByte('{')
			for _, k := range keys {
				fmt.Fprintf(&b, "%q:", k)
				write(values[k])
			}
			b.WriteByte('}')
		case *lua.LFunction:
			if sl := s.Slots().Of(v); sl != nil {
				b.WriteString("function " + sl.Function.Decl.Name)
			}
		default:
			fmt.Fprintf(&b, "%d %q,", v.Type(), keyText(v))
		}
	}
	write(v)
	return b.String()
}

// keyText is a plain value's text, and an object's kind: its address means nothing
// in another State.
func keyText(v lua.LValue) string {
	switch v.(type) {
	case *lua.LTable, *lua.LFunction, *lua.LUserData, *lua.LState:
		return v.Type().String()
	}
	return v.String()
}
