package store

import (
	"context"
	"strconv"
)

const probeWrite = `INSERT INTO kv (namespace, key, value) VALUES ('shard', 'probe', ?1) ON CONFLICT (namespace, key) DO UPDATE SET value = ?1`

// Probe writes something small and returns when it is on the disk: what a player's
// change would meet, met first by somebody who can tell.
func (s *Store) Probe(ctx context.Context) error {
	return s.change(nobodys(ctx), "probe", func(t *tx) error {
		_, err := t.exec(probeWrite, strconv.FormatInt(s.now(), 10))
		return err
	})
}
