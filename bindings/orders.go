package bindings

import (
	"context"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/book"
	"hotshard/runtime/world"
)

// Orders keeps the orders of the market; they change in transactions, see OpenOrder and
// those after it. Its methods may block.
type Orders interface {
	// Get returns an order that stands or stood.
	Get(ctx context.Context, id int64) (Order, bool, error)
	// Open returns up to limit orders that stand, by rank, those behind a rank.
	Open(ctx context.Context, after int64, limit int) ([]Order, error)
	// Expired returns up to limit that stand and should not any more.
	Expired(ctx context.Context, limit int) ([]Order, error)
	// Of returns up to limit of a character's, the newest first: those that stand, and
	// those that ended since a time in seconds since 1970.
	Of(ctx context.Context, owner world.CharacterID, since int64, limit int) ([]Order, error)
	// Last returns the highest number and the highest rank that an order has had.
	Last(ctx context.Context) (id, rank int64, err error)
	// Sum is what all come to that stand.
	Sum(ctx context.Context) (book.Sum, error)
	// Days returns what was traded of a type in a region, the latest of up to limit days
	// first.
	Days(ctx context.Context, region, itemType string, limit int) ([]Day, error)
}

// Order is an order of the market. Prices are in hundredths, times seconds since 1970.
type Order struct {
	ID       int64
	Owner    world.CharacterID
	Keeper   string // whose it is, in place of the owner; "" for a character's
	Side     string // sell or buy
	Type     string
	Region   string
	System   world.SystemID
	Station  world.EntityID
	Reach    int // as book.Reach
	Price    int64
	Quantity int64 // at first
	Left     int64
	Min      int64 // to be traded at once
	Rank     int64 // of two of one price the lower stood first
	Created  int64
	Expires  int64
	Ended    int64 // 0 while it stands
	Reason   string
}

// Day is what was traded of a type in a region and a day. Turnover and prices are in
// hundredths.
type Day struct {
	Day             int64 // since 1970
	Orders, Volume  int64
	Turnover        int64
	Highest, Lowest int64
}

// The steps of a transaction that concern orders.
type (
	// OpenOrder lets an order stand: what it promises goes into escrow, and the fee into a
	// sink.
	OpenOrder struct {
		Order Order
		Fee   int64
	}
	// TradeOrders trades one that comes with one that stood, at the price of that one.
	TradeOrders struct{ Comes, Stood, N, Price, Tax int64 }
	// EndOrder ends an order for a reason: what it still promised goes back.
	EndOrder struct {
		ID     int64
		Reason string
	}
	// RepriceOrder gives an order another price and another rank.
	RepriceOrder struct{ ID, Price, Rank, Fee int64 }
	// KeepStanding fails the transaction where more than Most orders of an owner stand by
	// then.
	KeepStanding struct {
		Owner world.CharacterID
		Most  int64
	}
)

func (c OpenOrder) content() world.Value {
	o := c.Order
	return []world.Value{"open", o.Owner, o.Keeper, o.Side, o.Type, o.Station, o.Price, o.Quantity, o.Min, o.Reach}
}
func (c KeepStanding) content() world.Value { return []world.Value{"standing", c.Owner, c.Most} }
func (c TradeOrders) content() world.Value  { return []world.Value{"trade", c.Comes, c.Stood, c.N} }
func (c EndOrder) content() world.Value     { return []world.Value{"close", c.ID, c.Reason} }
func (c RepriceOrder) content() world.Value { return []world.Value{"reprice", c.ID, c.Price} }

func init() {
	steps["open"] = step{fieldSet("fee"), func(f *stepFields) Change { return OpenOrder{f.order("open"), f.wholeOr("fee", 0)} }}
	steps["trade"] = step{fieldSet("with", "n", "price", "tax"), func(f *stepFields) Change {
		return TradeOrders{f.whole("trade", 1), f.whole("with", 1), f.count(), f.whole("price", 1), f.wholeOr("tax", 0)}
	}}
	steps["standing"] = step{fieldSet("most"), func(f *stepFields) Change { return KeepStanding{f.character("standing"), f.whole("most", 0)} }}
	steps["close"] = step{fieldSet("reason"), func(f *stepFields) Change { return EndOrder{f.whole("close", 1), f.text("reason")} }}
	steps["reprice"] = step{fieldSet("price", "rank", "fee"), func(f *stepFields) Change {
		return RepriceOrder{f.whole("reprice", 1), f.whole("price", 1), f.whole("rank", 1), f.wholeOr("fee", 0)}
	}}
}

// whole is a field that counts: an integer that a Lua number holds exactly.
func (f *stepFields) whole(key string, least int64) int64 {
	n := f.number(key)
	if n != math.Trunc(n) || n < float64(least) || n > 1<<53 {
		f.wrong(key, "a whole number")
	}
	return int64(n)
}

// wholeOr is a field that counts, or what stands for one that is missing.
func (f *stepFields) wholeOr(key string, otherwise int64) int64 {
	if f.t.RawGetString(key) == lua.LNil {
		return otherwise
	}
	return f.whole(key, 0)
}

// order reads the order that a field holds.
func (f *stepFields) order(key string) Order {
	t, ok := f.t.RawGetString(key).(*lua.LTable)
	if !ok {
		f.wrong(key, "an order")
	}
	return (&stepFields{env: f.env, L: f.L, what: f.what + ": " + key, t: t}).readOrder()
}

// readOrder reads the fields of an order.
func (f *stepFields) readOrder() Order {
	m := f.env.deps.Map.ByName(f.text("system"))
	if m == nil {
		f.L.RaiseError("%s: %s", f.what, unknownSystem(f.text("system")).Error())
	}
	who := f.holder("owner")
	o := Order{
		ID: f.whole("order", 1), Owner: who.Character, Keeper: who.Keeper, Side: f.text("side"), Type: f.thing(), Region: m.Region, System: m.ID,
		Station: world.EntityID(f.whole("station", 1)), Price: f.whole("price", 1), Quantity: f.whole("quantity", 1), Reach: int(f.reach()),
		Rank: f.whole("rank", 1), Expires: f.whole("expires", 0),
	}
	o.Left, o.Min = f.wholeOr("left", o.Quantity), max(1, f.wholeOr("min", 1))
	return o
}

// reaches are those that have names.
var reaches = map[string]book.Reach{"station": book.AtStation, "system": book.InSystem, "region": book.InRegion}

// reach is from how far a buyer takes goods; who sells sells where they are.
func (f *stepFields) reach() book.Reach {
	switch v := f.t.RawGetString("range").(type) {
	case *lua.LNilType:
		return book.AtStation
	case lua.LString:
		if r, ok := reaches[string(v)]; ok {
			return r
		}
	case lua.LNumber:
		if n := float64(v); n == math.Trunc(n) && n >= 0 && n < float64(book.InRegion) {
			return book.Reach(n)
		}
	}
	f.wrong("range", `"station", "system", "region" or a count of jumps`)
	return 0
}

// value is the order as scripts see it.
func (o *Order) value(m *world.Universe) world.Value {
	v := map[string]world.Value{
		"order": float64(o.ID), "owner": float64(o.Owner), "side": o.Side, "type": o.Type, "region": o.Region, "station": float64(o.Station),
		"price": float64(o.Price), "quantity": float64(o.Quantity), "left": float64(o.Left), "min": float64(o.Min), "rank": float64(o.Rank),
		"created": float64(o.Created), "expires": float64(o.Expires),
	}
	if s := m.System(o.System); s != nil {
		v["system"] = s.Name
	}
	if o.Keeper != "" {
		v["owner"] = o.Keeper
	}
	if o.Side == "buy" {
		v["range"] = reachValue(book.Reach(o.Reach))
	}
	if o.Ended != 0 {
		v["ended"], v["reason"] = float64(o.Ended), o.Reason
	}
	return v
}

func reachValue(r book.Reach) world.Value {
	for name, known := range reaches {
		if r == known {
			return name
		}
	}
	return float64(r)
}

var ordersTable = table{
	Name: "orders",
	Doc:  "The orders of the market as the database has them. They are opened, traded, given another price and ended by store.transact; what they promise is in escrow.",
	Funcs: []function{
		{Sig: "open(after: integer, limit: integer): Order[]", Yields: true, Do: ordersOpen,
			Doc: "Orders that stand, by rank: those behind a rank, 1000 at most."},
		{Sig: "get(order: integer): Order?", Yields: true, Do: ordersGet,
			Doc: "An order by its number, whether it stands or not."},
		{Sig: "expired(limit: integer): Order[]", Yields: true, Do: ordersExpired,
			Doc: "Orders that stand and whose time is over."},
		{Sig: "of(player: integer, since: integer, limit: integer): Order[]", Yields: true, Do: ordersOf,
			Doc: "A character's orders, the newest first: those that stand, and those that have ended since a time, as os.time() gives it."},
		{Sig: "last(): table", Yields: true, Do: ordersLast,
			Doc: "{order=, rank=}: the highest number and the highest rank that an order has had."},
		{Sig: "sum(): string", Yields: true, Do: ordersSum,
			Doc: "What all orders that stand come to, in a few figures: other ones, all but surely, where the orders are other ones. See book.sum."},
		{Sig: "days(region: string, type: TypeName, limit: integer): MarketDay[]", Yields: true, Do: ordersDays,
			Doc: "What was traded of a type in a region, by day, the latest first."},
	},
}

// ordersBy answers with orders.
func ordersBy(e *env, L *lua.LState, word string, look func(context.Context) ([]Order, error)) int {
	return outside(e, L, word, func(ctx context.Context) (world.Value, error) {
		all, err := look(ctx)
		list := make([]world.Value, len(all))
		for i := range all {
			list[i] = all[i].value(e.deps.Map)
		}
		return list, err
	}, nil)
}

func ordersOpen(e *env, L *lua.LState) int {
	after, limit := L.CheckInt64(1), limitAt(L, 2)
	return ordersBy(e, L, "orders.open", func(ctx context.Context) ([]Order, error) { return e.deps.Orders.Open(ctx, after, limit) })
}

func ordersGet(e *env, L *lua.LState) int {
	id := L.CheckInt64(1)
	return outside(e, L, "orders.get", func(ctx context.Context) (world.Value, error) {
		o, found, err := e.deps.Orders.Get(ctx, id)
		if err != nil || !found {
			return nil, err
		}
		return o.value(e.deps.Map), nil
	}, nil)
}

func ordersExpired(e *env, L *lua.LState) int {
	limit := limitAt(L, 1)
	return ordersBy(e, L, "orders.expired", func(ctx context.Context) ([]Order, error) { return e.deps.Orders.Expired(ctx, limit) })
}

func ordersOf(e *env, L *lua.LState) int {
	owner, since, limit := characterAt(L, 1), L.CheckInt64(2), limitAt(L, 3)
	return ordersBy(e, L, "orders.of", func(ctx context.Context) ([]Order, error) { return e.deps.Orders.Of(ctx, owner, since, limit) })
}

func ordersLast(e *env, L *lua.LState) int {
	return outside(e, L, "orders.last", func(ctx context.Context) (world.Value, error) {
		id, rank, err := e.deps.Orders.Last(ctx)
		return map[string]world.Value{"order": float64(id), "rank": float64(rank)}, err
	}, nil)
}

func ordersSum(e *env, L *lua.LState) int {
	return outside(e, L, "orders.sum", func(ctx context.Context) (world.Value, error) {
		sum, err := e.deps.Orders.Sum(ctx)
		return sum.String(), err
	}, nil)
}

func ordersDays(e *env, L *lua.LState) int {
	region, name, limit := L.CheckString(1), L.CheckString(2), limitAt(L, 3)
	return outside(e, L, "orders.days", func(ctx context.Context) (world.Value, error) {
		all, err := e.deps.Orders.Days(ctx, region, name, limit)
		list := make([]world.Value, len(all))
		for i, d := range all {
			list[i] = map[string]world.Value{"day": float64(d.Day), "order_count": float64(d.Orders), "volume": float64(d.Volume),
				"turnover": float64(d.Turnover), "highest": float64(d.Highest), "lowest": float64(d.Lowest)}
		}
		return list, err
	}, nil)
}
