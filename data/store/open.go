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
	"strings"

	"github.com/pressly/goose/v3"

	"hotshard/data/schema"
)

// Open opens or creates the database and brings it to this build's schema. url
// is a file's path, or sqlite:PATH; missing directories are made. One process
// has a database at a time. The audit log's mirror, audit.jsonl, is kept beside
// the file. Errors are of the kinds ErrUnsupported, ErrAccess, ErrBusy, ErrFull,
// ErrCorrupt, ErrNewer, ErrForeign, and say what to do.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	opt.fill()
	path, err := filePath(url)
	if err != nil {
		return nil, err
	}
	s := &Store{opt: opt, path: path, hasher: newHasher(opt.HashCost)}
	if err := s.open(ctx); err != nil {
		s.undo()
		return nil, s.explain("open", err)
	}
	return s, nil
}

// filePath reads the URL. A path may hold colons; only what looks like a scheme
// with slashes, or sqlite:, is one.
func filePath(url string) (string, error) {
	scheme, _, hasScheme := strings.Cut(url, "://")
	path := url
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		// The URL may hold a password, so it is not repeated.
		return "", fail("open", ErrUnsupported, "PostgreSQL is not built in yet: give a file's path instead, such as data/hotshard.db")
	case strings.HasPrefix(url, "sqlite:"):
		path = strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
	case hasScheme:
		return "", fail("open", ErrUnsupported, fmt.Sprintf("no store is called %q: give a file's path, or sqlite:PATH", scheme))
	}
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return "", fail("open", ErrUnsupported, "the store needs a file: give its path, such as data/hotshard.db")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", &Error{Op: "open", Kind: ErrAccess, Message: "no working directory to find " + path + " in: give a full path", Err: err}
	}
	return abs, nil
}

// writerParams are of the one connection that writes. A group of trades touches some
// thousand pages: with SQLite's usual 2 MB of cache they would go to the log and come back
// several times before the commit.
const writerParams = "_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=on&_cache_size=-65536"

// writerPragmas let the log grow to 16 MB before it is folded into the file, so that more
// changes of one page are folded at once, and keep in memory what a request that fails is
// taken back by.
const writerPragmas = "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY"

func (s *Store) open(ctx context.Context) (err error) {
	if err := s.prepareFile(); err != nil {
		return err
	}
	if s.write, err = sql.Open("sqlite3", s.dsn(writerParams)); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.checkFile(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.write, s.path); err != nil {
		return err
	}
	if err := s.claim(ctx); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite3", s.dsn("_query_only=true")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(s.opt.Readers)
	s.read.SetMaxIdleConns(s.opt.Readers)
	if s.packer, err = newPacker(); err != nil {
		return err
	}
	if s.mirror, err = openMirror(ctx, s); err != nil {
		return err
	}
	conn, err := s.write.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, writerPragmas); err != nil {
		return errors.Join(err, conn.Close())
	}
	s.writer = startWriter(conn, &s.opt)
	return nil
}

// undo closes what a failed open had opened.
func (s *Store) undo() {
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			_ = db.Close() // the open's own error is the one to tell
		}
	}
	if s.mirror != nil {
		_ = s.mirror.close()
	}
	if info, err := os.Stat(s.path); s.made && err == nil && info.Size() == 0 {
		_ = os.Remove(s.path) // or the next open would take it for a loss
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

// prepareFile makes the directory and the file, readable by nobody else: there
// are password hashes in it. SQLite gives its side files the same permissions.
// The lock is on a file of its own: closing any descriptor of the database would
// drop the locks SQLite itself holds on it.
func (s *Store) prepareFile() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot make the database's directory: create it or give another path", Err: err}
	}
	var err error
	if s.lock, err = lockFile(s.path + ".lock"); err != nil {
		if errors.Is(err, errLocked) {
			return fail("open", ErrBusy, s.path+" is in use by another server: stop that one, or give this one a path of its own")
		}
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot write beside " + s.path + ": check who owns its directory", Err: err}
	}
	if err := s.checkThere(); err != nil {
		return err
	}
	_, err = os.Stat(s.path)
	s.made = errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &Error{Op: "open", Kind: ErrAccess, Message: "cannot write " + s.path + ": check what it is and who owns it", Err: err}
	}
	return f.Close()
}

func (s *Store) dsn(params string) string {
	file := (&url.URL{Path: filepath.ToSlash(s.path)}).EscapedPath()
	return fmt.Sprintf("file:%s?_busy_timeout=%d&%s", file, s.opt.BusyTimeout.Milliseconds(), params)
}

// checkFile refuses a disk that cannot do WAL, which network file systems
// cannot, and a database that is somebody else's.
func (s *Store) checkFile(ctx context.Context) error {
	var mode string
	if err := s.write.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fail("open", ErrAccess, s.path+" is on a file system that cannot share memory (a network disk?): put the data directory on a local disk")
	}
	var tables, ours int
	const count = `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema WHERE type = 'table'`
	if err := s.write.QueryRowContext(ctx, count).Scan(&tables, &ours); err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fail("open", ErrCorrupt, s.path+" is the database of some other program: give another path")
	}
	return nil
}

// migrate applies what is missing of this build's schema.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, schema.SQLite(),
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if knows := sources[len(sources)-1].Version; has > knows {
		return fail("open", ErrNewer, fmt.Sprintf("%s was written by a newer build (schema %d, this one knows %d): "+
			"start that build, or restore the backup made before the upgrade", path, has, knows))
	}
	_, err = p.Up(ctx)
	return err
}
