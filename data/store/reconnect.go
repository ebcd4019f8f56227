package store

import (
	"context"
	"errors"
	"time"
)

// A writer over a network may lose its connection. Before the COMMIT that is simple:
// nothing was done, and it is done again over another connection, once. In the COMMIT it
// has to ask the database what became of it; while nobody is there to ask, callers wait,
// and at last they are told that it is not known.

// restore gets the writer another connection where its own is gone. It is tried once at
// every group of changes: until it succeeds, callers are told why.
func (w *writer) restore() error {
	if !w.broken {
		return nil
	}
	next, err := w.again(context.Background())
	if err != nil {
		return err
	}
	for _, s := range w.stmts {
		_ = s.Close() // of a connection that is gone
	}
	clear(w.stmts)
	_ = w.conn.Close()
	w.session, w.broken = next, false
	return nil
}

// end commits. The error it returns says that nothing was kept, or is ErrUnknown.
func (w *writer) end() error {
	if w.mark == nil {
		return w.exec("COMMIT")
	}
	mark, err := w.mark(context.Background())
	if err != nil {
		return err
	}
	err = w.exec("COMMIT")
	if err == nil || !w.lost(err) {
		return err
	}
	w.broken = true
	return w.settle(mark, err)
}

// askEvery is how often is looked whether the database is there again.
const askEvery = 100 * time.Millisecond

// settle finds out what became of a transaction whose COMMIT was not answered.
func (w *writer) settle(mark int64, cause error) error {
	for wait := w.patience; ; wait -= askEvery {
		err := w.restore()
		if err == nil {
			var what fate
			switch what, err = w.fate(context.Background(), mark); {
			case err == nil && what == fateDone:
				return nil
			case err == nil && what == fateNot:
				return cause
			case err == nil:
				return unknown(errors.Join(cause, errors.New("the database does not remember the transaction")))
			}
			w.broken = true
		}
		if wait <= 0 || errors.Is(err, ErrForeign) || errors.Is(err, ErrBusy) || w.isClosed() {
			return unknown(errors.Join(cause, err))
		}
		time.Sleep(askEvery)
	}
}

func unknown(cause error) error {
	return &Error{Op: "store", Kind: ErrUnknown, Err: cause,
		Message: "the database was lost in the middle of it, and whether it was done is not known yet: ask again in the same words and under the same key, or look before you do"}
}

// telling is an INSERT that tells the new row's id.
func (w *writer) telling(text string) string {
	if told := w.tells[text]; told != "" {
		return told
	}
	told := text + " RETURNING id"
	if text == insertRelease {
		told = text + " RETURNING number"
	}
	w.tells[text] = told
	return told
}
