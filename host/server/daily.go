package server

import (
	"context"
	"time"
)

// What a shard does once a day beside its backup, while people play: it gives the disk back
// what the database does not need any more. Releases, sessions, resting systems and recordings
// that are too old go by themselves, as new ones come.

// daily does it, at the time of day at which backups are made. One goroutine runs it.
type daily struct {
	s    *Server
	last time.Time // that it was done; at first the start
}

// run looks once a minute whether it is time.
func (d *daily) run(ctx context.Context) {
	d.last = d.s.cfg.Clock.Now()
	t := d.s.cfg.Clock.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case now := <-t.Chan():
			d.look(ctx, now)
		case <-ctx.Done():
			return
		}
	}
}

// look does it where it is time.
func (d *daily) look(ctx context.Context, now time.Time) {
	if !d.s.cfg.Backups.before(now).After(d.last) {
		return
	}
	d.last = now
	began := d.s.cfg.Clock.Now()
	done, err := d.s.store.Tidy(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		d.s.log.Error("the database could not be made smaller; it is tried again tomorrow", "error", err)
	case err == nil:
		d.s.log.Info("the database is tidied", "returned_bytes", done.Returned, "unused_bytes", done.Unused, "took", d.s.cfg.Clock.Now().Sub(began).Round(time.Millisecond))
	}
}
