package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/store"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// characters writes what systems want saved, behind their backs, and reads it
// for a login. A record that still waits is what a login gets: a player who
// leaves and comes back at once finds themselves where they were.
type characters struct {
	store *store.Store
	log   *slog.Logger

	// fence is in whose name a system of a cluster writes, and whether it may at the moment;
	// nil where one process has the database, and nobody asks.
	fence func(world.Address) (world.Fence, bool)

	mu      sync.Mutex
	waiting map[world.CharacterID]unsaved
	writing map[world.CharacterID]unsaved
	idle    *sync.Cond // something was written, or could not be
	failed  error      // of the last write
	wake    chan struct{}
	done    chan struct{}
	stopped chan struct{}
}

// unsaved is what is to be saved of a character, and which system wants it.
type unsaved struct {
	system.Character
	by world.Address // "" where nobody asks
}

func newCharacters(st *store.Store, log *slog.Logger) *characters {
	c := &characters{
		store: st, log: log,
		waiting: make(map[world.CharacterID]unsaved),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	c.idle = sync.NewCond(&c.mu)
	go c.run()
	return c
}

// Save implements system.Saver.
func (c *characters) Save(records []system.Character) { c.saveBy("", records) }

// savesOf saves in the name of one system.
type savesOf struct {
	*characters
	by world.Address
}

// Save implements system.Saver.
func (v savesOf) Save(records []system.Character) { v.saveBy(v.by, records) }

func (c *characters) saveBy(by world.Address, records []system.Character) {
	c.mu.Lock()
	for _, r := range records {
		c.put(unsaved{r, by})
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// put has a record wait. The one it replaces may hold more that is new.
func (c *characters) put(r unsaved) {
	if old, ok := c.waiting[r.ID]; ok && !old.Moved {
		r.Moved = false
	}
	c.waiting[r.ID] = r
}

// putBack has a record wait that could not be written, unless there is a newer one,
// which has to make up for it.
func (c *characters) putBack(r unsaved) {
	newer, ok := c.waiting[r.ID]
	if !ok {
		newer = r
	}
	newer.Moved = newer.Moved && r.Moved
	c.waiting[r.ID] = newer
}

// retryAfter is the pause after a write that failed: a full disk stays full for
// a while.
const retryAfter = time.Second

func (c *characters) run() {
	defer close(c.stopped)
	for {
		select {
		case <-c.wake:
		case <-c.done:
			return
		}
		for c.write() {
		}
	}
}

// write saves everything that waits, and says whether to go on at once.
func (c *characters) write() bool {
	c.mu.Lock()
	batch := c.waiting
	if len(batch) == 0 {
		c.idle.Broadcast()
		c.mu.Unlock()
		return false
	}
	c.waiting, c.writing = make(map[world.CharacterID]unsaved), batch
	c.mu.Unlock()

	left, err := c.keep(batch)

	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing, c.failed = nil, nil
	c.idle.Broadcast() // they look when this has returned
	if err != nil {
		c.log.Error("characters could not be saved", "error", err)
	}
	if len(left) == 0 {
		return true
	}
	c.failed = err
	for _, r := range left {
		c.putBack(r)
	}
	time.AfterFunc(retryAfter, func() { c.Save(nil) })
	return false
}

// keep writes a batch, and returns what of it has to be tried again, with the error.
func (c *characters) keep(batch map[world.CharacterID]unsaved) (left map[world.CharacterID]unsaved, err error) {
	if c.fence == nil {
		err := c.keepIn(context.Background(), batch)
		if err == nil || answerable(err) { // about single records: the others are saved
			return nil, err
		}
		return batch, err
	}
	by := map[world.Address]map[world.CharacterID]unsaved{}
	for id, r := range batch {
		if by[r.by] == nil {
			by[r.by] = map[world.CharacterID]unsaved{}
		}
		by[r.by][id] = r
	}
	left = map[world.CharacterID]unsaved{}
	for a, records := range by {
		again, why := c.keepBy(a, records)
		if err = errors.Join(err, why); again {
			maps.Copy(left, records)
		}
	}
	return left, err
}

// errStands is why what a system has seen is not saved yet.
var errStands = errors.New("a system stands until it is known that this node still owns it")

// keepBy writes what one system of a cluster wants saved. What another node runs by now is its
// owner's to save.
func (c *characters) keepBy(a world.Address, records map[world.CharacterID]unsaved) (again bool, err error) {
	f, may := c.fence(a)
	switch {
	case f.Epoch == 0:
		return false, fmt.Errorf("%s runs on another node: %d of its players are not saved here", a, len(records))
	case !may:
		return true, errStands
	}
	err = c.keepIn(store.Under(context.Background(), f), records)
	if no := (*ownership.Refusal)(nil); errors.As(err, &no) {
		return no.Row.Epoch == f.Epoch, err // a lease that is over may be had again, and an epoch not
	}
	return err != nil && !answerable(err), err
}

// keepIn writes records in the name that the context has.
func (c *characters) keepIn(ctx context.Context, batch map[world.CharacterID]unsaved) error {
	rows, places := make([]store.Character, 0, len(batch)), make([]store.Place, 0, len(batch))
	for _, r := range batch {
		if r.Moved && r.Ship != nil {
			places = append(places, store.Place{ID: r.ID, Pos: r.Ship.Pos, Vel: r.Ship.Vel})
			continue
		}
		row, err := toRow(r.Character)
		if err != nil {
			c.log.Error("a character cannot be saved", "player", r.ID, "name", r.Name, "error", err)
			continue
		}
		rows = append(rows, row)
	}
	return c.store.SaveCharacters(ctx, rows, places...)
}

// keepLast makes a record durable in a system's name that is the last one of theirs there:
// what waits to be saved of them is older.
func (c *characters) keepLast(ctx context.Context, f world.Fence, last system.Character) error {
	row, err := toRow(last)
	if err != nil {
		return err
	}
	if err := c.forget(ctx, last.ID); err != nil {
		return err
	}
	return c.store.SaveCharacters(store.Under(ctx, f), []store.Character{row})
}

// forget takes back what waits to be saved of a character, and returns when nothing of them is
// being written.
func (c *characters) forget(ctx context.Context, id world.CharacterID) error {
	defer c.wakeAt(ctx)()
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		delete(c.waiting, id)
		if _, written := c.writing[id]; !written {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.idle.Wait()
	}
}

// wakeAt wakes whoever waits for idle when a context ends.
func (c *characters) wakeAt(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.idle.Broadcast()
	})
}

// flush returns when everything is saved, or with the error of the last try.
func (c *characters) flush() error {
	c.Save(nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = nil
	for len(c.waiting)+len(c.writing) > 0 && c.failed == nil {
		c.idle.Wait()
	}
	return c.failed
}

// settle returns when nothing of a character waits any more, or with the error of the
// write that would have kept it. What comes of them meanwhile is waited for as well: it is
// a few writes at most, for each takes all that waits.
func (c *characters) settle(ctx context.Context, id world.CharacterID) error {
	defer c.wakeAt(ctx)()
	c.mu.Lock()
	defer c.mu.Unlock()
	for failed := c.failed; ; {
		_, waits := c.waiting[id]
		_, written := c.writing[id]
		switch {
		case !waits && !written:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case c.failed != nil && c.failed != failed: // not the one from before
			return c.failed
		}
		c.idle.Wait()
	}
}

// trouble is the error of the last write, while it has not been made good.
func (c *characters) trouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

func (c *characters) close() {
	close(c.done)
	<-c.stopped
}

// Load implements universe.Characters.
func (c *characters) Load(ctx context.Context, id world.CharacterID) (system.Character, error) {
	c.mu.Lock()
	r, ok := c.waiting[id]
	if !ok {
		r, ok = c.writing[id]
	}
	c.mu.Unlock()
	if ok {
		return r.Character, nil
	}
	row, err := c.store.Character(ctx, id)
	if err != nil {
		return system.Character{}, err
	}
	return fromRow(row)
}

// toRow is a character as the store keeps it. The ship column holds the whole
// ship as JSON, so that it can be put into space again without asking a script.
func toRow(c system.Character) (store.Character, error) {
	row := store.Character{ID: c.ID, Name: c.Name, System: c.System, Station: c.Station, Release: c.Release}
	if c.Ship != nil {
		row.Pos, row.Vel = c.Ship.Pos, c.Ship.Vel
		ship, err := json.Marshal(c.Ship)
		if err != nil {
			return row, err
		}
		row.Ship = string(ship)
	}
	if c.Data != nil {
		data, err := json.Marshal(c.Data)
		if err != nil {
			return row, err
		}
		row.Data = string(data)
	}
	return row, nil
}

func fromRow(row store.Character) (system.Character, error) {
	c := system.Character{ID: row.ID, Name: row.Name, System: row.System, Station: row.Station, Release: row.Release}
	if row.Ship != "" {
		c.Ship = new(system.Ship)
		if err := json.Unmarshal([]byte(row.Ship), c.Ship); err != nil {
			return c, err
		}
		c.Ship.Pos, c.Ship.Vel = row.Pos, row.Vel
	}
	if row.Data != "" {
		if err := json.Unmarshal([]byte(row.Data), &c.Data); err != nil {
			return c, err
		}
	}
	return c, nil
}
