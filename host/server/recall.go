package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
)

func imagesDir(data string) string { return filepath.Join(data, "images") }

// recalled is what a start has gone on with.
type recalled struct {
	systems, players, tasks int
	killed                  int // systems that were brought back from what was recorded
	took                    time.Duration
}

func (r recalled) String() string {
	after := ""
	if r.killed > 0 {
		after = ", after a crash"
	}
	return fmt.Sprintf("%s, %s, %s, in %d ms"+after, count(r.systems, "system", "systems"), count(r.players, "player", "players"),
		count(r.tasks, "task", "tasks"), r.took.Milliseconds())
}

// recall goes on with the systems that the last stop has kept. What cannot be used is set
// aside, and starts from the store. It is called before anybody comes in.
//
// The order is what makes an image count once: all are thawed first, which changes nothing
// outside; then the store is told that they are taken up, and only then does any Lua run.
func (s *Server) recall(ctx context.Context) error {
	began := time.Now()
	paths, err := s.images().list()
	if err != nil {
		return err
	}
	if err := s.resting.load(ctx); err != nil {
		return err
	}
	last, err := s.keptStop(ctx)
	if err != nil {
		return err
	}
	if !last.used {
		for _, l := range last.lost {
			s.notice("%s could not be kept when the shard stopped, and starts from the store: %s", l.system, l.why)
		}
	}
	c := &recaller{s: s, ctx: ctx, last: last, images: s.images(), aside: map[string][]string{}, releases: map[string]*code.Release{}}
	c.thawAll(paths)
	c.reviveAll()
	if err := s.putStop(ctx, lastStop{id: last.id, used: true, runs: s.runs(last.runs)}); err != nil {
		return fmt.Errorf("the images of the last stop cannot be taken up: %w", err)
	}
	c.goOn()
	if c.recalled.took = time.Since(began); c.recalled.systems > 0 {
		s.log.Info("the shard goes on where it stopped", "systems", c.recalled.systems, "players", c.recalled.players, "tasks", c.recalled.tasks,
			"killed", c.recalled.killed, "took", c.recalled.took.Round(time.Millisecond))
	}
	s.recalled = c.recalled
	if err := c.clean(paths); err != nil {
		s.log.Warn("images of the last stop are in the way", "error", err)
	}
	return nil
}

// recaller thaws the images of one stop.
type recaller struct {
	s      *Server
	ctx    context.Context
	last   lastStop
	images images

	mu       sync.Mutex
	releases map[string]*code.Release // by hash
	thawed   []*thawed
	aside    map[string][]string // paths, by why
	recalled recalled
}

// thawed is a system that can go on.
type thawed struct {
	sys   *system.System
	path  string  // of its image, "" where it was brought back from what was recorded
	saved lineage // what the recorded system has saved; nil for one of an image
}

// thawAll makes systems of the files.
func (c *recaller) thawAll(paths []string) {
	inParallel(paths, func(path string) {
		sys, err := c.thaw(path)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err != nil {
			c.setAside(path, err)
			return
		}
		c.thawed = append(c.thawed, &thawed{sys: sys, path: path})
	})
	slices.SortFunc(c.thawed, func(a, b *thawed) int { return cmp.Compare(a.sys.Address(), b.sys.Address()) })
}

// inParallel does something with each of a list, as many at once as there are processors.
func inParallel[T any](list []T, do func(T)) {
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, v := range list {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			do(v)
		})
	}
	wg.Wait()
}

// setAside notes a file that cannot be used.
func (c *recaller) setAside(path string, why error) {
	c.aside[why.Error()] = append(c.aside[why.Error()], path)
}

// Why an image is not gone on with.
var (
	errMap     = errors.New("it is of another map")
	errUsed    = errors.New("an earlier start has gone on with it, and was killed, or was one with another --data")
	errUnknown = errors.New("the store knows nothing of the stop that made it: the shard was killed while it stopped, or the database is another, an older or a newer one")
)

// thaw makes a system of a file.
func (c *recaller) thaw(path string) (*system.System, error) {
	h, image, err := c.images.read(path)
	switch {
	case err != nil:
		return nil, err
	case h.Shard != c.s.cfg.Shard:
		return nil, fmt.Errorf("it is of the shard %s", h.Shard)
	case h.Stop == c.last.id && c.last.used:
		return nil, errUsed
	case h.Stop != c.last.id:
		return nil, errUnknown
	}
	if sum, err := mapSum(c.s.universe.Map(), h.System); err != nil || sum != h.Map {
		return nil, errors.Join(errMap, err)
	}
	made, err := c.release(h)
	if err != nil {
		return nil, err
	}
	return c.s.universe.Thaw(h.System, made, image, reload.Thaw)
}

// release is the one that an image was made on.
func (c *recaller) release(h imageHead) (*code.Release, error) {
	if r := c.s.universe.Release(); r.Hash == h.Hash {
		return r, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.releases[h.Hash]; r != nil {
		return r, nil
	}
	r, err := c.s.findRelease(c.ctx, c.images, h)
	if err == nil {
		c.releases[h.Hash] = r
	}
	return r, err
}

// findRelease finds the release of an image in the store, or beside the image.
func (s *Server) findRelease(ctx context.Context, beside images, h imageHead) (*code.Release, error) {
	kept, err := s.store.Release(ctx, h.Release)
	if err == nil {
		if r := code.NewRelease(kept.Number, kept.Files); r.Hash == h.Hash {
			return r, nil
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if own, err := beside.readRelease(h.Hash); err == nil {
		if r := code.NewRelease(own.Number, own.Files); r.Hash == h.Hash {
			return r, nil
		}
	}
	return nil, fmt.Errorf("its release %d is not in the store any more", h.Release)
}

// goOn brings the thawed systems to what they are to run, holds them against the store and
// lets them run.
func (c *recaller) goOn() {
	states := map[string]*script.State{}
	for _, t := range c.thawed {
		c.s.universe.Enlist(t.sys)
		states[bare(string(t.sys.Address()))] = t.sys.State()
	}
	o, errs := c.s.releases.controller.Arrive(states)
	if o.Verdict == release.Apply {
		c.s.log.Info("systems were brought from the releases they stopped on to this one", "release", o.Release, "systems", o.Units, "files", o.Files)
		for _, w := range o.Warnings {
			c.s.log.Warn("reload: " + w.String())
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(errs)) {
		i := slices.IndexFunc(c.thawed, func(t *thawed) bool { return bare(string(t.sys.Address())) == unit })
		c.drop(c.thawed[i], errs[unit])
		c.s.universe.Discharge(c.thawed[i].sys)
		c.thawed[i].sys.State().Close()
		c.thawed = slices.Delete(c.thawed, i, i+1)
	}
	inParallel(c.thawed, c.wake)
}

// errLost is what tasks hear that wait for an answer of the store.
var errLost = errors.New("the shard was restarted before the store had answered")

// wake lets a system go on.
func (c *recaller) wake(t *thawed) {
	sys := t.sys
	if n := sys.Agree(func(was system.Character) (system.Character, system.Fate) { return c.kept(was, t.saved) }); n > 0 {
		c.s.log.Warn("players were changed in the store while the shard was down; they are as the store has them", "system", string(sys.Address()), "players", n)
	}
	sys.LoseClients()
	sys.FailLost(errLost)
	sys.Resumed(t.path == "")
	people := sys.Everybody()
	for _, who := range people {
		c.s.gate.Expect(who.ID, who.Name)
	}
	c.mu.Lock()
	c.recalled.systems++
	c.recalled.players += len(people)
	c.recalled.tasks += len(sys.State().Tasks())
	c.mu.Unlock()
	c.s.universe.Resume(sys)
}

// kept is the store's word on a player. saved are what their system has had saved of late.
func (c *recaller) kept(was system.Character, saved lineage) (system.Character, system.Fate) {
	row, err := c.s.store.Character(c.ctx, was.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && c.s.sanctions.banned(row.Account) {
		return was, system.FateGone
	}
	now, unread := fromRow(row)
	if err = errors.Join(err, unread); err != nil {
		c.s.log.Error("a character could not be held against the store", "player", was.ID, "error", err)
		return was, system.FateSame
	}
	switch {
	case sameCharacter(was, now), saved.has(now):
		return was, system.FateSame
	case saved != nil && samePlace(was, now):
		return now, system.FateNewer
	}
	return now, system.FateChanged
}

// sameCharacter compares what is kept of characters; which release kept it does not matter.
func sameCharacter(a, b system.Character) bool {
	x, errx := toRow(a)
	y, erry := toRow(b)
	x.Release, y.Release = 0, 0
	return errx == nil && erry == nil && x == y
}

// clean removes what has been used, and sets the rest aside.
func (c *recaller) clean(paths []string) error {
	var rest []string
	for _, why := range slices.Sorted(maps.Keys(c.aside)) {
		rest = append(rest, c.aside[why]...)
	}
	if len(rest) > 0 {
		dir, err := c.images.setAside(c.s.cfg.Clock.Now(), rest)
		if err != nil {
			return err
		}
		for _, why := range slices.Sorted(maps.Keys(c.aside)) {
			files := c.aside[why]
			c.s.notice("%s not gone on with, and set aside in %s: %s: %s", count(len(files), "image was", "images were"), dir, imageNames(files), why)
		}
	}
	return c.images.remove(slices.DeleteFunc(paths, func(path string) bool { return slices.Contains(rest, path) }))
}
