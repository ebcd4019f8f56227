package economy

import (
	"database/sql"
	"fmt"

	"hotshard/data/ledger"
)

// mostWrong is how many faults are named.
const mostWrong = 100

func (r *reader) wrong(format string, args ...any) {
	if len(r.report.Wrong) < mostWrong {
		r.report.Wrong = append(r.report.Wrong, fmt.Sprintf(format, args...))
	}
}

// prove holds the sums against what the tables say otherwise: what the regions have of each
// account against the account, the accounts against the ledger, the money against who has it, and the trades
// against the days that the market has written down.
func (r *reader) prove() error {
	r.report.Wrong = []string{}
	r.proveRegions()
	if now, _, _ := r.supply(); now != r.report.Money.Held.sum() {
		r.wrong("money: the faucets have let out %d more than the sinks have taken, and there are %d", now, r.report.Money.Held.sum())
	}
	if !r.query.Prove {
		return nil
	}
	if err := r.proveAccounts(); err != nil {
		return err
	}
	return r.proveDays()
}

func (h *Held) sum() int64 { return h.Wallets + h.Escrow + h.Keepers + h.Other }

// proveRegions holds what all regions have of an account's type against the account.
func (r *reader) proveRegions() {
	type stack struct {
		holder ledger.Holder
		thing  string
	}
	sums := map[stack]int64{}
	for k, n := range r.flows {
		sums[stack{k.holder, k.thing}] += n
	}
	for _, a := range r.accounts {
		if got, want := sums[stack{a.holder, a.thing}], max(a.in, -a.in); got != want {
			r.wrong("%s of %s: the regions add up to %d, and its postings to %d", a.thing, a.holder, got, want)
		}
	}
}

// earlier are the sums of the accounts' postings from before the report.
const earlier = `SELECT p.holding, sum(p.quantity) FROM ledger_accounts a JOIN holdings h ON h.owner = a.id JOIN postings p ON p.holding = h.id
	WHERE a.kind <> 'keeper' AND p.entry < ? GROUP BY p.holding`

// proveAccounts holds the postings from before, in and after the report's time against what
// the holdings are.
func (r *reader) proveAccounts() error {
	before := map[int64]int64{}
	err := r.each(earlier, func(rows *sql.Rows) error {
		var id, sum int64
		err := rows.Scan(&id, &sum)
		before[id] = sum
		return err
	}, r.lo)
	for id, a := range r.accounts {
		if sum := before[id] + a.in + a.after; sum != a.quantity {
			r.wrong("%s of %s: it is %d, and what came before, in and after the time of the report is %d", a.thing, a.holder, a.quantity, sum)
		}
	}
	return err
}

const selectDays = `SELECT region, type, sum(volume), sum(turnover) FROM market_days GROUP BY region, type`

// proveDays holds the trades against the days of the market, where the report is about all
// of them.
func (r *reader) proveDays() error {
	if r.lo > 1 || r.hi <= r.last {
		return nil
	}
	seen := 0
	err := r.each(selectDays, func(rows *sql.Rows) error {
		var k item
		var units, turnover int64
		if err := rows.Scan(&k.region, &k.thing, &units, &turnover); err != nil {
			return err
		}
		var worth Value
		worth.Add(turnover, 1)
		t := r.market.items[k]
		if t == nil {
			t = &traded{}
		} else {
			seen++
		}
		if t.units != units || t.worth.Compare(&worth) != 0 {
			r.wrong("%s in %s: the trades are of %d for %s, and the days of %d for %s", k.thing, k.region, t.units, t.worth, units, worth)
		}
		return nil
	})
	if err == nil && seen != len(r.market.items) {
		r.wrong("%d types were traded in a region, and the days have %d of them", len(r.market.items), seen)
	}
	return err
}
