package economy

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"time"

	"hotshard/data/ledger"
)

// market is what was traded, by type, region and day.
type market struct {
	candles map[candleKey]*Candle
	items   map[item]*traded // in the whole time
}

type (
	// item is what has a price: a type in a region.
	item struct{ region, thing string }
	// candleKey is an item's day.
	candleKey struct {
		item
		day int64
	}
	// traded is how much of something was traded, for how much.
	traded struct {
		trades, units int64
		worth         Value
	}
)

// Trades come in the order in which they were made: the first of a day opens it.
const selectTrades = `SELECT at / ?, region, type, price, quantity FROM trades WHERE entry >= ? AND entry < ? ORDER BY entry, bought, sold`

func (r *reader) readTrades() error {
	r.market = market{map[candleKey]*Candle{}, map[item]*traded{}}
	return r.each(selectTrades, func(rows *sql.Rows) error {
		var k candleKey
		var price, n int64
		if err := rows.Scan(&k.day, &k.region, &k.thing, &price, &n); err != nil {
			return err
		}
		r.trade(k, price, n)
		return nil
	}, daily, r.lo, r.hi)
}

func (r *reader) trade(k candleKey, price, n int64) {
	c := r.market.candles[k]
	if c == nil {
		c = &Candle{Region: k.region, Type: k.thing, Date: dateOf(k.day), Open: price, High: price, Low: price}
		r.market.candles[k] = c
	}
	c.High, c.Low, c.Close = max(c.High, price), min(c.Low, price), price
	c.Trades++
	c.Units += n
	c.Worth.Add(n, price)
	of := r.market.items[k.item]
	if of == nil {
		of = &traded{}
		r.market.items[k.item] = of
	}
	of.trades++
	of.units += n
	of.worth.Add(n, price)
	for _, a := range []*Activity{r.region(k.region), &r.day(k.day).Activity} {
		a.Trades++
		a.Units += n
		a.Turnover.Add(n, price)
	}
}

// before is the last day with trades of a type up to a day, in all regions.
const selectBefore = `SELECT m.type, sum(m.turnover), sum(m.volume) FROM market_days m
	JOIN (SELECT type, max(day) AS day FROM market_days WHERE day <= ? GROUP BY type) l ON l.type = m.type AND l.day = m.day GROUP BY m.type`

// readPrices says what one of each type is worth: the same in all regions, so that regional
// values add up.
func (r *reader) readPrices() error {
	r.types = map[string]*TypeFigure{}
	sums := map[string]*traded{}
	for k, t := range r.market.items {
		if sums[k.thing] == nil {
			sums[k.thing] = &traded{}
		}
		sums[k.thing].units += t.units
		sums[k.thing].worth.AddValue(&t.worth)
	}
	for thing, t := range sums {
		f := r.figure(thing)
		f.Units, f.Price, f.Priced = t.units, t.worth.per(t.units), PricedTraded
	}
	return r.each(selectBefore, func(rows *sql.Rows) error {
		var thing string
		var turnover, volume int64
		if err := rows.Scan(&thing, &turnover, &volume); err != nil {
			return err
		}
		if f := r.figure(thing); f.Priced != PricedTraded && volume > 0 {
			var worth Value
			worth.Add(turnover, 1)
			f.Price, f.Priced = worth.per(volume), PricedBefore
		}
		return nil
	}, r.lastDay())
}

// lastDay is the last of the report, as days since 1970.
func (r *reader) lastDay() int64 {
	return r.report.Until.UnixMicro() / daily
}

// dateOf is a day as people write it.
func dateOf(day int64) string {
	return time.Unix(0, 0).UTC().AddDate(0, 0, int(day)).Format(time.DateOnly)
}

func (r *reader) listCandles() {
	r.report.Candles = []Candle{}
	keys := slices.SortedFunc(maps.Keys(r.market.candles), func(a, b candleKey) int {
		return cmp.Or(cmp.Compare(a.region, b.region), cmp.Compare(a.thing, b.thing), cmp.Compare(a.day, b.day))
	})
	for _, k := range keys {
		r.report.Candles = append(r.report.Candles, *r.market.candles[k])
	}
}

// listTypes lists the types that came, went or were traded, with how many there are.
func (r *reader) listTypes() {
	there := map[string]int64{}
	for _, a := range r.accounts {
		there[a.thing] -= a.quantity - a.after // what the accounts have of it less, others have
	}
	r.report.Types = []TypeFigure{}
	for _, name := range slices.Sorted(maps.Keys(r.types)) {
		f := r.types[name]
		f.There = there[name]
		if name != ledger.Money && (f.Came != 0 || f.Went != 0 || f.Units != 0 || f.There != 0) {
			r.report.Types = append(r.report.Types, *f)
		}
	}
}
