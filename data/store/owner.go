package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Owner says whose data a store holds. The first who opens it is written down;
// another is refused, unless Accept says that it is meant.
type Owner struct {
	Shard      string // "" is nobody in particular: nothing is checked
	Production bool
	Accept     bool
}

const (
	selectOwner = `SELECT name, production FROM shard`
	upsertOwner = `INSERT INTO shard (one, name, production, since) VALUES (1, ?1, ?2, ?3) ON CONFLICT (one) DO UPDATE SET name = ?1, production = ?2, since = ?3`
)

// claim checks whose data it is, and writes it down.
func (s *Store) claim(ctx context.Context, db *sql.DB) error {
	own := s.opt.Owner
	if own.Shard == "" {
		return nil
	}
	var name string
	var real bool
	err := db.QueryRowContext(ctx, selectOwner).Scan(&name, &real)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	known := err == nil
	if known && !own.Accept {
		switch {
		case name != own.Shard:
			return fail("open", ErrForeign, fmt.Sprintf("%s is the data of the shard %s, and this one is called %s: give --shard %s, "+
				"a --data of its own, or --accept-data to make it this one's", s.path, name, own.Shard, name))
		case real && !own.Production:
			return fail("open", ErrForeign, fmt.Sprintf("%s is the data of %s, a production shard: give --production, a --data of its own, "+
				"or --accept-data to open it to everybody, with saved scripts live at once", s.path, name))
		}
	}
	if known && name == own.Shard && real == own.Production {
		return nil
	}
	production := 0
	if own.Production {
		production = 1
	}
	_, err = db.ExecContext(ctx, upsertOwner, own.Shard, production, s.now())
	return err
}
