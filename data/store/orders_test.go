package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// market is two traders at a station, with goods and money.
type market struct {
	t    testing.TB
	s    *Store
	a, b world.CharacterID
}

func newMarket(t testing.TB, s *Store) *market {
	m := &market{t, s, player(t, s, "Anna").ID, player(t, s, "Berta").ID}
	for _, who := range []world.CharacterID{m.a, m.b} {
		must(t, s.ChangeItems(bg, test, Item{who, world.Hangar(1, 7), "Ore", 100}, Item{who, ledger.Wallet, ledger.Money, 10_000}))
	}
	return m
}

func (m *market) order(id int64, side Side, owner world.CharacterID, price, n int64) OpenOrder {
	return OpenOrder{Order: Order{ID: id, Rank: id, Owner: owner, Side: side, Type: "Ore", Region: "R", System: 1, Station: 7, Price: price, Quantity: n, Least: 1, Expires: 1 << 60}, Fee: 10}
}

func (m *market) do(steps ...Step) error {
	_, err := m.s.Transact(bg, Why{Cause: "market"}, steps...)
	return err
}

// has is what somebody has, in words.
func (m *market) has(who world.CharacterID) string {
	list, err := m.s.Items(bg, who)
	must(m.t, err)
	var words []string
	for _, i := range list {
		words = append(words, fmt.Sprintf("%s %s %d", i.Location, i.Type, i.Quantity))
	}
	return strings.Join(words, ", ")
}

func (m *market) want(who world.CharacterID, has string) {
	m.t.Helper()
	if got := m.has(who); got != has {
		m.t.Errorf("%d has %s, and not %s", who, got, has)
	}
	if got := books(m.t, m.s); !strings.HasPrefix(got, "audit: ok") {
		m.t.Error(got)
	}
}

func TestMarketSteps(t *testing.T) {
	m := newMarket(t, open(t))
	must(t, m.do(m.order(1, Sell, m.a, 20, 30)))
	m.want(m.a, "escrow Ore 30, hangar 1 7 Ore 70, wallet Money 9990")
	// A purchase at more than the sale asks: it pays what was asked.
	must(t, m.do(m.order(2, Buy, m.b, 25, 40), TradeOrders{Comes: 2, Stood: 1, N: 30, Tax: 12}))
	m.want(m.a, "hangar 1 7 Ore 70, wallet Money 10578")
	m.want(m.b, "escrow Money 250, hangar 1 7 Ore 130, wallet Money 9140")
	must(t, m.do(RepriceOrder{ID: 2, Price: 30, Rank: 5, Fee: 1}))
	m.want(m.b, "escrow Money 300, hangar 1 7 Ore 130, wallet Money 9089")
	must(t, m.do(RepriceOrder{ID: 2, Price: 10, Rank: 6}))
	must(t, m.do(m.order(3, Sell, m.a, 9, 4), TradeOrders{Comes: 3, Stood: 2, N: 4, Tax: 0}))
	m.want(m.b, "escrow Money 60, hangar 1 7 Ore 134, wallet Money 9289")
	must(t, m.do(EndOrder{ID: 2, Reason: "cancelled"}))
	m.want(m.b, "hangar 1 7 Ore 134, wallet Money 9349")

	open, err := m.s.OpenOrders(bg, 0, 10)
	must(t, err)
	of, err := m.s.OrdersOf(bg, m.a, 0, 10)
	must(t, err)
	if len(open) != 0 || len(of) != 2 || of[0].ID != 3 || of[1].Reason != ReasonFilled || of[1].Left != 0 {
		t.Errorf("%+v %+v", open, of)
	}
	id, rank, err := m.s.LastOrder(bg)
	must(t, err)
	if id != 3 || rank != 6 {
		t.Errorf("the last order is %d, the last rank %d", id, rank)
	}
	lines, err := m.s.History(bg, HistoryQuery{Order: 1, Owner: m.a})
	must(t, err)
	if len(lines) != 5 {
		t.Errorf("of order 1 the ledger has %+v", lines)
	}
}

func TestMarketStepsRefuse(t *testing.T) {
	m := newMarket(t, open(t))
	must(t, m.do(m.order(1, Sell, m.a, 20, 30), m.order(2, Buy, m.b, 19, 10), m.order(3, Buy, m.b, 20, 10)))
	must(t, m.do(m.order(4, Sell, m.a, 20, 1), EndOrder{ID: 4, Reason: "cancelled"}))
	before := m.has(m.a) + m.has(m.b)
	alter := func(o OpenOrder, change func(*OpenOrder)) OpenOrder { change(&o); return o }
	for _, c := range []struct {
		step Step
		kind Kind
		says string
	}{
		{m.order(5, Sell, m.a, 20, 71), ErrNotEnough, "not enough Ore: there are 70"},
		{m.order(5, Buy, m.b, 20, 5000), ErrNotEnough, "not enough Money"},
		{m.order(5, Buy, m.b, 1<<40, 1<<40), ErrInvalid, "more money than can be counted"},
		{m.order(1, Sell, m.a, 20, 1), ErrConflict, "there is an order 1 already"},
		{alter(m.order(5, Sell, m.a, 20, 1), func(s *OpenOrder) { s.Fee = 1 << 40 }), ErrNotEnough, "not enough Money"},
		{alter(m.order(5, Sell, m.a, 20, 1), func(s *OpenOrder) { s.Fee = -1 }), ErrInvalid, "fee"},
		{alter(m.order(5, Sell, m.a, 20, 1), func(s *OpenOrder) { s.Order.Side = "lend" }), ErrInvalid, "neither"},
		{alter(m.order(5, Sell, m.a, 20, 1), func(s *OpenOrder) { s.Order.Type = ledger.Money }), ErrInvalid, "not for sale"},
		{m.order(5, Sell, m.a, 0, 1), ErrInvalid, "more money than can be counted"},
		{TradeOrders{Comes: 2, Stood: 1, N: 1}, ErrConflict, "do not meet"},
		{TradeOrders{Comes: 3, Stood: 2, N: 1}, ErrConflict, "do not meet"},
		{TradeOrders{Comes: 3, Stood: 1, N: 11}, ErrConflict, "not for 11 any more"},
		{TradeOrders{Comes: 3, Stood: 1, N: 1, Price: 19}, ErrConflict, "order 1 is not at 19 any more"},
		{TradeOrders{Comes: 3, Stood: 1, N: 1, Tax: 21}, ErrInvalid, "a tax of 21 on 20"},
		{TradeOrders{Comes: 3, Stood: 4, N: 1}, ErrConflict, "order 4 has ended: cancelled"},
		{TradeOrders{Comes: 3, Stood: 9, N: 1}, ErrNotFound, "there is no order 9"},
		{EndOrder{ID: 4, Reason: "again"}, ErrConflict, "has ended"},
		{EndOrder{ID: 1}, ErrInvalid, "for a reason"},
		{RepriceOrder{ID: 3, Price: 100_000}, ErrNotEnough, "not enough Money"},
		{RepriceOrder{ID: 3, Price: 0}, ErrInvalid, "a price is 1 or more"},
	} {
		wants(t, m.do(c.step), c.kind, c.says)
		if now := m.has(m.a) + m.has(m.b); now != before {
			t.Errorf("%+v was refused and left %s", c.step, now)
		}
	}
}

// The owner of orders goes, and with them the orders.
func TestOrdersOfADeletedAccountEnd(t *testing.T) {
	m := newMarket(t, open(t))
	must(t, m.do(m.order(1, Sell, m.a, 20, 30), m.order(2, Buy, m.a, 10, 30)))
	c, err := m.s.Character(bg, m.a)
	must(t, err)
	must(t, m.s.DeleteAccount(bg, c.Account))
	if open, _ := m.s.OpenOrders(bg, 0, 10); len(open) != 0 {
		t.Errorf("there stand %+v", open)
	}
	if got := books(t, m.s); !strings.HasPrefix(got, "audit: ok") {
		t.Error(got)
	}
}

// Whatever is ordered, traded, changed and ended, at random and often refused: no item and
// no hundredth is lost, and what is in escrow is what stands.
func TestMarketConserves(t *testing.T) {
	m := newMarket(t, open(t))
	next := int64(0)
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 15).Draw(r, "steps") {
			id := func(name string) int64 { return rapid.Int64Range(max(1, next-8), max(1, next)).Draw(r, name) }
			var step Step
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1, 2:
				next++
				step = m.order(next, rapid.SampledFrom([]Side{Sell, Buy}).Draw(r, "side"), rapid.SampledFrom([]world.CharacterID{m.a, m.b}).Draw(r, "who"),
					rapid.Int64Range(1, 30).Draw(r, "price"), rapid.Int64Range(1, 20).Draw(r, "n"))
			case 3:
				step = TradeOrders{Comes: id("comes"), Stood: id("stood"), N: rapid.Int64Range(1, 9).Draw(r, "n"), Tax: rapid.Int64Range(0, 3).Draw(r, "tax")}
			case 4:
				step = EndOrder{ID: id("ends"), Reason: "cancelled"}
			case 5:
				step = RepriceOrder{ID: id("changes"), Price: rapid.Int64Range(1, 30).Draw(r, "price"), Rank: next, Fee: 1}
			}
			if err := m.do(step); err != nil && !errors.Is(err, ErrNotEnough) && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrInvalid) {
				r.Fatal(err)
			}
		}
		if report, err := m.s.AuditBooks(bg); err != nil || !report.OK() {
			r.Fatal(err, report.Wrong)
		}
	})
}
