// Package ownership keeps who runs which system or service, in the table of that name: the
// one truth about it in a cluster. runtime/cluster/DESIGN.md says how it is used.
//
// It holds the SQL and the rules of the table; which database that is, and over which
// connection, is the store's business (Tx, Words). A Fence that is written under is checked
// here as well (Look up Fences), in the transaction that writes.
package ownership

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/world"
)

// Tx is what the table is read and changed through. Each statement stands for itself: they
// may be one transaction each, and no lock is held from one to the next, so that a process
// that stops between two holds up nobody.
type Tx interface {
	Each(fn func(scan func(...any) error) error, text string, args ...any) error
}

// Words are what each database system says in its own way.
type Words struct {
	Clock   string // the database's clock, in microseconds since 1970
	Lock    string // behind a query: keep the keys of the rows of o as they are until the end
	Fences  string // FROM: the pairs of a JSON array of [subject, epoch], ?1, as p (subject, epoch)
	OfNames string // a query: the texts of a JSON array, ?1
}

// SQLite and PostgreSQL are what they say.
var (
	SQLite = Words{
		Clock:   `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`,
		Fences:  `(SELECT value ->> 0 AS subject, CAST(value ->> 1 AS INTEGER) AS epoch FROM json_each(?1)) AS p`,
		OfNames: `SELECT value FROM json_each(?1)`,
	}
	PostgreSQL = Words{
		Clock:   `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`,
		Lock:    ` FOR KEY SHARE OF o`,
		Fences:  `(SELECT v ->> 0 AS subject, CAST(v ->> 1 AS BIGINT) AS epoch FROM jsonb_array_elements(CAST(?1 AS jsonb)) AS v) AS p`,
		OfNames: `SELECT jsonb_array_elements_text(CAST(?1 AS jsonb))`,
	}
)

// Row is what the table says of a subject, and when.
type Row struct {
	Subject world.Address
	Owner   world.NodeID // "" where it was let go of, or never owned
	Epoch   world.Epoch  // 0 where it was never owned
	Until   time.Time    // by the database's clock
	Now     time.Time    // of the same clock, when this was read
}

// Live says whether somebody owns the subject.
func (r Row) Live() bool { return r.Owner != "" && r.Until.After(r.Now) }

// Accepts says whether a write under the fence is done; otherwise why not, a *Refusal.
func (r Row) Accepts(f world.Fence) error {
	if f.Epoch > 0 && r.Epoch == f.Epoch && r.Live() {
		return nil
	}
	return &Refusal{Row: r, Epoch: f.Epoch}
}

// Refusal is why something was not done in the name of a subject: the row says who owns it.
type Refusal struct {
	Row   Row
	Epoch world.Epoch // in whose name it was to be done
}

// Error says who owns the subject now, and what follows for who does not.
func (e *Refusal) Error() string {
	r := e.Row
	switch {
	case r.Epoch == 0:
		return fmt.Sprintf("%s has never had an owner: acquire it before anything is written for it", r.Subject)
	case r.Live() && r.Epoch != e.Epoch:
		return fmt.Sprintf("%s is %s's in epoch %d, for another %s, and epoch %d counts no more: stop it here", r.Subject, r.Owner, r.Epoch, r.Until.Sub(r.Now).Round(time.Millisecond), e.Epoch)
	case r.Live():
		return fmt.Sprintf("%s is %s's in epoch %d, for another %s", r.Subject, r.Owner, r.Epoch, r.Until.Sub(r.Now).Round(time.Millisecond))
	case r.Owner == "":
		return fmt.Sprintf("%s is nobody's: it was let go of in epoch %d, and epoch %d counts no more; acquire it anew", r.Subject, r.Epoch, e.Epoch)
	}
	return fmt.Sprintf("the lease of %s on %s in epoch %d was over %s ago: stop it, and acquire it anew", r.Owner, r.Subject, r.Epoch, r.Now.Sub(r.Until).Round(time.Millisecond))
}

// Do runs a function on the database.
type Do func(ctx context.Context, op string, fn func(Tx) error) error

// Table is the table of owners. Its methods may be called from any goroutine.
type Table struct {
	do    Do
	words Words
	text  texts
}

// New returns the table of a database that has it.
func New(do Do, words Words) *Table { return &Table{do, words, words.texts()} }

// texts are the statements, in a database system's words.
type texts struct {
	raise, first, renew, release, clip, rows, orphans, all string
}

const columns = `o.subject, o.owner, o.epoch, o.until, `

func (w Words) texts() texts {
	list := `SELECT ` + columns + w.Clock + ` FROM ownership AS o`
	return texts{
		// After the epoch that is named, by whom nobody keeps from it.
		raise: `UPDATE ownership SET owner = ?1, epoch = epoch + 1, until = ` + w.Clock + ` + ?2, lease = ?2
			WHERE subject = ?3 AND epoch = ?4 AND (owner = '' OR until <= ` + w.Clock + ` OR owner = ?1 OR owner = ?5) RETURNING epoch`,
		first: `INSERT INTO ownership (subject, owner, epoch, until, lease) VALUES (?1, ?2, 1, ` + w.Clock + ` + ?3, ?3) ON CONFLICT DO NOTHING RETURNING epoch`,
		renew: `UPDATE ownership SET until = ` + w.Clock + ` + ?3, lease = ?3 WHERE owner = ?2 AND until > ` + w.Clock + `
			AND EXISTS (SELECT 1 FROM ` + w.Fences + ` WHERE p.subject = ownership.subject AND p.epoch = ownership.epoch) RETURNING subject`,
		release: `UPDATE ownership SET owner = '', until = 0 WHERE subject = ?1 AND owner = ?2 AND epoch = ?3 RETURNING subject`,
		// The clock has gone back since: it is to be no longer than it was given for.
		clip:    `UPDATE ownership SET until = ` + w.Clock + ` + lease WHERE until > ` + w.Clock + ` + lease RETURNING subject`,
		rows:    list + ` WHERE o.subject IN (` + w.OfNames + `) ORDER BY o.subject`,
		orphans: list + ` WHERE o.owner <> '' AND o.subject NOT LIKE '!%' AND o.until <= ` + w.Clock + ` ORDER BY o.subject`,
		all:     list + ` ORDER BY o.subject`,
	}
}

// Claim is what is asked of Acquire.
type Claim struct {
	Subject world.Address
	Owner   world.NodeID  // who is to be it
	After   world.Epoch   // the subject's epoch, as whoever asks knows it
	From    world.NodeID  // who owns it and has agreed; "" for nobody
	Lease   time.Duration // how long
}

// Acquire makes somebody the owner of a subject, in the epoch after the one that is named,
// where that is the subject's still and it is nobody's, the owner's already, or From's. So a
// request that is done late, or twice, does nothing. Errors: a *Refusal, or the database's,
// after which nobody knows whether it was done.
func (t *Table) Acquire(ctx context.Context, c Claim) (epoch world.Epoch, err error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	err = t.do(ctx, "acquire "+string(c.Subject), func(tx Tx) error {
		epoch = 0
		read := func(scan func(...any) error) error { return scan(&epoch) }
		lease := c.Lease.Microseconds()
		if c.After == 0 {
			if err := tx.Each(read, t.text.first, c.Subject, c.Owner, lease); err != nil || epoch > 0 {
				return err
			}
		} else if err := tx.Each(read, t.text.raise, c.Owner, lease, c.Subject, c.After, c.From); err != nil || epoch > 0 {
			return err
		}
		row, err := t.row(tx, c.Subject)
		if err != nil {
			return err
		}
		return &Refusal{Row: row, Epoch: c.After}
	})
	return epoch, err
}

func (c Claim) check() error {
	switch {
	case c.Subject == "" || c.Owner == "":
		return fmt.Errorf("an acquisition names the subject and its owner, and not %q and %q", c.Subject, c.Owner)
	case c.Lease < time.Millisecond:
		return fmt.Errorf("a lease lasts at least 1ms, and not %s", c.Lease)
	case c.After < 0:
		return fmt.Errorf("%s cannot be acquired after epoch %d: 0 is for what has never had an owner", c.Subject, c.After)
	}
	return nil
}

// Transfer makes somebody else the owner of a subject that the fence's owner has agreed to
// give, in the next epoch, which it returns. Errors are those of Acquire.
func (t *Table) Transfer(ctx context.Context, f world.Fence, from, to world.NodeID, lease time.Duration) (world.Epoch, error) {
	return t.Acquire(ctx, Claim{Subject: f.Subject, Owner: to, After: f.Epoch, From: from, Lease: lease})
}

// Renew makes the leases of an owner last from now on, of those that it owns in the epochs
// that it names and that are not over. It returns what the table says of the others.
func (t *Table) Renew(ctx context.Context, owner world.NodeID, held []world.Fence, lease time.Duration) (lost []Row, err error) {
	if len(held) == 0 {
		return nil, nil
	}
	pairs := make([][2]any, len(held))
	for i, f := range held {
		pairs[i] = [2]any{f.Subject, f.Epoch}
	}
	err = t.do(ctx, "renew", func(tx Tx) error {
		lost = nil
		renewed := map[world.Address]bool{}
		err := tx.Each(func(scan func(...any) error) error {
			var a world.Address
			err := scan(&a)
			renewed[a] = true
			return err
		}, t.text.renew, asJSON(pairs), owner, lease.Microseconds())
		if err != nil || len(renewed) == len(held) {
			return err
		}
		var names []world.Address
		for _, f := range held {
			if !renewed[f.Subject] {
				names = append(names, f.Subject)
			}
		}
		lost, err = t.rows(tx, names)
		return err
	})
	return lost, err
}

// Release lets go of a subject. Its epoch stays, and counts no more. One that is not the
// owner's in that epoch stays as it is; that is no error.
func (t *Table) Release(ctx context.Context, owner world.NodeID, f world.Fence) error {
	return t.do(ctx, "release "+string(f.Subject), func(tx Tx) error {
		return tx.Each(func(func(...any) error) error { return nil }, t.text.release, f.Subject, owner, f.Epoch)
	})
}

// Orphans lists what is owned by somebody whose lease is over, and is to run elsewhere: a subject
// that begins with ! is a turn to do something, which whoever wants it next takes. Leases that are to last longer
// than they were given for, since the database's clock has gone back, are cut to that first.
func (t *Table) Orphans(ctx context.Context) (all []Row, err error) {
	err = t.do(ctx, "look for orphans", func(tx Tx) error {
		if err := tx.Each(func(func(...any) error) error { return nil }, t.text.clip); err != nil {
			return err
		}
		all, err = collect(tx, t.text.orphans)
		return err
	})
	return all, err
}

// List returns what the table says of each subject that has ever had an owner.
func (t *Table) List(ctx context.Context) (all []Row, err error) {
	err = t.do(ctx, "list owners", func(tx Tx) error {
		all, err = collect(tx, t.text.all)
		return err
	})
	return all, err
}

// Row returns what the table says of a subject.
func (t *Table) Row(ctx context.Context, a world.Address) (row Row, err error) {
	err = t.do(ctx, "owner of "+string(a), func(tx Tx) error {
		row, err = t.row(tx, a)
		return err
	})
	return row, err
}

func (t *Table) row(tx Tx, a world.Address) (Row, error) {
	all, err := t.rows(tx, []world.Address{a})
	if err != nil {
		return Row{}, err
	}
	return all[0], nil
}

// rows reads what the table says of some subjects, each of them.
func (t *Table) rows(tx Tx, names []world.Address) ([]Row, error) {
	all, err := collect(tx, t.text.rows, asJSON(names))
	for _, a := range names {
		if !slices.ContainsFunc(all, func(r Row) bool { return r.Subject == a }) {
			all = append(all, Row{Subject: a})
		}
	}
	return all, err
}

func collect(tx Tx, text string, args ...any) (all []Row, err error) {
	err = tx.Each(func(scan func(...any) error) error {
		var r Row
		var until, now int64
		err := scan(&r.Subject, &r.Owner, &r.Epoch, &until, &now)
		r.Until, r.Now = time.UnixMicro(until), time.UnixMicro(now)
		all = append(all, r)
		return err
	}, text, args...)
	return all, err
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers: only a broken build gets here
	}
	return string(b)
}
