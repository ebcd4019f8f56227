package bindings

import (
	"context"
	"errors"
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/world"
)

// Refused is an error of Items that is an answer for the script (too few things,
// no such owner) and not trouble with the database.
type Refused string

// Error returns the sentence.
func (r Refused) Error() string { return string(r) }

// RefusedFor is Refused with a word that says what for: "not_enough", "conflict".
type RefusedFor struct{ Code, Text string }

// Error returns the sentence.
func (r RefusedFor) Error() string { return r.Text }

func isRefused(err error) bool {
	var r Refused
	var f RefusedFor
	return errors.As(err, &r) || errors.As(err, &f)
}

var itemsTable = table{
	Name: "items",
	Doc:  "What characters own, money included, in or out of the game. Each change is one transaction and on the disk when the call returns; the task sleeps meanwhile. Every change is in the books: what is given comes from a faucet with a name, what is taken goes into a sink.",
	Funcs: []function{
		{Sig: "list(player: integer, location?: string): ItemStack[]", Yields: true, Do: itemsList,
			Doc: "Everything the character owns, by location and type, or what they own in one place. A place is a word of the scripts' own: a hold, a hangar, a container."},
		{Sig: "at(location: string, limit?: integer, after?: ItemStack): ItemStack[]", Yields: true, Do: itemsAt,
			Doc: "What lies in a place, whoever's it is, by owner and type: at most limit stacks (100 where left out, 1000 at most). Go on with the last one as after."},
		{Sig: "kept(keeper: string, location: string): ItemStack[]", Yields: true, Do: itemsKept,
			Doc: "What a keeper has in a place, by type: see move in Change."},
		{Sig: "places(keeper: string, prefix: string, limit?: integer): string[]", Yields: true, Do: itemsPlaces,
			Doc: "The places that begin with the prefix and in which a keeper has something, in order: at most limit (100 where left out, 1000 at most)."},
		{Sig: "history(player: integer, type: TypeName, location?: string, before?: integer, limit?: integer): HistoryLine[]", Yields: true, Do: itemsHistory,
			Doc: "What became of a stack, the newest first: at most limit lines of the books (100 where left out, 1000 at most). Go on with the last one's entry as before."},
		{Sig: "volume(player: integer, location?: string): number", Yields: true, Do: itemsVolume,
			Doc: "The room, in m3, that what the character has in the place, and in places within it, takes, by the volumes of the types. What is at hold/case 7 is within hold."},
		{Sig: "stow(player: integer, type: TypeName, n: integer, location: string, capacity: number, why?: string): boolean?, string?", Effect: true, Yields: true, Do: itemsStow,
			Doc: "Adds n of a type where they fit into a place of so many m3; nil and a sentence, and nothing changed, where they do not. store.transact does so for several at once."},
		{Sig: "give(player: integer, type: TypeName, n: integer, location?: string, why?: string): integer?, string?", Effect: true, Yields: true, Do: itemsGive,
			Doc: "Adds n of a type and returns how many there are then. They come from the faucet that is called as why says: a word or a few, in small letters; the module's name where it is left out."},
		{Sig: "take(player: integer, type: TypeName, n: integer, location?: string, why?: string): integer?, string?", Effect: true, Yields: true, Do: itemsTake,
			Doc: "Takes n of a type, into the sink of the name, and returns how many are left; nil and a sentence, and nothing changed, where there are fewer."},
		{Sig: "move(from: integer, type: TypeName, n: integer, to: integer, location?: string, to_location?: string, why?: string): boolean?, string?", Effect: true, Yields: true, Do: itemsMove,
			Doc: "Moves n of a type to another character or place: all or nothing."},
	},
}

func itemsList(e *env, L *lua.LState) int {
	owner := characterAt(L, 1)
	place, everywhere := L.OptString(2, ""), L.Get(2) == lua.LNil
	return outside(e, L, "items.list", func(ctx context.Context) (world.Value, error) {
		if everywhere {
			return stacks(e.deps.Items.List(ctx, owner))
		}
		return stacks(e.deps.Items.In(ctx, owner, place))
	}, nil)
}

// stacks is a list of stacks as scripts see it.
func stacks(all []Item, err error) (world.Value, error) {
	list := make([]world.Value, len(all))
	for i, it := range all {
		list[i] = map[string]world.Value{"location": it.Location, "type": it.Type, "quantity": float64(it.Quantity)}
	}
	return list, err
}

func itemsPlaces(e *env, L *lua.LState) int {
	keeper, prefix, limit := L.CheckString(1), L.CheckString(2), limitAt(L, 3)
	return outside(e, L, "items.places", func(ctx context.Context) (world.Value, error) {
		all, err := e.deps.Items.Places(ctx, keeper, prefix, limit)
		list := make([]world.Value, len(all))
		for i, place := range all {
			list[i] = place
		}
		return list, err
	}, nil)
}

func itemsHistory(e *env, L *lua.LState) int {
	i := Item{Owner: characterAt(L, 1), Type: L.CheckString(2), Location: L.OptString(3, "")}
	before, limit := L.OptInt64(4, 0), limitAt(L, 5)
	return outside(e, L, "items.history", func(ctx context.Context) (world.Value, error) {
		lines, err := e.deps.Items.Lines(ctx, i, before, limit)
		list := make([]world.Value, len(lines))
		for i, l := range lines {
			list[i] = l.value(e.deps.Map)
		}
		return list, err
	}, nil)
}

// value is the line as scripts see it.
func (l *Line) value(m *world.Universe) world.Value {
	trades := make([]world.Value, len(l.Trades))
	for i, t := range l.Trades {
		v := map[string]world.Value{"order": float64(t.Order), "side": t.Side, "type": t.Type, "station": float64(t.Station), "price": float64(t.Price), "quantity": float64(t.Quantity)}
		if s := m.System(t.System); s != nil {
			v["system"] = s.Name
		}
		trades[i] = v
	}
	return map[string]world.Value{"entry": float64(l.Entry), "at": float64(l.At), "n": float64(l.Quantity), "cause": l.Cause, "trades": trades}
}

func itemsAt(e *env, L *lua.LState) int {
	location, limit, after := L.CheckString(1), limitAt(L, 2), Item{}
	if t, ok := L.Get(3).(*lua.LTable); ok {
		owner, _ := t.RawGetString("owner").(lua.LNumber)
		after = Item{Owner: world.CharacterID(owner), Type: lua.LVAsString(t.RawGetString("type"))}
	}
	return outside(e, L, "items.at", func(ctx context.Context) (world.Value, error) {
		all, err := e.deps.Items.At(ctx, location, after, limit)
		list := make([]world.Value, len(all))
		for i, it := range all {
			list[i] = map[string]world.Value{"owner": float64(it.Owner), "location": it.Location, "type": it.Type, "quantity": float64(it.Quantity)}
		}
		return list, err
	}, nil)
}

func itemsKept(e *env, L *lua.LState) int {
	keeper, location := L.CheckString(1), L.CheckString(2)
	return outside(e, L, "items.kept", func(ctx context.Context) (world.Value, error) {
		return stacks(e.deps.Items.Kept(ctx, keeper, location))
	}, nil)
}

func itemsVolume(e *env, L *lua.LState) int {
	owner, place, volume := characterAt(L, 1), L.OptString(2, ""), e.volumes()
	return outside(e, L, "items.volume", func(ctx context.Context) (world.Value, error) {
		all, err := e.deps.Items.Within(ctx, owner, place)
		sum := 0.0
		for _, it := range all {
			sum += float64(float64(it.Quantity) * volume(it.Type))
		}
		return sum, err
	}, nil)
}

func itemsStow(e *env, L *lua.LState) int {
	i, capacity := stackAt(L, 4), float64(L.CheckNumber(5))
	changes, why := []Change{MoveItem{Item: i}, KeepRoom{i.Owner, i.Location, capacity, e.volumes()}}, e.why(L, L.OptString(6, ""), i.Owner)
	return outside(e, L, "items.stow", func(ctx context.Context) (world.Value, error) {
		_, err := e.deps.Store.Transact(ctx, why, changes)
		return true, err
	}, isRefused)
}

// stackAt reads (player, type, n, location?) beginning at argument 1.
func stackAt(L *lua.LState, location int) Item {
	return Item{
		Owner: characterAt(L, 1), Type: L.CheckString(2), Quantity: quantityAt(L, 3),
		Location: L.OptString(location, ""),
	}
}

// quantityAt is an argument that counts things.
func quantityAt(L *lua.LState, n int) int64 {
	q := float64(L.CheckNumber(n))
	if q != math.Trunc(q) || q < 1 || q > world.MaxQuantity {
		L.ArgError(n, fmt.Sprintf("a whole number from 1 to %d expected", int64(world.MaxQuantity)))
	}
	return int64(q)
}

func itemsGive(e *env, L *lua.LState) int {
	i := stackAt(L, 4)
	why := e.why(L, L.OptString(5, ""), i.Owner)
	return outside(e, L, "items.give", func(ctx context.Context) (world.Value, error) {
		n, err := e.deps.Items.Give(ctx, why, i)
		return float64(n), err
	}, isRefused)
}

func itemsTake(e *env, L *lua.LState) int {
	i := stackAt(L, 4)
	why := e.why(L, L.OptString(5, ""), i.Owner)
	return outside(e, L, "items.take", func(ctx context.Context) (world.Value, error) {
		n, err := e.deps.Items.Take(ctx, why, i)
		return float64(n), err
	}, isRefused)
}

func itemsMove(e *env, L *lua.LState) int {
	i := stackAt(L, 5)
	to, location, why := characterAt(L, 4), L.OptString(6, ""), e.why(L, L.OptString(7, ""), i.Owner)
	return outside(e, L, "items.move", func(ctx context.Context) (world.Value, error) {
		return true, e.deps.Items.Move(ctx, why, i, to, location)
	}, isRefused)
}
