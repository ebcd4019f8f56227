package store

import (
	"context"
	"fmt"
	"math"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Side is what an order of the market wants.
type Side string

// The sides.
const (
	Sell Side = "sell"
	Buy  Side = "buy"
)

// Order is an order of the market, that stands or stood. Prices are in hundredths, times
// microseconds since 1970. What Reach and Rank mean is said in data/schema.
type Order struct {
	ID       int64
	Owner    world.CharacterID // 0 where a keeper gave it
	Keeper   string
	Side     Side
	Type     string
	Region   string
	System   world.SystemID
	Station  world.EntityID
	Reach    int
	Price    int64
	Quantity int64 // at first
	Left     int64
	Least    int64 // to be traded at once
	Rank     int64
	Created  int64
	Expires  int64
	Ended    int64  // 0 while it stands
	Reason   string // why it has ended

	owner int64 // in the tables
}

// Escrow is where an owner has what their orders promise.
const Escrow = "escrow"

// ReasonFilled is why an order ends that has been traded whole.
const ReasonFilled = "filled"

const (
	orderColumns = `id, owner, side, type, region, system, station, reach, price, quantity, "left", least, rank, created, expires, ended, reason`

	selectSome       = `SELECT ` + orderColumns + `, coalesce((SELECT name FROM ledger_accounts WHERE id = owner), '') FROM `
	selectOrder      = selectSome + `orders WHERE id = ?`
	selectOpenOrders = selectSome + `orders WHERE ended = 0 AND rank > ? ORDER BY rank LIMIT ?`
	selectStanding   = selectSome + `orders WHERE ended = 0`
	selectExpired    = selectSome + `orders WHERE ended = 0 AND expires <= ? ORDER BY expires LIMIT ?`
	selectOrdersOf   = selectSome + `(SELECT * FROM (SELECT * FROM orders WHERE owner = ?1 AND ended = 0 ORDER BY id DESC LIMIT ?3) AS standing
		UNION ALL SELECT * FROM (SELECT * FROM orders WHERE owner = ?1 AND ended <> 0 AND ended >= ?2 ORDER BY ended DESC LIMIT ?3) AS past) AS list ORDER BY id DESC LIMIT ?3`
	countStanding   = `SELECT count(*) FROM (SELECT 1 FROM orders WHERE owner = ? AND ended = 0 LIMIT ?) AS standing`
	selectLastOrder = `SELECT coalesce(max(id), 0), coalesce(max(rank), 0) FROM orders`
	endOrder        = `UPDATE orders SET ended = ?, reason = ? WHERE id = ?`
)

func scanOrder(row scanner) (o Order, err error) {
	err = row.Scan(&o.ID, &o.owner, &o.Side, &o.Type, &o.Region, &o.System, &o.Station, &o.Reach, &o.Price, &o.Quantity, &o.Left, &o.Least,
		&o.Rank, &o.Created, &o.Expires, &o.Ended, &o.Reason, &o.Keeper)
	if o.Keeper == "" {
		o.Owner = world.CharacterID(o.owner)
	}
	return o, err
}

// OpenOrders returns up to limit orders that stand, by rank, those behind a rank.
func (s *Store) OpenOrders(ctx context.Context, after int64, limit int) ([]Order, error) {
	return query(ctx, s, "open orders", scanOrder, selectOpenOrders, after, limit)
}

// EachOpenOrder calls do with all orders that stand, one after the other, as they are at one
// moment: none of them is remembered.
func (s *Store) EachOpenOrder(ctx context.Context, do func(*Order)) error {
	rows, err := s.read.QueryContext(ctx, selectStanding)
	if err != nil {
		return s.readError("open orders", err)
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return s.readError("open orders", err)
		}
		do(&o)
	}
	return s.readError("open orders", rows.Err())
}

// ExpiredOrders returns up to limit orders that stand and should not any more.
func (s *Store) ExpiredOrders(ctx context.Context, limit int) ([]Order, error) {
	return query(ctx, s, "expired orders", scanOrder, selectExpired, s.now(), limit)
}

// OrdersOf returns up to limit orders of a character, the newest first: those that stand,
// and those that ended last, since a time in microseconds since 1970. It reads no others.
func (s *Store) OrdersOf(ctx context.Context, owner world.CharacterID, since int64, limit int) ([]Order, error) {
	return query(ctx, s, "orders of", scanOrder, selectOrdersOf, owner, since, limit)
}

// Order returns an order, whether it stands or not; found is false where there never was
// one of the number.
func (s *Store) Order(ctx context.Context, id int64) (o Order, found bool, err error) {
	return queryOne(ctx, s, "order", scanOrder, selectOrder, id)
}

// LastOrder returns the highest number and the highest rank that any order has had.
func (s *Store) LastOrder(ctx context.Context) (id, rank int64, err error) {
	return id, rank, s.readError("last order", s.read.QueryRowContext(ctx, selectLastOrder).Scan(&id, &rank))
}

// Day is what was traded of a type in a region and a day, in so many days since 1970.
// Prices and the turnover are in hundredths.
type Day struct {
	Day                                       int64
	Orders, Volume, Turnover, Highest, Lowest int64
}

const selectDays = `SELECT day, orders, volume, turnover, highest, lowest FROM market_days WHERE region = ? AND type = ? ORDER BY day DESC LIMIT ?`

// Days returns what was traded of a type in a region, the latest day first.
func (s *Store) Days(ctx context.Context, region, itemType string, limit int) ([]Day, error) {
	return query(ctx, s, "days", func(row scanner) (d Day, err error) {
		return d, row.Scan(&d.Day, &d.Orders, &d.Volume, &d.Turnover, &d.Highest, &d.Lowest)
	}, selectDays, region, itemType, limit)
}

// about notes that the entry is about an order, once it has a number.
func (t *tx) about(id int64) {
	t.posted = append(t.posted, func(entry int64) { t.w.group.isAbout(id, entry) })
}

// value is what a quantity costs, in hundredths. Errors: ErrInvalid where that is more
// than can be counted.
func value(op string, price, n int64) (int64, error) {
	if price < 1 || n < 1 || price > math.MaxInt64/n || price*n > world.MaxQuantity {
		return 0, fail(op, ErrInvalid, fmt.Sprintf("%d at %d is more money than can be counted", n, price))
	}
	return price * n, nil
}

// The holdings that an order is about: what it promises, and what it comes from and goes
// back to.
func (o *Order) goods() string {
	if o.Side == Buy {
		return ledger.Money
	}
	return o.Type
}

// holder is whose order it is.
func (o *Order) holder() ledger.Holder {
	if o.Keeper != "" {
		return ledger.Holder{Kind: ledger.Keeper, Name: o.Keeper}
	}
	return ledger.Of(o.Owner)
}

func (o *Order) escrow() ledger.Holding {
	return ledger.Holding{Holder: o.holder(), Location: Escrow, Type: o.goods()}
}

func (o *Order) wallet() ledger.Holding {
	return ledger.Holding{Holder: o.holder(), Location: ledger.Wallet, Type: ledger.Money}
}

// hangar is where the owner has what they bring to a station, or buy there.
func (o *Order) hangar(system world.SystemID, station world.EntityID) ledger.Holding {
	return ledger.Holding{Holder: o.holder(), Location: world.Hangar(system, station), Type: o.Type}
}

func (o *Order) home() ledger.Holding {
	if o.Side == Buy {
		return o.wallet()
	}
	return o.hangar(o.System, o.Station)
}

// promised is how much is in escrow for so many of it.
func (o *Order) promised(op string, n int64) (int64, error) {
	if o.Side == Sell {
		return n, nil
	}
	return value(op, o.Price, n)
}

func sink(name string) ledger.Holding {
	return ledger.Holding{Holder: ledger.Holder{Kind: ledger.Sink, Name: name}, Type: ledger.Money}
}

// pay moves money, which may be none.
func (t *tx) pay(from, to ledger.Holding, n int64) error {
	if n == 0 {
		return nil
	}
	return t.entry.Move(from, to, n)
}
