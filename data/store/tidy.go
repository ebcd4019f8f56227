package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Tidied is what Tidy has done.
type Tidied struct {
	Returned int64 // bytes that the disk has back
	Unused   int64 // bytes that still lie unused in the database: what is written next goes there
}

// Tidy gives the disk back what the database does not need any more, after a lot was deleted,
// a little at a time: changes go on in between. PostgreSQL does that by itself.
func (s *Store) Tidy(ctx context.Context) (Tidied, error) {
	t, err := s.dialect.tidy(ctx, s)
	return t, s.explain("tidy", err)
}

// Unused is how many bytes of the database nothing is in; 0 where it cannot be told.
func (s *Store) Unused(ctx context.Context) (int64, error) {
	if _, file := s.dialect.(*sqliteFile); !file {
		return 0, nil
	}
	p, err := countedPages(ctx, s.read)
	return p.free * p.size, s.explain("unused", err)
}

const (
	tidyPages = 256 // at once: a megabyte, some milliseconds
	tidySpare = 16  // one page in so many stays, for what is written next
)

// pages are those of a file.
type pages struct {
	all, free, size int64
	steps           bool // they can be given back some at a time
}

const countPages = `SELECT page_count, freelist_count, page_size, auto_vacuum FROM pragma_page_count, pragma_freelist_count, pragma_page_size, pragma_auto_vacuum`

func countedPages(ctx context.Context, db *sql.DB) (p pages, err error) {
	var mode int
	err = db.QueryRowContext(ctx, countPages).Scan(&p.all, &p.free, &p.size, &mode)
	p.steps = mode == 2
	return p, err
}

// tidy implements dialect. A file that an earlier build has made keeps its size: what is
// unused in it is used again. bin/host backup and restore make it anew.
func (f *sqliteFile) tidy(ctx context.Context, s *Store) (t Tidied, err error) {
	for {
		p, err := countedPages(ctx, s.read)
		t.Unused = p.free * p.size
		more := min(tidyPages, p.free-p.all/tidySpare)
		if err != nil || !p.steps || more <= 0 {
			return t, err
		}
		if err := s.change(nobodys(ctx), "tidy", func(t *tx) error { return t.giveBack(more) }); err != nil {
			return t, err
		}
		after, err := countedPages(ctx, s.read)
		if err != nil || after.all >= p.all { // somebody else takes as much
			return t, err
		}
		t.Returned += (p.all - after.all) * p.size
	}
}

// giveBack cuts so many pages off the file: one for each row of the answer.
func (t *tx) giveBack(pages int64) error {
	rows, err := t.w.conn.QueryContext(context.Background(), fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
