package store

import (
	"context"
	"fmt"

	"hotshard/data/schema"
)

// Lend lets another process open the database for writing. Changes that have been asked for
// are committed first; those that come wait, and are made when TakeBack has returned. Reading
// goes on.
func (s *Store) Lend(ctx context.Context) error {
	w := s.writer
	w.mu.Lock()
	if w.closed || w.lent != nil {
		w.mu.Unlock()
		return fail("lend", ErrClosed, "the store is closed, or lent already")
	}
	w.lent = make(chan struct{})
	last := &request{run: func(*tx) error { return nil }, answer: make(chan error, 1)}
	w.queue <- last // nobody else queues: it is the last
	w.mu.Unlock()
	err := <-last.answer // what waits is committed, however long that takes
	if err == nil {
		err = s.dialect.lend(ctx, w.session)
	}
	if err != nil {
		w.giveBack()
		return s.explain("lend", err)
	}
	return nil
}

// TakeBack is the end of Lend, where the other process is gone and has changed nothing that
// this one knows.
func (s *Store) TakeBack(ctx context.Context) error {
	w := s.writer
	w.mu.RLock()
	lent := w.lent != nil
	w.mu.RUnlock()
	if !lent {
		return nil
	}
	session, err := s.dialect.takeBack(ctx, w.session)
	if err != nil {
		return s.explain("take back", err)
	}
	if session.conn != w.conn { // the writer's goroutine waits: nobody else looks
		for _, st := range w.stmts {
			_ = st.Close() // of a connection that is gone
		}
		clear(w.stmts)
		w.session = session
	}
	w.giveBack()
	return nil
}

// giveBack lets those go on who wait.
func (w *writer) giveBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.lent)
	w.lent = nil
}

// Fits says whether this build can open a database that another process has open, without
// changing anything: it can be reached, it is a shard's, and its schema is none that is newer.
// Errors are as of Open.
func Fits(ctx context.Context, url string) error {
	const op = "open"
	s, err := openReading(ctx, url, op)
	if err != nil {
		return err
	}
	defer s.read.Close()
	var version int
	if err := s.read.QueryRowContext(ctx, selectSchema).Scan(&version); err != nil {
		return s.explain(op, err)
	}
	if knows := schema.Latest(); version > knows {
		return fail(op, ErrNewer, fmt.Sprintf("%s was written by a newer build (schema %d, this one knows %d): take that build, or a later one", s.path, version, knows))
	} else if version < knows {
		return fail(op, ErrConflict, fmt.Sprintf("%s has schema %d and this build brings it to %d, which the one that runs could not go back from: stop the shard and start this build", s.path, version, knows))
	}
	return nil
}
