package command

import (
	"context"
	"time"
)

// Releases keeps the versions of the scripts. Numbers are those of releases;
// 0 as the target means what waits in the queue.
type Releases interface {
	ListReleases(ctx context.Context, limit int) ([]Release, error)
	// Diff is a unified diff of the sources of two releases; to 0 is the queue.
	Diff(ctx context.Context, from, to int) (string, error)
	// Plan says what going to a release would do.
	Plan(ctx context.Context, to int) (Plan, error)
	// PlanPromote says what Promote of the same would do, PlanRollback what Rollback
	// would.
	PlanPromote(ctx context.Context, to int, systems []string) (Plan, error)
	PlanRollback(ctx context.Context, to int) (Plan, error)
	// Verdicts says how the changes do that are watched, and did that were: those
	// that run first.
	Verdicts(ctx context.Context) ([]Watched, error)
	// Promote applies a release, everywhere or on the named systems only.
	Promote(ctx context.Context, to int, systems []string, author string) (Outcome, error)
	// Rollback goes back to an earlier release everywhere; 0 is the one before.
	Rollback(ctx context.Context, to int, author string) (Outcome, error)
	// Freeze keeps all changes of code out, over a restart too; Thaw lets them in
	// again, and applies what was saved meanwhile where that needs no promote.
	Freeze(ctx context.Context, reason, author string) error
	Thaw(ctx context.Context, author string) (Outcome, error)
	// Stragglers lists frames that still run code of older releases.
	Stragglers(ctx context.Context) ([]Task, error)
}

// Release is one line about a release.
type Release struct {
	Number  int
	Hash    string
	Author  string
	At      time.Time
	Message string
	Files   int    // changed in it
	State   string // current, canary, queued, superseded, rolled back
	Systems int    // that run it
}

// Watched is how one change does, or did, since it was made.
type Watched struct {
	Release   int
	Patch     int // 0 for files
	Functions []string
	Systems   []string // of a canary; none: all
	Since     time.Time
	Calls     float64 // of the changed functions
	Errors    int     // held against it
	InCallers int     // of those, raised by functions it did not change
	Rate      float64 // errors a call
	Expected  float64 // errors without it, by what was before and what others have
	Mean, P99 time.Duration
	MeanThen  time.Duration // on other systems; or what calls it, before
	Then      string        // "elsewhere" or "before", "" for no comparison
	MeanNow   time.Duration // what calls it, where the comparison is with before
	Verdict   string        // watching, good, no calls, failing, slow, taken back, replaced
	Over      bool          // the watch has ended
	Next      string        // the command to go on with, "" for none yet
	Figures   string        // all that as a sentence
}

// Plan is what a change would do, computed without doing it.
type Plan struct {
	Base      int // the release it starts from
	Refusal   *Outcome
	Functions []PlannedFunction
	State     []string // one line a value that would change
	Warnings  []Warning
	Timers    int
	Systems   int
}

// PlannedFunction is one function that would run other code.
type PlannedFunction struct {
	Name     string // m.f, m:h
	Change   string // new, changed, deleted
	OldHash  string
	NewHash  string
	Callers  []string
	Closures int // live ones
	Frames   int // suspended, which finish in the old code
	Timers   int
}

// Patches changes single functions of the running shard.
type Patches interface {
	// PlanPatch says what a patch would do.
	PlanPatch(ctx context.Context, p PatchRequest) (Plan, error)
	// MakePatch applies one, on its systems only or everywhere.
	MakePatch(ctx context.Context, p PatchRequest) (Patch, Outcome, error)
	// PromotePatch takes a patch from its canary systems to all.
	PromotePatch(ctx context.Context, number int, author string) (Outcome, error)
	// DropPatch brings back the function's code from disk.
	DropPatch(ctx context.Context, number int, author string) (Outcome, error)
	ListPatches(ctx context.Context) ([]Patch, error)
	// ExportPatch is a unified diff against the file on disk, or a Conflict.
	ExportPatch(ctx context.Context, number int) (string, error)
	// SavePatch writes the patch into the file on disk and returns its name.
	SavePatch(ctx context.Context, number int, author string) (string, error)
}

// PatchRequest asks for new code of one function.
type PatchRequest struct {
	Function string // m.f, m.C.f, m:h
	Instance string // a Lua expression: patch this one object only
	Code     string // function(...) ... end, or a whole declaration as Source gives it
	Base     string // hash of the source it was made from; "" for the live one
	Systems  []string
	Reason   string
	Author   string
	Sticky   bool // comes back after a restart if its base still matches
	// Supersede replaces an open patch of the same function.
	Supersede bool
	Session   string // of the operator, for telling people of one account apart
}

// Patch is one line about a patch.
type Patch struct {
	Number   int
	Function string
	Instance string
	Author   string
	At       time.Time
	Reason   string
	Base     string // hash
	Release  int    // on which it was made
	Systems  []string
	Sticky   bool
	State    string // one of the Patch states
	Calls    uint64
	Errors   uint64
}

// The states of a patch.
const (
	PatchCanary  = "canary"
	PatchLive    = "live"
	PatchDropped = "dropped"
	PatchMerged  = "merged"
)

// Probe looks into running code.
type Probe interface {
	// Source returns the live source of a function and its version.
	Source(ctx context.Context, system, function string) (Source, error)
	// Tasks lists what waits in a system, or everywhere for "".
	Tasks(ctx context.Context, system string) ([]Task, error)
	// StopTasks ends the suspended work that is meant, and returns it.
	StopTasks(ctx context.Context, which TaskQuery) ([]Task, error)
	// Timers lists the timers of a system, or of all for ""; StopTimers ends those
	// with the ids and returns them.
	Timers(ctx context.Context, system string) ([]Timer, error)
	StopTimers(ctx context.Context, system string, ids []uint64) ([]Timer, error)
	// Trace reports calls of a function until ctx ends, at a bounded cost: calls
	// beyond it are counted in the next one's Skipped.
	Trace(ctx context.Context, system, function string, call func(TracedCall) error) error
	// Profile samples Lua for a time; pprof holds the profile in pprof's format.
	Profile(ctx context.Context, system string, during time.Duration) (lines []ProfileLine, pprof []byte, err error)
}

// Source is the live code of one function.
type Source struct {
	Function string
	Where    string // m@41:12
	Hash     string
	Patch    int // the open patch it comes from, or 0
	Code     string
}

// Task is one suspended piece of work.
type Task struct {
	System  string
	ID      uint64
	Kind    string // sleep, call, store, timer
	Where   string // m@40:12
	Release int    // of its oldest frame
	Waits   time.Duration
	Due     time.Duration // until it goes on, if known
}

// TaskQuery says which suspended work is meant: all that fits every field given.
type TaskQuery struct {
	System   string   // "": all
	IDs      []uint64 // of one system
	Function string   // m.f: a frame of it is on the stack
	Release  int      // its oldest frame runs code of it
}

// Timer is one pending timer.
type Timer struct {
	System   string
	ID       uint64
	Function string
	Where    string        // m@40:12
	Every    time.Duration // 0 for one that fires once
	Due      time.Duration
	File     string // whose top level made it, "" for one made at run time
}

// TracedCall is one call of a traced function.
type TracedCall struct {
	At      time.Time
	System  string
	Args    []string
	Results []string
	Err     string
	Took    time.Duration
	Where   string
	Skipped int
}

// ProfileLine is the share of one Lua function.
type ProfileLine struct {
	Function string
	Where    string
	Self     time.Duration
	Total    time.Duration
	Calls    uint64
}

// Refusal is an error with a code for machines. Commands show "code: message".
type Refusal struct {
	Code    string // R-PATCH-CONFLICT
	Message string
}

// Error returns "CODE: message".
func (r *Refusal) Error() string {
	if r.Code == "" {
		return r.Message
	}
	return r.Code + ": " + r.Message
}
