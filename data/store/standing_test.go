package store

import (
	"fmt"
	"strings"
	"testing"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// As many orders stand as may, and no more; what has traded or ended makes room.
func TestStandingOrdersAreBounded(t *testing.T) {
	m := newMarket(t, open(t))
	bounded := func(o OpenOrder, more ...Step) error {
		return m.do(append(append([]Step{o}, more...), Standing{o.Order.Owner, 2})...)
	}
	must(t, bounded(m.order(1, Sell, m.a, 20, 1)))
	must(t, bounded(m.order(2, Sell, m.a, 20, 1)))
	wants(t, bounded(m.order(3, Sell, m.a, 20, 1)), ErrTooMany, "2 orders stand, and more may not")
	m.want(m.a, "escrow Ore 2, hangar 1 7 Ore 98, wallet Money 9980")
	must(t, bounded(m.order(3, Sell, m.b, 20, 1)))
	must(t, bounded(m.order(4, Buy, m.a, 20, 1), TradeOrders{Comes: 4, Stood: 3, N: 1})) // it does not stand
	must(t, m.do(EndOrder{ID: 1, Reason: "cancelled"}))
	must(t, bounded(m.order(5, Sell, m.a, 20, 1)))
	wants(t, m.do(Standing{m.a, -1}), ErrInvalid)
}

// What is asked at each order, at each look into a hold and at each page is read by an
// index, however much somebody has had in all years.
func TestNobodyWalksThroughAllYears(t *testing.T) {
	fileOnly(t)
	s := open(t)
	for _, c := range []struct {
		text  string
		args  []any
		wants []string
	}{
		{countStanding, []any{1, 5}, []string{"orders_standing (owner=?)"}},
		{selectOrdersOf, []any{1, 2, 3}, []string{"orders_standing (owner=?)", "orders_ended (owner=? AND ended>?)"}},
		{selectItems, []any{1}, []string{"holdings_owner (owner=?)"}},
		{selectPlaces, []any{"wrecks", "wreck ", "wreckz", 5}, []string{"holdings_owner (owner=? AND location>? AND location<?)"}},
		{selectItemsIn, []any{1, "hold"}, []string{"(owner=? AND location=?"}},
		{selectRoom, []any{1, "hold", "hold/", "hold0"}, []string{"(owner=? AND location=?", "(owner=? AND location>? AND location<?)"}},
		{selectItemsWithin, []any{1, "hold", "hold/", "hold0"}, []string{"(owner=? AND location=?", "(owner=? AND location>? AND location<?)"}},
		{selectLines, []any{1, "wallet", "Money", 5, 9}, []string{"(owner=? AND location=? AND type=?)", "postings USING PRIMARY KEY (holding=? AND entry<?)"}},
		{selectDeals, []any{1, "wallet", "Money", 5, 9}, []string{"trades USING PRIMARY KEY (entry=?)"}},
	} {
		plan, err := query(bg, s, "plan", func(row scanner) (string, error) {
			var id, parent, unused int
			var detail string
			return detail, row.Scan(&id, &parent, &unused, &detail)
		}, "EXPLAIN QUERY PLAN "+c.text, c.args...)
		must(t, err)
		all := strings.Join(plan, "\n")
		for _, want := range c.wants {
			if !strings.Contains(all, want) {
				t.Errorf("%s\n%s\nlacks %s", c.text, all, want)
			}
		}
		if strings.Contains(all, "SCAN orders") || strings.Contains(all, "SCAN holdings") || strings.Contains(all, "SCAN trades") || strings.Contains(all, "SCAN postings") {
			t.Errorf("%s walks through a table:\n%s", c.text, all)
		}
	}
}

func TestItemsInAPlace(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	must(t, s.ChangeItems(bg, test, Item{a, "hold", "Ore", 5}, Item{a, "hold", "Gas", 1}, Item{a, "locker", "Ore", 2}))
	must(t, s.ChangeItems(bg, test, Item{a, "hold", "Gas", -1}))
	list, err := s.ItemsIn(bg, a, "hold")
	must(t, err)
	if len(list) != 1 || list[0] != (Item{a, "hold", "Ore", 5}) {
		t.Errorf("in the hold are %+v", list)
	}
}

// What stands in a place takes room there: what is within it counts, and its namesakes do
// not. A place with no room has none for anything, however small.
func TestRoomForWhatIsWithin(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	must(t, s.ChangeItems(bg, test, Item{a, "hold", "Ore", 5}, Item{a, "hold/case 1", "Crate", 1}, Item{a, "hold 2", "Ore", 90},
		Item{a, "hold 2/case 3", "Crate", 1}, Item{a, "holds", "Ore", 90}, Item{a, "hol", "Ore", 90}, Item{a, "box 1", "Ore", 90}))
	list, err := s.ItemsWithin(bg, a, "hold")
	must(t, err)
	if len(list) != 2 {
		t.Errorf("within the hold are %+v", list)
	}
	volume := volumes(map[string]float64{"Ore": 1, "Crate": 10})
	_, err = s.Transact(bg, test, Room{a, "hold", 15, volume})
	must(t, err)
	_, err = s.Transact(bg, test, Room{a, "hold", 14, volume})
	wants(t, err, ErrNotEnough, "that would be 15 m3, and 14 fit")
	_, err = s.Transact(bg, test, Room{a, "box 9", 0, volume})
	must(t, err)
	_, err = s.Transact(bg, test, ChangeItem{a, "box 9", "Air", 1}, Room{a, "box 9", 0, volume})
	wants(t, err, ErrNotEnough, "no room")
}

func TestPlacesOfAKeeper(t *testing.T) {
	s := open(t)
	keeper := func(location string) ledger.Holding {
		return ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}, Location: location, Type: "Ore"}
	}
	var steps []Step
	for _, place := range []string{"wreck A 1", "wreck A 2", "wreck A 3", "wreck AB 1", "wreck"} {
		steps = append(steps, Change{keeper(place), 1})
	}
	steps = append(steps, Change{keeper("wreck A 2"), 1})
	_, err := s.Transact(bg, test, steps...)
	must(t, err)
	_, err = s.Transact(bg, test, Change{keeper("wreck A 3"), -1})
	must(t, err)
	for limit, want := range map[int]string{10: "[wreck A 1 wreck A 2]", 1: "[wreck A 1]"} {
		if got, err := s.Places(bg, "wrecks", "wreck A ", limit); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%v, %v", got, err)
		}
	}
	if got, err := s.Places(bg, "nobody", "", 10); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// What was changed below the ledger does not move, in either direction and under whatever
// name it is asked for, and all else does.
func TestWhatWasChangedBelowDoesNotMove(t *testing.T) {
	m := newMarket(t, open(t))
	must(t, m.do(m.order(1, Sell, m.a, 20, 5), m.order(2, Buy, m.b, 10, 5)))
	below := func(n int) error {
		return m.s.change(bg, "plant", func(t *tx) error {
			_, err := t.exec(`UPDATE holdings SET quantity = quantity + ? WHERE owner = ? AND type = 'Ore' AND location = ?`, n, m.a, world.Hangar(1, 7))
			return err
		})
	}
	must(t, below(1000))
	for name, err := range map[string]error{
		"out":  m.s.ChangeItems(bg, test, Item{m.a, world.Hangar(1, 7), "Ore", -1}),
		"in":   m.s.ChangeItems(bg, test, Item{m.a, world.Hangar(1, 7), "Ore", 1}),
		"sale": m.do(m.order(3, Sell, m.a, 20, 500)),
		"end":  m.do(EndOrder{ID: 1, Reason: "cancelled"}),
	} {
		t.Log(name)
		wants(t, err, ErrWrongBooks, fmt.Sprintf("(Ore of character %d in hangar 1 7): it is 1095, and its postings add up to 95", m.a))
	}
	must(t, m.do(m.order(3, Buy, m.b, 30, 5), TradeOrders{Comes: 3, Stood: 1, N: 1}, EndOrder{ID: 2, Reason: "cancelled"}))
	must(t, below(-1000))
	must(t, m.do(EndOrder{ID: 1, Reason: "cancelled"}))
}

// A keeper has orders like anybody; what it has is in the books under its name.
func TestAKeeperTrades(t *testing.T) {
	m := newMarket(t, open(t))
	keeper := func(location, thing string) ledger.Holding {
		return ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "works"}, Location: location, Type: thing}
	}
	must(t, m.do(Change{keeper(world.Hangar(1, 7), "Ore"), 50}, Change{keeper(ledger.Wallet, ledger.Money), 1000}))
	o := m.order(1, Sell, 0, 20, 30)
	o.Order.Keeper, o.Fee = "works", 0
	must(t, m.do(o))
	must(t, m.do(m.order(2, Buy, m.a, 20, 10), TradeOrders{Comes: 2, Stood: 1, N: 10, Tax: 4}))
	b := m.order(3, Buy, 0, 5, 100)
	b.Order.Keeper, b.Fee = "works", 0
	must(t, m.do(b))
	must(t, m.do(m.order(4, Sell, m.b, 5, 7), TradeOrders{Comes: 4, Stood: 3, N: 7, Tax: 0}))
	for location, want := range map[string]string{world.Hangar(1, 7): "Ore 27", ledger.Wallet: "Money 696", Escrow: "Money 465 Ore 20"} {
		kept, err := m.s.Kept(bg, "works", location)
		must(t, err)
		var got []string
		for _, i := range kept {
			got = append(got, fmt.Sprint(i.Type, " ", i.Quantity))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, and not %s", location, got, want)
		}
	}
	all, err := m.s.OpenOrders(bg, 0, 10)
	must(t, err)
	if len(all) != 2 || all[0].Keeper != "works" || all[0].Owner != 0 || all[0].Left != 20 {
		t.Errorf("%+v", all)
	}
	m.want(m.a, "hangar 1 7 Ore 110, wallet Money 9790")
	must(t, m.do(EndOrder{ID: 1, Reason: "over"}, EndOrder{ID: 3, Reason: "over"}))
	if got := books(t, m.s); !strings.HasPrefix(got, "audit: ok") {
		t.Error(got)
	}
}

// The lines of a stack say what was traded in them.
func TestLinesOfAWallet(t *testing.T) {
	m := newMarket(t, open(t))
	must(t, m.do(m.order(1, Sell, m.a, 20, 30), m.order(2, Sell, m.a, 25, 5)))
	must(t, m.do(m.order(3, Buy, m.b, 25, 40), TradeOrders{Comes: 3, Stood: 1, N: 30, Tax: 12}, TradeOrders{Comes: 3, Stood: 2, N: 5}))
	must(t, m.do(EndOrder{ID: 3, Reason: "cancelled"}))
	wallet := Item{Owner: m.b, Location: ledger.Wallet, Type: ledger.Money}
	lines, err := m.s.Lines(bg, wallet, 0, 10)
	must(t, err)
	var sums []int64
	for _, l := range lines {
		sums = append(sums, l.Quantity)
	}
	if fmt.Sprint(sums) != "[125 -860 10000 500000]" && fmt.Sprint(sums) != "[125 -860 10000]" {
		t.Fatalf("%v", sums)
	}
	deals := lines[1].Trades
	if len(deals) != 2 || deals[0].Price*deals[0].Quantity+deals[1].Price*deals[1].Quantity != 725 || deals[0].Bought != 3 || deals[0].Sold != 1 || deals[0].Seller != m.a {
		t.Errorf("%+v", lines)
	}
	older, err := m.s.Lines(bg, wallet, lines[1].Entry, 1)
	must(t, err)
	if len(older) != 1 || older[0].Entry != lines[2].Entry || older[0].Trades != nil {
		t.Errorf("%+v", older)
	}
}

// A key is answered before anything is done, and keeps what it was used for.
func TestAnswersByKey(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	if _, found, err := s.Answer(bg, a, "k", "c"); found || err != nil {
		t.Error(found, err)
	}
	_, err := s.Transact(bg, Why{Cause: "test", Actor: a, Key: "k", Content: "c", Answer: "a"})
	must(t, err)
	if got, found, err := s.Answer(bg, a, "k", "c"); got != "a" || !found || err != nil {
		t.Error(got, found, err)
	}
	_, _, err = s.Answer(bg, a, "k", "d")
	wants(t, err, ErrKeyUsed, "the key k")
	if _, found, err := s.Answer(bg, a+1, "k", "d"); found || err != nil {
		t.Error(found, err)
	}
}
