package store

import (
	"errors"
	"fmt"
	"testing"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// transacts is a change for together.
func (m *market) transacts(why Why, steps ...Step) func() error {
	return func() error {
		_, err := m.s.Transact(bg, why, steps...)
		return err
	}
}

func marketWhy(key string) Why {
	return Why{Cause: "market", Actor: 1_000_001, Key: key, Content: "c", Answer: "a"}
}

// Requests that are committed together see each other's orders and holdings, and those that are
// refused in between leave nothing.
func TestRequestsOfAGroupSeeEachOther(t *testing.T) {
	s := open(t)
	m := newMarket(t, s)
	why := Why{Cause: "market"}
	errs := together(t, s,
		m.transacts(why, m.order(1, Sell, m.a, 5, 60)),
		m.transacts(why, m.order(2, Sell, m.a, 5, 60)), // there are 40 left
		m.transacts(why, m.order(3, Buy, m.b, 5, 20), TradeOrders{Comes: 3, Stood: 1, N: 20, Price: 5, Tax: 3}),
		m.transacts(why, m.order(3, Buy, m.b, 5, 1)),                                                            // the number is used
		m.transacts(why, m.order(4, Buy, m.b, 6, 50), TradeOrders{Comes: 4, Stood: 1, N: 50, Price: 5, Tax: 3}), // 40 are left
		m.transacts(why, RepriceOrder{ID: 1, Price: 7, Rank: 9}),
		m.transacts(why, m.order(5, Buy, m.b, 7, 10), TradeOrders{Comes: 5, Stood: 1, N: 4, Price: 7}, TradeOrders{Comes: 5, Stood: 1, N: 6, Price: 7}),
		m.transacts(why, EndOrder{ID: 1, Reason: "canceled"}),
		m.transacts(why, EndOrder{ID: 1, Reason: "canceled"}),
	)
	for i, want := range []error{nil, ErrNotEnough, nil, ErrConflict, ErrConflict, nil, nil, nil, ErrConflict} {
		if !errors.Is(errs[i], want) {
			t.Errorf("request %d was told %v", i, errs[i])
		}
	}
	m.want(m.a, "hangar 1 7 Ore 70, wallet Money 10157")
	m.want(m.b, "hangar 1 7 Ore 130, wallet Money 9810")
	days, err := s.Days(bg, "R", "Ore", 10)
	must(t, err)
	if len(days) != 1 || days[0].Orders != 3 || days[0].Volume != 30 || days[0].Turnover != 170 || days[0].Highest != 7 || days[0].Lowest != 5 {
		t.Errorf("the day: %+v", days)
	}
	for id, want := range map[int64]string{1: "canceled 30", 2: "none", 3: "filled 0", 4: "none", 5: "filled 0"} {
		o, found, err := s.Order(bg, id)
		must(t, err)
		if got := fmt.Sprint(o.Reason, " ", o.Left); found && got != want || !found && want != "none" {
			t.Errorf("order %d: %s, found %v", id, got, found)
		}
	}
	var trades, sum int64
	must(t, s.read.QueryRowContext(bg, `SELECT count(*), sum(quantity) FROM trades`).Scan(&trades, &sum))
	if trades != 2 || sum != 30 {
		t.Errorf("%d trades of %d", trades, sum)
	}
	if st := s.Stats(); st.Largest != len(errs) {
		t.Errorf("they were not one group: %+v", st)
	}
}

// A key that comes twice in one group is done once, and once only in the books.
func TestKeyTwiceInAGroup(t *testing.T) {
	s := open(t)
	m := newMarket(t, s)
	pay := Move{ledger.Holding{Holder: ledger.Of(m.a), Location: ledger.Wallet, Type: ledger.Money}, ledger.Holding{Holder: ledger.Of(m.b), Location: ledger.Wallet, Type: ledger.Money}, 100}
	other := marketWhy("k")
	other.Content = "something else"
	refused := marketWhy("r")
	errs := together(t, s,
		m.transacts(marketWhy("k"), pay), m.transacts(marketWhy("k"), pay), m.transacts(other, pay),
		m.transacts(refused, Move{pay.From, pay.To, 1e9}), m.transacts(refused, pay), // what was refused was not done
		m.transacts(marketWhy("k"), pay))
	for i, want := range []error{nil, nil, ErrKeyUsed, ErrNotEnough, nil, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("request %d was told %v", i, errs[i])
		}
	}
	m.want(m.a, "hangar 1 7 Ore 100, wallet Money 9800")
	var entries, last int64
	must(t, s.read.QueryRowContext(bg, `SELECT count(*), max(id) FROM entries`).Scan(&entries, &last))
	if entries != last {
		t.Errorf("%d entries, the last is %d", entries, last)
	}
}

// How many orders stand counts those of the same group, and of what is refused none.
func TestStandingInAGroup(t *testing.T) {
	s := open(t)
	m := newMarket(t, s)
	why := Why{Cause: "market"}
	sell := func(id int64) func() error {
		return m.transacts(why, m.order(id, Sell, m.a, 5, 1), Standing{Owner: m.a, Most: 2})
	}
	errs := together(t, s, sell(1), sell(2), sell(3), m.transacts(why, EndOrder{ID: 1, Reason: "canceled"}), sell(4), sell(5))
	for i, want := range []error{nil, nil, ErrTooMany, nil, nil, ErrTooMany} {
		if !errors.Is(errs[i], want) {
			t.Errorf("request %d was told %v", i, errs[i])
		}
	}
	errs = together(t, s, m.transacts(why, EndOrder{ID: 2, Reason: "canceled"}), m.transacts(why, EndOrder{ID: 4, Reason: "canceled"}), sell(6), sell(7), sell(8))
	for i, want := range []error{nil, nil, nil, nil, ErrTooMany} {
		if !errors.Is(errs[i], want) {
			t.Errorf("then request %d was told %v", i, errs[i])
		}
	}
}

// Steps that look into the tables, and changes that are no steps, are in the same transaction as
// those that wait in memory.
func TestGroupWithOthersBetween(t *testing.T) {
	s := open(t)
	m := newMarket(t, s)
	why := Why{Cause: "loot"}
	room := Room{Owner: m.a, Location: "hold", Capacity: 10, Volumes: func(string) float64 { return 1 }}
	load := func(n int64) func() error { return m.transacts(why, ChangeItem{m.a, "hold", "Ore", n}, room) }
	put := func(n int64) func() error { return m.transacts(why, ChangeItem{m.a, "hold", "Ore", n}) }
	var made Character
	errs := together(t, s, load(4), put(3), load(3), load(1), put(100), func() (err error) {
		made, err = s.CreateCharacter(bg, Character{Account: 1, Name: "Carla"})
		return err
	}, m.transacts(Why{Cause: "a new faucet"}, ChangeItem{m.b, "hold", "Gas", 1}), put(1))
	for i, want := range []error{nil, nil, nil, nil, nil, nil, nil, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("request %d was told %v", i, errs[i])
		}
	}
	m.want(m.a, "hangar 1 7 Ore 100, hold Ore 112, wallet Money 10000")
	m.want(m.b, "hangar 1 7 Ore 100, hold Gas 1, wallet Money 10000")
	if made.ID == 0 {
		t.Error("the character was not made")
	}
	if errs := together(t, s, put(1), load(1), put(1)); errs[0] != nil || !errors.Is(errs[1], ErrNotEnough) || errs[2] != nil {
		t.Errorf("with the hold full: %v", errs)
	}
	m.want(m.a, "hangar 1 7 Ore 100, hold Ore 114, wallet Money 10000")
}

// Nobody who is not there is given anything, whatever else a group does for them.
func TestGroupKnowsWhoIsThere(t *testing.T) {
	s := open(t)
	m := newMarket(t, s)
	nobody := world.CharacterID(1_000_999)
	errs := together(t, s, m.transacts(Why{Cause: "loot"}, ChangeItem{nobody, "hold", "Ore", 1}), m.transacts(Why{Cause: "loot"}, ChangeItem{nobody, "hold", "Ore", 1}),
		m.transacts(Why{Cause: "loot"}, ChangeItem{m.a, "hold", "Ore", 1}))
	if !errors.Is(errs[0], ErrNotFound) || !errors.Is(errs[1], ErrNotFound) || errs[2] != nil {
		t.Error(errs)
	}
	m.want(m.a, "hangar 1 7 Ore 100, hold Ore 1, wallet Money 10000")
}

// What the tables refuse of a group is not done, and costs nobody else anything.
func TestGroupThatTheTablesRefuse(t *testing.T) {
	fileOnly(t)
	s := open(t)
	m := newMarket(t, s)
	pay := func(n int64) func() error { return m.transacts(Why{Cause: "loot"}, ChangeItem{m.a, "hold", "Ore", n}) }
	release := hold(s)
	_, err := s.writer.conn.ExecContext(bg, `CREATE TRIGGER broken BEFORE INSERT ON postings WHEN NEW.quantity = 7 BEGIN SELECT RAISE(ABORT, 'broken'); END`)
	must(t, err)
	release()
	errs := together(t, s, pay(1), pay(7), pay(2))
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Error(errs)
	}
	m.want(m.a, "hangar 1 7 Ore 100, hold Ore 3, wallet Money 10000")
}
