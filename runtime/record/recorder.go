package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Config says where a Recorder writes, and how much.
type Config struct {
	Dir     string
	Keep    time.Duration          // how far back one can go; DefaultKeep where 0
	Every   time.Duration          // from one image of a system to the next; DefaultEvery where 0
	Limit   int64                  // bytes in all; DefaultLimit where 0
	Map     func() ([]byte, error) // as the host writes it; called once, off every system's goroutine
	Shard   string
	Run     string                     // which run of the shard it is
	Place   func(world.Address) string // a sum of what the map has of a system; may be nil
	Version string
	Clock   clock.Clock // clock.Machine where nil
	Log     *slog.Logger

	create func(path string) (file, error) // by tests
}

// How much is kept where nobody says otherwise.
const (
	DefaultKeep  = 10 * time.Minute
	DefaultEvery = time.Minute
	DefaultLimit = 2 << 30
)

// CodeDropped is the code of the warning that a recording was dropped.
const CodeDropped = "W-RECORD"

// What may wait for the disk, of all systems together; what is more is dropped.
const (
	mostWaiting = 1024
	mostBytes   = 256 << 20
)

// retry is how long a Stream whose recording was dropped waits before it begins anew.
const retry = 10 * time.Second

// Recorder keeps the recordings of a shard's systems. What it is given it writes on one
// goroutine; nobody waits for the disk.
type Recorder struct {
	cfg     Config
	log     *slog.Logger
	mapHash string
	shelf   shelf // the writer's alone

	work    chan chunk
	rooms   chan []byte
	waiting atomic.Int64 // bytes
	figures figures
	told    atomic.Bool // that something was dropped, since the last image
	create  func(path string) (file, error)
	closing sync.Once
	done    chan struct{}

	mu   sync.Mutex
	torn []*Stream // behind whose segments something is missing
}

// figures are what has been written; any goroutine may look.
type figures struct {
	images, batches, bytes, raw, dropped atomic.Int64
	onDisk                               atomic.Int64
}

// Figures are what a Recorder has done.
type Figures struct {
	Images, Batches int64
	Bytes           int64 // written
	Raw             int64 // before they were packed
	Dropped         int64 // recordings that could not be written
	OnDisk          int64 // bytes now
}

// chunk is something to write.
type chunk struct {
	of       *Stream
	part     Part
	releases []*code.Release
	end      bool
	kept     bool // with end: a crash is made good from it all the same
	quit     bool // of nobody: the writer is to end
	then     []func()
	done     chan<- struct{} // closed when all before it is written; nil for what is none
}

func (c *chunk) bytes() int64 { return int64(len(c.part.Image) + len(c.part.Inputs)) }

// New makes a Recorder. An error says that its folder cannot be used.
func New(cfg Config) (*Recorder, error) {
	cfg.Keep, cfg.Every, cfg.Limit = cmp.Or(cfg.Keep, DefaultKeep), cmp.Or(cfg.Every, DefaultEvery), cmp.Or(cfg.Limit, int64(DefaultLimit))
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{cfg: cfg, log: cfg.Log, work: make(chan chunk, mostWaiting), rooms: make(chan []byte, 64), done: make(chan struct{})}
	for _, dir := range []string{mapsDir, releasesDir, keptDir, systemsDir} {
		if err := os.MkdirAll(filepath.Join(cfg.Dir, dir), 0o755); err != nil {
			return nil, fmt.Errorf("nothing can be recorded: %w", err)
		}
	}
	r.create = createFile
	if cfg.create != nil {
		r.create = cfg.create
	}
	if err := r.shelf.open(r); err != nil {
		return nil, err
	}
	go r.run()
	return r, nil
}

// Close writes what is waiting and ends.
func (r *Recorder) Close() {
	r.closing.Do(func() { r.work <- chunk{quit: true} })
	<-r.done
}

// Sync returns when all that was handed over before it has been written, or with the
// context's error.
func (r *Recorder) Sync(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case r.work <- chunk{done: done}:
	case <-r.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-r.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Figures may be asked for from any goroutine.
func (r *Recorder) Figures() Figures {
	f := &r.figures
	return Figures{f.images.Load(), f.batches.Load(), f.bytes.Load(), f.raw.Load(), f.dropped.Load(), f.onDisk.Load()}
}

// run is the goroutine that writes.
func (r *Recorder) run() {
	defer close(r.done)
	defer r.shelf.close()
	r.shelf.keepMap()
	for c := range r.work { // it is never closed: a system that hangs may still write
		r.tear()
		switch {
		case c.quit:
			return
		case c.done != nil:
			close(c.done)
			continue
		case c.then != nil:
			for _, do := range c.then {
				do()
			}
			continue
		case c.of.broken.Load() && c.part.Image == nil: // it hangs on what is lost
		case c.of.file == nil && c.part.Image == nil: // it hung on what was lost, before the image that comes
		default:
			if err := r.shelf.write(&c); err != nil {
				c.of.drop(err)
				r.tear()
			}
		}
		r.waiting.Add(-c.bytes())
		if c.part.Inputs != nil {
			select {
			case r.rooms <- c.part.Inputs:
			default:
			}
		}
	}
}

// tear ends the segments behind which something is missing.
func (r *Recorder) tear() {
	r.mu.Lock()
	torn := r.torn
	r.torn = nil
	r.mu.Unlock()
	for _, s := range torn {
		r.shelf.tear(s)
	}
}

// errClosed says that nothing is written any more.
var errClosed = errors.New("the recorder has been closed")

// offer hands something to the writer, unless that is behind or has ended.
func (r *Recorder) offer(c chunk) bool {
	select {
	case <-r.done:
		return false
	default:
	}
	if r.waiting.Load() > mostBytes {
		return false
	}
	r.waiting.Add(c.bytes())
	select {
	case r.work <- c:
		return true
	default:
		r.waiting.Add(-c.bytes())
		return false
	}
}

// room is a buffer to write into.
func (r *Recorder) room() []byte {
	select {
	case b := <-r.rooms:
		return b[:0]
	default:
		return nil
	}
}

// Stream makes what a system writes to.
func (r *Recorder) Stream(a world.Address, cfg *system.Config) *Stream {
	return &Stream{r: r, meta: Meta{System: a, Module: cfg.Module, Seed: cfg.Seed, Hz: cfg.Hz, CohortsFrom: cfg.CohortsFrom, Near: cfg.Near, Limits: cfg.Limits, MostHeld: cfg.Script.MostHeld,
		Run: r.cfg.Run, Shard: r.cfg.Shard, Version: r.cfg.Version}}
}
