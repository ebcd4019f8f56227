package bindings

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/book"
	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

var bookTable = table{
	Name: "book",
	Doc:  "Who would buy and sell what, by region and type, in the memory of this service alone: orders match by price, then by rank, at the price of the order that stood. The database decides (orders, store.transact), and the book follows. It goes on with the service after a stop or a kill of the shard, and is gone where the service itself begins anew.",
	Funcs: []function{
		{Sig: "ready(): boolean", Do: bookReady,
			Doc: "Whether it has been begun since the service started."},
		{Sig: "sum(): string", Do: bookSum,
			Doc: "What the orders that stand come to, those included of which something is kept for others: what orders.sum answers where the database has the same."},
		{Sig: "begin()", Effect: true, Do: bookBegin,
			Doc: "Begins it, empty."},
		{Sig: "add(order: Order): boolean?, string?", Effect: true, Do: bookAdd,
			Doc: "Lets an order stand. It is not matched by that."},
		{Sig: "match(order: Order, most: integer): BookFill[]", Effect: true, Do: bookMatch,
			Doc: "What an order that comes may have of those that stand, best first. It is kept for that order until settle or back says what came of it."},
		{Sig: "settle(fills: BookFill[])", Effect: true, Do: bookSettle,
			Doc: "What was kept has been traded."},
		{Sig: "back(fills: BookFill[])", Effect: true, Do: bookBack,
			Doc: "What was kept has not been traded: the orders stand where they stood."},
		{Sig: "hold(order: integer): integer?, integer?", Effect: true, Do: bookHold,
			Doc: "Takes an order out of the matching, to change it or to end it: how much is left of it, and how much is kept for others. nil where it does not stand, or is held already."},
		{Sig: "release(order: integer)", Effect: true, Do: bookRelease,
			Doc: "Puts an order that was held back where it stood."},
		{Sig: "remove(order: integer): boolean", Effect: true, Do: bookRemove,
			Doc: "Takes an order away for good."},
		{Sig: "left(order: integer): integer?", Do: bookLeft,
			Doc: "How much is left of an order; nil where it does not stand."},
		{Sig: "page(region: string, type: TypeName, limit?: integer): BookPage", Do: bookPage,
			Doc: "The best orders of both sides, 1000 of each at most."},
	},
}

// market is the books of one service.
type market struct {
	regions map[string]*book.Region
	books   map[bookKey]*book.Book
	of      map[int64]*book.Book // by order
}

type bookKey struct{ region, itemType string }

func newMarket() *market {
	return &market{regions: map[string]*book.Region{}, books: map[bookKey]*book.Book{}, of: map[int64]*book.Book{}}
}

// book is the one of a region and a type, made when it is first asked for.
func (e *env) book(region, itemType string) *book.Book {
	m, key := e.market, bookKey{region, itemType}
	if m.books[key] == nil {
		m.books[key] = book.New(e.region(region))
	}
	return m.books[key]
}

// region measures the ways of a region, once.
func (e *env) region(name string) *book.Region {
	if r := e.market.regions[name]; r != nil {
		return r
	}
	var ids []world.SystemID
	for i := range e.deps.Map.Systems {
		if s := &e.deps.Map.Systems[i]; s.Region == name {
			ids = append(ids, s.ID)
		}
	}
	r := e.deps.Regions.measured(name, func() *book.Region { return book.NewRegion(ids, e.deps.Routes.Neighbours) })
	e.market.regions[name] = r
	return r
}

// measured is a region that somebody has measured before, or is measured now.
func (r *Regions) measured(name string, measure func() *book.Region) *book.Region {
	if r == nil {
		return measure()
	}
	if known, ok := r.byName.Load(name); ok {
		return known.(*book.Region)
	}
	known, _ := r.byName.LoadOrStore(name, measure())
	return known.(*book.Region)
}

// begun is the books, or an error where nobody has begun them.
func (e *env) begun(L *lua.LState) *market {
	if e.market == nil {
		L.RaiseError("the book is not begun: book.begin() first, and add the orders that stand")
	}
	return e.market
}

// orderAt reads the order of argument n.
func (e *env) orderAt(L *lua.LState, n int, word string) (Order, book.Order) {
	e.begun(L)
	o := (&stepFields{env: e, L: L, what: word, t: L.CheckTable(n)}).readOrder()
	if _, known := sides[o.Side]; !known {
		L.RaiseError("%s: an order sells or buys: %q is neither", word, o.Side)
	}
	return o, o.inBook()
}

var sides = map[string]book.Side{"sell": book.Sell, "buy": book.Buy}

// AddTo adds an order that stands to a Sum, as book.sum does.
func (o *Order) AddTo(sum *book.Sum) {
	in := o.inBook()
	sum.Add(book.Of(o.Region, o.Type), &in, o.Left)
}

// inBook is the order as it stands in a book.
func (o *Order) inBook() book.Order {
	return book.Order{ID: o.ID, Rank: o.Rank, Side: sides[o.Side], Owner: o.Owner, Place: book.Place{System: o.System, Station: o.Station}, Reach: book.Reach(o.Reach),
		Price: o.Price, Left: o.Left, Min: o.Min, Expires: o.Expires}
}

func bookReady(e *env, L *lua.LState) int {
	L.Push(lua.LBool(e.market != nil))
	return 1
}

func bookBegin(e *env, _ *lua.LState) int {
	e.market = newMarket()
	return 0
}

func bookSum(e *env, L *lua.LState) int {
	var sum book.Sum
	for key, b := range e.begun(L).books {
		sum.AddAll(book.Of(key.region, key.itemType), b)
	}
	L.Push(lua.LString(sum.String()))
	return 1
}

func bookAdd(e *env, L *lua.LState) int {
	o, in := e.orderAt(L, 1, "book.add")
	if e.market.of[o.ID] != nil {
		return refuse(L, fmt.Errorf("order %d is in the book already", o.ID))
	}
	b := e.book(o.Region, o.Type)
	if err := b.Add(in); err != nil {
		return refuse(L, err)
	}
	e.market.of[o.ID] = b
	return done(L, nil)
}

func bookMatch(e *env, L *lua.LState) int {
	o, in := e.orderAt(L, 1, "book.match")
	fills := e.book(o.Region, o.Type).Match(&in, nil, max(0, min(L.CheckInt(2), mostListed)))
	list := L.CreateTable(len(fills), 0)
	for _, f := range fills {
		list.Append(e.fillTable(L, f))
	}
	L.Push(list)
	return 1
}

// fillFields are the numbers of a BookFill.
var fillFields = [...]lua.LString{"order", "owner", "price", "n", "station"}

func (e *env) fillTable(L *lua.LState, f book.Fill) *lua.LTable {
	m, t := vm.Of(L), vm.NewTable(0, 6)
	for i, n := range [...]int64{f.Order, int64(f.Owner), f.Price, f.Quantity, int64(f.Place.Station)} { // in one order: pairs walks them in it
		vm.Set(t, fillFields[i], m.Number(float64(n)))
	}
	vm.Set(t, lua.LString("system"), lua.LString(e.deps.Map.System(f.Place.System).Name))
	return t
}

// fillsAt reads the list of argument 1, by book.
func (e *env) fillsAt(L *lua.LState, word string, do func(*book.Book, []book.Fill)) int {
	m, list := e.begun(L), L.CheckTable(1)
	for i := 1; i <= vm.Len(list); i++ {
		t, ok := vm.GetInt(list, i).(*lua.LTable)
		if !ok {
			L.RaiseError("%s: a list of what book.match answered expected", word)
		}
		f := &stepFields{env: e, L: L, what: word, t: t}
		fill := book.Fill{Order: f.whole("order", 1), Quantity: f.count()}
		if b := m.of[fill.Order]; b != nil {
			do(b, []book.Fill{fill})
			e.forget(b, fill.Order)
		}
	}
	return 0
}

// forget forgets which book an order was in that does not stand any more.
func (e *env) forget(b *book.Book, id int64) {
	if _, stands := b.Get(id); !stands {
		delete(e.market.of, id)
	}
}

func bookSettle(e *env, L *lua.LState) int { return e.fillsAt(L, "book.settle", (*book.Book).Settle) }
func bookBack(e *env, L *lua.LState) int   { return e.fillsAt(L, "book.back", (*book.Book).Return) }

// orderNumber is the order that argument 1 names, and its book; nil where it does not
// stand.
func (e *env) orderNumber(L *lua.LState) (int64, *book.Book) {
	n := float64(L.CheckNumber(1))
	if n != math.Trunc(n) || n < 1 || n > 1<<53 {
		return 0, nil
	}
	return int64(n), e.begun(L).of[int64(n)]
}

func bookHold(e *env, L *lua.LState) int {
	id, b := e.orderNumber(L)
	if b != nil {
		if o, kept, ok := b.Hold(id); ok {
			L.Push(lua.LNumber(o.Left))
			L.Push(lua.LNumber(kept))
			return 2
		}
	}
	L.Push(lua.LNil)
	return 1
}

func bookRelease(e *env, L *lua.LState) int {
	if id, b := e.orderNumber(L); b != nil {
		b.Release(id)
		e.forget(b, id)
	}
	return 0
}

func bookRemove(e *env, L *lua.LState) int {
	id, b := e.orderNumber(L)
	delete(e.begun(L).of, id)
	L.Push(lua.LBool(b != nil && b.Remove(id)))
	return 1
}

func bookLeft(e *env, L *lua.LState) int {
	if id, b := e.orderNumber(L); b != nil {
		if o, ok := b.Get(id); ok {
			L.Push(lua.LNumber(o.Left))
			return 1
		}
	}
	L.Push(lua.LNil)
	return 1
}

func bookPage(e *env, L *lua.LState) int {
	e.begun(L)
	b := e.market.books[bookKey{L.CheckString(1), L.CheckString(2)}]
	if b == nil { // whoever asks makes none: names are endless
		b = book.New(nil)
	}
	limit := limitAt(L, 3)
	page := map[string]world.Value{"revision": float64(b.Revision()), "sells": e.pageOf(b, book.Sell, limit), "buys": e.pageOf(b, book.Buy, limit)}
	L.Push(script.ToLua(L, page))
	return 1
}

func (e *env) pageOf(b *book.Book, side book.Side, limit int) world.Value {
	all := b.Page(side, limit)
	list := make([]world.Value, len(all))
	for i, o := range all {
		v := map[string]world.Value{"order": float64(o.ID), "price": float64(o.Price), "quantity": float64(o.Left), "station": float64(o.Place.Station),
			"system": e.deps.Map.System(o.Place.System).Name, "expires": float64(o.Expires)}
		if side == book.Buy {
			v["range"] = reachValue(o.Reach)
			v["min"] = float64(max(1, min(o.Min, o.Left)))
		}
		list[i] = v
	}
	return list
}
