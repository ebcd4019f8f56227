package bindings

import (
	"context"
	"fmt"
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Change is one step of a transaction: one of these. content is what it asks, as plain
// values.
type Change interface{ content() world.Value }

// The steps of a transaction.
type (
	// PutValue sets the value under a key, nil to remove it.
	PutValue struct {
		Key   string
		Value world.Value
	}
	// AddValue adds to the number under a key, which must not come to be below Least.
	AddValue struct {
		Key      string
		N, Least float64 // Least: -Inf for no bound
	}
	// ExpectValue fails the transaction unless the value under a key is this one.
	ExpectValue struct {
		Key   string
		Value world.Value
	}
	// MoveItem adds things to a stack, or takes them where the quantity is below zero. They
	// come from the faucet, or go into the sink, of the name; without one, what all steps
	// make or destroy together is put down to the cause.
	MoveItem struct {
		Item
		Keeper  string // who has it, in place of the owner; "" for nobody
		Account string
	}
	// PassItem moves things from one holder to another.
	PassItem struct {
		From, To         Holder
		Location, Target string
		Type             string
		Quantity         int64
	}
	// KeepRoom fails the transaction where what an owner has in a place by then takes more
	// than Capacity m3.
	KeepRoom struct {
		Owner    world.CharacterID
		Location string
		Capacity float64
		Volume   func(itemType string) float64 // m3 of one
	}
)

func (c PutValue) content() world.Value    { return []world.Value{"put", c.Key, c.Value} }
func (c AddValue) content() world.Value    { return []world.Value{"add", c.Key, c.N, fmt.Sprint(c.Least)} }
func (c ExpectValue) content() world.Value { return []world.Value{"expect", c.Key, c.Value} }
func (c KeepRoom) content() world.Value {
	return []world.Value{"room", c.Owner, c.Location, c.Capacity}
}
func (c MoveItem) content() world.Value {
	return []world.Value{"items", c.Owner, c.Location, c.Type, c.Quantity, c.Keeper, c.Account}
}
func (c PassItem) content() world.Value {
	return []world.Value{"move", c.From, c.Location, c.To, c.Target, c.Type, c.Quantity}
}

// maxChanges is how many steps a transaction may have.
const maxChanges = 100

func storeTransact(e *env, L *lua.LState) int {
	list := L.CheckTable(1)
	n := vm.Len(list)
	if n > maxChanges {
		L.RaiseError("store.transact: %d changes; at most %d go together", n, maxChanges)
	}
	changes := make([]Change, n)
	for i := range changes {
		step, ok := vm.GetInt(list, i+1).(*lua.LTable)
		if !ok {
			L.RaiseError("store.transact: change %d: a table expected, got %s", i+1, describe(vm.GetInt(list, i+1)))
		}
		changes[i] = changeFrom(e, L, fmt.Sprintf("store.transact: change %d", i+1), step)
	}
	why := e.whyAt(L, 2, "store.transact", changes)
	return outside(e, L, "store.transact", func(ctx context.Context) (world.Value, error) {
		answer, err := e.deps.Store.Transact(ctx, why, changes)
		if answer == nil {
			answer = true
		}
		return answer, err
	}, isRefused)
}

// step is a kind of change: which fields it has besides the one that names it, and how
// they are read.
type step struct {
	fields map[string]bool
	read   func(*stepFields) Change
}

// steps are the kinds of change by the field that names them.
var steps = map[string]step{
	"put": {fieldSet("value"), func(f *stepFields) Change { return PutValue{f.text("put"), f.value("value")} }},
	"add": {fieldSet("n", "least"), func(f *stepFields) Change {
		return AddValue{f.text("add"), f.number("n"), f.numberOr("least", math.Inf(-1))}
	}},
	"expect": {fieldSet("value"), func(f *stepFields) Change { return ExpectValue{f.text("expect"), f.value("value")} }},
	"give":   {fieldSet("type", "n", "location", "from"), func(f *stepFields) Change { return f.item("give", 1, "from") }},
	"take":   {fieldSet("type", "n", "location", "to"), func(f *stepFields) Change { return f.item("take", -1, "to") }},
	"move": {fieldSet("type", "n", "location", "to", "to_location"), func(f *stepFields) Change {
		return PassItem{From: f.holder("move"), To: f.holder("to"), Location: f.textOr("location", ""), Target: f.textOr("to_location", ""), Type: f.thing(), Quantity: f.count()}
	}},
	"room": {fieldSet("capacity", "location"), func(f *stepFields) Change {
		return KeepRoom{f.character("room"), f.textOr("location", ""), f.number("capacity"), f.env.volumes()}
	}},
}

func fieldSet(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// changeFrom reads one step.
func changeFrom(e *env, L *lua.LState, what string, t *lua.LTable) Change {
	kind := ""
	for name := range steps {
		if t.RawGetString(name) == lua.LNil {
			continue
		}
		if kind != "" {
			L.RaiseError("%s: it says both %s and %s", what, min(kind, name), max(kind, name))
		}
		kind = name
	}
	if kind == "" {
		L.RaiseError("%s: it names none of %s", what, strings.Join(sortedKeys(steps), ", "))
	}
	t.ForEach(func(k, _ lua.LValue) {
		if name := k.String(); name != kind && !steps[kind].fields[name] {
			L.RaiseError("%s: %s has no field %s%s", what, kind, name, nearest(name, steps[kind].fields))
		}
	})
	return steps[kind].read(&stepFields{env: e, L: L, what: what, t: t})
}

// stepFields reads the fields of one step.
type stepFields struct {
	env  *env
	L    *lua.LState
	what string
	t    *lua.LTable
}

func (f *stepFields) wrong(key, expected string) {
	f.L.RaiseError("%s: %s: %s expected, got %s", f.what, key, expected, describe(f.t.RawGetString(key)))
}

func (f *stepFields) text(key string) string {
	s, ok := f.t.RawGetString(key).(lua.LString)
	if !ok {
		f.wrong(key, "string")
	}
	return string(s)
}

func (f *stepFields) textOr(key, otherwise string) string {
	if f.t.RawGetString(key) == lua.LNil {
		return otherwise
	}
	return f.text(key)
}

func (f *stepFields) number(key string) float64 {
	n, ok := f.t.RawGetString(key).(lua.LNumber)
	if !ok || n != n || math.IsInf(float64(n), 0) {
		f.wrong(key, "a finite number")
	}
	return float64(n)
}

func (f *stepFields) numberOr(key string, otherwise float64) float64 {
	if f.t.RawGetString(key) == lua.LNil {
		return otherwise
	}
	return f.number(key)
}

func (f *stepFields) character(key string) world.CharacterID {
	n := f.number(key)
	if n != math.Trunc(n) || n < 0 || n > 1<<53 {
		f.wrong(key, "the id of a character")
	}
	return world.CharacterID(n)
}

func (f *stepFields) value(key string) world.Value {
	v, err := script.ToValue(f.t.RawGetString(key))
	if err != nil {
		f.L.RaiseError("%s: %s: %s", f.what, key, err.Error())
	}
	return v
}

// item reads what comes or goes; sign says which way, and account names the field of
// the faucet or the sink.
func (f *stepFields) item(owner string, sign int64, account string) MoveItem {
	who := f.holder(owner)
	return MoveItem{
		Item:   Item{Owner: who.Character, Type: f.thing(), Quantity: sign * f.count(), Location: f.textOr("location", "")},
		Keeper: who.Keeper, Account: f.textOr(account, ""),
	}
}

// count is how many things it is about.
func (f *stepFields) count() int64 {
	n := f.number("n")
	if n != math.Trunc(n) || n < 1 || n > world.MaxQuantity {
		f.wrong("n", fmt.Sprintf("a whole number from 1 to %d", int64(world.MaxQuantity)))
	}
	return int64(n)
}

// thing is the type it is about.
func (f *stepFields) thing() string { return f.env.typeName(f.L, f.what+": type", f.text("type")) }

// holder is a character, by number, or a keeper, by name.
func (f *stepFields) holder(key string) Holder {
	if name, ok := f.t.RawGetString(key).(lua.LString); ok {
		return Holder{Keeper: string(name)}
	}
	return Holder{Character: f.character(key)}
}

// volumes is how much room one of each type takes by what the State's release says now.
// It may be asked on any goroutine.
func (e *env) volumes() func(string) float64 {
	set := e.types()
	return func(name string) float64 {
		if t := set.Get(name); t != nil {
			if f := t.Field("volume"); f != nil {
				volume, _ := f.Value.(float64)
				return volume
			}
		}
		return 0
	}
}
