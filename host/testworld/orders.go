package testworld

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"hotshard/bindings"
	"hotshard/runtime/book"
	"hotshard/runtime/world"
)

// The market's side of a memory: orders, and what they promise in escrow.

// money, wallet and escrow are where the market has what it moves.
const (
	money  = "Money"
	wallet = "wallet"
	escrow = "escrow"
)

// desk is a memory as the orders' words see it.
type desk struct{ *memory }

func (m *memory) open(c bindings.OpenOrder) error {
	o := c.Order
	o.Owner = m.numbered(bindings.Holder{Character: o.Owner, Keeper: o.Keeper})
	if m.orders[o.ID] != nil {
		return refusedFor("conflict", "there is an order %d already", o.ID)
	}
	if err := m.pass(o.Owner, home(&o), escrow, goods(&o), promised(&o, o.Quantity)); err != nil {
		return err
	}
	if err := m.pay(o.Owner, wallet, c.Fee); err != nil {
		return err
	}
	o.Left = o.Quantity
	m.orders[o.ID] = &o
	return nil
}

func (m *memory) trade(c bindings.TradeOrders) error {
	comes, err := m.standing(c.Comes)
	if err != nil {
		return err
	}
	stood, err := m.standing(c.Stood)
	if err != nil {
		return err
	}
	sold, bought := stood, comes
	if comes.Side == "sell" {
		sold, bought = comes, stood
	}
	if sold.Side != "sell" || bought.Side != "buy" || sold.Price > bought.Price || sold.Type != bought.Type || stood.Price != c.Price || c.N > sold.Left || c.N > bought.Left {
		return refusedFor("conflict", "orders %d and %d do not meet", c.Comes, c.Stood)
	}
	paid := stood.Price * c.N
	m.items[place{sold.Owner, escrow, sold.Type}] -= c.N
	m.items[place{bought.Owner, world.Hangar(sold.System, sold.Station), sold.Type}] += c.N
	m.items[place{bought.Owner, escrow, money}] -= bought.Price * c.N
	m.items[place{bought.Owner, wallet, money}] += bought.Price*c.N - paid
	m.items[place{sold.Owner, wallet, money}] += paid - c.Tax
	for _, o := range []*bindings.Order{sold, bought} {
		if o.Left -= c.N; o.Left == 0 {
			o.Ended, o.Reason = 1, "filled"
		}
	}
	m.note(bought, money, wallet, -paid, "buy", stood.Price, c.N)
	m.note(sold, money, wallet, paid-c.Tax, "sell", stood.Price, c.N)
	m.days = append(m.days, bindings.Day{Orders: 1, Volume: c.N, Turnover: paid, Highest: stood.Price, Lowest: stood.Price})
	return nil
}

// note writes a line of a wallet.
func (m *memory) note(o *bindings.Order, kind, location string, by int64, side string, price, n int64) {
	m.lines = append(m.lines, line{place{o.Owner, location, kind}, bindings.Line{Entry: int64(len(m.lines) + 1), At: m.now().Unix(), Quantity: by, Cause: "trade",
		Trades: []bindings.Trade{{Order: o.ID, Side: side, Type: o.Type, System: o.System, Station: o.Station, Price: price, Quantity: n}}}})
}

// keepStanding counts what stands.
func (m *memory) keepStanding(c bindings.KeepStanding) error {
	n := int64(0)
	for _, o := range m.orders {
		if o.Owner == c.Owner && o.Ended == 0 {
			n++
		}
	}
	if n > c.Most {
		return refusedFor("too_many", "%d orders stand, and more may not: one has to end first", c.Most)
	}
	return nil
}

func (m *memory) end(c bindings.EndOrder) error {
	o, err := m.standing(c.ID)
	if err != nil {
		return err
	}
	o.Ended, o.Reason = 1, c.Reason
	return m.pass(o.Owner, escrow, home(o), goods(o), promised(o, o.Left))
}

func (m *memory) reprice(c bindings.RepriceOrder) error {
	o, err := m.standing(c.ID)
	if err != nil {
		return err
	}
	was := promised(o, o.Left)
	o.Price, o.Rank = c.Price, c.Rank
	if err := m.pass(o.Owner, home(o), escrow, goods(o), promised(o, o.Left)-was); err != nil {
		return err
	}
	return m.pay(o.Owner, wallet, c.Fee)
}

// standing is an order that stands, to be written to.
func (m *memory) standing(id int64) (*bindings.Order, error) {
	o := m.orders[id]
	switch {
	case o == nil:
		return nil, refusedFor("not_found", "there is no order %d", id)
	case o.Ended != 0:
		return nil, refusedFor("conflict", "order %d has ended: %s", id, o.Reason)
	}
	mine := *o
	m.orders[id] = &mine // the map is put back where the transaction fails
	return &mine, nil
}

// pass moves things of one owner, the other way below zero.
func (m *memory) pass(owner world.CharacterID, from, to, kind string, n int64) error {
	if n < 0 {
		from, to, n = to, from, -n
	}
	if has := m.items[place{owner, from, kind}]; has < n {
		return refusedFor("not_enough", "not enough %s: there are %d", kind, has)
	}
	m.items[place{owner, from, kind}] -= n
	m.items[place{owner, to, kind}] += n
	return nil
}

func (m *memory) pay(owner world.CharacterID, from string, n int64) error {
	if has := m.items[place{owner, from, money}]; has < n {
		return refusedFor("not_enough", "not enough %s: there are %d", money, has)
	}
	m.items[place{owner, from, money}] -= n
	return nil
}

func goods(o *bindings.Order) string {
	if o.Side == "buy" {
		return money
	}
	return o.Type
}

func home(o *bindings.Order) string {
	if o.Side == "buy" {
		return wallet
	}
	return world.Hangar(o.System, o.Station)
}

func promised(o *bindings.Order, n int64) int64 {
	if o.Side == "buy" {
		return n * o.Price
	}
	return n
}

func refusedFor(code, format string, args ...any) error {
	return bindings.RefusedFor{Code: code, Text: fmt.Sprintf(format, args...)}
}

// some returns up to limit orders that suit, by number.
func (m *memory) some(limit int, suits func(*bindings.Order) bool) ([]bindings.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []bindings.Order
	for _, id := range slices.Sorted(maps.Keys(m.orders)) {
		if o := m.orders[id]; suits(o) && len(out) < limit {
			out = append(out, *o)
		}
	}
	return out, nil
}

// Get returns an order.
func (d desk) Get(_ context.Context, id int64) (bindings.Order, bool, error) {
	all, err := d.some(1, func(o *bindings.Order) bool { return o.ID == id })
	if len(all) == 0 {
		return bindings.Order{}, false, err
	}
	return all[0], true, err
}

// Open lists what stands.
func (d desk) Open(_ context.Context, after int64, limit int) ([]bindings.Order, error) {
	all, err := d.some(math.MaxInt, func(o *bindings.Order) bool { return o.Ended == 0 && o.Rank > after })
	slices.SortFunc(all, func(a, b bindings.Order) int { return cmp.Compare(a.Rank, b.Rank) })
	return all[:min(limit, len(all))], err
}

// Expired lists what is over: by the clock of the world, which begins at started.
func (d desk) Expired(_ context.Context, limit int) ([]bindings.Order, error) {
	now := d.now().Unix()
	return d.some(limit, func(o *bindings.Order) bool { return o.Ended == 0 && o.Expires <= now })
}

// Of lists an owner's orders.
func (d desk) Of(_ context.Context, owner world.CharacterID, _ int64, limit int) ([]bindings.Order, error) {
	all, err := d.some(limit, func(o *bindings.Order) bool { return o.Owner == owner })
	slices.Reverse(all)
	return all, err
}

// Last is the highest number, and rank.
func (d desk) Last(context.Context) (id, rank int64, err error) {
	all, err := d.some(len(d.orders), func(*bindings.Order) bool { return true })
	for _, o := range all {
		id, rank = max(id, o.ID), max(rank, o.Rank)
	}
	return id, rank, err
}

// Sum adds up what stands.
func (d desk) Sum(context.Context) (sum book.Sum, err error) {
	all, err := d.some(math.MaxInt, func(o *bindings.Order) bool { return o.Ended == 0 })
	for i := range all {
		all[i].AddTo(&sum)
	}
	return sum, err
}

// Days lists every trade as a day of its own.
func (d desk) Days(_ context.Context, _, _ string, limit int) ([]bindings.Day, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.days[:min(limit, len(d.days))]), nil
}
