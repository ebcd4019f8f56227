package economy

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"hotshard/data/ledger"
)

// Flows are the postings of faucets and sinks: a faucet's are below nothing, a sink's above.
// The database adds them up by day, cause and system, so that few rows come out of it
// however many there are. Those behind the report's time count towards what there was at
// its end.
const selectFlows = `SELECT p.holding, e.cause, e.system, e.at / %d, CASE WHEN p.entry >= CAST(?2 AS BIGINT) THEN 1 ELSE 0 END, sum(p.quantity), count(*)
	FROM ledger_accounts a JOIN holdings h ON h.owner = a.id JOIN postings p ON p.holding = h.id JOIN entries e ON e.id = p.entry
	WHERE a.kind <> 'keeper' AND p.entry >= CAST(?1 AS BIGINT)
	GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`

type (
	causeKey struct {
		holder ledger.Holder
		cause  string
	}
	flowKey struct {
		causeKey
		region, thing string
	}
)

func (r *reader) readFlows() error {
	r.causes, r.flows = map[causeKey]*Cause{}, map[flowKey]int64{}
	return r.each(fmt.Sprintf(selectFlows, daily), func(rows *sql.Rows) error {
		var f flow
		var after bool
		if err := rows.Scan(&f.holding, &f.cause, &f.system, &f.day, &after, &f.sum, &f.postings); err != nil {
			return err
		}
		a := r.accounts[f.holding]
		if after {
			a.after += f.sum
			return nil
		}
		a.in += f.sum
		r.flow(a, f)
		return nil
	}, r.lo, r.hi)
}

// flow is a row of selectFlows.
type flow struct {
	holding       int64
	cause, system string
	day           int64
	sum, postings int64
}

// flow counts one, by cause, region and day.
func (r *reader) flow(a *account, f flow) {
	region, n := r.known.Region(f.system), max(f.sum, -f.sum)
	key := causeKey{a.holder, f.cause}
	c := r.causes[key]
	if c == nil {
		c = &Cause{Kind: a.holder.Kind, Account: a.holder.Name, Cause: f.cause, Activity: a.holder.Activity()}
		r.causes[key] = c
	}
	c.Postings += f.postings
	r.flows[flowKey{key, region, a.thing}] += n
	where, when := r.region(region), r.day(f.day)
	if a.thing == ledger.Money {
		c.Money += n
		when.money -= f.sum
		where.pass(-f.sum)
		when.pass(-f.sum)
		return
	}
	figure := r.figure(a.thing)
	if a.holder.Kind == ledger.Faucet {
		figure.Came += n
	} else {
		figure.Went += n
	}
	c.Things.Add(n, figure.Price)
	for _, to := range []*Activity{where, &when.Activity} {
		to.of(c.Activity).Add(n, figure.Price)
	}
}

// pass counts money that came or, below nothing, went.
func (a *Activity) pass(n int64) {
	if n > 0 {
		a.MoneyIn += n
	} else {
		a.MoneyOut -= n
	}
}

// of is the figure of an activity with things.
func (a *Activity) of(what ledger.Activity) *Value {
	switch what {
	case ledger.Mined:
		return &a.Mined
	case ledger.Made:
		return &a.Made
	case ledger.Looted:
		return &a.Looted
	case ledger.Used:
		return &a.Used
	case ledger.Destroyed:
		return &a.Destroyed
	case ledger.Given:
		return &a.Given
	}
	return &a.Other
}

// figure is what the report says of a type.
func (r *reader) figure(thing string) *TypeFigure {
	t := r.types[thing]
	if t == nil {
		t = &TypeFigure{Type: thing, Category: r.known.Category(thing), Price: r.known.Price(thing), Priced: PricedListed}
		if t.Price == 0 {
			t.Priced = PricedNot
		}
		r.types[thing] = t
	}
	return t
}

// listFlows puts causes and flows in order.
func (r *reader) listFlows() {
	r.report.Causes, r.report.Flows = []Cause{}, []Flow{}
	for _, c := range r.causes {
		r.report.Causes = append(r.report.Causes, *c)
	}
	slices.SortFunc(r.report.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Cause, b.Cause))
	})
	for k, n := range r.flows {
		r.report.Flows = append(r.report.Flows, Flow{k.holder.Kind, k.holder.Name, k.cause, k.region, k.thing, n})
	}
	slices.SortFunc(r.report.Flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Type, b.Type))
	})
}
