package bindings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/catalogue"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/system"
)

// TypeWords says which words take the names of types, and which there are: for the
// checker and for what is asked before a release is staged.
func TypeWords(set *catalogue.Set) luacheck.Types {
	words := typeWords()
	words.Unknown = func(name string) string {
		if set.Empty() || set.Get(name) != nil {
			return ""
		}
		return set.Unknown(name)
	}
	return words
}

// typeWords reads the signatures.
var typeWords = sync.OnceValue(func() luacheck.Types {
	words := luacheck.Types{Args: map[string][]int{}, Fields: map[string]map[int][]string{}}
	for i := range tables {
		for j := range tables[i].Funcs {
			f := &tables[i].Funcs[j]
			args := signatureArgs(f.Sig)
			for n, p := range f.params {
				if p.typeName {
					words.Args[f.full] = append(words.Args[f.full], n)
				}
				_, class, _ := strings.Cut(args[n], ": ")
				if keys := typeFields(strings.TrimSuffix(class, "[]")); len(keys) > 0 {
					words.Fields[f.full] = map[int][]string{n: keys}
				}
			}
		}
	}
	return words
})

// typeFields are the fields of a class, those that it has of others included, that hold
// names of types.
func typeFields(class string) []string {
	var keys []string
	for _, c := range classes {
		name, parent, _ := strings.Cut(c.Name, " : ")
		if name != class {
			continue
		}
		for _, f := range c.Fields {
			if strings.TrimSuffix(f.Type, "?") == typeName {
				keys = append(keys, f.Name)
			}
		}
		if parent != "" {
			keys = append(keys, typeFields(parent)...)
		}
	}
	return keys
}

// CheckTypes is what luacheck.Options.Types wants.
func CheckTypes(scripts map[string][]byte) (luacheck.Types, []luacheck.Finding) {
	set, problems := catalogue.Read(code.NewRelease(0, scripts))
	var findings []luacheck.Finding
	for _, p := range problems {
		if p.Code == code.RSyntax {
			continue // the check says so by itself
		}
		findings = append(findings, luacheck.Finding{File: p.File, Line: max(p.Line, 1), Col: 1, Message: strings.TrimSpace(p.Subject + " " + p.Message)})
	}
	if set == nil {
		return luacheck.Types{}, findings
	}
	return TypeWords(set), findings
}

// TypeReader reads and judges the types of releases: see script.Options, Data and Vet. One
// serves all States of a shard.
type TypeReader struct {
	catalogue.Reader
	Owners Owners // nil: nobody has anything
}

// Vet refuses a release whose scripts name a type that it has not, and one that takes out
// types which somebody has. One that is taken back leaves those with what they have, and
// the operator is told.
func (r *TypeReader) Vet(from, to *code.Release, data script.Data, back bool) ([]code.Warning, error) {
	set, ok := data.(*catalogue.Set)
	if !ok {
		return nil, nil
	}
	if f := unknownTypes(changed(from, to), set); len(f) > 0 {
		return nil, &code.Refusal{Code: code.RType, File: f[0].File, Line: f[0].Line, Message: f[0].Message}
	}
	was, err := r.Data(from)
	if err != nil || r.Owners == nil {
		return nil, nil // what ran was no good: nothing can depend on it
	}
	return r.gone(was.(*catalogue.Set), set, back)
}

// UnknownTypes lists where the scripts of a release name types that its data has not.
func UnknownTypes(r *code.Release, data script.Data) []luacheck.Finding {
	set, ok := data.(*catalogue.Set)
	if !ok {
		return nil
	}
	return unknownTypes(r.Files, set)
}

// changed are the scripts to look through: those that changed, or all where types have.
func changed(from, to *code.Release) map[string]*code.File {
	paths := from.Changed(to)
	if slices.ContainsFunc(paths, code.IsData) {
		return to.Files
	}
	files := map[string]*code.File{}
	for _, path := range paths {
		if f := to.Files[path]; f != nil {
			files[path] = f
		}
	}
	return files
}

func unknownTypes(files map[string]*code.File, set *catalogue.Set) []luacheck.Finding {
	var found []luacheck.Finding
	words := TypeWords(set)
	for _, path := range sortedKeys(files) {
		if code.IsData(path) {
			continue
		}
		for _, f := range luacheck.UnknownTypes(path, files[path].Source, words) {
			f.File = path
			found = append(found, f)
		}
	}
	return found
}

// gone asks who has what a release takes out.
func (r *TypeReader) gone(was, set *catalogue.Set, back bool) ([]code.Warning, error) {
	gone := was.Gone(set)
	if len(gone) == 0 {
		return nil, nil
	}
	names := make([]string, len(gone))
	for i, t := range gone {
		names[i] = t.Name
	}
	ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
	defer cancel()
	owners, err := r.Owners.Owners(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("asking who has the types that go: %w", err)
	}
	var warnings []code.Warning
	for _, t := range gone {
		if n := owners[t.Name]; n > 0 {
			had := fmt.Sprintf("%d %s", n, plural(n, "character has one", "characters have it"))
			if !back {
				return nil, inUse(t, had)
			}
			warnings = append(warnings, leftWithout(t, had))
		}
	}
	return warnings, nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func inUse(t *catalogue.Type, who string) *code.Refusal {
	return &code.Refusal{Code: code.RTypeUsed, Subject: t.Name, File: t.Path,
		Message: fmt.Sprintf("would be gone, and %s. Put it back with retired = true: it is no longer listed, and who has one keeps it", who)}
}

func leftWithout(t *catalogue.Type, who string) code.Warning {
	return code.Warning{Code: code.WTypeUsed, Subject: t.Name, Detail: "is gone with the release that brought it, and " + who + "; what flies keeps its last figures"}
}

// PlanData implements script.DataHost: what flies here, or is kept here of a player, must
// not go.
func (e *env) PlanData(data script.Data, back bool) ([]code.Warning, *code.Refusal) {
	set, ok := data.(*catalogue.Set)
	if !ok || e.sys == nil {
		return nil, nil
	}
	gone := map[string]*catalogue.Type{}
	for _, t := range e.types().Gone(set) {
		gone[t.Name] = t
	}
	if len(gone) == 0 {
		return nil, nil
	}
	var warnings []code.Warning
	used := e.used(gone)
	for _, name := range sortedKeys(used) {
		if !back {
			return nil, inUse(gone[name], used[name])
		}
		warnings = append(warnings, leftWithout(gone[name], used[name]))
	}
	return warnings, nil
}

// used says by whom the types are, of those who are here.
func (e *env) used(gone map[string]*catalogue.Type) map[string]string {
	used := map[string]string{}
	e.sys.EachEntity(func(thing *system.Entity) {
		if gone[thing.Type] != nil && thing.Flies() {
			used[thing.Type] = fmt.Sprintf("one flies in %s", e.st.Name())
		}
	})
	for _, p := range e.sys.Players() {
		eachText(p.Data, map[*lua.LTable]bool{}, func(text string) {
			if gone[text] != nil {
				used[text] = fmt.Sprintf("%s has one", p.Name)
			}
		})
	}
	return used
}

// eachText visits every text that a table holds, as key or value.
func eachText(t *lua.LTable, seen map[*lua.LTable]bool, visit func(string)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	t.ForEach(func(k, v lua.LValue) {
		if key, ok := k.(lua.LString); ok {
			visit(string(key))
		}
		switch v := v.(type) {
		case lua.LString:
			visit(string(v))
		case *lua.LTable:
			eachText(v, seen, visit)
		}
	})
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
