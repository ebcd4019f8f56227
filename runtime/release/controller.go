package release

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/script"
)

// Fleet reaches the live States of a shard.
type Fleet interface {
	// Each runs f with every live State (or those of the named units) on its
	// owner's goroutine between two ticks, while no Lua of it runs, and returns
	// when all have run or ctx has ended; f never begins after that. It returns
	// f's errors, and those of units that did not answer, by unit. A unit that
	// cannot be had at all is the error of "".
	Each(ctx context.Context, units []string, f func(unit string, st *script.State) error) map[string]error
	// SetCourse says what States that start from now on run: own on its units, all on
	// the others. Those that by then run anything else start anew on it.
	SetCourse(all *script.Release, own map[string]*script.Release)
	// Awake lists units that run, the busiest first: those that can be measured.
	Awake() []string
}

// Journal keeps releases where a crash cannot take them. Begin is called before
// the first State changes and gives the release its number; Finish after the last.
type Journal interface {
	Begin(r *script.Release, author, note string) (int, error)
	Finish(number int, status, note string) error
	// Amend puts files into a release that came to it without making another, because
	// nobody has loaded them.
	Amend(number int, files map[string][]byte) error
}

// Config says what a Controller works on.
type Config struct {
	Release *script.Release // that runs at the start
	// Options of the States of a program ("main", "services.market"); nil for one
	// that is not known.
	Options    func(program string) *script.Options
	Fleet      Fleet
	Journal    Journal
	Now        func() time.Time
	Production bool // saved files wait for promote
	Budget     ErrorBudget
	Patience   time.Duration // for all units to answer one step; 0: DefaultPatience
	// Patches are open ones that were made before a restart and still fit: they
	// are laid over Release from the start.
	Patches []*Patch
	// KeepPatch writes a patch down whenever it is made or changes; it gives a new
	// one (ID 0) its number.
	KeepPatch func(*Patch) error
	// Frozen says who has frozen changes before a restart, KeepFreeze writes down who
	// has now (nil: nobody).
	Frozen     *Freeze
	KeepFreeze func(*Freeze) error
	// Advise says what reading the scripts of a release finds against them when it
	// follows another on the disk; nil: nothing. It is asked when the change has been
	// made, and before that is told.
	Advise func(from, to *script.Release) []script.Warning
	Tell   func(Outcome) // everything that happened, in order; called with the lock held: must not call back
}

// Controller is the one place that changes which code runs.
type Controller struct {
	cfg Config

	mu       sync.Mutex
	disk     *script.Release // what was accepted from disk, without patches
	live     *script.Release // what runs: disk with the open patches
	course   course          // what every unit is to run: live, canaries aside
	stagers  map[string]*script.Stager
	refusal  map[string]string // path to the hash that was refused last
	waiting  map[string][]byte // refused and still so on disk
	queued   map[string][]byte
	cut      map[string]string // path to the hash of what is held because it is cut off
	frozen   *Freeze
	canaries []*canary // oldest first
	patches  []*Patch
	lastID   int
	history  []Record
	recalled []*script.Release
	watch    watchdog
	last     Outcome

	goingBack bool      // see patience
	measured  time.Time // when measure looked last
	gauged    bool      // some units measure

	shown atomic.Pointer[Status] // as of the last change: whoever only looks waits for no staging
}

// New makes a Controller over States that run cfg.Release.
func New(cfg Config) *Controller {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Patience == 0 {
		cfg.Patience = DefaultPatience
	}
	if cfg.Journal == nil {
		cfg.Journal = &memoryJournal{n: cfg.Release.Number}
	}
	c := &Controller{cfg: cfg, disk: cfg.Release, live: cfg.Release, stagers: map[string]*script.Stager{},
		refusal: map[string]string{}, waiting: map[string][]byte{}, queued: map[string][]byte{}, cut: map[string]string{}, frozen: cfg.Frozen}
	c.watch.budget = cfg.Budget.orDefault()
	if len(cfg.Patches) > 0 {
		if live, err := Overlay(cfg.Release, cfg.Patches); err == nil {
			c.live, c.patches = live, cfg.Patches
			for _, p := range cfg.Patches {
				c.lastID = max(c.lastID, p.ID)
			}
		}
	}
	c.course = course{all: c.live}
	c.watch.first = c.live.Number
	c.cfg.Release, c.cfg.Patches, c.cfg.Frozen = nil, nil, nil // the history keeps their sources
	c.history = []Record{{Release: c.live, At: cfg.Now(), Status: statusLive, Author: "disk", Note: "start"}}
	c.show()
	return c
}

type memoryJournal struct{ n int }

func (j *memoryJournal) Begin(*script.Release, string, string) (int, error) { j.n++; return j.n, nil }
func (j *memoryJournal) Finish(int, string, string) error                   { return nil }
func (j *memoryJournal) Amend(int, map[string][]byte) error                 { return nil }

// Batch is a set of files that were saved together.
type Batch struct {
	Changed map[string][]byte
	Holds   []HoldReason
	Rescan  bool
	First   time.Time // when the first change was noticed
}

// noteSaved is what a release is noted as that somebody's saving has made.
const noteSaved = "saved"

// HoldReason is a file whose state on disk is not applied: W-EMPTY, W-FILE-GONE, W-READ.
type HoldReason struct{ Code, Path, Detail string }

// Live is the release that runs, canaries aside.
func (c *Controller) Live() *script.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live
}

// Saved takes a batch of saved files. In development it is applied; in
// production, while frozen and while a canary runs, it waits.
func (c *Controller) Saved(ctx context.Context, b Batch, author string) []Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.saved(ctx, b, author)
}

// Reload is Saved where somebody asks for it: what was refused before, or rolled back,
// is tried again.
func (c *Controller) Reload(ctx context.Context, b Batch, author string) []Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range b.Changed {
		delete(c.refusal, path)
	}
	return c.saved(ctx, b, author)
}

func (c *Controller) saved(ctx context.Context, b Batch, author string) []Outcome {
	var out []Outcome
	changed := c.differing(b.Changed)
	holds := append(slices.Clone(b.Holds), c.holdCut(changed)...)
	switch {
	case len(changed) == 0 && len(holds) == 0:
		out = append(out, c.tell(Outcome{Verdict: Ignore}, author, noteSaved))
	case len(changed) > 0 && c.waits(changed):
		from := c.disk.With(0, c.queued)
		maps.Copy(c.queued, changed)
		o := c.queuedNow()
		o.Warnings = c.advise(from, from.With(0, changed))
		out = append(out, c.tell(o, author, noteSaved))
	case len(changed) > 0:
		out = append(out, c.tell(c.applyDisk(ctx, changed, author, noteSaved, b), author, noteSaved))
	}
	for _, h := range holds {
		out = append(out, c.tell(Outcome{Verdict: Hold, Code: h.Code, Subject: h.Path, Files: []string{h.Path}, Message: h.Path + " " + h.Detail}, author, noteSaved))
	}
	return out
}

// waits says whether saved files wait for somebody. Tests alone wait for no promote:
// no code that runs changes with them.
func (c *Controller) waits(changed map[string][]byte) bool {
	return c.frozen != nil || len(c.canaries) > 0 || c.cfg.Production && !c.testsAlone(changed)
}

func (c *Controller) testsAlone(changed map[string][]byte) bool {
	next := c.disk.With(0, changed)
	return onlyTests(sortedKeys(changed)) && unread(nil, c.disk, next)
}

// queuedNow says what waits, and for what.
func (c *Controller) queuedNow() Outcome {
	o := Outcome{Verdict: Queue, Files: sortedKeys(c.queued)}
	if c.frozen != nil {
		o.Message = fmt.Sprintf("%s wait for thaw: it is %v", strings.Join(o.Files, ", "), c.frozen)
	}
	return o
}

// differing leaves out what runs already, and what was refused with this content.
func (c *Controller) differing(changed map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for path, src := range c.waiting { // what was refused through no fault of its own
		if _, again := changed[path]; !again && c.refusal[path] != contentHash(path, src) {
			out[path] = src
		}
	}
	for path, src := range changed {
		hash := contentHash(path, src)
		if old := c.disk.Files[path]; old == nil && src == nil || old != nil && src != nil && old.Hash == hash {
			delete(c.refusal, path)
			delete(c.waiting, path)
			delete(c.queued, path)
			delete(c.cut, path)
			delete(out, path)
			continue
		}
		if c.refusal[path] != hash {
			out[path] = src
		}
	}
	return out
}

// contentHash identifies what a path holds; a file that is gone has its own.
func contentHash(path string, src []byte) string {
	if src == nil {
		return "gone"
	}
	return script.NewFile(path, src).Hash
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// applyDisk moves the accepted disk state forward.
func (c *Controller) applyDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	if len(c.waiting) > 0 { // what was refused before may be mended by this
		both := maps.Clone(c.waiting)
		maps.Copy(both, changed)
		if o := c.tryDisk(ctx, both, author, note, b); o.Verdict != Refuse {
			return o
		}
	}
	return c.tryDisk(ctx, changed, author, note, b)
}

func (c *Controller) tryDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	disk := c.disk.With(c.disk.Number, changed)
	carried, err := c.carryPatches(disk)
	if err != nil {
		return c.noteRefusal(refused(err), changed)
	}
	to, err := Overlay(disk, carried.open)
	if err != nil {
		return c.noteRefusal(refused(err), changed)
	}
	began := c.cfg.Now()
	o := c.move(ctx, step{to: to, author: author, note: note, ground: ground{disk, carried.open, c.canaries}})
	o.Files = sortedKeys(changed)
	if !b.First.IsZero() {
		o.Took += began.Sub(b.First)
	}
	if o.Verdict != Apply && o.Verdict != Ignore {
		return c.noteRefusal(o, changed)
	}
	o.Warnings = append(o.Warnings, carried.warnings...)
	if b.Rescan {
		o.Warnings = append(o.Warnings, script.Warning{Code: "W-RESCAN", Subject: ".", Detail: "events were lost; the whole tree was read again"})
	}
	c.disk = disk.Numbered(o.Release)
	c.closeMerged(carried)
	for path := range changed {
		delete(c.refusal, path)
		delete(c.waiting, path)
		delete(c.queued, path)
	}
	return o
}

// advise is what reading the scripts finds against a change.
func (c *Controller) advise(from, to *script.Release) []script.Warning {
	if c.cfg.Advise == nil {
		return nil
	}
	return c.cfg.Advise(from, to)
}

// broken lists the files whose content on the disk is refused.
func (c *Controller) broken() []string {
	all := maps.Clone(c.waiting)
	for path := range c.refusal {
		all[path] = nil
	}
	return sortedKeys(all)
}

// tell says what came of a step, who asked for it, and what that was.
func (c *Controller) tell(o Outcome, author, note string) Outcome {
	o.Author, o.Note = cmp.Or(o.Author, author), cmp.Or(o.Note, note)
	if o.Release == 0 {
		o.Release = c.live.Number
	}
	if o.At.IsZero() {
		o.At = c.cfg.Now()
	}
	o.Broken = c.broken()
	c.last = o
	c.show()
	if c.cfg.Tell != nil {
		c.cfg.Tell(o)
	}
	return o
}

// Queued lists the files that wait, sorted.
func (c *Controller) Queued() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sortedKeys(c.queued)
}

// Last is the latest outcome.
func (c *Controller) Last() Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// noteRefusal remembers what was refused, so that it is tried again together with
// what mends it, and not unchanged by itself, unless it was not to blame.
func (c *Controller) noteRefusal(o Outcome, changed map[string][]byte) Outcome {
	for path, src := range changed {
		if c.waiting[path] = src; !o.passing {
			c.refusal[path] = contentHash(path, src)
		}
	}
	if o.Files == nil {
		o.Files = sortedKeys(changed)
	}
	return o
}
