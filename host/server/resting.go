package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/data/store"
	"hotshard/host/metrics"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Systems that nobody uses rest: each is a file below images/resting, and goes on from there
// at the next need, also after a restart or a crash of the shard. The file is what counts,
// and is removed before any Lua of the system runs again. The store has its number beside
// it, so that the files of another database, or of an older one, are nobody's.

const (
	restingDir = "resting"
	restingKey = "resting/" // in shardSpace, before the address
	mostRested = 100_000    // entries that are read of the store
)

// resting implements universe.Rests.
type resting struct {
	s      *Server
	images images

	mu       sync.Mutex
	known    map[world.Address]restful
	releases map[string]bool // hashes of those that are at hand for a thaw

	rested, woken, failed atomic.Uint64
}

// restful is one of them.
type restful struct {
	id    string
	bytes int64
	due   time.Time // when it has to be back; zero for never by itself
}

// restingReleases bounds what is remembered of releases that were looked for in the store.
const restingReleases = 64

func newResting(s *Server) *resting {
	return &resting{s: s, images: images{filepath.Join(imagesDir(s.cfg.Data), restingDir)}, known: map[world.Address]restful{}, releases: map[string]bool{}}
}

// Resting implements universe.Rests.
func (v *resting) Resting(a world.Address) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.known[a]
	return ok
}

// keep is system.Config.Rest.
func (v *resting) keep(sys *system.System, due time.Time) (undo func(), err error) {
	image, err := sys.Image()
	if err != nil {
		return nil, err
	}
	a, r := sys.Address(), sys.State().Release()
	h := imageHead{Shard: v.s.cfg.Shard, Stop: rand.Text(), At: v.s.cfg.Clock.Now(), System: a, Release: r.Number, Hash: r.Hash, Due: due}
	if h.Map, err = mapSum(v.s.universe.Map(), a); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(v.images.dir, 0o700); err != nil {
		return nil, err
	}
	if err := v.keepRelease(r); err != nil {
		return nil, err
	}
	if err := v.mark(a, h.Stop); err != nil {
		return nil, err
	}
	if err := v.images.write(h, image); err != nil {
		return nil, err
	}
	v.mu.Lock()
	v.known[a] = restful{h.Stop, int64(len(image)), due}
	v.mu.Unlock()
	v.rested.Add(1)
	return func() { v.forget(a) }, nil
}

// keepRelease sees to it that a release can be had when the system is thawed.
func (v *resting) keepRelease(r *code.Release) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.releases[r.Hash] {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	if err := v.s.keepRelease(ctx, v.images, r.Number, r.Hash, func() map[string][]byte { return sourcesOf(r) }); err != nil {
		return err
	}
	if len(v.releases) >= restingReleases {
		clear(v.releases)
	}
	v.releases[r.Hash] = true
	return nil
}

// mark notes in the store which image of a system counts; "" for none.
func (v *resting) mark(a world.Address, id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	var value world.Value
	if id != "" {
		value = id
	}
	return v.s.store.Put(store.Free(ctx), shardSpace, restingKey+string(a), value)
}

// forget takes the image of a system away: it runs, or it starts from the beginning. That
// the store is told later does no harm.
func (v *resting) forget(a world.Address) {
	v.mu.Lock()
	delete(v.known, a)
	v.mu.Unlock()
	if err := os.Remove(v.images.path(a)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.s.log.Error("the image of a system that runs again is in the way: remove it before the next start", "system", a, "error", err)
	}
	v.s.errands.run(func() {
		if v.Resting(a) { // again
			return
		}
		if err := v.mark(a, ""); err != nil {
			v.s.log.Warn("the store could not be told that a system runs again", "system", a, "error", err)
		}
	})
}

// Wake implements universe.Rests.
func (v *resting) Wake(s *system.System, enter func()) {
	a := s.Address()
	if !v.Resting(a) {
		return
	}
	if err := v.wake(s, enter); err != nil {
		v.failed.Add(1)
		v.lose([]string{v.images.path(a)}, err)
	}
	v.forget(a)
	enter()
	v.woken.Add(1)
}

func (v *resting) wake(s *system.System, enter func()) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	h, image, err := v.images.read(v.images.path(s.Address()))
	if err != nil {
		return err
	}
	if sum, err := mapSum(v.s.universe.Map(), h.System); err != nil || sum != h.Map {
		return errors.Join(errMap, err)
	}
	made, err := v.release(ctx, h)
	if err != nil {
		return err
	}
	if err := s.GoOn(made, image, reload.Thaw); err != nil {
		return err
	}
	err = v.s.releases.controller.Return(bare(string(s.Address())), s.State(), func() {
		v.forget(s.Address())
		enter()
	})
	if err != nil {
		s.GiveUp()
	}
	return err
}

// release is the one that an image was made on.
func (v *resting) release(ctx context.Context, h imageHead) (*code.Release, error) {
	if live := v.s.universe.Release(); live.Hash == h.Hash {
		return live, nil
	}
	if r := v.s.releases.controller.Find(h.Release); r != nil && r.Hash == h.Hash {
		return r, nil
	}
	return v.s.findRelease(ctx, v.images, h)
}

// lose says that systems start from the beginning that rested, and keeps what there is of
// them for whoever wants to look.
func (v *resting) lose(paths []string, why error) {
	dir, err := v.images.setAside(v.s.cfg.Clock.Now(), paths)
	v.s.notice("%s rested and could not go on, and starts from the store: %v; the image is in %s", imageNames(paths), why, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.s.log.Warn("the image of a system that rested is in the way", "error", err)
	}
}

// load finds out who rested when the shard ended, whichever way that was.
func (v *resting) load(ctx context.Context) error {
	paths, err := v.images.list()
	if err != nil {
		return err
	}
	marks, err := v.marks(ctx)
	if err != nil {
		return err
	}
	aside, hashes := map[string][]string{}, map[string]bool{}
	for _, path := range paths {
		h, bytes, err := v.images.head(path)
		if err == nil && (h.Shard != v.s.cfg.Shard || marks[h.System] != h.Stop) {
			err = errNotMarked
		}
		if err != nil {
			aside[err.Error()] = append(aside[err.Error()], path)
			continue
		}
		v.known[h.System] = restful{h.Stop, bytes, h.Due}
		hashes[h.Hash] = true
		delete(marks, h.System)
	}
	for _, why := range slices.Sorted(maps.Keys(aside)) {
		v.lose(aside[why], errors.New(why))
	}
	for a := range marks {
		if err := v.mark(a, ""); err != nil {
			return err
		}
	}
	v.tidy(hashes)
	return nil
}

var errNotMarked = errors.New("the store knows nothing of that: it is another database, an older or a newer one")

func (v *resting) marks(ctx context.Context) (map[world.Address]string, error) {
	keys, err := v.s.store.Keys(ctx, shardSpace, restingKey, mostRested)
	if err != nil {
		return nil, err
	}
	out := make(map[world.Address]string, len(keys))
	for _, key := range keys {
		id, err := v.s.store.Get(ctx, shardSpace, key)
		if err != nil {
			return nil, err
		}
		out[world.Address(key[len(restingKey):])], _ = id.(string)
	}
	return out, nil
}

// tidy removes the releases that no image was made on.
func (v *resting) tidy(hashes map[string]bool) {
	files, _ := filepath.Glob(filepath.Join(v.images.dir, "*"+releaseEnding)) // the pattern is ours
	needed := map[string]bool{}
	for hash := range hashes {
		needed[v.images.releasePath(hash)] = true
	}
	for _, path := range files {
		if !needed[path] {
			_ = os.Remove(path) // it is in nobody's way
		}
	}
}

// wakeDue brings back who has something to do by now.
func (v *resting) wakeDue(now time.Time) {
	v.mu.Lock()
	var due []world.Address
	for a, r := range v.known {
		if !r.due.IsZero() && !now.Before(r.due) {
			due = append(due, a)
		}
	}
	v.mu.Unlock()
	for _, a := range due {
		if _, err := v.s.universe.Start(a); err != nil {
			v.s.log.Warn("a system that rests has something to do and cannot be woken", "system", a, "error", err)
		}
	}
}

// count says how many rest, and the bytes of their images.
func (v *resting) count() (n int, bytes int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range v.known {
		bytes += r.bytes
	}
	return len(v.known), bytes
}

// Figures implements metrics.Part.
func (v *resting) Figures(to metrics.Sheet) {
	n, bytes := v.count()
	to.Put(metrics.Resting, float64(n))
	to.Put(metrics.RestingBytes, float64(bytes))
	to.Put(metrics.RestedTotal, float64(v.rested.Load()))
	to.Put(metrics.WokenTotal, float64(v.woken.Load()))
	to.Put(metrics.WakeFailures, float64(v.failed.Load()))
}

// head reads what a file says of itself, without the image.
func (v images) head(path string) (h imageHead, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, 0, err
	}
	defer f.Close()
	line, err := bufio.NewReaderSize(f, maxHead).ReadSlice('\n')
	if err != nil || json.Unmarshal(line, &h) != nil {
		return h, 0, errors.New("its first line does not say what it is")
	}
	if h.System == "" || v.path(h.System) != path {
		return h, 0, fmt.Errorf("it is the image of %q", h.System)
	}
	info, err := f.Stat()
	if err != nil {
		return h, 0, err
	}
	return h, info.Size() - int64(len(line)), nil
}
