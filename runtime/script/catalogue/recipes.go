package catalogue

import (
	"hotshard/runtime/script/number"
	"hotshard/runtime/world"
)

// A recipe makes things of others: so many of a type become what its field lists (per),
// or what the field lists becomes so many of another type (into). The schema says which
// fields are recipes; when they may be used, and at what loss, is the game's business.
//
// No chain of recipes may give more than it takes, or players would find it. The proof is
// a price for each type at which no recipe gains: what is built is worth what it is built
// of, everything else what the field says that the schema calls its worth.

// recipes judges all of a set.
func (r *reading) recipes(set *Set) {
	w := &worths{set: set, field: r.worthField, known: map[string]float64{}, building: map[string]bool{}, builds: map[string][]recipe{}}
	var splits []recipe
	for _, t := range set.all {
		for i := range t.Fields {
			made, ok := r.recipe(t, &t.Fields[i])
			switch {
			case !ok:
			case made.builds:
				w.builds[made.product] = append(w.builds[made.product], made)
			default:
				splits = append(splits, made)
			}
		}
	}
	for _, name := range sortedKeys(w.builds) {
		if _, problem := w.of(name); problem != "" {
			b := w.builds[name][0]
			r.fail(b.of.Path, b.field.Line, b.of.Name+"."+b.field.Key, "%s", problem)
		}
	}
	for _, s := range splits {
		r.split(w, s)
	}
}

type recipe struct {
	of      *Type
	field   *Field // the list
	builds  bool
	product string // what is built
	times   float64
}

func (m recipe) list() map[string]world.Value { return m.field.Value.(map[string]world.Value) }

// recipe is what a field says to make, if it is a recipe and says anything.
func (r *reading) recipe(t *Type, f *Field) (recipe, bool) {
	rule := r.schemas[t.Category][f.Key]
	if rule.per == "" && rule.into == "" {
		return recipe{}, false
	}
	if list, _ := f.Value.(map[string]world.Value); len(list) == 0 {
		return recipe{}, false
	}
	m := recipe{of: t, field: f, builds: rule.into != "", times: 1}
	count := rule.per
	if m.builds {
		m.product, _ = t.Field(rule.into).Value.(string)
		count = rule.times
	}
	if count != "" {
		m.times, _ = t.Field(count).Value.(float64)
		if m.times < 1 {
			r.fail(t.Path, f.Line, t.Name+"."+f.Key, "is a list, and %s is %s: it says for how many, and has to be a whole number from 1", count, number.Format(m.times))
			return recipe{}, false
		}
	}
	return m, !m.builds || m.product != ""
}

// worths knows what types are worth.
type worths struct {
	set      *Set
	field    func(*Type) string // the field of a type that says what one is worth, "" for none
	known    map[string]float64
	building map[string]bool
	builds   map[string][]recipe
}

// of is what one of a type is worth, or what keeps that from being said.
func (w *worths) of(name string) (worth float64, problem string) {
	if v, ok := w.known[name]; ok {
		return v, ""
	}
	if w.building[name] {
		return 0, "needs " + name + " to build " + name + ": such a thing is never made"
	}
	w.building[name] = true
	defer delete(w.building, name)
	for i, b := range w.builds[name] {
		sum, problem := w.sum(b.list())
		if problem != "" {
			return 0, problem
		}
		if cost := sum / b.times; i == 0 || cost < worth {
			worth = cost
		}
	}
	if len(w.builds[name]) == 0 {
		worth = w.raw(name)
	}
	if worth <= 0 {
		return 0, "has to do with " + name + ", which has no price: what is made of it would be made of nothing"
	}
	w.known[name] = worth
	return worth, ""
}

// raw is what the type itself says that one is worth.
func (w *worths) raw(name string) float64 {
	t := w.set.byName[name]
	if t == nil || w.field(t) == "" {
		return 0
	}
	worth, _ := t.Field(w.field(t)).Value.(float64)
	return worth
}

func (w *worths) sum(list map[string]world.Value) (sum float64, problem string) {
	for _, name := range sortedKeys(list) {
		one, problem := w.of(name)
		if problem != "" {
			return 0, problem
		}
		sum += float64(one * list[name].(float64))
	}
	return sum, ""
}

// split judges a recipe that takes one type apart.
func (r *reading) split(w *worths, s recipe) {
	subject := s.of.Name + "." + s.field.Key
	out, problem := w.sum(s.list())
	var one float64
	if problem == "" {
		one, problem = w.of(s.of.Name)
	}
	if problem != "" {
		r.fail(s.of.Path, s.field.Line, subject, "%s", problem)
		return
	}
	if in := one * s.times; out > in*(1+1e-9) {
		r.fail(s.of.Path, s.field.Line, subject, "gives what is worth %s for %s of it, which are worth %s: who does so again and again makes something from nothing; give less, or take more",
			number.Format(out), number.Format(s.times), number.Format(in))
	}
}

// worthField is the field of a type's category that says what one is worth.
func (r *reading) worthField(t *Type) string {
	for key, rule := range r.schemas[t.Category] {
		if rule.worth {
			return key
		}
	}
	return ""
}
