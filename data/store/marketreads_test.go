package store

import (
	"slices"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// in alters where and when an order is given.
func (o OpenOrder) in(region, itemType string, expires int64) OpenOrder {
	o.Order.Region, o.Order.Type, o.Order.Expires = region, itemType, expires
	return o
}

func TestMarketIsReadFromOutside(t *testing.T) {
	at := newClock()
	opt := testOptions()
	opt.Now = at.now
	m := newMarket(t, openAt(t, t.TempDir()+"/test.db", opt))
	must(t, m.s.ChangeItems(bg, test, Item{m.a, world.Hangar(1, 7), "Gas", 100}, Item{m.b, ledger.Wallet, ledger.Money, 1_000_000}))
	const ever = 1 << 60
	soon := at.now().Add(time.Minute).UnixMicro()
	must(t, m.do(
		m.order(1, Sell, m.a, 30, 5), m.order(2, Sell, m.a, 20, 5), m.order(3, Sell, m.a, 20, 6), m.order(4, Buy, m.b, 10, 5), m.order(5, Buy, m.b, 12, 5),
		m.order(6, Sell, m.a, 5, 5).in("R", "Gas", ever), m.order(7, Buy, m.b, 40, 5).in("S", "Ore", ever), m.order(8, Sell, m.a, 1, 1).in("R", "Ore", soon),
	))
	must(t, m.do(m.order(9, Sell, m.a, 1, 1), EndOrder{ID: 9, Reason: "cancelled"}))
	ids := func(all []Offer, err error) (list []int64) {
		must(t, err)
		for _, o := range all {
			list = append(list, o.Order)
		}
		return list
	}
	sorted := func(all []Offer, err error) []int64 { list := ids(all, err); slices.Sort(list); return list }
	want := func(what string, got []int64, want ...int64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("a region's", sorted(m.s.Book(bg, "R", "", 100)), 1, 2, 3, 4, 5, 6, 8)
	at.advance(time.Hour) // nobody has ended the order whose time is over
	want("a region's that are not over", sorted(m.s.Book(bg, "R", "", 100)), 1, 2, 3, 4, 5, 6)
	want("a type's", sorted(m.s.Book(bg, "R", "Gas", 100)), 6)
	want("the best, and of two of a price the first", ids(m.s.BestOffers(bg)), 6, 5, 2, 7)
	if some, err := m.s.Book(bg, "R", "", 2); err != nil || len(some) != 2 {
		t.Errorf("two of them: %v, %v", some, err)
	}

	must(t, m.do(m.order(20, Buy, m.b, 25, 7), TradeOrders{Comes: 20, Stood: 2, N: 5, Tax: 1}, TradeOrders{Comes: 20, Stood: 3, N: 2}))
	must(t, m.do(m.order(21, Buy, m.b, 5, 2).in("R", "Gas", ever), TradeOrders{Comes: 21, Stood: 6, N: 2}))
	today, err := m.s.DayOf(bg, "R", at.now())
	must(t, err)
	day := dayOf(at.now().UnixMicro())
	if !slices.Equal(today, []TypeDay{{"Gas", Day{day, 1, 2, 10, 5, 5}}, {"Ore", Day{day, 2, 7, 140, 20, 20}}}) {
		t.Errorf("traded today: %+v", today)
	}
	if other, err := m.s.DayOf(bg, "R", at.now().Add(-24*time.Hour)); err != nil || len(other) != 0 {
		t.Errorf("yesterday: %v, %v", other, err)
	}
}
