package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"hotshard/data/ownership"
	"hotshard/runtime/world"
)

// Who owns a system is a row of a table (data/ownership). What is written in a system's name
// carries its epoch in the context, and the writer looks at it in the transaction that
// writes. A process that has the database for itself, as with a file, needs neither: it
// writes without a fence, and nothing is looked up.

// fenceKey is of a context.
type fenceKey struct{}

// free is what stands in a context for what is written in no system's name.
var free = []world.Fence{}

// Under returns a context in which what is changed is changed in the name of systems or
// services, each by the owner that it had in an epoch: one that is over fails, ErrStale, and
// nothing of it is done. The cause is an *ownership.Refusal that says who owns it by now.
func Under(ctx context.Context, fences ...world.Fence) context.Context {
	return context.WithValue(ctx, fenceKey{}, fences)
}

// Free returns a context in which what is changed is nobody's, such as what an operator gives.
// It matters where the store is shared; accounts, releases and their like are nobody's anyway.
func Free(ctx context.Context) context.Context { return context.WithValue(ctx, fenceKey{}, free) }

// nobodys is the context of what is no system's by its nature, whoever asks for it: accounts,
// releases, sanctions. Who says a name keeps it.
func nobodys(ctx context.Context) context.Context {
	if _, said := ctx.Value(fenceKey{}).([]world.Fence); said {
		return ctx
	}
	return Free(ctx)
}

// fencesOf returns the fences of a context.
func (s *Store) fencesOf(ctx context.Context, op string) ([]world.Fence, error) {
	fences, said := ctx.Value(fenceKey{}).([]world.Fence)
	if !said && s.opt.Shared {
		return nil, fail(op, ErrNoFence, "the database is shared, and it was not said in which system's name this is written: give its fence (Under), or say that it is nobody's (Free)")
	}
	return fences, nil
}

// admit begins a transaction for a group: it waits until no other process writes, and returns
// the requests whose epochs count. The others know why not. It reads who owns the systems
// before anything is done, so that a savepoint that is taken back lets go of none of it.
func (w *writer) admit(group []*request) ([]*request, error) {
	if w.turn != "" {
		if err := w.exec(w.turn); err != nil {
			return nil, err
		}
	}
	var subjects []world.Address
	for _, r := range group {
		for _, f := range r.fences {
			subjects = append(subjects, f.Subject)
		}
	}
	if len(subjects) == 0 {
		return group, nil
	}
	slices.Sort(subjects)
	if err := w.gate.Read(ownerTx{&tx{w: w}}, slices.Compact(subjects)); err != nil {
		return nil, err
	}
	live := make([]*request, 0, len(group))
	for _, r := range group {
		if r.err = w.gate.Pass(r.fences); r.err == nil {
			live = append(live, r)
		}
	}
	return live, nil
}

// Owners is the table of who owns what.
func (s *Store) Owners() *ownership.Table { return s.owners }

// openOwners makes the table. Where another process may write, it has connections of its
// own: a renewal waits for no group of changes.
func (s *Store) openOwners() error {
	db, words := s.dialect.owners()
	if s.asking = db; db == nil {
		s.owners = ownership.New(s.askWriter, words)
		return nil
	}
	db.SetMaxOpenConns(2)
	db.SetMaxIdleConns(2)
	s.owners = ownership.New(s.askOwners, words)
	return nil
}

func (s *Store) askWriter(ctx context.Context, op string, fn func(ownership.Tx) error) error {
	return s.change(Free(ctx), op, func(t *tx) error { return fn(ownerTx{t}) })
}

func (s *Store) askOwners(ctx context.Context, op string, fn func(ownership.Tx) error) error {
	err := fn(poolTx{ctx, s.asking})
	var connect *pgconn.ConnectError
	if lostConnection(err) && !errors.As(err, &connect) {
		return unknown(fmt.Errorf("%s: %w", op, err))
	}
	return s.readError(op, err)
}

// ownerTx is a transaction of the writer's as ownership wants it.
type ownerTx struct{ t *tx }

// Each implements ownership.Tx.
func (o ownerTx) Each(fn func(scan func(...any) error) error, text string, args ...any) error {
	return o.t.each(func(row scanner) error { return fn(row.Scan) }, text, args...)
}

// poolTx makes each statement a transaction of its own.
type poolTx struct {
	ctx context.Context
	db  *sql.DB
}

// Each implements ownership.Tx.
func (p poolTx) Each(fn func(scan func(...any) error) error, text string, args ...any) error {
	rows, err := p.db.QueryContext(p.ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// closeAll closes pools, of which some may not be there.
func closeAll(pools ...*sql.DB) error {
	var errs []error
	for _, db := range pools {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
