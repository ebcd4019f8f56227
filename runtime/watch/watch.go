// Package watch turns a directory tree of *.lua files into batches of changes:
// what was saved together comes out together, once, when it has come to rest.
//
// The content of a file decides and nothing else: events of the file system are
// hints to look, times of files are never compared. A file counts when its
// content has been stable for a settle time; a batch counts when nothing in it
// has changed for that long, but no file waits longer than a cap.
//
// The package has five parts: names.go (which names count), tree.go (reading the
// disk), settle.go (the rules of settling, a plain value that is told the time),
// source.go and mode.go (what tells of changes: inotify, or polling). The watcher here
// drives them; loop.go is what it does.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"hotshard/runtime/clock"
)

// Mode says how changes are noticed.
type Mode string

// The modes. Auto takes inotify where it can work and falls back to polling
// where the file system sends no events, or where the kernel refuses watches.
const (
	Auto    Mode = "auto"
	Inotify Mode = "inotify"
	Poll    Mode = "poll"
)

// Defaults of Config.
const (
	DefaultSettle = 50 * time.Millisecond
	DefaultCap    = time.Second
	DefaultPoll   = time.Second
)

// Config is what New needs. Only Root has no default.
type Config struct {
	// Root is the folder of the scripts. It, and any folder above it, may be a
	// symbolic link that is turned over while we watch.
	Root string
	// Settle is how long a content must be stable before it counts.
	Settle time.Duration
	// Cap is the longest a changed file waits for its own or for others' rest.
	Cap time.Duration
	// Poll is the time between two full scans in poll mode, and between two
	// retries of what could not be read.
	Poll time.Duration
	// Backstop is the time between two full scans in inotify mode, which find
	// what no event announced (default: five times Poll, at least 5 s).
	Backstop time.Duration
	// Mode is Auto unless said otherwise.
	Mode Mode
	// Clock is the machine's unless said otherwise.
	Clock clock.Clock
	// Log gets what an operator should know; nil is slog.Default().
	Log *slog.Logger
	// Speculate, if set, is called with changed content as soon as it is first
	// seen, before it has settled, so that compiling can start early. It runs on
	// the watcher's goroutine: it must not block, and must not keep or change
	// the bytes after it returns unless it copies them.
	Speculate func(path string, content []byte)

	// open makes the source of events; tests inject one that loses them.
	open func() (source, error)
}

// Code is the machine's word for why a file is held back.
type Code string

// The codes of a Hold.
const (
	Empty Code = "W-EMPTY"     // it was emptied and left so
	Gone  Code = "W-FILE-GONE" // it was deleted
	Read  Code = "W-READ"      // it cannot be read, is too large, or is not text
)

// Rescan is the word for a batch after lost events: everything was read again.
const Rescan Code = "W-RESCAN"

// Hold tells of a file whose present state on disk is not a change to apply:
// the code that runs stays.
type Hold struct {
	Code   Code
	Path   string // relative to the root, with slashes; "." is the root itself
	Detail string // a sentence for people
}

// String returns "W-EMPTY m.lua: ...".
func (h Hold) String() string { return fmt.Sprintf("%s %s: %s", h.Code, h.Path, h.Detail) }

// Batch is everything that came to rest together. Paths are relative to the
// root, with slashes: "lib/ship.lua". The receiver owns the bytes, which are
// those on disk, byte order mark and line ends included.
//
// The content may be what the receiver already runs: a file that was deleted
// and restored comes back as changed. The receiver compares with its release.
type Batch struct {
	Changed map[string][]byte
	Gone    []string  // deleted, sorted; each has a Hold too
	Holds   []Hold    // sorted by path
	Rescan  bool      // events were lost and everything was read anew
	First   time.Time // when the first of it was noticed

	entries []*entry
}

// Empty says whether the batch carries nothing.
func (b Batch) Empty() bool { return len(b.Changed) == 0 && len(b.Gone) == 0 && len(b.Holds) == 0 }

// Status is a picture of the watcher at one moment.
type Status struct {
	Root     string // as resolved last
	Mode     Mode   // Inotify or Poll
	Reason   string // why it polls, if it does
	Files    int    // script files known on disk
	Pending  int    // changed and not yet handed over
	Holds    []Hold // what is on disk now and held back: empty, unreadable
	LastScan time.Time
	ScanAge  time.Duration
	ScanTook time.Duration
	Scans    uint64 // full scans since the start
}

// ErrClosed is returned after Close.
var ErrClosed = errors.New("watch: closed")

// Watcher watches one tree. Its methods may be called from any goroutine.
type Watcher struct {
	cfg      Config
	out      chan Batch
	requests chan func()
	stopped  chan struct{}

	// Everything below belongs to the loop's goroutine.
	tree    *tree
	settle  *settling
	source  source // nil in poll mode
	mode    Mode
	reason  string
	dirty   map[string]time.Time   // paths to read again, and when they were last touched
	lull    time.Time              // when to read them
	retry   time.Time              // when to try again what could not be read
	rescan  bool                   // read the whole tree again
	overrun bool                   // events were lost: the next batch says so
	watched map[string]fs.FileInfo // folders the source listens to
	blocked map[string]bool        // folders that cannot be read
	unheard map[string]bool        // what a scan found and no event has told of yet
	missed  int                    // backstop scans in a row that found such
	last    scanned
	waiters []waiter
	closing bool
}

// scanned tells of the last full scan.
type scanned struct {
	at    time.Time
	took  time.Duration
	count uint64
}

type waiter struct {
	until uint64 // a sequence number of settle
	done  chan struct{}
}

// New starts to watch. Nothing counts as known yet: every file that is there
// comes out as changed, by the first Scan or, if nobody calls that, as the first
// batch. It fails if the root is not a folder that can be read.
func New(cfg Config) (*Watcher, error) {
	if cfg.Root == "" {
		return nil, errors.New("watch: no root given")
	}
	root, err := filepath.Abs(cfg.Root)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	cfg = withDefaults(cfg)
	cfg.Root = root
	w := &Watcher{
		cfg: cfg, mode: Poll,
		out: make(chan Batch), requests: make(chan func()),
		stopped: make(chan struct{}),
		tree:    newTree(root), settle: newSettling(cfg.Settle, cfg.Cap),
		dirty: map[string]time.Time{}, watched: map[string]fs.FileInfo{}, blocked: map[string]bool{}, unheard: map[string]bool{},
	}
	if err := w.tree.resolve(); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w.openSource()
	w.scan(cfg.Clock.Now())
	go w.loop()
	return w, nil
}

func withDefaults(cfg Config) Config {
	if cfg.Settle <= 0 {
		cfg.Settle = DefaultSettle
	}
	if cfg.Cap <= 0 {
		cfg.Cap = DefaultCap
	}
	cfg.Cap = max(cfg.Cap, cfg.Settle)
	if cfg.Poll <= 0 {
		cfg.Poll = DefaultPoll
	}
	if cfg.Backstop <= 0 {
		cfg.Backstop = max(5*cfg.Poll, 5*time.Second)
	}
	if cfg.Mode == "" {
		cfg.Mode = Auto
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.open == nil {
		cfg.open = openInotify
	}
	return cfg
}

// Batches delivers what came to rest. A receiver that is slow gets everything
// that changed meanwhile in one batch. The channel is closed by Close.
func (w *Watcher) Batches() <-chan Batch { return w.out }

// Scan reads the whole tree now and returns every difference from what was
// handed over before, without waiting for anything to settle. What it returns
// does not come out of Batches again.
func (w *Watcher) Scan(ctx context.Context) (Batch, error) {
	var b Batch
	err := w.ask(ctx, func() {
		now := w.cfg.Clock.Now()
		w.scan(now)
		b = w.collect(w.settle.pending())
		w.handOver(b, true)
	})
	return b, err
}

// WaitSettled reads the whole tree now and returns when everything that differed
// at that moment has been received from Batches, or has gone back to what it
// was. Files that never rest are waited for up to the cap.
func (w *Watcher) WaitSettled(ctx context.Context) error {
	wait := waiter{done: make(chan struct{})}
	err := w.ask(ctx, func() {
		w.scan(w.cfg.Clock.Now())
		wait.until = w.settle.sequence
		w.waiters = append(w.waiters, wait)
		w.wakeWaiters()
	})
	if err != nil {
		return err
	}
	select {
	case <-wait.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return ErrClosed
	}
}

// Status returns a picture of the watcher; the zero Status after Close.
func (w *Watcher) Status() Status {
	var s Status
	_ = w.ask(context.Background(), func() {
		s = Status{
			Root: w.tree.real, Mode: w.mode, Reason: w.reason,
			Files: w.settle.files(), Pending: len(w.settle.pending()), Holds: w.settle.held(),
			LastScan: w.last.at, ScanAge: w.cfg.Clock.Now().Sub(w.last.at), ScanTook: w.last.took, Scans: w.last.count,
		}
	})
	return s
}

// Close ends the watcher and closes Batches. It is safe to call twice.
func (w *Watcher) Close() error {
	select {
	case w.requests <- func() { w.closing = true }:
	case <-w.stopped:
	}
	<-w.stopped
	return nil
}

// ask runs fn on the loop's goroutine and waits for it.
func (w *Watcher) ask(ctx context.Context, fn func()) error {
	done := make(chan struct{})
	select {
	case w.requests <- func() { fn(); close(done) }:
		<-done
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return ErrClosed
	}
}
