package watch

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	lull       = 2 * time.Millisecond // between an event and the reading, so that a burst is read once
	scanShare  = 10                   // a scan may take one part in so many of the time
	missedMost = 2                    // backstop scans that find what no event told, until we poll
)

// loop is the watcher's life: look at what was hinted at, offer what rests,
// wait for whatever comes next.
func (w *Watcher) loop() {
	defer close(w.stopped)
	defer close(w.out)
	defer w.closeSource()
	for !w.closing {
		now := w.cfg.Clock.Now()
		w.look(now)
		w.wakeWaiters()
		batch, out := w.offer(now)
		var events <-chan fsnotify.Event
		var errs <-chan error
		if w.source != nil {
			events, errs = w.source.Events(), w.source.Errors()
		}
		select {
		case ev := <-events:
			w.hint(ev)
		case err := <-errs:
			w.trouble(err)
		case out <- batch:
			w.handOver(batch, false)
		case request := <-w.requests:
			request()
		case <-w.cfg.Clock.Alarm(w.wake(now)):
		}
	}
}

// look reads what events hinted at and scans when a scan is due.
func (w *Watcher) look(now time.Time) {
	if !now.Before(w.nextScan()) {
		if !w.rescan {
			w.backstop()
		}
		w.scan(now)
		return
	}
	if len(w.dirty) > 0 && !now.Before(w.lull) {
		for p, at := range w.dirty {
			w.read(p, at)
		}
		clear(w.dirty)
	}
	if !now.Before(w.retry) {
		w.retry = now.Add(w.cfg.Poll)
		for _, h := range w.settle.held() {
			if h.Code == Read && !w.blocked[h.Path] {
				w.read(h.Path, now)
			}
		}
	}
}

// nextScan is when the whole tree is to be read next.
func (w *Watcher) nextScan() time.Time {
	every := w.cfg.Backstop
	switch {
	case w.rescan:
		every = lull
	case w.mode == Poll && len(w.settle.waiting) > 0:
		// No event will tell of the other files of the same save.
		every = w.cfg.Settle / 2
	case w.mode == Poll:
		every = w.cfg.Poll
	}
	return w.last.at.Add(max(every, scanShare*w.last.took))
}

// wake is when the loop has something to do next if nothing is heard.
func (w *Watcher) wake(now time.Time) time.Time {
	at := w.nextScan()
	if w.retry.Before(at) {
		at = w.retry
	}
	if len(w.dirty) > 0 && w.lull.Before(at) {
		at = w.lull
	}
	if t, ok := w.settle.next(now); ok && t.Before(at) {
		at = t
	}
	return at
}

// read looks at one path and takes down what it is; at is when it was last
// known to change.
func (w *Watcher) read(p string, at time.Time) bool {
	st, content := w.tree.read(p)
	news := w.settle.observe(p, st, content, at)
	if news && st.kind == text && w.settle.waiting[p] != nil && w.cfg.Speculate != nil {
		w.cfg.Speculate(p, content)
	}
	return news
}

// scan reads the whole tree.
func (w *Watcher) scan(now time.Time) {
	asked := w.rescan || w.mode == Poll || w.last.count == 0
	real, started := w.tree.real, time.Now()
	list, moved := w.walk()
	for _, p := range list.files {
		if w.read(p, now) && !asked && w.dirty[p].IsZero() {
			w.unheard[p] = true
		}
	}
	w.missing(list, now)
	clear(w.dirty)
	w.rescan = moved && w.source != nil // a folder moved meanwhile may have gone unwatched
	w.last = scanned{at: now, took: time.Since(started), count: w.last.count + 1}
	if w.overrun && len(w.settle.waiting) == 0 {
		w.overrun = false
	}
	if real != w.tree.real {
		w.cfg.Log.Info("watch: the script root leads elsewhere", "root", w.tree.root, "was", real, "is", w.tree.real)
		w.distrust()
	}
}

// missing takes down what the walk did not find: files that are gone, and
// folders that could not be read, whose files are not gone.
func (w *Watcher) missing(list *listing, now time.Time) {
	found := make(map[string]bool, len(list.files))
	for _, p := range list.files {
		found[p] = true
	}
	for p := range maps.Clone(w.settle.entries) {
		switch {
		case found[p] || list.blocks(p) || list.blocked[p] != "":
		case w.blocked[p]:
			delete(w.blocked, p)
			w.settle.forget(p)
		default:
			w.read(p, now)
		}
	}
	for p, why := range list.blocked {
		if w.settle.observe(p, failed(why), nil, now) {
			w.cfg.Log.Warn("watch: folder cannot be read", "path", p, "why", why)
		}
		w.blocked[p] = true
	}
}

// hint takes an event as a reason to look.
func (w *Watcher) hint(ev fsnotify.Event) {
	now := w.cfg.Clock.Now()
	if len(w.dirty) == 0 {
		w.lull = now.Add(min(lull, w.cfg.Settle/4))
	}
	if w.tree.turns[ev.Name] || w.tree.folders[ev.Name] != nil {
		w.scanSoon()
		return
	}
	for _, p := range w.tree.targets[ev.Name] {
		w.touch(p, now)
	}
	dir, name := filepath.Split(ev.Name)
	for _, folder := range w.tree.folders[filepath.Clean(dir)] {
		if p := path.Join(folder, name); isScriptPath(p) {
			w.touch(p, now)
		}
		if ev.Has(fsnotify.Create) && opensFolder(ev.Name, name) {
			w.scanSoon()
		}
	}
}

// scanSoon asks for a scan because of an event, which accounts for whatever the
// scans before it found.
func (w *Watcher) scanSoon() {
	w.rescan = true
	clear(w.unheard)
}

// touch marks a script to be read.
func (w *Watcher) touch(p string, now time.Time) {
	w.dirty[p] = now
	delete(w.unheard, p)
}

// opensFolder says whether what was just created may lead to scripts: a folder,
// or a link, whose name may be hidden (k8s turns over ..data).
func opensFolder(at, name string) bool {
	info, err := os.Lstat(at)
	return err == nil && (info.IsDir() && isFolder(name) || info.Mode()&fs.ModeSymlink != 0)
}

// trouble takes an error of the source.
func (w *Watcher) trouble(err error) {
	if errors.Is(err, fsnotify.ErrEventOverflow) {
		w.cfg.Log.Warn("watch: events were lost, everything is read again", "code", Rescan)
		w.rescan, w.overrun = true, true
		return
	}
	if err != nil {
		w.cfg.Log.Warn("watch: the kernel reports an error, everything is read again", "err", err)
		w.rescan = true
	}
}

// offer returns the batch to hand over now, and the channel to do it on: nil
// when there is none. What rests is read once more before it is first offered,
// because an event may have been missed.
func (w *Watcher) offer(now time.Time) (Batch, chan<- Batch) {
	due := w.settle.due(now)
	if len(due) == 0 {
		return Batch{}, nil
	}
	news := false
	for _, e := range due {
		if !e.verified {
			e.verified = true
			news = !w.blocked[e.path] && w.read(e.path, now) || news
		}
	}
	if news {
		return w.offer(now) // what changed has a younger clock now
	}
	return w.collect(due), w.out
}

// collect makes the batch of some entries.
func (w *Watcher) collect(entries []*entry) Batch {
	b := Batch{Changed: map[string][]byte{}, Rescan: w.overrun, entries: entries}
	for _, e := range entries {
		if b.First.IsZero() || e.since.Before(b.First) {
			b.First = e.since
		}
		switch e.seen.kind {
		case text:
			b.Changed[e.path] = e.content
		case absent:
			b.Gone = append(b.Gone, e.path)
		}
		if h, held := e.hold(); held {
			b.Holds = append(b.Holds, h)
		}
	}
	return b
}

// handOver takes down that a batch was received.
func (w *Watcher) handOver(b Batch, forced bool) {
	w.settle.handOver(b.entries, w.cfg.Clock.Now(), forced)
	w.overrun = false
	w.wakeWaiters()
}

// wakeWaiters lets those go whose files are all handed over.
func (w *Watcher) wakeWaiters() {
	w.waiters = slices.DeleteFunc(w.waiters, func(wait waiter) bool {
		if w.settle.waits(wait.until) {
			return false
		}
		close(wait.done)
		return true
	})
}
