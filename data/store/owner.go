package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	upsertOwner = `INSERT INTO shard (one, name, production, since) VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?1, production = ?2, since = ?3`
)

// checkThere refuses a database that is there and empty, or that is gone while the
// audit log beside it is not: whatever emptied it, a shard that starts anew would
// hide it, and the players' data with it.
func (s *Store) checkThere() error {
	if s.opt.Owner.Accept {
		return nil
	}
	info, err := os.Stat(s.path)
	switch {
	case err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return fail("open", ErrForeign, s.path+" is empty (0 bytes): restore a backup, or give --accept-data to begin with nothing")
	case errors.Is(err, fs.ErrNotExist) && s.opt.Owner.Production:
		if log, lerr := os.Stat(filepath.Join(filepath.Dir(s.path), mirrorName)); lerr == nil && log.Size() > 0 {
			return fail("open", ErrForeign, s.path+" is gone, but "+log.Name()+" beside it is not: restore a backup, or give --accept-data to begin with nothing")
		}
	}
	return nil // anything else is said by whoever opens it
}

// claim checks whose data it is, and writes it down.
func (s *Store) claim(ctx context.Context) error {
	own := s.opt.Owner
	if own.Shard == "" {
		return nil
	}
	var name string
	var production bool
	err := s.write.QueryRowContext(ctx, selectOwner).Scan(&name, &production)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	known := err == nil
	if known && !own.Accept {
		switch {
		case name != own.Shard:
			return fail("open", ErrForeign, fmt.Sprintf("%s is the data of the shard %s, and this one is called %s: give --shard %s, "+
				"a --data of its own, or --accept-data to make it this one's", s.path, name, own.Shard, name))
		case production && !own.Production:
			return fail("open", ErrForeign, fmt.Sprintf("%s is the data of %s, a production shard: give --production, a --data of its own, "+
				"or --accept-data to open it to everybody, with saved scripts live at once", s.path, name))
		}
	}
	if known && name == own.Shard && production == own.Production {
		return nil
	}
	_, err = s.write.ExecContext(ctx, upsertOwner, own.Shard, own.Production, s.now())
	return err
}
