// Package store keeps what must outlive the server: accounts, characters, items,
// scripts' values, releases, patches and the audit log, in one SQLite file or in a
// PostgreSQL database (DESIGN.md says what that makes different).
//
// Start reading at writer.go: every change goes through one goroutine that
// commits many callers' changes at once, so that durability costs one flush for
// all of them. What a caller was told is done is on the disk. Each subject
// (accounts.go, items.go ...) holds its own SQL and its own Go types; open.go
// and data/schema bring the file up to date.
package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/ownership"
)

// Options tunes a store; the zero value is right for a production shard.
type Options struct {
	// Now tells the time; nil is time.Now. All times are kept to the microsecond.
	Now func() time.Time
	// Log gets what goes wrong where no caller is left to be told; nil is slog.Default().
	Log *slog.Logger
	// AutoCreate lets Login make an account that is not there, and takes
	// passwords of any length: for development shards.
	AutoCreate bool
	// Readers is how many queries may run at once; 0 is 4.
	Readers int
	// Queue is how many changes may wait for the writer before callers wait
	// outside; 0 is 1,024.
	Queue int
	// Group is how many changes share one commit at most; 0 is 256.
	Group int
	// BusyTimeout is how long to wait for another process's lock; 0 is 5 s.
	BusyTimeout time.Duration
	// HashCost is what a password hash costs; zero is 19 MiB and 2 passes. An
	// account's hash is made anew at its next login when the cost has changed.
	HashCost HashCost
	// Dir is where audit.jsonl is kept of a database that is no file; "" is nowhere.
	Dir string
	// Owner says whose data it must be.
	Owner Owner
	// SessionIdle is how long a token lasts unused; 0 is 14 days. None lasts longer
	// than 90 days.
	SessionIdle time.Duration
	// Purse is the money, in hundredths, that a new character has from a faucet of that
	// name.
	Purse int64
	// Shared lets other processes write to the database as well, each for the systems that it
	// owns: PostgreSQL alone. Every change in the name of a system needs its fence then (Under).
	Shared bool
	// KeepReleases is how many releases are kept; 0 is 1,000.
	KeepReleases int
}

func (o *Options) fill() {
	setDefault(&o.Readers, 4)
	setDefault(&o.Queue, 1024)
	setDefault(&o.Group, 256)
	setDefault(&o.BusyTimeout, 5*time.Second)
	setDefault(&o.KeepReleases, 1000)
	setDefault(&o.SessionIdle, defaultSessionIdle)
	if o.HashCost == (HashCost{}) {
		o.HashCost = defaultHashCost
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// Store is an open database. All methods may be called from any goroutine; those
// that change something return after the commit that holds the change. A context
// that ends before the writer has taken a change up takes it back; after that
// the call waits for the outcome, so an error means "not done". The one that does not
// is ErrUnknown, of a database on another machine that was lost in the commit: whoever
// has a key for what they asked (see Transact) asks again under it, and learns.
type Store struct {
	opt     Options
	dialect dialect
	path    string  // or the URL without user and password
	start   *sql.DB // for what is done before the writer is there
	read    *sql.DB
	writer  *writer
	owners  *ownership.Table
	asking  *sql.DB // about owners; nil where the writer does it
	hasher  *hasher
	packer  *packer
	mirror  *mirror // nil where there is no directory for it

	closing sync.Once
	closed  error
}

// Path returns the database file's path, or the URL less user and password.
func (s *Store) Path() string { return s.path }

// Dir is where the store keeps what lies beside it on this machine: the folder of the
// database's file, or Options.Dir.
func (s *Store) Dir() string { return s.opt.Dir }

// Size is how many bytes the database takes; 0 where that cannot be told.
func (s *Store) Size() int64 { return s.dialect.size() }

// Close refuses new changes, commits those that wait, and closes the file. It is
// safe to call twice; the second call returns what the first did.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closed = s.shut() })
	return s.closed
}

func (s *Store) shut() error {
	// The mirror after the writer, which fills it; the lock last of all.
	return s.explain("close", errors.Join(s.writer.close(), closeAll(s.asking, s.read, s.start), s.mirror.close(), s.dialect.close()))
}

// now is the time as the database keeps it: microseconds since 1970.
func (s *Store) now() int64 { return s.opt.Now().UnixMicro() }

// toTime is the way back; 0 is the zero time.
func toTime(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// fromTime is toTime's other direction.
func fromTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// change runs fn inside the next commit and returns when that is on the disk. fn
// may run more than once (see writer.fail): it must set what it returns anew
// each time, and touch nothing but its transaction and its own variables.
func (s *Store) change(ctx context.Context, op string, fn func(*tx) error) error {
	fences, err := s.fencesOf(ctx, op)
	if err != nil {
		return err
	}
	return s.explain(op, s.writer.do(ctx, &request{run: fn, fences: fences}))
}

// scanner is what sql.Row and sql.Rows have in common.
type scanner = ledger.Row

// query collects what scan makes of every row, from a reader connection.
func query[T any](ctx context.Context, s *Store, op string, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	rows, err := s.read.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.readError(op, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, s.readError(op, err)
		}
		out = append(out, v)
	}
	return out, s.readError(op, rows.Err())
}

// queryOne is query for one row; found is false where there is none.
func queryOne[T any](ctx context.Context, s *Store, op string, scan func(scanner) (T, error), text string, args ...any) (v T, found bool, err error) {
	v, err = scan(s.read.QueryRowContext(ctx, text, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, s.readError(op, err)
}

// readError is explain, but a store closed under a reader is called that.
func (s *Store) readError(op string, err error) error {
	if err != nil && s.writer != nil && s.writer.isClosed() {
		return fail(op, ErrClosed, "the store is closed")
	}
	return s.explain(op, err)
}
