package store

import (
	"context"
	"fmt"
	"strings"
)

// Check reads the whole database and returns what is wrong with it: of a file its pages
// and indexes by SQLite's integrity_check, and rows that name others which are not
// there, release contents that no release has, and books that are not right. It
// takes a time that grows with the file; it disturbs nobody.
func (s *Store) Check(ctx context.Context) error {
	const op = "check"
	wrong, err := s.dialect.integrity(ctx, s.read)
	if err != nil {
		return s.readError(op, err)
	}
	orphans, err := query(ctx, s, op, scanText, `SELECT 'blob ' || hash || ' is in no release' FROM blobs
		WHERE NOT EXISTS (SELECT 1 FROM release_files WHERE blob = blobs.id)`)
	if err != nil {
		return err
	}
	books, err := s.AuditBooks(ctx)
	if err != nil {
		return err
	}
	wrong = append(append(wrong, orphans...), books.Wrong...)
	if len(wrong) == 0 {
		return nil
	}
	return fail(op, ErrCorrupt, fmt.Sprintf("%s is damaged: restore a backup; found: %s", s.path, strings.Join(wrong, "; ")))
}
