package store

import (
	"errors"
	"fmt"
	"slices"

	"hotshard/data/ledger"
)

// group is what the requests of one transaction have changed of the market and the books and not
// written yet. A trade touches two dozen rows, most of which the next one touches too, or adds to the
// same tables: so orders and holdings are read once and written once for all of a group, and what is
// added goes many rows at a time.
//
// Requests that consist of steps which know of the group (groupable) run in it and need no savepoint:
// what one that is refused has done is in memory, and taken back there. Before any other request all is
// written, and it runs in the tables.
type group struct {
	books   ledger.Group
	orders  map[int64]*heldOrder
	changed []orderChange
	about   []any // rows of order_entries
	trades  []any
	days    []dayTrade
	kept    struct{ changed, about, trades, days int }
}

// heldOrder is an order as the group has it.
type heldOrder struct {
	Order
	found  bool   // there is a row
	stood  bool   // in the table
	queued bool   // among those that flush writes
	coming *Order // that a request of the group wants to open
}

// orderChange is an order before one step.
type orderChange struct {
	of  *heldOrder
	was heldOrder
}

// dayTrade is one trade, for the history of its day.
type dayTrade struct {
	region, thing string
	day           int64
	n, price      int64
}

// groupable is a step that reads and writes through the group alone.
type groupable interface {
	// orders names the orders that the step is about, and holdings, once they are known, the
	// holdings: so that those of many requests are looked up at once. A step that names too
	// little is right, and slower.
	orders() []int64
	holdings(g *group) []ledger.Holding
}

// errAlone is what a request of the group is told that wants to write into the tables.
var errAlone = errors.New("the request has to run by itself")

var (
	selectOrders = ledger.NewMany(selectSome+`orders WHERE id IN (`, `?`, `?`, `)`)
	insertOrders = ledger.NewMany(`INSERT INTO orders (`+orderColumns+`) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``)
	updateOrders = ledger.NewMany(`UPDATE orders SET price = v.column2, rank = v.column3, "left" = v.column4, ended = v.column5, reason = v.column6 FROM (VALUES `,
		`(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT))`, `(?, ?, ?, ?, ?, ?)`,
		`) AS v WHERE orders.id = v.column1`)
	insertAbout  = ledger.NewMany(`INSERT INTO order_entries (id, entry) VALUES `, `(?, ?)`, `(?, ?)`, ``)
	insertTrades = ledger.NewMany(`INSERT INTO trades (entry, at, type, region, system, station, price, quantity, buyer, seller, bought, sold) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``)
	upsertDays = ledger.NewMany(`INSERT INTO market_days (region, type, day, orders, volume, turnover, highest, lowest) VALUES `,
		`(?, ?, ?, ?, ?, ?, ?, ?)`, `(?, ?, ?, ?, ?, ?, ?, ?)`,
		` ON CONFLICT (region, type, day) DO UPDATE SET orders = market_days.orders + excluded.orders, volume = market_days.volume + excluded.volume, turnover = market_days.turnover + excluded.turnover,
			highest = CASE WHEN excluded.highest > market_days.highest THEN excluded.highest ELSE market_days.highest END,
			lowest = CASE WHEN excluded.lowest < market_days.lowest THEN excluded.lowest ELSE market_days.lowest END`)
)

// keep says that what was done so far stays, whatever becomes of the next request.
func (g *group) keep() {
	g.kept.changed, g.kept.about, g.kept.trades, g.kept.days = len(g.changed), len(g.about), len(g.trades), len(g.days)
	g.books.Keep()
}

// back takes back what was done since keep.
func (g *group) back() {
	for i := len(g.changed) - 1; i >= g.kept.changed; i-- {
		*g.changed[i].of = g.changed[i].was
	}
	g.changed, g.about, g.trades, g.days = g.changed[:g.kept.changed], g.about[:g.kept.about], g.trades[:g.kept.trades], g.days[:g.kept.days]
	g.books.Back()
}

// empty forgets what is of the market.
func (g *group) empty() {
	clear(g.orders)
	clear(g.changed)
	clear(g.about)
	clear(g.trades)
	g.changed, g.about, g.trades, g.days = g.changed[:0], g.about[:0], g.trades[:0], g.days[:0]
	g.keep()
}

// reset forgets what the tables say: somebody else is to write in them.
func (g *group) reset() {
	g.books.Reset()
	g.empty()
}

func (g *group) committed() {
	g.books.Committed()
	g.empty()
}

// forget says that nothing of it is kept.
func (g *group) forget() {
	g.books.Forget()
	g.empty()
}

// look looks up at once what the requests will ask for.
func (g *group) look(t *tx, batch []*request) error {
	var keys []*Why
	var ids []any
	for _, r := range batch {
		if !r.grouped() {
			continue
		}
		keys = append(keys, r.why)
		for _, step := range r.steps {
			for _, id := range step.(groupable).orders() {
				if g.orders[id] == nil {
					g.put(id, &heldOrder{})
					ids = append(ids, id)
				}
			}
		}
	}
	if err := g.books.LookKeys(t, keys); err != nil {
		return err
	}
	if err := selectOrders.Rows(t, ids, g.found); err != nil {
		return err
	}
	var list []ledger.Holding
	for _, r := range batch {
		for _, step := range r.steps {
			s, ok := step.(groupable)
			if !ok || !r.grouped() {
				continue
			}
			if opens, ok := step.(OpenOrder); ok {
				g.orders[opens.Order.ID].coming = &opens.Order
			}
			list = append(list, s.holdings(g)...)
		}
	}
	return g.books.LookHoldings(t, list)
}

func (g *group) put(id int64, h *heldOrder) {
	if g.orders == nil {
		g.orders = map[int64]*heldOrder{}
	}
	g.orders[id] = h
}

// found takes in an order as the table has it.
func (g *group) found(row ledger.Row) error {
	o, err := scanOrder(row)
	if err == nil {
		g.put(o.ID, &heldOrder{Order: o, found: true, stood: o.Ended == 0})
	}
	return err
}

// find is an order as the group has it, one without a number where there is none.
func (t *tx) find(id int64) (*heldOrder, error) {
	g := &t.w.group
	if g.orders[id] == nil {
		g.put(id, &heldOrder{})
		if err := t.each(g.found, selectOrder, id); err != nil {
			return nil, err
		}
	}
	return g.orders[id], nil
}

// order is one that stands.
func (t *tx) order(op string, id int64) (*heldOrder, error) {
	switch h, err := t.find(id); {
	case err != nil:
		return nil, err
	case h.ID == 0:
		return nil, fail(op, ErrNotFound, fmt.Sprintf("there is no order %d", id))
	case h.Ended != 0:
		return nil, fail(op, ErrConflict, fmt.Sprintf("order %d has ended: %s", id, h.Reason))
	default:
		return h, nil
	}
}

// open adds an order, whose number nobody has had.
func (t *tx) open(op string, o Order) error {
	h, err := t.find(o.ID)
	if err != nil {
		return err
	}
	if h.ID != 0 {
		return fail(op, ErrConflict, fmt.Sprintf("there is an order %d already", o.ID))
	}
	t.w.group.change(h, func() { h.Order = o })
	return nil
}

// change changes an order.
func (g *group) change(h *heldOrder, how func()) {
	g.changed = append(g.changed, orderChange{h, *h})
	how()
}

// end ends an order.
func (g *group) end(h *heldOrder, at int64, reason string) {
	g.change(h, func() { h.Ended, h.Reason = at, reason })
}

// standing is how many more orders of an owner stand in the group than in the table.
func (g *group) standing(owner int64) (more int64) {
	for i := range g.changed {
		h := g.changed[i].of
		if h.queued || h.owner != owner {
			continue
		}
		h.queued = true
		if stands := h.ID != 0 && h.Ended == 0; stands != h.stood {
			if more++; h.stood {
				more -= 2
			}
		}
	}
	for i := range g.changed {
		g.changed[i].of.queued = false
	}
	return more
}

// isAbout notes that an entry is about an order.
func (g *group) isAbout(order, entry int64) {
	for i := len(g.about) - 2; i >= 0 && g.about[i+1] == entry; i -= 2 {
		if g.about[i] == order {
			return
		}
	}
	g.about = append(g.about, order, entry)
}

// traded notes a trade of an entry, beside those that it has of the same orders.
func (g *group) traded(entry, at int64, s *TradeOrders, sold, bought *heldOrder, price int64) {
	const columns, quantity = 12, 7
	for i := len(g.trades) - columns; i >= 0 && g.trades[i] == entry; i -= columns {
		if row := g.trades[i : i+columns]; row[columns-2] == bought.ID && row[columns-1] == sold.ID {
			row[quantity] = row[quantity].(int64) + s.N
			return
		}
	}
	g.trades = append(g.trades, entry, at, sold.Type, sold.Region, sold.System, sold.Station, price, s.N, bought.owner, sold.owner, bought.ID, sold.ID)
}

// flush writes what has changed.
func (g *group) flush(t *tx) error {
	for _, write := range []func(*tx) error{g.writeOrders, g.writeDays} {
		if err := write(t); err != nil {
			return err
		}
	}
	if err := insertAbout.Exec(t, g.about); err != nil {
		return err
	}
	if err := insertTrades.Exec(t, g.trades); err != nil {
		return err
	}
	clear(g.about)
	clear(g.trades)
	clear(g.changed)
	g.changed, g.about, g.trades, g.days = g.changed[:0], g.about[:0], g.trades[:0], g.days[:0]
	if err := g.books.Flush(t); err != nil {
		return err
	}
	g.keep()
	return nil
}

func (g *group) writeOrders(t *tx) error {
	var inserts, updates []any
	for _, c := range g.changed {
		h := c.of
		if h.queued {
			continue
		}
		h.queued = true
		if h.found {
			updates = append(updates, h.ID, h.Price, h.Rank, h.Left, h.Ended, h.Reason)
		} else {
			inserts = append(inserts, h.ID, h.owner, string(h.Side), h.Type, h.Region, h.System, h.Station, h.Reach, h.Price, h.Quantity, h.Left, h.Least, h.Rank,
				h.Created, h.Expires, h.Ended, h.Reason)
		}
	}
	for _, c := range g.changed {
		c.of.queued, c.of.found, c.of.stood = false, true, c.of.Ended == 0
	}
	if err := insertOrders.Exec(t, inserts); err != nil {
		return err
	}
	return updateOrders.Exec(t, updates)
}

// writeDays adds the trades to the history, one row a type and region.
func (g *group) writeDays(t *tx) error {
	type key struct {
		region, thing string
		day           int64
	}
	days := map[key]*Day{}
	var order []key
	for _, d := range g.days {
		k := key{d.region, d.thing, d.day}
		sum := days[k]
		if sum == nil {
			sum = &Day{Day: d.day, Highest: d.price, Lowest: d.price}
			days[k] = sum
			order = append(order, k)
		}
		sum.Orders, sum.Volume, sum.Turnover = sum.Orders+1, sum.Volume+d.n, sum.Turnover+d.n*d.price
		sum.Highest, sum.Lowest = max(sum.Highest, d.price), min(sum.Lowest, d.price)
	}
	var args []any
	for _, k := range order {
		d := days[k]
		args = append(args, k.region, k.thing, k.day, d.Orders, d.Volume, d.Turnover, d.Highest, d.Lowest)
	}
	return upsertDays.Exec(t, args)
}

// The steps that run in the group.

func (s OpenOrder) orders() []int64 { return []int64{s.Order.ID} }

func (s OpenOrder) holdings(*group) []ledger.Holding {
	o := &s.Order
	return []ledger.Holding{o.home(), o.escrow(), sink(ledger.SinkBroker)}
}

func (s TradeOrders) orders() []int64 { return []int64{s.Comes, s.Stood} }

func (s TradeOrders) holdings(g *group) []ledger.Holding {
	stood, comes := g.expected(s.Stood), g.expected(s.Comes)
	if stood == nil || comes == nil {
		return nil
	}
	sold, bought := stood, comes
	if comes.Side == Sell {
		sold, bought = comes, stood
	}
	return []ledger.Holding{sold.escrow(), sold.wallet(), bought.escrow(), bought.wallet(), bought.hangar(sold.System, sold.Station), sink(ledger.SinkTax)}
}

// expected is an order as it is, or as it will be when a request of the group has opened it; nil
// where nobody knows of one.
func (g *group) expected(id int64) *Order {
	switch h := g.orders[id]; {
	case h == nil:
		return nil
	case h.ID != 0:
		return &h.Order
	default:
		return h.coming
	}
}

func (s EndOrder) orders() []int64 { return []int64{s.ID} }

func (s EndOrder) holdings(g *group) []ledger.Holding { return g.of(s.ID) }

func (s RepriceOrder) orders() []int64 { return []int64{s.ID} }

func (s RepriceOrder) holdings(g *group) []ledger.Holding { return g.of(s.ID) }

// of are the holdings that an order is about.
func (g *group) of(id int64) []ledger.Holding {
	if h := g.orders[id]; h != nil && h.ID != 0 {
		return []ledger.Holding{h.escrow(), h.home(), h.wallet()}
	}
	return nil
}

func (Standing) orders() []int64                  { return nil }
func (Standing) holdings(*group) []ledger.Holding { return nil }
func (Move) orders() []int64                      { return nil }
func (m Move) holdings(*group) []ledger.Holding   { return []ledger.Holding{m.From, m.To} }
func (Change) orders() []int64                    { return nil }
func (c Change) holdings(*group) []ledger.Holding { return []ledger.Holding{c.Holding} }
func (ChangeItem) orders() []int64                { return nil }
func (c ChangeItem) holdings(*group) []ledger.Holding {
	return []ledger.Holding{Item(c).holding()}
}

// grouped says whether a request runs in the group.
func (r *request) grouped() bool {
	return r.why != nil && !slices.ContainsFunc(r.steps, func(s Step) bool { _, ok := s.(groupable); return !ok })
}

// isAnswer says whether an error is one of ours, and not the database's.
func isAnswer(err error) bool {
	no, ours := (*ledger.Refusal)(nil), (*Error)(nil)
	return errors.As(err, &no) || errors.As(err, &ours) && ours.Err == nil
}
