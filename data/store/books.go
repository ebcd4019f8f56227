package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"hotshard/data/ledger"
	"hotshard/data/schema"
	"hotshard/runtime/world"
)

// AuditBooks proves the ledger as it stands at this moment; it disturbs nobody. What is
// wrong is in the report: an error means that the books could not be read.
func (s *Store) AuditBooks(ctx context.Context) (*ledger.Report, error) {
	var report *ledger.Report
	err := s.Books(ctx, func(b ledger.Books) (err error) {
		report, err = ledger.Audit(ctx, b)
		return err
	})
	return report, err
}

// AuditFile is AuditBooks for a database that nobody or another process has open. It
// changes nothing. Errors: ErrUnsupported, ErrAccess, ErrCorrupt, ErrNewer, and ErrConflict
// for a database from before there were books.
func AuditFile(ctx context.Context, url string) (*ledger.Report, error) {
	r, err := OpenReading(ctx, url)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.store.AuditBooks(ctx)
}

// openReading is a store that is read and nothing else, whoever else has it open.
func openReading(ctx context.Context, url, op string) (*Store, error) {
	s, err := newStore(url, Options{})
	if err != nil {
		return nil, err
	}
	return s, s.reading(ctx, op)
}

// reading opens the store for reading alone, whoever else has it open.
func (s *Store) reading(ctx context.Context, op string) (err error) {
	if f, ok := s.dialect.(*sqliteFile); ok {
		if info, err := os.Stat(f.path); err != nil || info.Size() == 0 {
			return &Error{Op: op, Kind: ErrAccess, Message: "there is no database " + f.path + ": --data names the shard's folder, --store the file", Err: err}
		}
	}
	if s.read, err = s.dialect.readers(); err != nil {
		return s.explain(op, err)
	}
	if err := s.read.PingContext(ctx); err != nil {
		return errors.Join(s.explain(op, err), s.read.Close())
	}
	return nil
}

// firstBooks is the schema that completed the ledger.
const firstBooks = 14

// hasBooks says whether the file's schema is one that this build can prove.
func (s *Store) hasBooks(ctx context.Context, op string) error {
	var version int
	if err := s.read.QueryRowContext(ctx, selectSchema).Scan(&version); err != nil {
		return err
	}
	switch knows := schema.Latest(); {
	case version < firstBooks:
		return fail(op, ErrConflict, s.path+" is from before there were books: start the shard with this build, and it opens them")
	case version > knows:
		return fail(op, ErrNewer, fmt.Sprintf("%s was written by a newer build (schema %d, this one knows %d): audit it with that one", s.path, version, knows))
	}
	return nil
}

// Wallet is the money a character has, in hundredths.
func (s *Store) Wallet(ctx context.Context, owner world.CharacterID) (int64, error) {
	n, _, err := queryOne(ctx, s, "wallet", func(row scanner) (n int64, err error) { return n, row.Scan(&n) },
		`SELECT quantity FROM holdings WHERE owner = ? AND location = ? AND type = ?`, owner, ledger.Wallet, ledger.Money)
	return n, err
}

// HistoryQuery chooses lines of the ledger; zero fields choose all.
type HistoryQuery struct {
	Owner world.CharacterID
	Type  string
	Order int64 // what an order of the market moved
	Since int64 // microseconds since 1970, at or after
	Limit int   // the newest so many; 0 is 100
}

const selectHistory = `SELECT e.id, e.at, coalesce(a.kind, ''), h.owner, coalesce(a.name, ''), h.location, h.type, p.quantity,
		e.cause, e.actor, e.operator, e.system, e.tick, e.release, coalesce(e.key, ''), coalesce(e.content, ''), coalesce(e.answer, '')
	FROM holdings h JOIN postings p ON p.holding = h.id JOIN entries e ON e.id = p.entry LEFT JOIN ledger_accounts a ON a.id = h.owner
	WHERE `

// History returns the lines that the query chooses, the newest first.
func (s *Store) History(ctx context.Context, q HistoryQuery) ([]ledger.Entry, error) {
	var where []string
	var args []any
	only := func(cond string, arg any) { where, args = append(where, cond), append(args, arg) }
	if q.Owner != 0 {
		only("h.owner = ?", q.Owner)
	}
	if q.Type != "" {
		only("h.type = ?", q.Type)
	}
	if q.Order != 0 {
		only("e.id IN (SELECT entry FROM order_entries WHERE id = ?)", q.Order)
	}
	only("e.at >= ?", q.Since)
	limit := q.Limit
	setDefault(&limit, 100)
	text := selectHistory + strings.Join(where, " AND ") + fmt.Sprintf(" ORDER BY p.entry DESC, h.id LIMIT %d", limit)
	return query(ctx, s, "history", scanHistory, text, args...)
}

func scanHistory(row scanner) (e ledger.Entry, err error) {
	var at, tick int64
	h := &e.Holding
	err = row.Scan(&e.ID, &at, &h.Holder.Kind, &h.Holder.ID, &h.Holder.Name, &h.Location, &h.Type, &e.Quantity,
		&e.Why.Cause, &e.Why.Actor, &e.Why.Operator, &e.Why.System, &tick, &e.Why.Release, &e.Why.Key, &e.Why.Content, &e.Why.Answer)
	if h.Holder.Kind != ledger.Character {
		h.Holder.ID = 0
	}
	e.At, e.Why.Tick = toTime(at), world.Tick(tick)
	return e, err
}
