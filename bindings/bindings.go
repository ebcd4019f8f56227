package bindings

import (
	"context"
	"strings"
	"sync"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Deps is what the bindings need beside the system they are made for.
type Deps struct {
	Map        *world.Universe
	Routes     *world.Router
	Store      Store
	Items      Items
	Orders     Orders
	Mutes      Mutes // nil for nobody
	Characters Characters
	// Outside runs work that may block; nil gives each piece a goroutine. A test
	// that wants the same run every time does the work at once.
	Outside func(work func())
	// InName returns what puts the name of a system, as it has it at that moment, into the
	// context of what it asks; nil where nobody wants to know who asks.
	InName func(system world.Address) func(context.Context) context.Context
	// Regions keeps what was measured of the map's regions, by name; nil: each market
	// measures for itself.
	Regions *Regions
}

// Regions are regions that markets have measured. It may be shared.
type Regions struct{ byName sync.Map }

// Store keeps scripts' values. Its methods may block; they are called off the
// system's goroutine.
type Store interface {
	Get(ctx context.Context, key string) (world.Value, error)
	Put(ctx context.Context, key string, value world.Value) error
	Add(ctx context.Context, key string, n float64) (float64, error)
	// List returns up to limit values whose keys begin with the prefix and come behind
	// after, by key; fewer where they are large.
	List(ctx context.Context, prefix, after string, limit int) ([]Pair, error)
	// Transact does all changes, in order and durably, or none. A Refused says why none.
	// What it answers is why's Answer or, under a key that was used for the same before,
	// that of then.
	Transact(ctx context.Context, why Why, changes []Change) (world.Value, error)
	// Answered returns what was answered under a player's key, true where that was nothing;
	// nil where the key was not used. A Refused says that it was used for other content.
	Answered(ctx context.Context, player world.CharacterID, key, content string) (world.Value, error)
}

// Pair is a key with its value.
type Pair struct {
	Key   string
	Value world.Value
}

// Items keeps what characters own. Its methods may block and are durable when
// they return.
type Items interface {
	List(ctx context.Context, owner world.CharacterID) ([]Item, error)
	// In returns what somebody has in one place, by type.
	In(ctx context.Context, owner world.CharacterID, location string) ([]Item, error)
	// Within returns what somebody has in one place and in those within it: see world.Inner.
	Within(ctx context.Context, owner world.CharacterID, location string) ([]Item, error)
	// Lines returns up to limit lines of what became of a stack, the newest first, those
	// before an entry; 0 begins with the newest.
	Lines(ctx context.Context, i Item, before int64, limit int) ([]Line, error)
	// At returns up to limit stacks that lie in a place, whoever's, by owner and type, those
	// behind one stack.
	At(ctx context.Context, location string, after Item, limit int) ([]Item, error)
	// Kept returns what a keeper has in a place, by type.
	Kept(ctx context.Context, keeper, location string) ([]Item, error)
	// Places returns up to limit places that begin with a prefix and in which a keeper has
	// something, in order.
	Places(ctx context.Context, keeper, prefix string, limit int) ([]string, error)
	Give(ctx context.Context, why Why, i Item) (int64, error)
	Take(ctx context.Context, why Why, i Item) (int64, error)
	Move(ctx context.Context, why Why, from Item, owner world.CharacterID, location string) error
}

// Mutes knows who may not speak. It is asked on the system's goroutine and answers
// at once.
type Mutes interface {
	// Muted returns what a player is told who may not speak: until when, and why.
	Muted(player world.CharacterID) (why string, muted bool)
}

// Item is a stack of things of one type in one place.
type Item struct {
	Owner    world.CharacterID
	Location string
	Type     string
	Quantity int64
}

// Line is one line of what became of a stack.
type Line struct {
	Entry    int64
	At       int64 // s since 1970
	Quantity int64 // that came, or went below zero
	Cause    string
	Trades   []Trade // on the market, in the same entry
}

// Trade is what somebody has traded. Price is in hundredths.
type Trade struct {
	Order    int64 // theirs
	Side     string
	Type     string
	System   world.SystemID
	Station  world.EntityID
	Price    int64
	Quantity int64
}

// Owners knows who would miss a type. It may block, and is called off every system's
// goroutine.
type Owners interface {
	// Owners counts the characters, in the game or not, who own something of each type,
	// fly one or have it in what scripts keep of them. Types nobody has are left out.
	Owners(ctx context.Context, types []string) (map[string]int, error)
}

// function is one word: its Lua signature, what it does, and the Go function
// that does it.
type function struct {
	Sig    string
	Doc    string
	Effect bool // changes the world
	Yields bool // parks the task
	Pure   bool // needs no system, and so works while a reload is staged
	Asks   bool // answers for names of types that there are not, rather than being wrong with them
	Do     func(*env, *lua.LState) int

	name   string
	full   string // with the table's name, for errors
	params []param
}

// table is one Lua table of words; the empty name means globals.
type table struct {
	Name  string
	Doc   string
	Funcs []function
}

// env is what a word sees of its surroundings: one for each Lua state. A state
// that stages a reload stands for all systems and has none of its own.
type env struct {
	deps   *Deps
	sys    *system.System
	st     *script.State
	tables map[string]weak.Pointer[lua.LTable] // of types, see typetable.go
	market *market                             // nil before book.begin
}

// tables lists everything, in the order of API.md.
var tables = prepare([]table{
	systemTable, spaceTable, playerTable, characterTable, universeTable, planetTable, typesTable,
	itemsTable, storeTable, ordersTable, bookTable, serviceTable, globalTable,
})

// prepare reads the signatures.
func prepare(ts []table) []table {
	for i := range ts {
		for j := range ts[i].Funcs {
			f := &ts[i].Funcs[j]
			f.name, f.params = parseSig(f.Sig)
			f.full = strings.TrimPrefix(ts[i].Name+"."+f.name, ".")
		}
	}
	return ts
}

// words are the functions of all tables, made once and shared by all states.
var words = func() *script.Words {
	w := &script.Words{}
	for i := range tables {
		t := &tables[i]
		fns := make(map[string]lua.LGFunction, len(t.Funcs))
		for j := range t.Funcs {
			fns[t.Funcs[j].name] = t.Funcs[j].wrap()
		}
		w.Add(t.describe(), fns)
	}
	return w
}()

// Binder returns what system.Config.Bind wants: a function that gives a new Lua
// state its tables.
func Binder(deps *Deps) func(*system.System, *script.State) {
	return func(sys *system.System, st *script.State) { st.Install(words, &env{deps: deps, sys: sys, st: st}) }
}

// Stager returns the Bind of the options of a script.Stager.
func Stager(deps *Deps) func(*script.State) {
	return func(st *script.State) { st.Install(words, &env{deps: deps, st: st}) }
}

// wrap puts the check of the arguments before a word. While a reload is staged
// there is no world to look at: a word that would look answers with the emptiest
// thing its signature allows.
func (f *function) wrap() lua.LGFunction {
	return func(L *lua.LState) int {
		e := script.Host(L).(*env)
		if e.sys == nil && !f.Pure {
			return pushEmpty(L, f.Sig)
		}
		check(L, f.full, f.params)
		if !f.Asks {
			e.checkTypes(L, f.full, f.params)
		}
		return f.Do(e, L)
	}
}

// describe is the table as the script package and luacheck know it.
func (t *table) describe() script.Table {
	out := script.Table{Name: t.Name, Doc: t.Doc, Funcs: make([]script.Func, len(t.Funcs))}
	for i, f := range t.Funcs {
		out.Funcs[i] = script.Func{Name: f.name, Sig: f.Sig, Doc: f.Doc, Effect: f.Effect, Yields: f.Yields}
	}
	return out
}

// Tables describes every word, those that the script package provides itself
// included: for editor stubs, API.md and the checker.
func Tables() []script.Table {
	out := make([]script.Table, 0, len(tables)+len(builtins))
	for i := range tables {
		out = append(out, tables[i].describe())
	}
	return append(out, builtins...)
}
