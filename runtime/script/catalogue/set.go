package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/spell"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Type is what all things of one kind have in common.
type Type struct {
	ID       int64
	Name     string   // unique without regard to case
	Category string   // one of the schema's
	Group    string   // what List goes by
	Retired  bool     // still known, no longer listed
	Path     string   // of its file: "types/ships.lua"
	Line     int      // in it
	Fields   []Field  // by key
	Names    vm.Names // of the fields, shared by all of a category
}

// Field is one figure of a type: a float64, string, bool, or a map[string]world.Value of
// quantities by type.
type Field struct {
	Key   string
	Value world.Value
	Line  int // where it is given; that of the type where it is left out
}

// Field finds a field by its key, nil where the type's category has none of that name.
func (t *Type) Field(key string) *Field {
	i, ok := slices.BinarySearchFunc(t.Fields, key, func(f Field, key string) int { return strings.Compare(f.Key, key) })
	if !ok {
		return nil
	}
	return &t.Fields[i]
}

// Set is every type of a release. It is immutable.
type Set struct {
	all    []*Type // in the order of the files and of their text
	last   int64   // the highest id
	byID   map[int64]*Type
	byName map[string]*Type
	lower  map[string]*Type
	paths  []string // of the files that were read
}

// Empty says whether the release has no data files: what its scripts call types is then
// nobody's business.
func (s *Set) Empty() bool { return len(s.paths) == 0 }

// Get returns the type with the name, in any case, or nil.
func (s *Set) Get(name string) *Type {
	if t := s.byName[name]; t != nil {
		return t
	}
	return s.lower[strings.ToLower(name)]
}

// List returns the types, or those of a group, without the retired ones, in order.
func (s *Set) List(group string) []*Type {
	var list []*Type
	for _, t := range s.all {
		if !t.Retired && (group == "" || t.Group == group) {
			list = append(list, t)
		}
	}
	return list
}

// Names returns the names of all types.
func (s *Set) Names() []string {
	names := make([]string, len(s.all))
	for i, t := range s.all {
		names[i] = t.Name
	}
	return names
}

// Unknown is the sentence about a name that no type has, with the one that may be meant.
func (s *Set) Unknown(name string) string {
	return fmt.Sprintf("there is no type called %s%s", clip(name), suggest(name, s.Names()))
}

// suggest returns ", did you mean X?" or nothing.
func suggest(unknown string, known []string) string {
	if near := spell.Nearest(unknown, known); near != "" {
		return ", did you mean " + near + "?"
	}
	return ""
}

// clip keeps a sentence readable that quotes what a script made up.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// Gone lists the types of the set that another has not, by name.
func (s *Set) Gone(to *Set) []*Type {
	var gone []*Type
	for _, t := range s.all {
		if to.byName[t.Name] == nil {
			gone = append(gone, t)
		}
	}
	return gone
}

// Changes implements script.Data: every figure that is another one, types that are new
// and those that are gone.
func (s *Set) Changes(data script.Data) []code.ValueChange {
	to := data.(*Set)
	var out []code.ValueChange
	for _, t := range to.all {
		if was := s.byName[t.Name]; was == nil {
			out = append(out, code.ValueChange{Module: code.ModuleName(t.Path), Name: t.Name, New: "new"})
		} else {
			out = append(out, was.changes(t)...)
		}
	}
	for _, t := range s.Gone(to) {
		out = append(out, code.ValueChange{Module: code.ModuleName(t.Path), Name: t.Name, Old: "gone"})
	}
	return out
}

func (t *Type) changes(to *Type) []code.ValueChange {
	var out []code.ValueChange
	note := func(key string, old, new *Field) {
		if o, n := old.text(), new.text(); o != n {
			out = append(out, code.ValueChange{Module: code.ModuleName(to.Path), Name: to.Name + "." + key, Old: o, New: n})
		}
	}
	for i := range to.Fields {
		note(to.Fields[i].Key, t.Field(to.Fields[i].Key), &to.Fields[i])
	}
	for i := range t.Fields {
		if key := t.Fields[i].Key; to.Field(key) == nil {
			note(key, &t.Fields[i], nil)
		}
	}
	return out
}

// Changed names the types that both sets have and whose figures differ, in order.
func (s *Set) Changed(to *Set) []string {
	var names []string
	for _, t := range to.all {
		if was := s.byName[t.Name]; was != nil && len(was.changes(t)) > 0 {
			names = append(names, t.Name)
		}
	}
	return names
}

// text is a field's value as a change shows it.
func (f *Field) text() string {
	if f == nil {
		return "nothing"
	}
	switch v := f.Value.(type) {
	case string:
		return fmt.Sprintf("%q", clip(v))
	case map[string]world.Value:
		return Quantities(v)
	default:
		return plain(v)
	}
}

// Quantities is quantities by type as text: {2 Ore, 1 Wren}.
func Quantities(of map[string]world.Value) string {
	names := make([]string, 0, len(of))
	for name, n := range of {
		names = append(names, fmt.Sprintf("%s %s", plain(n), name))
	}
	slices.Sort(names)
	return "{" + strings.Join(names, ", ") + "}"
}
