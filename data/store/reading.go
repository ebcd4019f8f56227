package store

import (
	"context"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// Reading is a database that is read and nothing else, whoever else has it open: a shard
// that runs, or nobody.
type Reading struct{ store *Store }

// OpenReading opens a database for reading. It changes nothing. Errors: ErrUnsupported,
// ErrAccess, ErrCorrupt, ErrNewer, and ErrConflict for a database from before there were books.
func OpenReading(ctx context.Context, url string) (*Reading, error) {
	const op = "open for reading"
	s, err := openReading(ctx, url, op)
	if err != nil {
		return nil, err
	}
	if err := s.hasBooks(ctx, op); err != nil {
		_ = s.read.Close() // the first error is the one to tell
		return nil, s.explain(op, err)
	}
	if s.packer, err = newPacker(); err != nil {
		_ = s.read.Close()
		return nil, err
	}
	return &Reading{s}, nil
}

// Close lets go of it.
func (r *Reading) Close() error { return r.store.read.Close() }

// Books runs fn on the books as they are at this moment.
func (r *Reading) Books(ctx context.Context, fn func(ledger.Books) error) error {
	return r.store.Books(ctx, fn)
}

// LiveRelease is Store.LiveRelease.
func (r *Reading) LiveRelease(ctx context.Context) (Release, error) { return r.store.LiveRelease(ctx) }

// Names returns the names of characters by number.
func (r *Reading) Names(ctx context.Context) (map[world.CharacterID]string, error) {
	names := map[world.CharacterID]string{}
	_, err := query(ctx, r.store, "names", func(row scanner) (struct{}, error) {
		var id world.CharacterID
		var name string
		err := row.Scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, `SELECT id, name FROM characters`)
	return names, err
}

// Books runs fn on the books as they are at this moment, while others write on.
func (s *Store) Books(ctx context.Context, fn func(ledger.Books) error) error {
	const op = "reading the books"
	m, end, err := s.dialect.moment(ctx, s.read)
	if err != nil {
		return s.readError(op, err)
	}
	defer end()
	return s.readError(op, fn(m))
}
