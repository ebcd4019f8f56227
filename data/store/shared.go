package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/schema"
)

// A PostgreSQL database that several processes write to, each for the systems that it owns.
// They write one after the other all the same, group by group: what was sound with one
// writer, such as entries without gaps, is sound with many. That no two write for the same
// system is the fences' business.
//
// The lock of a database that one process has is held by all of them together, so that
// whoever wants it alone is refused, and they by whoever has it alone.

const (
	holdTogether = `SELECT pg_advisory_lock_shared(1752134771, hashtext(coalesce(current_schema(), '')))`
	letGoAlone   = `SELECT pg_advisory_unlock(1752134771, hashtext(coalesce(current_schema(), '')))`
	takeTurn     = `SELECT pg_advisory_xact_lock(1752134772, hashtext(coalesce(current_schema(), '')))`
)

// abandonedAfter is how long a transaction may stand still in the middle: whoever was stopped
// there would hold up everybody, and those who want to take over its systems.
const abandonedAfter = time.Second

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// hold returns the connection that will write, with the lock: alone, also where others are
// to come, as long as nobody else is there. Whoever is alone brings the schema up to date.
func (p *postgres) hold(ctx context.Context) (*sql.Conn, error) {
	conn, err := p.lock(ctx)
	if err == nil || !p.opt.Shared || !errors.Is(err, ErrBusy) {
		return conn, err
	}
	conn, err = p.together(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.sameSchema(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// together returns a connection that holds the lock with others. It waits for whoever has it
// alone, since that may be the first of them, who makes the tables.
func (p *postgres) together(ctx context.Context) (*sql.Conn, error) {
	conn, err := p.writing.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err = conn.ExecContext(ctx, holdTogether); err == nil {
		return conn, nil
	}
	discard(conn)
	if sqlState(err) == stateLocked {
		err = fail("open", ErrBusy, p.name+" is in use by a server that does not share it: stop that one, or give this one a database of its own")
	}
	return nil, err
}

// sameSchema refuses a database that others use by another schema than ours.
func (p *postgres) sameSchema(ctx context.Context, conn *sql.Conn) error {
	var has int
	if err := conn.QueryRowContext(ctx, selectSchema).Scan(&has); err != nil {
		return err
	}
	if knows := schema.Latest(); has < knows {
		return fail("open", ErrConflict, fmt.Sprintf("%s has schema %d, which others use, and this build brings it to %d: stop them all first", p.name, has, knows))
	}
	return nil // one that is newer is refused as ever
}

// share makes a lock that is held alone one that is held together.
func (p *postgres) share(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, holdTogether); err != nil {
		return err
	}
	var was bool
	return conn.QueryRowContext(ctx, letGoAlone).Scan(&was) // false, with a warning, for who came later
}

// turn is how a transaction waits for its turn.
func (p *postgres) turn() string {
	if p.opt.Shared {
		return takeTurn
	}
	return ""
}

// waitTurn waits until whoever has the turn has ended: what was sent over a connection that
// is gone may still be going on.
func (p *postgres) waitTurn(ctx context.Context, conn *sql.Conn) error {
	if !p.opt.Shared {
		return nil
	}
	_, err := conn.ExecContext(ctx, takeTurn)
	return err
}

// againShared connects anew. Others have written meanwhile, for other systems or for those
// that were ours: what may still be written is said by the fences.
func (p *postgres) againShared(ctx context.Context) (session, error) {
	conn, err := p.together(ctx)
	if err != nil {
		return session{}, err
	}
	return p.over(conn), nil
}

// owners implements dialect. No statement of theirs takes long; one that does is waiting for
// somebody who has been stopped, and is asked again.
func (p *postgres) owners() (*sql.DB, ownership.Words) {
	return p.open(map[string]string{
		"synchronous_commit": "on", "default_transaction_read_only": "off",
		"lock_timeout": milliseconds(2 * abandonedAfter), "statement_timeout": milliseconds(3 * abandonedAfter),
	}, false, nil), ownership.PostgreSQL
}
