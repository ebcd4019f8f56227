package economy

import (
	"database/sql"
	"maps"
	"slices"

	"hotshard/data/ledger"
)

// The money supply is what there is outside of faucets and sinks: what the faucets have let
// out less what the sinks have taken. It is known now, from the accounts' holdings, and of
// before by what has come and gone since.
const selectHeld = `SELECT coalesce(a.kind, ''), h.location, sum(h.quantity) FROM holdings h LEFT JOIN ledger_accounts a ON a.id = h.owner
	WHERE h.type = ? AND coalesce(a.kind, '') NOT IN ('faucet', 'sink') GROUP BY 1, 2`

// escrow is where the market has what orders promise.
const escrow = "escrow"

func (r *reader) readHeld() error {
	held := &r.report.Money.Held
	return r.each(selectHeld, func(rows *sql.Rows) error {
		var kind ledger.Kind
		var place string
		var n int64
		if err := rows.Scan(&kind, &place, &n); err != nil {
			return err
		}
		switch {
		case place == escrow:
			held.Escrow += n
		case kind == ledger.Keeper:
			held.Keepers += n
		case place == ledger.Wallet:
			held.Wallets += n
		default:
			held.Other += n
		}
		return nil
	}, ledger.Money)
}

// supply is the money there is now, and what came and went in the report's time and after.
func (r *reader) supply() (now, in, after int64) {
	for _, a := range r.accounts {
		if a.thing == ledger.Money {
			now, in, after = now-a.quantity, in-a.in, after-a.after
		}
	}
	return now, in, after
}

// sumUp writes down what was counted.
func (r *reader) sumUp() {
	m := &r.report.Money
	now, in, after := r.supply()
	m.Closing = now - after
	m.Opening = m.Closing - in
	r.report.Regions, r.report.Days = []Region{}, []Day{}
	for _, name := range slices.Sorted(maps.Keys(r.regions)) {
		a := r.regions[name]
		r.report.Totals.add(a)
		r.report.Regions = append(r.report.Regions, Region{name, *a})
	}
	m.Faucets, m.Sinks = r.report.Totals.MoneyIn, r.report.Totals.MoneyOut
	m.Turnover.AddValue(&r.report.Totals.Turnover)
	r.listDays()
	r.listFlows()
	r.listIndices()
	r.listTypes()
	r.listCandles()
}

// listDays lists every day from the first to the last, also those on which nothing happened:
// there was money then, too.
func (r *reader) listDays() {
	if r.report.Entries == 0 {
		return
	}
	supply, means := r.report.Money.Opening, 0.0
	last := r.lastDay()
	for _, at := range r.span(last) {
		d := r.day(at)
		before := supply
		supply += d.money
		mean := (float64(before) + float64(supply)) / 2
		means += mean
		r.report.Days = append(r.report.Days, Day{Date: dateOf(at), Supply: supply, Velocity: velocity(&d.Turnover, mean), Activity: d.Activity})
	}
	m := &r.report.Money
	m.Velocity = velocity(&m.Turnover, means/float64(len(r.report.Days)))
}

// span is the days of the report. Where the clock was set back, some come before the first
// entry's or after the last one's.
func (r *reader) span(last int64) []int64 {
	first := r.report.From.UnixMicro() / daily
	for at := range r.days {
		first, last = min(first, at), max(last, at)
	}
	list := make([]int64, 0, last-first+1)
	for at := first; at <= last; at++ {
		list = append(list, at)
	}
	return list
}

// velocity is how often all the money there was was spent.
func velocity(turnover *Value, mean float64) float64 {
	if mean <= 0 {
		return 0
	}
	return turnover.Float() / mean
}

// add adds what happened elsewhere.
func (a *Activity) add(b *Activity) {
	a.MoneyIn += b.MoneyIn
	a.MoneyOut += b.MoneyOut
	a.Trades += b.Trades
	a.Units += b.Units
	for i, v := range b.values() {
		a.values()[i].AddValue(v)
	}
}

// values are the figures that are worth something.
func (a *Activity) values() []*Value {
	return []*Value{&a.Mined, &a.Made, &a.Looted, &a.Used, &a.Destroyed, &a.Given, &a.Other, &a.Turnover}
}
