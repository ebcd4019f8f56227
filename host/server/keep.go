package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// The end of a shard, and what the next start goes on with. All systems come to rest
// between two ticks, each becomes a file, everybody is saved, and as the last word of all
// the store is told which stop that was. Images count only where the store knows of their
// stop: one that it does not know of is older, or newer, than what it has.

// imagesKey is where the store keeps the last stop, in shardSpace.
const imagesKey = "images"

// lastStop is what the store knows of images.
type lastStop struct {
	id   string   // "" where there was none
	used bool     // a start has taken the images up
	lost []lost   // systems that could not be kept
	runs []string // that have not ended in order since: a crash is made good from what they recorded
}

// lost is a system that starts from the store, and why.
type lost struct{ system, why string }

// keptStop reads the last stop from the store.
func (s *Server) keptStop(ctx context.Context) (lastStop, error) {
	v, err := s.store.Get(ctx, shardSpace, imagesKey)
	if err != nil {
		return lastStop{}, err
	}
	fields, _ := v.(map[string]world.Value)
	var k lastStop
	k.id, _ = fields["stop"].(string)
	k.used, _ = fields["used"].(bool)
	list, _ := fields["lost"].([]world.Value)
	for _, v := range list {
		one, _ := v.(map[string]world.Value)
		system, _ := one["system"].(string)
		why, _ := one["why"].(string)
		k.lost = append(k.lost, lost{system, why})
	}
	runs, _ := fields["runs"].([]world.Value)
	for _, v := range runs {
		run, _ := v.(string)
		k.runs = append(k.runs, run)
	}
	return k, nil
}

func (s *Server) putStop(ctx context.Context, k lastStop) error {
	list := make([]world.Value, len(k.lost))
	for i, l := range k.lost {
		list[i] = map[string]world.Value{"system": l.system, "why": l.why}
	}
	runs := make([]world.Value, len(k.runs))
	for i, run := range k.runs {
		runs[i] = run
	}
	return s.store.Put(store.Free(ctx), shardSpace, imagesKey, map[string]world.Value{"stop": k.id, "used": k.used, "lost": list, "runs": runs})
}

// keeper writes the images of one stop.
type keeper struct {
	s      *Server
	images images
	head   imageHead     // of each, but for whose it is
	turn   chan struct{} // how many are made, and wait for the disk, at once
	broken error         // why none can be written

	mu       sync.Mutex
	lost     []lost
	releases map[string]bool // hashes of those that systems ran
	sealed   bool            // what comes from here on does not count, and is not written
	kept     atomic.Int64
}

func (s *Server) newKeeper() *keeper {
	k := &keeper{s: s, images: s.images(), turn: make(chan struct{}, 4*runtime.GOMAXPROCS(0)), releases: map[string]bool{}}
	k.head = imageHead{Shard: s.cfg.Shard, Stop: rand.Text(), At: s.cfg.Clock.Now()}
	k.broken = os.MkdirAll(k.images.dir, 0o700)
	return k
}

// keep writes down a system that has come to rest. It is called on its goroutine; the
// error is why it must end as if there were no images.
func (k *keeper) keep(sys *system.System) error {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	err := k.broken
	if err == nil {
		err = k.write(sys)
	}
	if err == nil {
		k.kept.Add(1)
	} else if !errors.Is(err, system.ErrNotRunning) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.lost = append(k.lost, lost{bare(string(sys.Address())), err.Error()})
		k.s.log.Warn("a system is not kept; it is saved, and starts from the store", "system", string(sys.Address()), "error", err)
	}
	return err
}

func (k *keeper) write(sys *system.System) error {
	if k.late() {
		return errLate
	}
	image, err := sys.Freeze()
	if err != nil {
		return err
	}
	h, r := k.head, sys.State().Release()
	h.System, h.Release, h.Hash = sys.Address(), r.Number, r.Hash
	if h.Map, err = mapSum(k.s.universe.Map(), h.System); err != nil {
		return err
	}
	if err := k.keepRelease(r.Number, r.Hash, func() map[string][]byte { return sourcesOf(r) }); err != nil {
		return err
	}
	if k.late() {
		return errLate
	}
	return k.images.write(h, image)
}

// errLate is why a system is not kept that came to rest when the others had been.
var errLate = errors.New("it had not come to rest when the shard had to end")

func (k *keeper) late() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sealed
}

// keepRelease writes a release down that the store does not have.
func (k *keeper) keepRelease(number int, hash string, files func() map[string][]byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.releases[hash] {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	if err := k.s.keepRelease(ctx, k.images, number, hash, files); err != nil {
		return err
	}
	k.releases[hash] = true
	return nil
}

// keepRelease writes a release beside images that the store does not have as it ran.
func (s *Server) keepRelease(ctx context.Context, beside images, number int, hash string, files func() map[string][]byte) error {
	own := files()
	stored, err := s.store.Release(ctx, number)
	if err == nil && store.HashFiles(stored.Files) == store.HashFiles(own) {
		return nil
	}
	if err := beside.writeRelease(hash, keptRelease{number, own}); err != nil {
		return fmt.Errorf("release %d: %w", number, err)
	}
	return nil
}

// left notes systems that have not come to rest in time: others are kept without them.
func (k *keeper) left(hanging []*system.System) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sealed = true
	for _, a := range hanging {
		k.lost = append(k.lost, lost{bare(string(a.Address())), errLate.Error()})
	}
}

// seal makes the images count. Everybody must have been saved before.
func (k *keeper) seal() error {
	if k.kept.Load() > 0 {
		if err := k.images.sync(); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	return k.s.putStop(ctx, lastStop{id: k.head.Stop, lost: k.lost})
}

func (s *Server) images() images { return images{imagesDir(s.cfg.Data)} }

// errandPatience is how long a stop waits for what tasks have asked of the store.
const errandPatience = 3 * time.Second

// answered waits for what tasks have asked of the store: what waits for the recording to be
// on disk is begun first.
func (s *Server) answered(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, errandPatience)
	defer cancel()
	if s.recorder != nil {
		if err := s.recorder.Sync(ctx); err != nil {
			s.log.Warn("the disk is too slow: tasks go on without an answer of the store", "error", err)
		}
	}
	s.errands.wait(ctx)
}

// errands counts the work that tasks wait for.
type errands struct {
	mu      sync.Mutex
	running int
	idle    *sync.Cond
}

func newErrands() *errands {
	e := &errands{}
	e.idle = sync.NewCond(&e.mu)
	return e
}

// run does a piece of work on a goroutine of its own.
func (e *errands) run(work func()) {
	e.mu.Lock()
	e.running++
	e.mu.Unlock()
	go func() {
		defer func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.running--; e.running == 0 {
				e.idle.Broadcast()
			}
		}()
		work()
	}()
}

// wait returns when nothing is under way, or the context ends.
func (e *errands) wait(ctx context.Context) {
	defer context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.idle.Broadcast()
	})()
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.running > 0 && ctx.Err() == nil {
		e.idle.Wait()
	}
}
