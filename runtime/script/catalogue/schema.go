package catalogue

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// SchemaPath is the file that says which categories there are and what their types say.
const SchemaPath = code.DataFolder + "schema.lua"

// kind is what a field holds.
type kind string

const (
	kindNumber  kind = "number"
	kindInteger kind = "integer"
	kindBoolean kind = "boolean"
	kindText    kind = "text"
	kindGroup   kind = "group" // of types
	kindType    kind = "type"  // another type's name
	kindTypes   kind = "types" // quantities by type
)

var kinds = []string{string(kindNumber), string(kindInteger), string(kindBoolean), string(kindText), string(kindGroup), string(kindType), string(kindTypes)}

// rule is what the schema says of one field.
type rule struct {
	kind     kind
	about    string // unit or meaning
	need     bool
	min, max float64
	bounded  bool // min was given; otherwise what is needed is above 0
	oneOf    []string

	// Of a recipe: see recipes.go.
	per   string // the field that says how many of the type become what is listed
	into  string // the field that names what the listed becomes, and
	times string // the one that says how many of it
	worth bool   // it says what one is worth
}

// category is what the schema says of one category, the fields that every type has
// included.
type category map[string]*rule

// The fields that every type has.
const (
	keyID       = "id"
	keyName     = "name"
	keyCategory = "category"
	keyGroup    = "group"
	keyText     = "text"
	keyRetired  = "retired"
)

// maxID and maxName bound what is kept and sent by type.
const (
	maxID   = 1<<31 - 1
	maxName = 100 // bytes
)

var common = category{
	keyID:       {kind: kindInteger, about: "for ever its own", need: true, max: maxID},
	keyName:     {kind: kindText, need: true},
	keyCategory: {kind: kindText, need: true},
	keyGroup:    {kind: kindText, about: "what types.list goes by", need: true},
	keyText:     {kind: kindText},
	keyRetired:  {kind: kindBoolean},
}

// schema is the categories by name.
type schema map[string]category

func (s schema) names() []string { return slices.Sorted(maps.Keys(s)) }

// names lists the fields of a category.
func (c category) names() []string { return slices.Sorted(maps.Keys(c)) }

// schema reads the file that describes the categories.
func (r *reading) schema() schema {
	v, ok := r.values[SchemaPath]
	if !ok {
		r.fail(SchemaPath, 0, "", "is missing: it says which categories of types there are and what their fields mean")
		return nil
	}
	t, ok := v.(*lua.LTable)
	if !ok {
		r.fail(SchemaPath, 0, "", "returns a %s; it has to return a table of categories", v.Type())
		return nil
	}
	out := schema{}
	for k, v := range fieldsOf(t) {
		fields, ok := v.(*lua.LTable)
		if !ok {
			r.fail(SchemaPath, r.places[SchemaPath].key(k), k, "is a %s; a category is a table of fields", v.Type())
			continue
		}
		out[k] = r.category(k, fields)
	}
	return out
}

func (r *reading) category(name string, fields *lua.LTable) category {
	c := maps.Clone(common)
	for key, v := range fieldsOf(fields) {
		if common[key] != nil {
			r.fail(SchemaPath, r.places[SchemaPath].key(key), name+"."+key, "is a field that every type has; leave it out of the schema")
			continue
		}
		rule, problem := newRule(v)
		if problem != "" {
			r.fail(SchemaPath, r.places[SchemaPath].key(key), name+"."+key, "%s", problem)
			continue
		}
		c[key] = rule
	}
	for _, key := range c.names() {
		if problem := c.recipe(c[key]); problem != "" {
			r.fail(SchemaPath, r.places[SchemaPath].key(key), name+"."+key, "%s", problem)
		}
	}
	return c
}

// recipe says what is wrong with the fields that a recipe goes by.
func (c category) recipe(r *rule) string {
	for _, of := range []struct {
		name, key string
		kind      kind
	}{{"per", r.per, kindInteger}, {"times", r.times, kindInteger}, {"into", r.into, kindType}} {
		if of.key != "" && (c[of.key] == nil || c[of.key].kind != of.kind) {
			return fmt.Sprintf("goes by %s = %q: that has to be a field of the category, and of the kind %q", of.name, of.key, of.kind)
		}
	}
	if r.times != "" && r.into == "" {
		return "says times and not into: into names the field with what is made"
	}
	return ""
}

// newRule reads {kind, about, need=, min=, max=, one_of=, worth=, per=, into=, times=}, or says what is wrong with it.
func newRule(v lua.LValue) (*rule, string) {
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil, fmt.Sprintf(`is a %s; a field is {"number", "unit"}`, v.Type())
	}
	text := func(v lua.LValue) string { s, _ := v.(lua.LString); return string(s) }
	r := &rule{kind: kind(text(vm.GetInt(t, 1))), about: text(vm.GetInt(t, 2)), max: math.MaxFloat64}
	if !slices.Contains(kinds, string(r.kind)) {
		return nil, fmt.Sprintf("is of the kind %q; the kinds are %s", r.kind, strings.Join(kinds, ", "))
	}
	for key, v := range fieldsOf(t) {
		n, isNumber := v.(lua.LNumber)
		switch list, isList := v.(*lua.LTable); {
		case key == "[1]" || key == "[2]":
		case key == "need" && v.Type() == lua.LTBool:
			r.need = v == lua.LTrue
		case key == "min" && isNumber && n == n:
			r.min, r.bounded = float64(n), true
		case key == "max" && isNumber && n == n:
			r.max = float64(n)
		case key == "worth" && v.Type() == lua.LTBool && (r.kind == kindNumber || r.kind == kindInteger):
			r.worth = v == lua.LTrue
		case key == "per" && r.kind == kindTypes && text(v) != "":
			r.per = text(v)
		case key == "into" && r.kind == kindTypes && text(v) != "":
			r.into = text(v)
		case key == "times" && r.kind == kindTypes && text(v) != "":
			r.times = text(v)
		case key == "one_of" && isList && r.kind == kindText:
			problem := ""
			if r.oneOf, problem = choices(list); problem != "" {
				return nil, problem
			}
		default:
			return nil, fmt.Sprintf("has %s = %v; besides kind and meaning a field has need = true, min, max and worth = true (numbers), one_of (a list, of text), and per, into and times (names of fields, of types)", key, v)
		}
	}
	if r.min > r.max {
		return nil, fmt.Sprintf("has min = %s above max = %s", number.Format(r.min), number.Format(r.max))
	}
	return r, ""
}

// choices reads the list of what a text may be.
func choices(list *lua.LTable) (of []string, problem string) {
	for k, v := range fieldsOf(list) {
		if !strings.HasPrefix(k, "[") {
			return nil, fmt.Sprintf(`has one_of = {%s = ...}: it is a list, such as {"high", "low"}`, k)
		}
		if v.Type() != lua.LTString {
			return nil, fmt.Sprintf(`has a %s in one_of: what is listed is text, such as {"high", "low"}`, v.Type())
		}
	}
	for i := 1; i <= vm.Len(list); i++ {
		of = append(of, vm.GetInt(list, i).String())
	}
	if len(of) == 0 {
		return nil, "has one_of = {}: it lists what may be written"
	}
	return of, ""
}

// empty is the value of a field that is left out.
func (r *rule) empty() world.Value {
	switch r.kind {
	case kindNumber, kindInteger:
		return 0.0
	case kindBoolean:
		return false
	case kindTypes:
		return map[string]world.Value{}
	}
	return ""
}

// value checks what a type gives for a field; problem says what is wrong and what would
// be right.
func (r *rule) value(v lua.LValue) (value world.Value, problem string) {
	switch r.kind {
	case kindNumber, kindInteger:
		return r.number(v)
	case kindBoolean:
		if b, ok := v.(lua.LBool); ok {
			return bool(b), ""
		}
	case kindTypes:
		return r.quantities(v)
	default:
		if s, ok := v.(lua.LString); ok {
			return r.text(string(s))
		}
	}
	return nil, fmt.Sprintf("is a %s (%s), and has to be a %s%s", v.Type(), clip(v.String()), r.kind, r.unit())
}

func (r *rule) unit() string {
	if r.about == "" {
		return ""
	}
	return " (" + r.about + ")"
}

func (r *rule) number(v lua.LValue) (world.Value, string) {
	n, ok := v.(lua.LNumber)
	f := float64(n)
	switch {
	case !ok:
		return nil, fmt.Sprintf("is a %s (%s), and has to be a number%s", v.Type(), clip(v.String()), r.unit())
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, fmt.Sprintf("is %s: write a finite number%s", number.Format(f), r.unit())
	case r.kind == kindInteger && f != math.Trunc(f):
		return nil, fmt.Sprintf("is %s, and has to be a whole number%s", number.Format(f), r.unit())
	case r.need && !r.bounded && f <= 0:
		return nil, fmt.Sprintf("is %s: it must be above 0%s", number.Format(f), r.unit())
	case f < r.min:
		return nil, fmt.Sprintf("is %s: it must be at least %s%s", number.Format(f), number.Format(r.min), r.unit())
	case f > r.max:
		return nil, fmt.Sprintf("is %s: it must be at most %s%s", number.Format(f), number.Format(r.max), r.unit())
	}
	return f, ""
}

func (r *rule) text(s string) (world.Value, string) {
	switch {
	case s == "" && r.need:
		return nil, fmt.Sprintf("is empty: give it some text%s", r.unit())
	case len(r.oneOf) > 0 && !slices.Contains(r.oneOf, s):
		return nil, fmt.Sprintf("is %q%s: it must be %s", clip(s), suggest(s, r.oneOf), strings.Join(r.oneOf, " or "))
	}
	return s, ""
}

// quantities reads {["Name"] = how many}.
func (r *rule) quantities(v lua.LValue) (world.Value, string) {
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil, fmt.Sprintf(`is a %s, and has to be a table such as {["Name"] = 3}`, v.Type())
	}
	out := map[string]world.Value{}
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
		name, named := k.(lua.LString)
		n, counted := v.(lua.LNumber)
		if f := float64(n); !named || !counted || f < 1 || f > world.MaxQuantity || f != math.Trunc(f) {
			return nil, fmt.Sprintf(`has [%v] = %v: it must be a type's name and a whole number from 1, such as {["Name"] = 3}`, k, v)
		}
		out[string(name)] = float64(n)
	}
	if r.need && len(out) == 0 {
		return nil, "is empty: it must name a type at least"
	}
	return out, ""
}

// plain is a number or boolean as Lua writes it.
func plain(v world.Value) string {
	if f, ok := v.(float64); ok {
		return number.Format(f)
	}
	return fmt.Sprint(v)
}
