package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"

	"hotshard/data/ownership"
	"hotshard/data/schema"
)

// sqliteFile is a database in a file. Its owner is who holds the lock of a file beside it.
type sqliteFile struct {
	path string
	opt  *Options
	lock *os.File
	made bool // the file, by this connect or by one that was killed in the middle
	db   *sql.DB
}

// writerParams are of the one connection that writes. A group of trades touches some
// thousand pages: with SQLite's usual 2 MB of cache they would go to the log and come back
// several times before the commit. A file that is made now can be cut while it is used: see
// tidy.
const writerParams = "_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=on&_cache_size=-65536&_auto_vacuum=incremental"

// writerPragmas let the log grow to 16 MB before it is folded into the file, so that more
// changes of one page are folded at once, and keep in memory what a request that fails is
// taken back by.
const writerPragmas = "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY"

// connect implements dialect.
func (f *sqliteFile) connect(ctx context.Context) (*sql.DB, error) {
	if f.opt.Shared {
		return nil, fail("open", ErrUnsupported, f.path+" is a file, and one process has a file: a shard on several machines needs --store postgres://USER@HOST/DATABASE")
	}
	if err := f.prepareFile(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite3", f.dsn(writerParams))
	if err != nil {
		return nil, err
	}
	f.db = db
	db.SetMaxOpenConns(1)
	return db, f.checkFile(ctx, db)
}

// prepareFile makes the directory and the file, readable by nobody else: there
// are password hashes in it. SQLite gives its side files the same permissions.
// The lock is on a file of its own: closing any descriptor of the database would
// drop the locks SQLite itself holds on it.
func (f *sqliteFile) prepareFile() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot make the database's directory: create it or give another path", Err: err}
	}
	var err error
	if f.lock, err = lockFile(f.path + ".lock"); err != nil {
		if errors.Is(err, errLocked) {
			return fail("open", ErrBusy, f.path+" is in use by another server: stop that one, or give this one a path of its own")
		}
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot write beside " + f.path + ": check who owns its directory", Err: err}
	}
	if f.made = f.unfinished(); !f.made {
		if err := f.checkThere(); err != nil {
			return err
		}
		_, err = os.Stat(f.path)
		f.made = errors.Is(err, fs.ErrNotExist)
	}
	if f.made {
		if _, err := f.lock.WriteAt([]byte(beingMade), 0); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot write " + f.path + ": check what it is and who owns it", Err: err}
	}
	return file.Close()
}

// beingMade stands in the lock's file from before the database's is made until its
// schema is there: an empty one was not emptied then, but never filled.
const beingMade = "being made"

// unfinished says whether somebody was killed who made the database.
func (f *sqliteFile) unfinished() bool {
	mark := make([]byte, len(beingMade))
	_, err := f.lock.ReadAt(mark, 0)
	return err == nil && string(mark) == beingMade
}

func (f *sqliteFile) dsn(params string) string {
	path := (&url.URL{Path: filepath.ToSlash(f.path)}).EscapedPath()
	return fmt.Sprintf("file:%s?_busy_timeout=%d&%s", path, f.opt.BusyTimeout.Milliseconds(), params)
}

// checkFile refuses a disk that cannot do WAL, which network file systems
// cannot, and a database that is somebody else's.
func (f *sqliteFile) checkFile(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fail("open", ErrAccess, f.path+" is on a file system that cannot share memory (a network disk?): put the data directory on a local disk")
	}
	var tables, ours int
	const count = `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema WHERE type = 'table'`
	if err := db.QueryRowContext(ctx, count).Scan(&tables, &ours); err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fail("open", ErrCorrupt, f.path+" is the database of some other program: give another path")
	}
	return nil
}

// checkThere refuses a database that is there and empty, or that is gone while the
// audit log beside it is not: whatever emptied it, a shard that starts anew would
// hide it, and the players' data with it.
func (f *sqliteFile) checkThere() error {
	if f.opt.Owner.Accept {
		return nil
	}
	info, err := os.Stat(f.path)
	switch {
	case err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return fail("open", ErrForeign, f.path+" is empty (0 bytes): restore a backup, or give --accept-data to begin with nothing")
	case errors.Is(err, fs.ErrNotExist) && f.opt.Owner.Production:
		if log, lerr := os.Stat(filepath.Join(filepath.Dir(f.path), mirrorName)); lerr == nil && log.Size() > 0 {
			return fail("open", ErrForeign, f.path+" is gone, but "+log.Name()+" beside it is not: restore a backup, or give --accept-data to begin with nothing")
		}
	}
	return nil // anything else is said by whoever opens it
}

// migrations implements dialect.
func (f *sqliteFile) migrations() (goose.Dialect, fs.FS) {
	return goose.DialectSQLite3, schema.SQLite()
}

// claimed implements dialect: the lock has said it.
func (f *sqliteFile) claimed(context.Context) error {
	if !f.made {
		return nil
	}
	return f.lock.Truncate(0)
}

// readers implements dialect.
func (f *sqliteFile) readers() (*sql.DB, error) {
	return sql.Open("sqlite3", f.dsn("_query_only=true"))
}

// session implements dialect.
func (f *sqliteFile) session(ctx context.Context) (session, error) {
	conn, err := f.db.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return session{}, err
	}
	if _, err := conn.ExecContext(ctx, writerPragmas); err != nil {
		return session{}, errors.Join(err, conn.Close())
	}
	return session{conn: conn, begin: "BEGIN IMMEDIATE", words: ownership.SQLite}, nil
}

// owners implements dialect.
func (f *sqliteFile) owners() (*sql.DB, ownership.Words) { return nil, ownership.SQLite }

// moment implements dialect.
func (f *sqliteFile) moment(ctx context.Context, readers *sql.DB) (moment, func(), error) {
	conn, err := readers.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, func() {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		_ = errors.Join(err, conn.Close()) // nothing was written
	}, nil
}

// integrity implements dialect: pages and indexes, and rows that name others which are
// not there.
func (f *sqliteFile) integrity(ctx context.Context, readers *sql.DB) ([]string, error) {
	wrong, err := texts(ctx, readers, "PRAGMA integrity_check")
	if err != nil {
		return nil, err
	}
	if len(wrong) == 1 && wrong[0] == "ok" {
		wrong = nil
	}
	strays, err := texts(ctx, readers, `SELECT "table" || ' row ' || coalesce(rowid, '?') || ' names no ' || parent FROM pragma_foreign_key_check`)
	return append(wrong, strays...), err
}

// texts collects a query's one column.
func texts(ctx context.Context, db moment, text string, args ...any) (all []string, err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scanText(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// size implements dialect.
func (f *sqliteFile) size() int64 {
	info, err := os.Stat(f.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// close implements dialect.
func (f *sqliteFile) close() error {
	if info, err := os.Stat(f.path); f.made && err == nil && info.Size() == 0 {
		_ = os.Remove(f.path) // or the next open would take it for a loss
	}
	if f.lock == nil {
		return nil
	}
	return f.lock.Close()
}

// lend implements dialect. The file stays open: SQLite itself keeps apart who reads and
// writes it.
func (f *sqliteFile) lend(context.Context, session) error { return unlockFile(f.lock) }

// takeBack implements dialect.
func (f *sqliteFile) takeBack(_ context.Context, s session) (session, error) {
	err := relockFile(f.lock)
	if errors.Is(err, errLocked) {
		err = fail("store", ErrBusy, f.path+" is in use by another server")
	}
	return s, err
}

// diagnose implements dialect.
func (f *sqliteFile) diagnose(err error) (Kind, string) {
	path := f.path
	var se sqlite3.Error
	if !errors.As(err, &se) {
		return ErrInternal, "the store could not do it"
	}
	switch {
	case se.Code == sqlite3.ErrFull, se.Code == sqlite3.ErrIoErr && se.SystemErrno == syscall.ENOSPC:
		return ErrFull, "the disk that holds " + path + " is full: free some space; nothing was changed and no restart is needed"
	case se.Code == sqlite3.ErrBusy, se.Code == sqlite3.ErrLocked:
		return ErrBusy, path + " is locked by another process: close the database shell or the other server that has it open"
	case se.Code == sqlite3.ErrCorrupt, se.Code == sqlite3.ErrNotADB:
		return ErrCorrupt, path + " is damaged or no SQLite database: restore a backup, or save what is readable with" +
			" `sqlite3 " + path + " .recover | sqlite3 new.db`, or move it away to start with an empty one"
	case se.Code == sqlite3.ErrReadonly, se.Code == sqlite3.ErrCantOpen, se.Code == sqlite3.ErrPerm:
		return ErrAccess, "cannot write " + path + ": check that its directory exists and belongs to the user the server runs as"
	case se.Code == sqlite3.ErrConstraint:
		return ErrInvalid, "the database refused the values"
	}
	return ErrInternal, "the database failed on " + path
}
