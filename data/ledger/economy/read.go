package economy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hotshard/data/ledger"
)

// reader is a report in the making.
type reader struct {
	ctx    context.Context
	books  ledger.Books
	known  Known
	query  Query
	report Report

	last     int64 // the newest entry
	lo, hi   int64 // the report is about the entries from lo to before hi
	accounts map[int64]*account
	regions  map[string]*Activity
	days     map[int64]*day // by days since 1970
	causes   map[causeKey]*Cause
	flows    map[flowKey]int64
	market   market
	types    map[string]*TypeFigure
}

// account is what a faucet or a sink has of a type.
type account struct {
	holder   ledger.Holder
	thing    string
	quantity int64 // now, as the table has it
	in       int64 // of the report
	after    int64
}

// day is an activity in a day, before it has a name.
type day struct {
	Activity
	money int64 // that came, less what went
}

// daily is how many microseconds a day has.
const daily = int64(24 * time.Hour / time.Microsecond)

func (r *reader) day(at int64) *day {
	d := r.days[at]
	if d == nil {
		d = &day{}
		r.days[at] = d
	}
	return d
}

func (r *reader) region(name string) *Activity {
	a := r.regions[name]
	if a == nil {
		a = &Activity{}
		r.regions[name] = a
	}
	return a
}

// each is ledger.Each of the books that are read.
func (r *reader) each(text string, fn func(*sql.Rows) error, args ...any) error {
	return ledger.Each(r.ctx, r.books, text, fn, args...)
}

// readWindow finds the entries that the report is about.
func (r *reader) readWindow() error {
	err := r.books.QueryRowContext(r.ctx, `SELECT coalesce(max(id), 0) FROM entries`).Scan(&r.last)
	if err != nil {
		return err
	}
	if r.lo, err = r.entryAt(r.query.From, 1); err != nil {
		return err
	}
	if r.hi, err = r.entryAt(r.query.Until, r.last+1); err != nil {
		return err
	}
	r.hi = max(r.lo, r.hi)
	r.report.Entries = r.hi - r.lo
	if r.report.Entries == 0 {
		r.report.From, r.report.Until = r.query.From, r.query.Until
		return nil
	}
	if r.report.From, err = r.when(r.lo); err == nil {
		r.report.Until, err = r.when(r.hi - 1)
	}
	return err
}

// when is the time of an entry.
func (r *reader) when(id int64) (time.Time, error) {
	var at int64
	err := r.books.QueryRowContext(r.ctx, `SELECT at FROM entries WHERE id = ?`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("the ledger has no entry %d, and later ones: audit it", id)
	}
	return time.UnixMicro(at).UTC(), err
}

// entryAt is the first entry that is not before a time; for no time, the one that is given.
// Entries are numbered in the order in which they were written, without gaps.
func (r *reader) entryAt(t time.Time, otherwise int64) (int64, error) {
	if t.IsZero() {
		return otherwise, nil
	}
	t = t.Truncate(time.Microsecond) // as the ledger has it
	lo, hi := int64(1), r.last+1
	for lo < hi {
		mid := lo + (hi-lo)/2
		at, err := r.when(mid)
		if err != nil {
			return 0, err
		}
		if at.Before(t) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}

const selectAccounts = `SELECT h.id, a.kind, a.name, h.type, h.quantity FROM ledger_accounts a JOIN holdings h ON h.owner = a.id WHERE a.kind <> 'keeper'`

func (r *reader) readAccounts() error {
	r.accounts = map[int64]*account{}
	return r.each(selectAccounts, func(rows *sql.Rows) error {
		var id int64
		var a account
		err := rows.Scan(&id, &a.holder.Kind, &a.holder.Name, &a.thing, &a.quantity)
		r.accounts[id] = &a
		return err
	})
}
