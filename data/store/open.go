package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
)

// Open opens or creates the database and brings it to this build's schema. url
// is a file's path, or sqlite:PATH; missing directories are made. Or it is
// postgres://USER:PASSWORD@HOST:PORT/DATABASE, of a database that is there. One process
// has a database at a time. The audit log's mirror, audit.jsonl, is kept beside
// the file, or in Options.Dir. Errors are of the kinds ErrUnsupported, ErrAccess, ErrBusy, ErrFull,
// ErrCorrupt, ErrNewer, ErrForeign, ErrLost, and say what to do.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	s, err := newStore(url, opt)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		s.undo()
		return nil, s.explain("open", err)
	}
	return s, nil
}

// newStore is a store that is not open yet.
func newStore(url string, opt Options) (*Store, error) {
	opt.fill()
	s := &Store{opt: opt, hasher: newHasher(opt.HashCost)}
	if isPostgres(url) {
		p, err := newPostgres(url, &s.opt)
		if err != nil {
			return nil, err
		}
		s.dialect, s.path = p, p.name
		return s, nil
	}
	path, err := filePath(url)
	if err != nil {
		return nil, err
	}
	s.dialect, s.path = &sqliteFile{path: path, opt: &s.opt}, path
	s.opt.Dir = filepath.Dir(path)
	return s, nil
}

// filePath reads the URL. A path may hold colons; only what looks like a scheme
// with slashes, or sqlite:, is one.
func filePath(url string) (string, error) {
	scheme, _, hasScheme := strings.Cut(url, "://")
	path := url
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		path = strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
	case hasScheme:
		return "", fail("open", ErrUnsupported, fmt.Sprintf("no store is called %q: give a file's path, sqlite:PATH or postgres://USER@HOST/DATABASE", scheme))
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

func (s *Store) open(ctx context.Context) (err error) {
	if s.start, err = s.dialect.connect(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.start, s.dialect, s.path); err != nil {
		return err
	}
	if err := s.claim(ctx, s.start); err != nil {
		return err
	}
	if err := s.dialect.claimed(ctx); err != nil {
		return err
	}
	if s.read, err = s.dialect.readers(); err != nil {
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
	if err := s.openOwners(); err != nil {
		return err
	}
	session, err := s.dialect.session(ctx)
	if err != nil {
		return err
	}
	s.writer = startWriter(session, &s.opt)
	return nil
}

// undo closes what a failed open had opened.
func (s *Store) undo() {
	_ = closeAll(s.asking, s.read, s.start) // the open's own error is the one to tell
	if s.mirror != nil {
		_ = s.mirror.close()
	}
	_ = s.dialect.close()
}

// migrate applies what is missing of this build's schema.
func migrate(ctx context.Context, db *sql.DB, d dialect, path string) error {
	dialect, files := d.migrations()
	p, err := goose.NewProvider(dialect, db, files,
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
