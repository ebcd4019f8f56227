package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/ledger/economy"
	"hotshard/runtime/world"
)

// land is a small world with two regions: two systems in North, one in South.
type land struct {
	*market
	clock *clock
	rand  *rand.Rand
	last  int64 // order
}

var landOf = map[string]string{"@Ash": "North", "@Birch": "North", "@Cedar": "South"}

var landSystems = []string{"@Ash", "@Birch", "@Cedar", "market"}

// landKnown is what the books do not say of it.
func landKnown() economy.Known {
	return economy.Known{
		Region: func(address string) string { return landOf[address] },
		Category: func(thing string) string {
			return map[string]string{"Ore": "ore", "Metal": "mineral", "Hull": "ship", "Relic": "good"}[thing]
		},
		Price: func(thing string) int64 { return map[string]int64{"Hull": 70_000}[thing] },
	}
}

func newLand(t *testing.T, seed uint64) *land {
	clock := newClock()
	opt := testOptions()
	opt.Now, opt.Purse = clock.now, 1000
	s := openAt(t, filepath.Join(t.TempDir(), "land.db"), opt)
	l := &land{market: newMarket(t, s), clock: clock, rand: rand.New(rand.NewPCG(seed, 1))}
	return l
}

func (l *land) entry(cause, system string, steps ...Step) {
	l.t.Helper()
	_, err := l.s.Transact(bg, Why{Cause: cause, System: system}, steps...)
	must(l.t, err)
}

func (l *land) who() world.CharacterID { return []world.CharacterID{l.a, l.b}[l.rand.IntN(2)] }

// live does something somewhere: digs, builds, trades, pays.
func (l *land) live() {
	l.clock.advance(time.Duration(l.rand.Int64N(int64(2 * time.Hour))))
	n, who, system := 1+l.rand.Int64N(500), l.who(), landSystems[l.rand.IntN(len(landSystems))]
	hangar := func(thing string) ledger.Holding { return Item{who, "hangar", thing, 0}.holding() }
	switch l.rand.IntN(5) {
	case 0:
		l.entry("mining", system, Move{named(ledger.Faucet, "mining", "Ore"), hangar("Ore"), n})
	case 1:
		l.entry("a find", system, Move{named(ledger.Faucet, "extraction", "Metal"), hangar("Metal"), n})
		l.entry("job", system, Move{hangar("Metal"), named(ledger.Sink, "industry", "Metal"), n}, Move{named(ledger.Faucet, "industry", "Hull"), hangar("Hull"), 1 + n/100})
	case 2:
		l.entry("bounty", system, Move{named(ledger.Faucet, "bounty", ledger.Money), Item{who, ledger.Wallet, ledger.Money, 0}.holding(), n * 1000})
	default:
		l.trade("Ore", 1+l.rand.Int64N(50), n, system)
	}
}

// trade lets one sell to the other.
func (l *land) trade(thing string, price, n int64, system string) {
	region := landOf[system]
	if region == "" {
		region, system = "South", "@Cedar"
	}
	must(l.t, l.s.ChangeItems(bg, Why{Cause: "grant", System: system}, Item{l.a, world.Hangar(1, 7), thing, n}, Item{l.b, ledger.Wallet, ledger.Money, price*n + 20}, Item{l.a, ledger.Wallet, ledger.Money, 20}))
	l.last += 2
	sell, buy := l.order(l.last-1, Sell, l.a, price, n), l.order(l.last, Buy, l.b, price+5, n/2+1)
	for _, o := range []*Order{&sell.Order, &buy.Order} {
		o.Type, o.Region = thing, region
	}
	must(l.t, l.s.ChangeItems(bg, Why{Cause: "grant", System: system}, Item{l.b, ledger.Wallet, ledger.Money, 5 * n}))
	l.entry("market order", system, sell)
	l.entry("market order", system, buy, TradeOrders{Comes: l.last, Stood: l.last - 1, N: n/2 + 1, Tax: price * (n/2 + 1) / 50})
	l.entry("order cancelled", "market", endOf(l.last-1, n-(n/2+1))...)
}

func endOf(id, left int64) []Step {
	if left == 0 {
		return nil
	}
	return []Step{EndOrder{ID: id, Reason: "cancelled"}}
}

// fight destroys things of known worth: so many hulls and relics in a system.
func (l *land) fight(system string, hulls, relics int64) {
	l.entry("loot", system, Move{named(ledger.Faucet, "loot", "Hull"), Item{l.b, "ship 1", "Hull", 0}.holding(), hulls}, Move{named(ledger.Faucet, "loot", "Relic"), Item{l.b, "hold", "Relic", 0}.holding(), relics})
	l.entry("ship lost", system, Move{Item{l.b, "ship 1", "Hull", 0}.holding(), named(ledger.Sink, "ship lost", "Hull"), hulls},
		Move{Item{l.b, "hold", "Relic", 0}.holding(), named(ledger.Sink, "ship lost", "Relic"), relics},
		Move{named(ledger.Faucet, "insurance", ledger.Money), Item{l.b, ledger.Wallet, ledger.Money, 0}.holding(), 1234})
}

func (l *land) report(q economy.Query) *economy.Report {
	l.t.Helper()
	var r *economy.Report
	must(l.t, l.s.Books(bg, func(b ledger.Books) (err error) {
		r, err = economy.Read(bg, b, landKnown(), q)
		return err
	}))
	return r
}

// flows is what the postings say when they are read one by one.
func (l *land) flows() map[economy.Flow]int64 {
	out := map[economy.Flow]int64{}
	must(l.t, l.s.Books(bg, func(b ledger.Books) error {
		rows, err := b.QueryContext(context.Background(), `SELECT a.kind, a.name, e.cause, e.system, h.type, p.quantity FROM postings p
			JOIN entries e ON e.id = p.entry JOIN holdings h ON h.id = p.holding JOIN ledger_accounts a ON a.id = h.owner`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f economy.Flow
			var system string
			var n int64
			if err := rows.Scan(&f.Kind, &f.Account, &f.Cause, &system, &f.Type, &n); err != nil {
				return err
			}
			f.Region = landOf[system]
			out[f] += max(n, -n)
		}
		return rows.Err()
	}))
	return out
}

// What the regions have adds up to the total, and the total to the ledger, to the last unit; and
// what a fight destroyed, where it was, is in it.
func TestTheEconomyAddsUp(t *testing.T) {
	l := newLand(t, 11)
	for range 120 {
		l.live()
	}
	l.trade("Relic", 30, 10, "@Birch")
	l.fight("@Cedar", 3, 40)
	for range 100 {
		l.live()
	}
	r := l.report(economy.Query{Prove: true})
	if !r.OK() || r.Entries < 300 {
		t.Fatalf("%d entries: %v", r.Entries, r.Wrong)
	}
	got := map[economy.Flow]int64{}
	for _, f := range r.Flows {
		n := f.Quantity
		f.Quantity = 0
		got[f] = n
	}
	if want := l.flows(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, and the postings say %v", got, want)
	}
	l.addsUp(r)
	// Hulls are worth what their file says, relics what they were traded for.
	if south := regionOf(r, "South"); south.Destroyed.String() != fmt.Sprint(3*70_000+40*30) {
		t.Errorf("destroyed in South: %s", south.Destroyed)
	}
	if north := regionOf(r, "North"); north.Destroyed.String() != "0" || north.Mined.String() == "0" || north.Made.String() == "0" || north.Turnover.String() == "0" {
		t.Errorf("North: %+v", north)
	}
	if got := books(t, l.s); !strings.HasPrefix(got, "audit: ok") {
		t.Error(got)
	}
}

func regionOf(r *economy.Report, name string) economy.Activity {
	for _, x := range r.Regions {
		if x.Region == name {
			return x.Activity
		}
	}
	return economy.Activity{}
}

// addsUp checks sums of a report against each other and against the wallets.
func (l *land) addsUp(r *economy.Report) {
	l.t.Helper()
	var money, destroyed, days int64
	for _, f := range r.Flows {
		if f.Type == ledger.Money {
			money += map[ledger.Kind]int64{ledger.Faucet: f.Quantity, ledger.Sink: -f.Quantity}[f.Kind]
		} else if f.Account == "ship lost" {
			destroyed += f.Quantity
		}
	}
	for _, d := range r.Days {
		days += d.MoneyIn - d.MoneyOut
	}
	if m := r.Money; m.Opening+money != m.Closing || m.Closing-m.Opening != days || m.Faucets-m.Sinks != money || r.Days[len(r.Days)-1].Supply != m.Closing {
		l.t.Errorf("%+v, flows of %d, days of %d", m, money, days)
	}
	var sum economy.Activity
	for _, x := range r.Regions {
		sum.MoneyIn += x.MoneyIn
		sum.MoneyOut += x.MoneyOut
		sum.Trades += x.Trades
		sum.Turnover.AddValue(&x.Turnover)
		sum.Destroyed.AddValue(&x.Destroyed)
	}
	if sum.MoneyIn != r.Totals.MoneyIn || sum.MoneyOut != r.Totals.MoneyOut || sum.Trades != r.Totals.Trades ||
		sum.Turnover.Compare(&r.Totals.Turnover) != 0 || sum.Destroyed.Compare(&r.Totals.Destroyed) != 0 {
		l.t.Errorf("the regions come to %+v, and the totals are %+v", sum, r.Totals)
	}
	total := economy.Value{}
	for _, c := range r.Candles {
		total.AddValue(&c.Worth)
	}
	if total.Compare(&r.Money.Turnover) != 0 {
		l.t.Errorf("the candles come to %s, and the turnover is %s", total, r.Money.Turnover)
	}
}

// A report of a time and one of the rest are together that of all.
func TestEconomyOfATime(t *testing.T) {
	l := newLand(t, 12)
	for range 60 {
		l.live()
	}
	l.clock.advance(time.Second)
	noon := l.clock.t
	l.fight("@Cedar", 1, 1)
	for range 60 {
		l.live()
	}
	before, after, all := l.report(economy.Query{Until: noon, Prove: true}), l.report(economy.Query{From: noon, Prove: true}), l.report(economy.Query{Prove: true})
	for _, r := range []*economy.Report{before, after, all} {
		if !r.OK() {
			t.Fatal(r.Wrong)
		}
		l.addsUp(r)
	}
	if before.Money.Closing != after.Money.Opening || before.Entries+after.Entries != all.Entries || before.Money.Opening != 0 || after.Money.Closing != all.Money.Closing {
		t.Errorf("%+v, %+v, %+v", before.Money, after.Money, all.Money)
	}
	if d := regionOf(before, "South").Destroyed; d.String() != "0" {
		t.Errorf("destroyed before the fight: %s", d)
	}
	late := l.report(economy.Query{From: l.clock.t.Add(time.Hour), Prove: true})
	if !late.OK() || late.Entries != 0 || late.Money.Opening != all.Money.Closing || len(late.Days) != 0 {
		t.Errorf("%+v", late)
	}
}

// What does not add up is said.
func TestEconomyThatDoesNotAddUp(t *testing.T) {
	l := newLand(t, 13)
	for range 40 {
		l.live()
	}
	r := l.report(economy.Query{Prove: true})
	if !r.OK() || len(r.Candles) == 0 {
		t.Fatal(r.Wrong)
	}
	for _, c := range []struct{ sql, says string }{
		{`UPDATE market_days SET turnover = turnover + 1 WHERE region = 'South' AND day = (SELECT max(day) FROM market_days WHERE region = 'South')`, "Ore in South: the trades are of"},
		{`UPDATE holdings SET quantity = quantity + 7 WHERE location = 'wallet' AND owner = (SELECT min(id) FROM characters)`, "the faucets have let out"},
		{`UPDATE holdings SET quantity = quantity - 5 WHERE owner = (SELECT id FROM ledger_accounts WHERE name = 'mining')`, "Ore of faucet mining: it is"},
	} {
		must(t, l.s.change(bg, "plant", func(tx *tx) error { _, err := tx.exec(c.sql); return err }))
		if r := l.report(economy.Query{Prove: true}); r.OK() || !strings.Contains(strings.Join(r.Wrong, "\n"), c.says) {
			t.Errorf("%s: %v", c.sql, r.Wrong)
		}
	}
	must(t, l.s.change(bg, "mend", func(tx *tx) error {
		for _, sql := range []string{`UPDATE holdings SET quantity = sum`, `UPDATE market_days SET turnover = turnover - 1 WHERE region = 'South' AND day = (SELECT max(day) FROM market_days WHERE region = 'South')`} {
			if _, err := tx.exec(sql); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A report reads a database that another has open, and nothing else.
func TestReadingWhileAShardRuns(t *testing.T) {
	l := newLand(t, 14)
	l.live()
	db, err := OpenReading(bg, place(t, l.s.Path()))
	must(t, err)
	defer db.Close()
	var r *economy.Report
	must(t, db.Books(bg, func(b ledger.Books) (err error) {
		r, err = economy.Read(bg, b, landKnown(), economy.Query{Prove: true})
		return err
	}))
	names, err := db.Names(bg)
	must(t, err)
	if !r.OK() || names[l.a] != "Anna" {
		t.Errorf("%v %v", r.Wrong, names)
	}
	_, err = db.LiveRelease(bg)
	wants(t, err, ErrNotFound)
	_, err = OpenReading(bg, filepath.Join(t.TempDir(), "none.db"))
	wants(t, err, ErrAccess, "--data names")
}
