package release

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/watch"
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
	SetCourse(all *code.Release, own map[string]*code.Release)
	// Awake lists units that run, the busiest first: those that can be measured.
	Awake() []string
}

// Journal keeps releases where a crash cannot take them. Begin is called before
// the first State changes and gives the release its number; Finish after the last.
type Journal interface {
	Begin(r *code.Release, author, note string) (int, error)
	Finish(number int, status Standing, note string) error
	// Amend puts files into a release that came to it without making another, because
	// nobody has loaded them.
	Amend(number int, files map[string][]byte) error
}

// Config says what a Controller works on.
type Config struct {
	Release *code.Release // that runs at the start
	// Options of the States of a program ("main", "services.market"); nil for one
	// that is not known.
	Options    func(program string) *script.Options
	Fleet      Fleet
	Journal    Journal
	Clock      clock.Clock // clock.Machine where nil
	Production bool        // saved files wait for promote
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
	Advise func(from, to *code.Release) []code.Warning
	// Cluster is the other nodes that run the same code; nil for none.
	Cluster Cluster
	// Before are releases that were live before Release, oldest first, for a rollback.
	Before []Record
	Tell   func(Outcome) // everything that happened, in order; called with the lock held: must not call back
}

// Controller is the one place that changes which code runs.
type Controller struct {
	cfg Config

	mu       sync.Mutex
	disk     *code.Release // what was accepted from disk, without patches
	intake   intake        // what was not
	patches  patches       // over it
	canaries canaries      // over both
	units    units         // that run all that
	freeze   freezer
	history  history
	last     int   // the highest number of a release
	owed     *debt // to the journal; nil where it knows all
	watch    watchdog
	gauges   gauges
	board    board

	shared  *Code    // what the cluster runs, as this node has it; nil for one process
	turn    Turn     // while this node changes it
	pending *pending // what another node is about to bring
}

// New makes a Controller over States that run cfg.Release.
func New(cfg Config) *Controller {
	if cfg.Clock == nil {
		cfg.Clock = clock.Machine{}
	}
	if cfg.Patience == 0 {
		cfg.Patience = DefaultPatience
	}
	if cfg.Journal == nil {
		cfg.Journal = &memoryJournal{n: cfg.Release.Number}
	}
	live, patches := cfg.Release, patches{keepIt: cfg.KeepPatch, now: cfg.Clock.Now}
	if len(cfg.Patches) > 0 {
		if to, err := Overlay(cfg.Release, cfg.Patches); err == nil {
			live = to
			patches.add(cfg.Patches...)
		}
	}
	c := &Controller{
		disk: cfg.Release, intake: newIntake(), patches: patches, last: live.Number,
		units: units{fleet: cfg.Fleet, options: cfg.Options, now: cfg.Clock.Now, wait: cfg.Patience,
			stagers: map[string]*reload.Stager{}, course: course{all: live}},
		freeze:  freezer{current: cfg.Frozen, keep: cfg.KeepFreeze},
		history: history{journal: cfg.Journal, records: append(cfg.Before, Record{Release: live, At: cfg.Clock.Now(), Status: StandingLive, Author: "disk", Note: "start"})},
		board:   board{tell: cfg.Tell},
		watch:   watchdog{budget: cfg.Budget.orDefault(), first: live.Number},
	}
	c.gauges = gauges{fleet: cfg.Fleet, watch: &c.watch, now: cfg.Clock.Now}
	cfg.Release, cfg.Patches, cfg.Frozen, cfg.Before = nil, nil, nil, nil // the history keeps their sources
	c.cfg = cfg
	c.show()
	return c
}

type memoryJournal struct{ n int }

func (j *memoryJournal) Begin(*code.Release, string, string) (int, error) { j.n++; return j.n, nil }
func (j *memoryJournal) Finish(int, Standing, string) error               { return nil }
func (j *memoryJournal) Amend(int, map[string][]byte) error               { return nil }

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

// The codes of files that are no more, as the watcher gives them.
const (
	codeGone  = "W-FILE-GONE"
	codeEmpty = "W-EMPTY"
)

// mend is what to do about a file that is no more.
func (h HoldReason) mend() string {
	if h.Code != codeGone && h.Code != codeEmpty {
		return ""
	}
	return fmt.Sprintf(". Save it again or, if that is meant, unload %s", code.ModuleName(h.Path))
}

// Saved takes a batch of saved files. In development it is applied; in
// production, while frozen and while a canary runs, it waits.
func (c *Controller) Saved(ctx context.Context, b Batch, author string) []Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return []Outcome{c.later(err, b, author)}
	}
	defer leave()
	return c.saved(ctx, b, author)
}

// later is for files that could not be looked at: they are tried again with what is saved next.
func (c *Controller) later(err error, b Batch, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := refused(err)
	o.passing = true
	return c.tell(c.intake.refuse(o, b.Changed), author, noteSaved)
}

// Reload is Saved where somebody asks for it: what was refused before, or rolled back,
// is tried again.
func (c *Controller) Reload(ctx context.Context, b Batch, author string) []Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return []Outcome{c.later(err, b, author)}
	}
	defer leave()
	c.intake.retry(b.Changed)
	return c.saved(ctx, b, author)
}

func (c *Controller) saved(ctx context.Context, b Batch, author string) []Outcome {
	var out []Outcome
	changed := c.intake.differing(c.disk, b.Changed)
	holds := append(slices.Clone(b.Holds), c.intake.holdCut(c.disk, changed)...)
	switch {
	case len(changed) == 0 && len(holds) == 0:
		out = append(out, c.tell(Outcome{Verdict: Ignore}, author, noteSaved))
	case len(changed) > 0 && c.waits() && !c.testsAlone(changed):
		from := c.disk.With(0, c.intake.queued)
		c.intake.queue(changed)
		o := c.queuedNow()
		o.Warnings = c.advise(from, from.With(0, changed))
		out = append(out, c.tell(o, author, noteSaved))
	case len(changed) > 0:
		out = append(out, c.tell(c.applyDisk(ctx, changed, author, noteSaved, b), author, noteSaved))
	}
	for _, h := range holds {
		out = append(out, c.tell(Outcome{Verdict: Hold, Code: h.Code, Subject: h.Path, Files: []string{h.Path}, Message: h.Path + " " + h.Detail + h.mend()}, author, noteSaved))
	}
	return out
}

// waits says whether saved files wait for somebody to let them in.
func (c *Controller) waits() bool { return c.cfg.Production || c.freeze.on() || len(c.canaries) > 0 }

// testsAlone says whether saved files are tests that need no promote: no code that
// runs changes with them.
func (c *Controller) testsAlone(changed map[string][]byte) bool {
	return !c.freeze.on() && len(c.canaries) == 0 && onlyTests(sortedKeys(changed)) && unread(nil, c.disk, c.disk.With(0, changed))
}

// queuedNow says what waits, and for what.
func (c *Controller) queuedNow() Outcome {
	o := Outcome{Verdict: Queue, Files: sortedKeys(c.intake.queued)}
	if c.freeze.on() {
		o.Message = fmt.Sprintf("%s wait for thaw: it is %v", strings.Join(o.Files, ", "), c.freeze.current)
	}
	return o
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// applyDisk moves the accepted disk state forward.
func (c *Controller) applyDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	if len(c.intake.waiting) > 0 { // what was refused before may be mended by this
		if o := c.tryDisk(ctx, c.intake.both(changed), author, note, b); o.Verdict != Refuse {
			return o
		}
	}
	return c.tryDisk(ctx, changed, author, note, b)
}

func (c *Controller) tryDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	disk := c.disk.With(c.disk.Number, changed)
	carried, err := c.patches.carry(c.disk, disk)
	if err != nil {
		return c.intake.refuse(refused(err), changed)
	}
	to, err := Overlay(disk, carried.open)
	if err != nil {
		return c.intake.refuse(refused(err), changed)
	}
	began := c.cfg.Clock.Now()
	o := c.move(ctx, step{to: to, author: author, note: note, ground: ground{disk, carried.open, c.canaries}})
	o.Files = sortedKeys(changed)
	if !b.First.IsZero() {
		o.Took += began.Sub(b.First)
	}
	if o.Verdict != Apply && o.Verdict != Ignore {
		return c.intake.refuse(o, changed)
	}
	o.Warnings = append(o.Warnings, carried.warnings...)
	if b.Rescan {
		o.Warnings = append(o.Warnings, code.Warning{Code: string(watch.Rescan), Subject: ".", Detail: "events were lost; the whole tree was read again"})
	}
	c.disk = disk.Numbered(o.Release)
	c.patches.closeMerged(carried)
	c.intake.applied(changed)
	return o
}

// advise is what reading the scripts finds against a change.
func (c *Controller) advise(from, to *code.Release) []code.Warning {
	if c.cfg.Advise == nil {
		return nil
	}
	return c.cfg.Advise(from, to)
}
