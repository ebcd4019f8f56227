package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"

	"hotshard/data/ledger"
	"hotshard/data/schema"
)

// A backup is everything in a store as it was at one moment: an SQLite database, whatever
// the store is kept in, packed into a file that proves itself whole (backupfile.go). So
// each kind of store can be restored into the other, a backup can be opened and looked at
// with tools that everybody has, and it outlives the version of a database server.

// Copied says what a backup, a restore or a move has copied.
type Copied struct {
	Backup BackupHead
	Bytes  int64          // of the backup's file
	Books  *ledger.Report // of what was copied
}

// Backup writes a backup of a store, whoever has it open, into a file that is not there
// yet; the shard goes on meanwhile. Errors: those of AuditFile, ErrConflict for a file
// that is there, ErrFull and ErrAccess for the file. After an error there is no file.
func Backup(ctx context.Context, url, file string) (*Copied, error) {
	const op = "backup"
	if _, err := os.Lstat(file); err == nil {
		return nil, fail(op, ErrConflict, file+" is there already: give another name, or remove it")
	}
	s, err := openReading(ctx, url, op)
	if err != nil {
		return nil, err
	}
	defer s.read.Close()
	dir, err := os.MkdirTemp(filepath.Dir(file), ".backup-")
	if err != nil {
		return nil, fileError(op, file, err)
	}
	defer os.RemoveAll(dir)
	plain := filepath.Join(dir, "store.db")
	if err := s.snapshot(ctx, op, plain); err != nil {
		return nil, err
	}
	c, err := describe(ctx, op, plain, s.kind())
	if err != nil {
		return nil, err
	}
	packed := filepath.Join(dir, "backup")
	if c.Bytes, err = pack(plain, packed, c.Backup); err != nil {
		return nil, fileError(op, file, err)
	}
	return c, fileError(op, file, publish(packed, file))
}

// kind is what the store is kept in.
func (s *Store) kind() string {
	if _, ok := s.dialect.(*postgres); ok {
		return "postgres"
	}
	return "sqlite"
}

// publish gives a file that is whole its name, unless something else has it by now.
func publish(from, to string) error {
	if err := os.Link(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// snapshot copies the store into a new SQLite file.
func (s *Store) snapshot(ctx context.Context, op, path string) error {
	if err := s.hasBooks(ctx, op); err != nil {
		return s.explain(op, err)
	}
	if f, ok := s.dialect.(*sqliteFile); ok {
		err := f.vacuumInto(ctx, path)
		if se := (sqlite3.Error{}); errors.As(err, &se) && se.Code == sqlite3.ErrFull {
			return fileError(op, path, syscall.ENOSPC)
		}
		return s.explain(op, err)
	}
	m, end, err := s.dialect.moment(ctx, s.read)
	if err != nil {
		return s.explain(op, err)
	}
	defer end()
	var version int64
	if err := m.QueryRowContext(ctx, selectSchema).Scan(&version); err != nil {
		return s.explain(op, err)
	}
	err = fillSQLite(ctx, m, path, version)
	if se := (sqlite3.Error{}); errors.As(err, &se) {
		return (&Store{path: path, dialect: &sqliteFile{path: path}}).explain(op, err)
	}
	return s.explain(op, err)
}

// vacuumInto has SQLite copy the file as it is, in a transaction that reads: whoever
// writes is not held up.
func (f *sqliteFile) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", f.dsn("mode=ro"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return err
}

// describe reads what a copy is of, and proves its books.
func describe(ctx context.Context, op, path, kind string) (*Copied, error) {
	s, err := newStore(path, Options{})
	if err != nil {
		return nil, err
	}
	if err := s.reading(ctx, op); err != nil {
		return nil, err
	}
	defer s.read.Close()
	c := &Copied{Backup: BackupHead{From: kind, Made: time.Now().UTC()}}
	if err := s.read.QueryRowContext(ctx, selectSchema).Scan(&c.Backup.Schema); err != nil {
		return nil, s.explain(op, err)
	}
	var production bool
	if err := s.read.QueryRowContext(ctx, selectOwner).Scan(&c.Backup.Shard, &production); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, s.explain(op, err)
	}
	wrong, err := s.dialect.integrity(ctx, s.read)
	if err == nil && len(wrong) > 0 {
		return nil, fail(op, ErrCorrupt, "the database is damaged: restore an earlier backup; found: "+wrong[0])
	}
	if err == nil {
		c.Books, err = s.AuditBooks(ctx)
	}
	return c, s.explain(op, err)
}

// Restore puts what a backup has into a store that is not there yet, or a database
// without tables. Errors: ErrInvalid for a file that is no backup, ErrCorrupt for one that
// is cut off or damaged, ErrNewer, ErrConflict where something is there, ErrBusy where a
// server runs on it, ErrFull, ErrAccess, ErrLost. After an error nothing is there.
func Restore(ctx context.Context, file, url string) (*Copied, error) {
	const op = "restore"
	to, err := newStore(url, Options{})
	if err != nil {
		return nil, err
	}
	head, err := readHead(op, file)
	if err != nil {
		return nil, err
	}
	if knows := schema.Latest(); head.Schema > knows {
		return nil, fail(op, ErrNewer, fmt.Sprintf("%s was made by a newer build (schema %d, this one knows %d): restore it with that one", file, head.Schema, knows))
	}
	plain, done, err := to.workFile(op)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := unpack(op, file, plain); err != nil {
		return nil, err
	}
	c, err := to.install(ctx, op, plain, head)
	if info, serr := os.Stat(file); err == nil && serr == nil {
		c.Bytes = info.Size()
	}
	return c, err
}

// MoveStore copies a store that no server runs on into another place, which has to be empty:
// from a file to PostgreSQL, back, or from one of a kind to another. What is left behind
// is as it was. Errors: those of Backup and Restore.
func MoveStore(ctx context.Context, from, to string) (*Copied, error) {
	const op = "move"
	old, err := newStore(from, Options{Owner: Owner{Accept: true}})
	if err != nil {
		return nil, err
	}
	next, err := newStore(to, Options{})
	if err != nil {
		return nil, err
	}
	if err := old.reading(ctx, op); err != nil { // and so it is there
		return nil, err
	}
	defer old.read.Close()
	start, err := old.dialect.connect(ctx) // and so nobody writes
	defer func() { _ = old.dialect.close() }()
	if start != nil {
		defer start.Close()
	}
	if err != nil {
		return nil, old.explain(op, err)
	}
	plain, done, err := next.workFile(op)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := old.snapshot(ctx, op, plain); err != nil {
		return nil, err
	}
	c, err := describe(ctx, op, plain, old.kind())
	if err != nil {
		return nil, err
	}
	return next.install(ctx, op, plain, c.Backup)
}

// workFile is where a database can be made before it is put in its place: beside the
// file that it becomes, or among the temporary ones.
func (s *Store) workFile(op string) (path string, done func(), err error) {
	parent := os.TempDir()
	if f, ok := s.dialect.(*sqliteFile); ok {
		parent = filepath.Dir(f.path)
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return "", nil, fileError(op, f.path, err)
		}
	}
	dir, err := os.MkdirTemp(parent, ".restore-")
	if err != nil {
		return "", nil, fileError(op, parent, err)
	}
	return filepath.Join(dir, "store.db"), func() { os.RemoveAll(dir) }, nil
}

// install brings a database in a file to this build's schema and puts it in the place of
// the store, which is empty.
func (s *Store) install(ctx context.Context, op, plain string, head BackupHead) (*Copied, error) {
	if err := upgrade(ctx, op, plain); err != nil {
		return nil, err
	}
	c, err := describe(ctx, op, plain, head.From)
	if err != nil {
		return nil, err
	}
	made := head.Made
	c.Backup.Made = made
	if f, ok := s.dialect.(*sqliteFile); ok {
		return c, f.take(op, plain)
	}
	return c, s.explain(op, s.dialect.(*postgres).take(ctx, op, plain))
}

// upgrade applies this build's migrations to a database in a file, and leaves one file.
func upgrade(ctx context.Context, op, path string) error {
	f := &sqliteFile{path: path, opt: &Options{BusyTimeout: time.Second}}
	db, err := sql.Open("sqlite3", f.dsn("_journal_mode=DELETE&_synchronous=FULL&_foreign_keys=on"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	return (&Store{path: path, dialect: f}).explain(op, migrate(ctx, db, f, path))
}

// take makes a file the database, unless there is one.
func (f *sqliteFile) take(op, plain string) (err error) {
	if f.lock, err = lockFile(f.path + ".lock"); err != nil {
		if errors.Is(err, errLocked) {
			return fail(op, ErrBusy, f.path+" is in use by a server: stop it, or give another place")
		}
		return fileError(op, f.path, err)
	}
	defer f.lock.Close()
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		info, err := os.Lstat(f.path + suffix)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fileError(op, f.path, err)
		case suffix == "" && info.Mode().IsRegular() && info.Size() == 0: // what is left of a loss
			if err := os.Remove(f.path); err != nil {
				return fileError(op, f.path, err)
			}
		default:
			return fail(op, ErrConflict, f.path+suffix+" is there already: move it away, with what lies beside it, or give another place")
		}
	}
	file, err := os.Open(plain)
	if err != nil {
		return fileError(op, plain, err)
	}
	if err := errors.Join(file.Chmod(0o600), file.Sync(), file.Close()); err != nil {
		return fileError(op, plain, err)
	}
	return fileError(op, f.path, publish(plain, f.path))
}

// migrateTo applies a dialect's migrations up to a number.
func migrateTo(ctx context.Context, db *sql.DB, d dialect, version int64) error {
	name, files := d.migrations()
	p, err := goose.NewProvider(name, db, files, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = p.UpTo(ctx, version)
	}
	return err
}

// fileError names the mend for what the disk said about a file.
func fileError(op, path string, err error) error {
	var ours *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &Error{Op: op, Kind: ErrFull, Message: "the disk that holds " + path + " is full: free some space; nothing was written", Err: err}
	case errors.Is(err, fs.ErrExist):
		return fail(op, ErrConflict, path+" is there already: give another name")
	}
	return &Error{Op: op, Kind: ErrAccess, Message: "cannot write " + cmp.Or(path, "the file") + ": check that its directory exists and who owns it", Err: err}
}
