package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/ownership"
	"hotshard/runtime/world"
)

// writer is the one goroutine that changes the database. It takes what waits in
// its queue, up to a bound, runs each request in a savepoint of one transaction,
// commits, and then answers all of them: one flush to the disk for the lot.
type writer struct {
	session
	broken bool // the session's connection is gone
	// patience is how long is waited to learn what became of a commit without an answer.
	patience time.Duration
	stmts    map[string]*sql.Stmt // prepared on the connection, by text; the texts are a fixed set
	tells    map[string]string    // INSERTs that tell the new row's id, by those that do not
	most     int                  // requests of a transaction
	purse    int64                // of new characters
	now      func() time.Time
	gate     *ownership.Gate
	group    group // of the transaction under way
	stats    writerStats

	queue chan *request
	done  chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held to read while sending, to write while closing
	closed bool
	lent   chan struct{} // closed when another process has given the database back; nil while it is ours
}

// request is one caller's change. after, if set, runs on the writer's goroutine
// once the change is committed, before the caller is answered.
type request struct {
	run    func(*tx) error
	fences []world.Fence // in whose name it is
	why    *Why          // of steps; nil where run is no transaction of the books
	steps  []Step
	after  func()
	answer chan error
	state  atomic.Int32 // waiting, then taken or abandoned: whoever is first decides
	err    error        // what run said; the writer's
}

const (
	waiting int32 = iota
	taken
	abandoned
)

func startWriter(s session, opt *Options) *writer {
	w := &writer{
		session:  s,
		patience: reconnectFor,
		stmts:    make(map[string]*sql.Stmt),
		tells:    make(map[string]string),
		most:     opt.Group,
		purse:    opt.Purse,
		now:      opt.Now,
		gate:     ownership.NewGate(s.words),
		queue:    make(chan *request, opt.Queue),
		done:     make(chan struct{}),
	}
	go w.loop()
	return w
}

// do queues the request and waits for its answer.
func (w *writer) do(ctx context.Context, r *request) error {
	r.answer = make(chan error, 1)
	if err := w.enqueue(ctx, r); err != nil {
		return err
	}
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		return <-r.answer // it is being committed: the caller has to know how that ends
	}
}

func (w *writer) enqueue(ctx context.Context, r *request) error {
	for {
		w.mu.RLock()
		lent := w.lent
		if lent == nil {
			defer w.mu.RUnlock()
			return w.push(ctx, r)
		}
		w.mu.RUnlock()
		select {
		case <-lent:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// push queues a request of a writer that is not lent; w.mu is held.
func (w *writer) push(ctx context.Context, r *request) error {
	if w.closed {
		return fail("store", ErrClosed, "the store is closed")
	}
	select {
	case w.queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) isClosed() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.closed
}

// close refuses what comes and waits until what is there has been committed.
// The statements go before the connection: one that is left keeps SQLite from
// folding its log into the file.
func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	var errs []error
	for _, s := range w.stmts {
		errs = append(errs, s.Close())
	}
	err := errors.Join(append(errs, w.conn.Close())...)
	if w.broken || err != nil && w.lost != nil && w.lost(err) {
		return nil // what it was for has been answered
	}
	return err
}

func (w *writer) loop() {
	defer close(w.done)
	batch := make([]*request, 0, w.most)
	for r := range w.queue {
		batch = append(batch[:0], r)
		batch = w.collect(batch)
		w.serve(batch)
		clear(batch) // an idle writer keeps nobody's data alive
	}
}

// collect adds what is waiting, without waiting for more.
func (w *writer) collect(batch []*request) []*request {
	for len(batch) < w.most {
		select {
		case r, ok := <-w.queue:
			if !ok {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// serve commits the batch and answers it.
func (w *writer) serve(batch []*request) {
	live := batch[:0]
	for _, r := range batch {
		if r.state.CompareAndSwap(waiting, taken) {
			live = append(live, r)
		}
	}
	if len(live) == 0 {
		return
	}
	begun, err := w.commit(live)
	if err != nil && w.broken && !errors.Is(err, ErrUnknown) { // nothing of it was done
		if err = w.restore(); err == nil {
			begun, err = w.commit(live)
		}
	}
	if err != nil {
		w.fail(live, err, begun && !w.broken && len(live) > 1)
	}
	for _, r := range live {
		w.stats.answered(r.err)
		if r.err == nil && r.after != nil {
			r.after()
		}
		r.answer <- r.err
	}
}

// fail notes the cause with each request of a group whose transaction failed as
// a whole or, where again, gives each a transaction of its own first, so that
// one that is too big for the disk does not take the others with it.
func (w *writer) fail(group []*request, cause error, again bool) {
	for i, r := range group {
		err := cause
		if again {
			_, err = w.commit(group[i : i+1])
		}
		if err != nil {
			r.err = err
		}
	}
}

// commit runs the requests in one transaction. It returns an error where nothing
// of it was kept, and whether it came as far as a transaction: without one, as
// when another process holds the lock, there is no use in trying again. A request
// that failed alone has that in its err.
func (w *writer) commit(batch []*request) (begun bool, err error) {
	start := w.now()
	if err := w.restore(); err != nil {
		return false, err
	}
	if err := w.exec(w.begin); err != nil {
		return false, w.abort(err)
	}
	live, err := w.admit(batch)
	if err == nil {
		err = w.runAll(live)
	}
	if err != nil {
		return w.stalled == nil || !w.stalled(err), w.abort(err)
	}
	if err := w.end(); err != nil {
		return true, w.abort(err)
	}
	w.group.committed()
	w.stats.committed(len(batch), w.now().Sub(start))
	return true, nil
}

// runAll runs the requests, at last those that go together. An error means that the whole
// transaction is gone.
func (w *writer) runAll(batch []*request) error {
	for _, r := range batch {
		if !r.grouped() {
			if err := w.runAlone(r); err != nil {
				return err
			}
		}
	}
	if err := w.group.look(&tx{w: w}, batch); err != nil {
		return err
	}
	w.group.keep()
	for _, r := range batch {
		if r.grouped() {
			if err := w.runInGroup(r); err != nil {
				return err
			}
		}
	}
	return w.group.flush(&tx{w: w})
}

// runInGroup runs a request whose changes are in memory until all of the group are written.
func (w *writer) runInGroup(r *request) error {
	r.err = r.run(&tx{w: w, grouped: true})
	switch {
	case r.err == nil:
		w.group.keep()
		return nil
	case errors.Is(r.err, errAlone):
		w.group.back()
		return w.runAlone(r)
	case isAnswer(r.err):
		w.group.back()
		return nil
	}
	return r.err
}

// runAlone runs a request in a savepoint. The error it returns means that the
// whole transaction is gone: SQLite gives it up by itself on a full disk or a
// failing one, and then there is no savepoint left to go back to.
func (w *writer) runAlone(r *request) error {
	t := &tx{w: w}
	if err := w.group.flush(t); err != nil {
		return err
	}
	w.group.reset()
	if err := w.exec("SAVEPOINT request"); err != nil {
		return err
	}
	if r.err = r.run(t); r.err == nil {
		r.err = w.group.flush(t)
	}
	if r.err == nil {
		w.group.reset()
		return w.exec("RELEASE request")
	}
	w.group.forget()
	if w.stalled != nil && w.stalled(r.err) {
		return r.err
	}
	if w.exec("ROLLBACK TO request") != nil {
		return r.err
	}
	return w.exec("RELEASE request")
}

// abort ends a transaction that failed; SQLite may have done so already.
func (w *writer) abort(cause error) error {
	w.group.forget()
	if w.broken = w.broken || w.lost != nil && w.lost(cause); w.broken {
		return cause
	}
	// The error of a rollback without a transaction says nothing new.
	_ = w.exec("ROLLBACK")
	return cause
}

func (w *writer) exec(text string, args ...any) error {
	_, err := (&tx{w: w}).exec(text, args...)
	return err
}

// stmt returns the prepared statement for the text, the same one every time.
func (w *writer) stmt(text string) (*sql.Stmt, error) {
	if s := w.stmts[text]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), text)
	if err == nil {
		w.stmts[text] = s
	}
	return s, err
}

// tx is what a request changes the database through. Statements are not
// interruptible: an interrupted one would take the whole group with it. Its exported
// methods make it a ledger.Tx.
type tx struct {
	w       *writer
	grouped bool // it may not write into the tables

	// Within post: what moves, the time, and what is done once the entry has its number.
	entry  *ledger.Writing
	now    int64
	posted []func(entry int64)
}

func (t *tx) exec(text string, args ...any) (sql.Result, error) {
	if t.grouped {
		return nil, errAlone
	}
	s, err := t.w.stmt(text)
	if err != nil {
		return nil, err
	}
	return s.Exec(args...)
}

// Insert runs an INSERT and returns the new row's id.
func (t *tx) Insert(text string, args ...any) (id int64, err error) {
	if t.grouped {
		return 0, errAlone
	}
	if t.w.returning {
		_, err = t.Get([]any{&id}, t.w.telling(text), args...)
		return id, err
	}
	res, err := t.exec(text, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// Update runs a statement and says whether it touched any row.
func (t *tx) Update(text string, args ...any) (bool, error) {
	res, err := t.exec(text, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Get reads one row into dest; found is false where there is none.
func (t *tx) Get(dest []any, text string, args ...any) (found bool, err error) {
	s, err := t.w.stmt(text)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Rows calls fn for every row.
func (t *tx) Rows(fn func(ledger.Row) error, text string, args ...any) error {
	return t.each(fn, text, args...)
}

// each is Rows.
func (t *tx) each(fn func(scanner) error, text string, args ...any) error {
	s, err := t.w.stmt(text)
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
