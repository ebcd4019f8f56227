package store

import (
	"fmt"
	"time"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// OpenOrder lets an order stand: what it promises goes into escrow, and the fee into its
// sink. Left, Created, Ended and Reason are the store's. Errors: ErrNotEnough, ErrInvalid.
type OpenOrder struct {
	Order Order
	Fee   int64
}

func (s OpenOrder) check(op string) error {
	o := &s.Order
	switch {
	case o.Side != Sell && o.Side != Buy:
		return fail(op, ErrInvalid, fmt.Sprintf("an order sells or buys: %q is neither", o.Side))
	case o.Quantity < 1 || o.Quantity > world.MaxQuantity || o.Least < 1 || s.Fee < 0 || o.ID < 1:
		return fail(op, ErrInvalid, fmt.Sprintf("order %d: number, quantity and minimum are at least 1, and a fee is none or more", o.ID))
	case o.Type == ledger.Money:
		return fail(op, ErrInvalid, "money is what prices are in; it is not for sale")
	}
	if _, err := value(op, o.Price, o.Quantity); err != nil {
		return err
	}
	return Item{Type: o.Type, Quantity: o.Quantity}.checkText(op)
}

func (s OpenOrder) apply(t *tx, op string) error {
	o := s.Order
	n, err := o.promised(op, o.Quantity)
	if err != nil {
		return err
	}
	if err := t.entry.Move(o.home(), o.escrow(), n); err != nil {
		return err
	}
	if err := t.pay(o.wallet(), sink(ledger.SinkBroker), s.Fee); err != nil {
		return err
	}
	owner, err := t.entry.Number(o.holder())
	if err != nil {
		return err
	}
	t.about(o.ID)
	o.owner, o.Left, o.Created, o.Ended, o.Reason = owner, o.Quantity, t.now, 0, ""
	return t.open(op, o)
}

// TradeOrders trades an order with one that stood before, at the price of that one. The
// goods go to the buyer's hangar at the seller's station, the money less the tax to the
// seller, and what the buyer had promised above the price back to them. Errors:
// ErrConflict where either does not stand, not for so many or not at the price, or they do not meet.
type TradeOrders struct {
	Comes, Stood int64
	N            int64
	Price        int64 // that the other was seen at; 0 is any
	Tax          int64
}

func (s TradeOrders) check(op string) error {
	if s.N < 1 || s.Tax < 0 {
		return fail(op, ErrInvalid, "a trade is of 1 or more, and its tax none or more")
	}
	return nil
}

func (s TradeOrders) apply(t *tx, op string) error {
	comes, err := t.order(op, s.Comes)
	if err != nil {
		return err
	}
	stood, err := t.order(op, s.Stood)
	if err != nil {
		return err
	}
	sold, bought := stood, comes
	if comes.Side == Sell {
		sold, bought = comes, stood
	}
	if sold.Side != Sell || bought.Side != Buy || sold.Type != bought.Type || sold.Price > bought.Price || sold.Region != bought.Region {
		return fail(op, ErrConflict, fmt.Sprintf("orders %d and %d do not meet", s.Comes, s.Stood))
	}
	if s.Price != 0 && s.Price != stood.Price {
		return fail(op, ErrConflict, fmt.Sprintf("order %d is not at %d any more", s.Stood, s.Price))
	}
	if s.N > sold.Left || s.N > bought.Left {
		return fail(op, ErrConflict, fmt.Sprintf("orders %d and %d are not for %d any more", s.Comes, s.Stood, s.N))
	}
	price := stood.Price
	if err := s.pay(t, op, &sold.Order, &bought.Order, price); err != nil {
		return err
	}
	s.note(t, sold, bought, price)
	return nil
}

// pay moves goods and money.
func (s TradeOrders) pay(t *tx, op string, sold, bought *Order, price int64) error {
	paid, err := value(op, price, s.N)
	if err != nil {
		return err
	}
	promised, err := bought.promised(op, s.N)
	if err != nil {
		return err
	}
	if s.Tax > paid {
		return fail(op, ErrInvalid, fmt.Sprintf("a tax of %d on %d", s.Tax, paid))
	}
	if err := t.entry.Move(sold.escrow(), bought.hangar(sold.System, sold.Station), s.N); err != nil {
		return err
	}
	if err := t.pay(bought.escrow(), sold.wallet(), paid-s.Tax); err != nil {
		return err
	}
	if err := t.pay(bought.escrow(), sink(ledger.SinkTax), s.Tax); err != nil {
		return err
	}
	return t.pay(bought.escrow(), bought.wallet(), promised-paid)
}

// note writes down what was traded.
func (s TradeOrders) note(t *tx, sold, bought *heldOrder, price int64) {
	g := &t.w.group
	for _, o := range []*heldOrder{sold, bought} {
		g.change(o, func() { o.Left -= s.N })
		if o.Left == 0 {
			g.end(o, t.now, ReasonFilled)
		}
		t.about(o.ID)
	}
	t.posted = append(t.posted, func(entry int64) { g.traded(entry, t.now, &s, sold, bought, price) })
	g.days = append(g.days, dayTrade{sold.Region, sold.Type, dayOf(t.now), s.N, price})
}

// dayOf is the day of a time in microseconds since 1970, UTC.
func dayOf(micros int64) int64 { return micros / (24 * time.Hour).Microseconds() }

// EndOrder ends an order that stands, for a reason: what it still promised goes back to
// its owner. Errors: ErrNotFound, ErrConflict where it has ended.
type EndOrder struct {
	ID     int64
	Reason string
}

func (s EndOrder) check(op string) error {
	if s.Reason == "" {
		return fail(op, ErrInvalid, "an order ends for a reason")
	}
	return nil
}

func (s EndOrder) apply(t *tx, op string) error {
	o, err := t.order(op, s.ID)
	if err != nil {
		return err
	}
	n, err := o.promised(op, o.Left)
	if err != nil {
		return err
	}
	if err := t.entry.Move(o.escrow(), o.home(), n); err != nil {
		return err
	}
	t.about(o.ID)
	t.w.group.end(o, t.now, s.Reason)
	return nil
}

// RepriceOrder gives an order that stands another price and another rank; what a buyer
// promises more or less is paid or given back. Errors: as EndOrder, and ErrNotEnough.
type RepriceOrder struct {
	ID, Price, Rank, Fee int64
}

func (s RepriceOrder) check(op string) error {
	if s.Price < 1 || s.Fee < 0 {
		return fail(op, ErrInvalid, "a price is 1 or more, and a fee none or more")
	}
	return nil
}

func (s RepriceOrder) apply(t *tx, op string) error {
	stands, err := t.order(op, s.ID)
	if err != nil {
		return err
	}
	o := stands.Order
	was, err := o.promised(op, o.Left)
	if err != nil {
		return err
	}
	o.Price, o.Rank = s.Price, s.Rank
	if _, err := value(op, o.Price, o.Left); err != nil {
		return err
	}
	now, _ := o.promised(op, o.Left)
	if err := t.pay(o.home(), o.escrow(), max(0, now-was)); err != nil {
		return err
	}
	if err := t.pay(o.escrow(), o.home(), max(0, was-now)); err != nil {
		return err
	}
	if err := t.pay(o.wallet(), sink(ledger.SinkBroker), s.Fee); err != nil {
		return err
	}
	t.about(o.ID)
	t.w.group.change(stands, func() { stands.Order = o })
	return nil
}

// Standing is no change: it makes the transaction fail, ErrTooMany, where more than Most
// orders of an owner stand by then. It looks at no more of them than that.
type Standing struct {
	Owner world.CharacterID
	Most  int64
}

func (s Standing) check(op string) error {
	if s.Most < 0 {
		return fail(op, ErrInvalid, "at most 0 or more orders stand")
	}
	return nil
}

func (s Standing) apply(t *tx, op string) error {
	var n int64
	more := t.w.group.standing(int64(s.Owner))
	if _, err := t.Get([]any{&n}, countStanding, s.Owner, s.Most+1+max(0, -more)); err != nil {
		return err
	}
	if n+more > s.Most {
		return fail(op, ErrTooMany, fmt.Sprintf("%d orders stand, and more may not: one has to end first", s.Most))
	}
	return nil
}
