package store

import (
	"context"
	"database/sql"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"hotshard/data/ownership"
)

// dialect is what of a store is another with each database system. The SQL itself is
// one: SQLite's, of what both understand, with ? and ?N as parameters. A dialect's
// driver may write it otherwise before it is sent (see postgresdriver.go).
type dialect interface {
	// connect makes sure that the database is there, is ours, and that nobody else
	// writes to it, and returns a pool for what is done at the start.
	connect(ctx context.Context) (*sql.DB, error)
	migrations() (goose.Dialect, fs.FS)
	// claimed is called once the schema is this build's.
	claimed(ctx context.Context) error
	// readers returns a pool that cannot write.
	readers() (*sql.DB, error)
	// owners returns a pool that asks about owners, beside the writer; nil where the writer is
	// the only one who may change something.
	owners() (*sql.DB, ownership.Words)
	// session returns the connection that writes, which is the only one of its kind.
	session(ctx context.Context) (session, error)
	// moment returns readers of the database as it is now, whatever is written
	// meanwhile; end lets go of them.
	moment(ctx context.Context, readers *sql.DB) (m moment, end func(), err error)
	// diagnose names the kind of a driver's error and the mend for it.
	diagnose(err error) (Kind, string)
	// integrity returns what is wrong with the database below its tables.
	integrity(ctx context.Context, readers *sql.DB) ([]string, error)
	// size is how many bytes the database takes; 0 where it cannot be told.
	size() int64
	// tidy gives the disk back what the database of the store does not need any more.
	tidy(ctx context.Context, s *Store) (Tidied, error)
	// close lets go of what connect took.
	close() error
	// lend lets go of what keeps other processes from writing, takeBack takes it again.
	// Nothing is written in between, by this process. The session is the writer's.
	lend(ctx context.Context, s session) error
	takeBack(ctx context.Context, s session) (session, error)
}

// moment is a database as it was at one time. Rows of several queries may be open at once.
type moment interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// session is the connection that writes.
type session struct {
	conn  *sql.Conn
	begin string // begins a transaction
	turn  string // waits in it until no other process writes; "" where there is none
	words ownership.Words

	// returning says that an INSERT tells the new row's id as a row.
	returning bool
	// mark returns a number by which the transaction under way is known later, fate what
	// became of it; nil where a commit that was not answered was not done.
	mark func(ctx context.Context) (int64, error)
	fate func(ctx context.Context, mark int64) (fate, error)
	// lost says whether an error means that the connection is gone; nil where it cannot.
	lost func(err error) bool
	// again returns a connection in the place of one that is gone.
	again func(ctx context.Context) (session, error)
	// stalled says whether an error means that somebody else keeps the writer from
	// going on, so that others of its group need not try.
	stalled func(err error) bool
}

// fate is what became of a transaction.
type fate int

const (
	fateUnknown fate = iota
	fateDone
	fateNot
)

// reconnectFor is how long is waited for the database to say what became of a commit
// that it has not answered.
const reconnectFor = 30 * time.Second
