package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"hotshard/runtime/world"
)

// Report is what an audit found.
type Report struct {
	Postings int64
	Holdings int64    // that are not empty
	Wrong    []string // a sentence each; none where the books are right
	More     int      // that are wrong besides
}

// OK says whether the books are right.
func (r *Report) OK() bool { return len(r.Wrong) == 0 }

// String is the last line of an audit.
func (r *Report) String() string {
	if r.OK() {
		return fmt.Sprintf("audit: ok, %d postings, %d holdings", r.Postings, r.Holdings)
	}
	return fmt.Sprintf("audit: %d wrong, %d postings, %d holdings", len(r.Wrong)+r.More, r.Postings, r.Holdings)
}

// mostWrong is how many faults are named; more are counted.
const mostWrong = 100

func (r *Report) wrong(format string, args ...any) {
	if len(r.Wrong) == mostWrong {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
}

// Books are a database as it was at one moment. Rows of several queries may be open at once.
type Books interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// Each calls fn for every row of a query, until it returns an error.
func Each(ctx context.Context, b Books, text string, fn func(*sql.Rows) error, args ...any) error {
	rows, err := b.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Audit proves the books: each
// holding is the sum of its postings, those of each type add up to nothing, every
// posting names a holding and an entry that there are, every holding an owner, what is in
// escrow is what orders promise, and what is in a container is in one that there is. It
// reads all postings, without keeping anything of them.
func Audit(ctx context.Context, books Books) (*Report, error) {
	a := auditor{ctx: ctx, books: books, sums: map[string]int64{}, boxes: containers{}}
	for _, step := range []func() error{a.readOwners, a.readEntries, a.holdings, a.escrow} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	a.types()
	a.containers()
	return &a.report, nil
}

// auditor is one audit under way.
type auditor struct {
	ctx    context.Context
	books  Books
	report Report
	people map[int64]bool
	names  map[int64]Holder
	last   int64 // the newest entry
	sums   map[string]int64
	boxes  containers
}

// each is Each of the books that are audited.
func (a *auditor) each(text string, fn func(*sql.Rows) error, args ...any) error {
	return Each(a.ctx, a.books, text, fn, args...)
}

func (a *auditor) readOwners() error {
	a.people, a.names = map[int64]bool{}, map[int64]Holder{}
	err := a.each(`SELECT id FROM characters`, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		a.people[id] = true
		return err
	})
	if err != nil {
		return err
	}
	return a.each(`SELECT id, kind, name FROM ledger_accounts`, func(r *sql.Rows) error {
		var id int64
		var h Holder
		err := r.Scan(&id, &h.Kind, &h.Name)
		a.names[id] = h
		return err
	})
}

// readEntries looks for postings without an entry. Entries are numbered without gaps, and never go: where as many are there as the newest
// one's number says, none is missing.
func (a *auditor) readEntries() error {
	var count int64
	err := a.books.QueryRowContext(a.ctx, `SELECT count(*) FROM entries`).Scan(&count)
	if err == nil {
		err = a.books.QueryRowContext(a.ctx, `SELECT coalesce(max(id), 0) FROM entries`).Scan(&a.last)
	}
	if err != nil {
		return err
	}
	if count != a.last {
		a.report.wrong("entries are missing: the newest has the number %d, and there are %d", a.last, count)
	}
	return a.each(`SELECT entry FROM postings WHERE entry > ? UNION SELECT entry FROM postings WHERE entry < 1 LIMIT 100`, func(r *sql.Rows) error {
		var entry int64
		err := r.Scan(&entry)
		a.report.wrong("there are postings of the entry %d, and no such entry", entry)
		return err
	}, a.last)
}

const (
	sumPostings = `SELECT holding, sum(quantity), count(*) FROM postings GROUP BY holding ORDER BY holding`
	allHoldings = `SELECT id, owner, location, type, quantity, sum FROM holdings ORDER BY id`
)

// row is a holding as the table has it.
type row struct {
	id, owner int64
	location  string
	thing     string
	quantity  int64
	sum       int64 // as the last entry knew it
}

// holdings compares each holding with the sum of its postings. Both come in the order of
// the holdings' numbers, so that nothing has to be remembered.
func (a *auditor) holdings() error {
	sums, err := a.books.QueryContext(a.ctx, sumPostings)
	if err != nil {
		return err
	}
	defer sums.Close()
	var holding, sum, count int64
	next := func() error {
		holding, sum, count = 0, 0, 0
		if !sums.Next() {
			return sums.Err()
		}
		return sums.Scan(&holding, &sum, &count)
	}
	if err := next(); err != nil {
		return err
	}
	orphans := func(before int64) error {
		for holding != 0 && holding < before {
			a.report.Postings += count
			a.report.wrong("there are %d postings of the holding number %d, and no such holding", count, holding)
			if err := next(); err != nil {
				return err
			}
		}
		return nil
	}
	err = a.each(allHoldings, func(r *sql.Rows) error {
		var h row
		if err := r.Scan(&h.id, &h.owner, &h.location, &h.thing, &h.quantity, &h.sum); err != nil {
			return err
		}
		if err := orphans(h.id); err != nil {
			return err
		}
		if holding != h.id {
			a.holding(h, 0)
			return nil
		}
		a.report.Postings += count
		a.holding(h, sum)
		return next()
	})
	return errors.Join(err, orphans(1<<62))
}

// holding checks one: it is its postings' sum, its owner is there, and only a faucet is
// below nothing.
func (a *auditor) holding(h row, sum int64) {
	if h.quantity != 0 {
		a.report.Holdings++
	}
	a.sums[h.thing] += h.quantity
	who, known := a.who(h.owner)
	known = known || h.quantity == 0
	name := fmt.Sprintf("holding %d (%s)", h.id, Holding{who, h.location, h.thing})
	if h.quantity != 0 {
		a.boxes.note(h, name)
	}
	if h.quantity != sum {
		a.report.wrong("%s: it is %d, and its postings add up to %d", name, h.quantity, sum)
	}
	if h.sum != sum && h.quantity == sum {
		a.report.wrong("%s: its postings add up to %d, and the last of them knew of %d", name, sum, h.sum)
	}
	if !known {
		a.report.wrong("%s: it is %d, and its owner is not there", name, h.quantity)
	}
	if h.quantity < 0 != (h.owner < 0) && h.quantity != 0 {
		a.report.wrong("%s: it is %d, which cannot be", name, h.quantity)
	}
}

// who is the holder behind a number; known is false where there is none.
func (a *auditor) who(owner int64) (h Holder, known bool) {
	if h, known = a.names[owner]; known {
		return h, true
	}
	return Of(world.CharacterID(owner)), a.people[owner]
}

func (a *auditor) named(owner int64) Holder {
	h, _ := a.who(owner)
	return h
}

// escrow checks that what is in escrow is what the orders that stand promise: a holding
// of each owner and type is for all their orders.
func (a *auditor) escrow() error {
	return a.each(`SELECT owner, type, sum(promised), sum(has) FROM (
			SELECT owner, CASE side WHEN 'buy' THEN 'Money' ELSE type END AS type, CASE side WHEN 'buy' THEN "left" * price ELSE "left" END AS promised, 0 AS has
				FROM orders WHERE ended = 0
			UNION ALL SELECT owner, type, 0, quantity FROM holdings WHERE location = 'escrow' AND quantity <> 0) AS promises
		GROUP BY owner, type HAVING sum(promised) <> sum(has) ORDER BY owner, type`, func(r *sql.Rows) error {
		var owner, promised, has int64
		var thing string
		err := r.Scan(&owner, &thing, &promised, &has)
		a.report.wrong("%s: it is %d, and the orders that stand promise %d", Holding{a.named(owner), "escrow", thing}, has, promised)
		return err
	})
}

// types checks that what there is of each type has come from the faucets.
func (a *auditor) types() {
	var wrong []string
	for thing, sum := range a.sums {
		if sum != 0 {
			wrong = append(wrong, fmt.Sprintf("%s: all holdings add up to %d, and not to 0", thing, sum))
		}
	}
	slices.Sort(wrong)
	for _, text := range wrong {
		a.report.wrong("%s", text)
	}
}
