package watch

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"hotshard/runtime/clock"
)

// handClock is a clock turned by hand.
type handClock struct {
	clock.Clock // nil: nothing here ticks

	mu     sync.Mutex
	now    time.Time
	alarms []alarm
}

type alarm struct {
	at time.Time
	ch chan time.Time
}

func newHandClock() *handClock { return &handClock{now: time.Unix(1_000_000, 0)} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Alarm(at time.Time) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := alarm{at, make(chan time.Time, 1)}
	if !at.After(c.now) {
		a.ch <- c.now
		return a.ch
	}
	c.alarms = append(c.alarms, a)
	return a.ch
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	kept := c.alarms[:0]
	for _, a := range c.alarms {
		if a.at.After(c.now) {
			kept = append(kept, a)
		} else {
			a.ch <- c.now
		}
	}
	c.alarms = kept
}

// bench is a watcher on a temporary tree.
type bench struct {
	*testing.T
	*Watcher
	root  string
	clock *handClock // nil on the wall clock
}

// watchTree starts a watcher on files and takes their first content in.
func watchTree(t *testing.T, cfg Config, files map[string]string) *bench {
	t.Helper()
	b := &bench{T: t, root: cfg.Root}
	if b.root == "" {
		b.root = t.TempDir()
	}
	for p, content := range files {
		b.write(p, content)
	}
	cfg.Root = b.root
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Watcher = w
	t.Cleanup(func() { w.Close() })
	if _, err := w.Scan(context.Background()); err != nil {
		t.Fatal(err)
	}
	return b
}

// byHand is a watcher that looks when the test says see and lives by a clock the
// test turns.
func byHand(t *testing.T, files map[string]string) *bench {
	t.Helper()
	clock := newHandClock()
	b := watchTree(t, Config{Mode: Poll, Clock: clock, Poll: time.Hour}, files)
	b.clock = clock
	return b
}

// byEvents is a watcher that only real events of inotify make look; its clock is
// turned by hand all the same, so that no test depends on how busy the machine is.
func byEvents(t *testing.T, root string, files map[string]string) *bench {
	t.Helper()
	clock := newHandClock()
	b := watchTree(t, Config{Root: root, Mode: Inotify, Clock: clock, Backstop: 1000 * time.Hour}, files)
	b.clock = clock
	if s := b.Status(); s.Mode != Inotify {
		t.Skipf("no inotify here: %s", s.Reason)
	}
	return b
}

// heard waits until events have made the watcher see that these paths differ,
// lets them settle and takes the batch.
func (b *bench) heard(paths ...string) Batch {
	b.Helper()
	for all := false; !all; runtime.Gosched() {
		b.must(b.ask(context.Background(), func() {
			now := b.cfg.Clock.Now()
			if b.rescan {
				b.scan(now)
			}
			b.lull = now
			b.look(now)
			all = true
			for _, p := range paths {
				all = all && b.settle.waiting[p] != nil
			}
		}))
	}
	b.later(b.cfg.Settle)
	return b.take()
}

func (b *bench) path(p string) string { return filepath.Join(b.root, filepath.FromSlash(p)) }

func (b *bench) write(p, content string) {
	b.Helper()
	b.must(os.MkdirAll(filepath.Dir(b.path(p)), 0o755))
	b.must(os.WriteFile(b.path(p), []byte(content), 0o644))
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// see makes the watcher read the tree at the present time of its clock.
func (b *bench) see() {
	b.Helper()
	b.must(b.ask(context.Background(), func() { b.scan(b.cfg.Clock.Now()) }))
}

// later turns the clock on.
func (b *bench) later(d time.Duration) { b.clock.advance(d) }

// take waits for the next batch.
func (b *bench) take() Batch {
	b.Helper()
	batch, ok := <-b.Batches()
	if !ok {
		b.Fatal("the watcher ended")
	}
	return batch
}

// nothing requires that no batch is ready at this moment.
func (b *bench) nothing(when string) {
	b.Helper()
	b.must(b.ask(context.Background(), func() {
		if due := b.settle.due(b.cfg.Clock.Now()); len(due) > 0 {
			b.Errorf("%s: %d files are handed over, the first is %s", when, len(due), due[0].path)
		}
	}))
}

// quiet requires that nothing differs from what was handed over.
func (b *bench) quiet(when string) {
	b.Helper()
	b.see()
	if s := b.Status(); s.Pending != 0 {
		b.Errorf("%s: %d files are pending", when, s.Pending)
	}
}

// changed requires a batch of exactly these contents.
func (b *bench) changed(batch Batch, want map[string]string) {
	b.Helper()
	if len(batch.Changed) != len(want) {
		b.Errorf("%d files changed, want %d", len(batch.Changed), len(want))
	}
	for p, content := range want {
		if got := string(batch.Changed[p]); got != content {
			b.Errorf("%s is %.60q, want %.60q", p, got, content)
		}
	}
}

// holds requires exactly these holds, each "CODE path".
func (b *bench) holds(batch Batch, want ...string) {
	b.Helper()
	var got []string
	for _, h := range batch.Holds {
		got = append(got, string(h.Code)+" "+h.Path)
	}
	if len(got) != len(want) {
		b.Fatalf("holds %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			b.Errorf("hold %q, want %q", got[i], want[i])
		}
	}
}

// deafSource hears nothing by itself; the test puts events and errors in.
type deafSource struct {
	events chan fsnotify.Event
	errs   chan error
}

func newDeafSource() *deafSource {
	return &deafSource{make(chan fsnotify.Event), make(chan error)}
}

func (d *deafSource) Events() <-chan fsnotify.Event { return d.events }
func (d *deafSource) Errors() <-chan error          { return d.errs }
func (d *deafSource) Add(string) error              { return nil }
func (d *deafSource) Remove(string) error           { return nil }
func (d *deafSource) Close() error                  { return nil }
