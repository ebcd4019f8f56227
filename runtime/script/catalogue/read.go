package catalogue

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/spell"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// epoch is when the clock stands for files that ask for it: the same text is the same
// types, whenever it is read.
var epoch = time.Unix(0, 0).UTC()

// Read runs a release's data files and checks what they return. What is wrong with them
// is returned in the order of the files; the set is nil then.
func Read(release *code.Release) (*Set, []*code.Refusal) {
	r := &reading{values: map[string]lua.LValue{}, places: map[string]*places{}, names: map[string]vm.Names{}, broken: map[string]bool{}}
	set := &Set{byID: map[int64]*Type{}, byName: map[string]*Type{}, lower: map[string]*Type{}}
	for path := range release.Files {
		if code.IsData(path) {
			set.paths = append(set.paths, path)
		}
	}
	if set.Empty() {
		return set, nil
	}
	slices.Sort(set.paths)
	if r.run(release, set.paths); len(r.problems) > 0 {
		return nil, r.problems
	}
	if r.schemas = r.schema(); len(r.problems) == 0 {
		for _, path := range set.paths {
			if path != SchemaPath {
				r.file(set, path)
			}
		}
		if r.references(set); len(r.problems) == 0 {
			r.recipes(set)
		}
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b *code.Refusal) int {
			return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, r.problems
	}
	return set, nil
}

// reading is one release being read.
type reading struct {
	values   map[string]lua.LValue // what each file returned
	places   map[string]*places
	schemas  schema
	names    map[string]vm.Names // of the fields of each category
	broken   map[string]bool     // types that something else is wrong with, which was said
	problems []*code.Refusal
}

// fail notes something that is wrong at a place.
func (r *reading) fail(path string, line int, subject, format string, args ...any) {
	r.problems = append(r.problems, &code.Refusal{Code: code.RType, Subject: subject, File: path, Line: line, Message: fmt.Sprintf(format, args...)})
}

// run runs the files in a State without a world.
func (r *reading) run(release *code.Release, paths []string) {
	st, err := script.New(script.Options{Name: "types", Release: release, Strict: true, Started: epoch})
	if err != nil {
		r.fail(paths[0], 0, "", "cannot be run: %v", err)
		return
	}
	defer st.Close()
	for _, path := range paths {
		if err := st.Require(code.ModuleName(path)); err != nil {
			refusal, ok := err.(*code.Refusal)
			if !ok {
				refusal = &code.Refusal{Code: code.RType, File: path, Message: err.Error()}
			}
			r.problems = append(r.problems, refusal)
			continue
		}
		r.values[path] = st.Module(code.ModuleName(path)).Result
		r.places[path] = find(release.Files[path])
	}
}

// file reads the list that one file returns.
func (r *reading) file(set *Set, path string) {
	list, ok := r.values[path].(*lua.LTable)
	if !ok {
		r.fail(path, 0, "", "returns a %s; a file of types returns a list of them", r.values[path].Type())
		return
	}
	for k := range fieldsOf(list) {
		if !strings.HasPrefix(k, "[") {
			r.fail(path, r.places[path].key(k), k, "stands among the types under a name; a file of types returns a list: { {id = 1, name = %q, ...}, ... }", k)
			return
		}
	}
	seen := map[string]int{}
	for i := 1; i <= vm.Len(list); i++ {
		r.entry(set, path, i, vm.GetInt(list, i), seen)
	}
}

// entry reads one type. seen counts how often its name has come up in the file.
func (r *reading) entry(set *Set, path string, index int, v lua.LValue, seen map[string]int) {
	t, ok := v.(*lua.LTable)
	if !ok {
		r.fail(path, r.places[path].at(index, "", 0).line, "", "number %d of the list is a %s; a type is a table such as {id = 1, name = \"Wren\", ...}", index, v.Type())
		return
	}
	name, _ := t.RawGetString(keyName).(lua.LString)
	at := r.places[path].at(index, string(name), seen[string(name)])
	seen[string(name)]++
	made := &Type{Name: string(name), Path: path, Line: at.line}
	if at.twice != "" {
		r.fail(path, at.twiceLine, made.subject(index), "gives %s twice: take one of them out", at.twice)
		return
	}
	if fields := r.categoryOf(made, index, t); fields != nil && r.fields(made, index, t, fields, at) {
		r.add(set, made)
	} else {
		r.broken[made.Name] = true
	}
}

// subject is what a type is called in an error.
func (t *Type) subject(index int) string {
	if t.Name == "" {
		return fmt.Sprintf("number %d of the list", index)
	}
	return t.Name
}

// categoryOf finds the fields that a type may have; nil where its category is no good.
func (r *reading) categoryOf(made *Type, index int, t *lua.LTable) category {
	v := t.RawGetString(keyCategory)
	name, ok := v.(lua.LString)
	known := strings.Join(r.schemas.names(), ", ")
	switch {
	case v == lua.LNil:
		r.fail(made.Path, made.Line, made.subject(index), "has no category: it is one of %s", known)
	case !ok:
		r.fail(made.Path, made.Line, made.subject(index), "has a %s as its category: it is one of %s", v.Type(), known)
	case r.schemas[string(name)] == nil:
		r.fail(made.Path, made.Line, made.subject(index), "is of the category %q, which %s does not have%s: it has %s", clip(string(name)), SchemaPath, suggest(string(name), r.schemas.names()), known)
	}
	fields := r.schemas[string(name)]
	if fields != nil && r.names[string(name)].Len() == 0 {
		r.names[string(name)] = vm.NamesOf(fields.names())
	}
	made.Category, made.Names = string(name), r.names[string(name)]
	return fields
}

// fields checks what a type gives against its category.
func (r *reading) fields(made *Type, index int, t *lua.LTable, fields category, at placed) bool {
	before := len(r.problems)
	misspelt := map[string]bool{}
	for key := range fieldsOf(t) {
		if fields[key] == nil {
			misspelt[spell.Nearest(key, fields.names())] = true
			r.fail(made.Path, at.field(key), made.subject(index), "has the field %s, which no %s has%s: %s lists the fields", key, made.Category, suggest(key, fields.names()), SchemaPath)
		}
	}
	for _, key := range fields.names() {
		rule, v := fields[key], t.RawGetString(key)
		if v == lua.LNil {
			if rule.need && !misspelt[key] {
				r.fail(made.Path, made.Line, made.subject(index), "has no %s, which every %s needs: add %s =%s", key, made.Category, key, rule.unit())
			}
			made.Fields = append(made.Fields, Field{key, rule.empty(), made.Line})
			continue
		}
		value, problem := rule.value(v)
		if problem == "" && key == keyName && len(value.(string)) > maxName {
			problem = fmt.Sprintf("is longer than %d characters: shorten it", maxName)
		}
		if problem != "" {
			r.fail(made.Path, at.field(key), made.subject(index)+"."+key, "%s", problem)
			continue
		}
		made.Fields = append(made.Fields, Field{key, value, at.field(key)})
	}
	return len(r.problems) == before
}

// add takes a type into the set, unless its id or name is another's.
func (r *reading) add(set *Set, t *Type) {
	t.ID = int64(t.Field(keyID).Value.(float64))
	t.Group = t.Field(keyGroup).Value.(string)
	t.Retired = t.Field(keyRetired).Value.(bool)
	if other := set.Get(t.Name); other != nil {
		r.fail(t.Path, t.Field(keyName).Line, t.Name, "is called like %s at %s:%d: give one of them another name", other.Name, other.Path, other.Line)
		return
	}
	if other := set.byID[t.ID]; other != nil {
		r.fail(t.Path, t.Field(keyID).Line, t.Name, "has the id %d, which is that of %s at %s:%d: give it one of its own, such as %d", t.ID, other.Name, other.Path, other.Line, set.last+1)
		return
	}
	set.all, set.last = append(set.all, t), max(set.last, t.ID)
	set.byID[t.ID], set.byName[t.Name], set.lower[strings.ToLower(t.Name)] = t, t, t
}

// references checks the groups and types that fields name.
func (r *reading) references(set *Set) {
	groups := map[string]bool{}
	for _, t := range set.all {
		groups[t.Group] = true
	}
	for _, t := range set.all {
		for i := range t.Fields {
			r.reference(set, groups, t, &t.Fields[i])
		}
	}
}

func (r *reading) reference(set *Set, groups map[string]bool, t *Type, f *Field) {
	named := func(name string) {
		if set.byName[name] == nil && !r.broken[name] {
			r.fail(t.Path, f.Line, t.Name+"."+f.Key, "names %q: %s", clip(name), set.Unknown(name))
		}
	}
	name, _ := f.Value.(string)
	switch r.schemas[t.Category][f.Key].kind {
	case kindGroup:
		if name != "" && !groups[name] {
			r.fail(t.Path, f.Line, t.Name+"."+f.Key, "is %q, and no type is of that group%s", clip(name), suggest(name, sortedKeys(groups)))
		}
	case kindType:
		if name != "" {
			named(name)
		}
	case kindTypes:
		for _, of := range sortedKeys(f.Value.(map[string]world.Value)) {
			named(of)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// fieldsOf walks a table in the order of its keys; one that is no text is written as Lua
// would index it.
func fieldsOf(t *lua.LTable) iter.Seq2[string, lua.LValue] {
	fields := map[string]lua.LValue{}
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
		if name, ok := k.(lua.LString); ok {
			fields[string(name)] = v
		} else {
			fields["["+k.String()+"]"] = v
		}
	}
	return func(yield func(string, lua.LValue) bool) {
		for _, k := range sortedKeys(fields) {
			if !yield(k, fields[k]) {
				return
			}
		}
	}
}
