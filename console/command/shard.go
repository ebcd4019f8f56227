package command

import (
	"context"
	"time"

	"hotshard/runtime/world"
)

// Shard is what the commands act on: one small interface a subject, filled in by
// the server. A nil field means that this shard does not offer the subject, and
// its commands are then neither listed nor run. Identify is always there.
//
// Every method may be called from any goroutine, many at once, and returns early
// with ctx.Err() when the operator breaks off: that must leave the shard as if
// the rest of the command had not been asked for. Errors are shown to the
// operator as they are, so they are sentences; Refusal adds a code for machines.
type Shard struct {
	Identify func() Identity

	Systems  Systems
	Players  Players
	Lua      Lua
	Reload   Reload
	Unloader Unloader
	Errors   Errors
	Power    Power
	Releases Releases
	Patches  Patches
	Probe    Probe
	Services Services
	Store    Store
	Log      Log
	Audit    Audit

	Community Community
	Operators Operators
}

// Identity says which shard this is. It is asked for often and must be cheap.
type Identity struct {
	Name       string // "tranquility"
	Production bool
	Release    int    // the current release of scripts
	Frozen     bool   // changes of code are kept out
	FrozenBy   string // who did
	FrozenWhy  string
	FrozenAt   time.Time
	FourEyes   bool   // a second person must approve what goes to all systems
	Version    string // of the server program
	PID        int
	Started    time.Time
	// Notices are lines an operator must read on connecting: open patches after
	// a restart, a freeze, a shutdown under way.
	Notices []string
}

// Systems tells of the solar systems.
type Systems interface {
	// List returns all systems of the map, awake or not.
	List(ctx context.Context) ([]System, error)
	// Names returns the names of all systems, for completion: cheap.
	Names() []string
	// Info returns one system by name, without regard to case, without waking it.
	Info(ctx context.Context, name string) (SystemInfo, error)
	// Restart loads the scripts of one system or service afresh, with the players in
	// it, and returns how many those are.
	Restart(ctx context.Context, name, author string) (int, error)
}

// System is one line about a system. What is measured is zero while it sleeps.
type System struct {
	Name     string
	Awake    bool
	Players  int
	Release  int // the release its scripts run, canaries included
	Ships    int
	Hz       float64
	Dilation float64       // 1 is real time
	TickP99  time.Duration // over the last minute
	CPU      float64       // cores, over the last few seconds
	Memory   int64         // bytes held by its Lua state and space, as far as known
}

// SystemInfo is all about a system.
type SystemInfo struct {
	System
	ID            int64
	Region        string
	Constellation string
	Security      float64
	Celestials    int
	Gates         []string // names of the neighbouring systems
	Tick          uint64
	Cap           int // players that are let in, 0 for no limit
	Waiting       int // players who wait for a seat
	Timers        int
	Tasks         int
	Errors        int // since it woke
	Patches       []int
}

// Players tells of the people online and talks to them.
type Players interface {
	// Who lists everybody online.
	Who(ctx context.Context) ([]Player, error)
	// Announce shows a text to everybody online and returns how many they are.
	Announce(ctx context.Context, text string) (int, error)
	// Kick disconnects players, with a reason they are shown, and returns how
	// many it found online.
	Kick(ctx context.Context, players []int64, reason string) (int, error)
}

// Player is one character online.
type Player struct {
	ID     int64
	Name   string
	System string
	Docked string // the station, or ""
	Ship   string // its type, or ""
	From   string // network address
	Since  time.Time
	Idle   time.Duration // since the last command
	Lost   bool          // the socket is gone, the resume window is open
}

// Lua runs an operator's code.
type Lua interface {
	// Eval runs code as a task in a system, waking it, under a budget, and
	// returns what it returns.
	Eval(ctx context.Context, e Eval) (Evaluated, error)
	// Complete returns the ways to go on with a dotted name ("combat.da" ->
	// "combat.damage"): modules, functions, fields, globals of a system's live
	// state. system may be "" for any awake one. It never runs Lua code, so
	// metamethods are not asked. At most limit names.
	Complete(ctx context.Context, system, prefix string, limit int) []string
}

// Eval is code to run in a system.
type Eval struct {
	System string
	Code   string
	Author string
	// Write lets the code change the world. Without it a production shard runs
	// the code in a copy-on-write environment and refuses effects.
	Write bool
	// Expression asks for the value of Code alone, with nothing changed, on any
	// kind of shard (inspect, watch).
	Expression bool
	// Depth is how many levels of tables to return, 0 for a default.
	Depth int
}

// Evaluated is what code returned. A function, a handle or anything else that is
// no plain value comes as the text that describes it.
type Evaluated struct {
	Values []world.Value
	Output string // what it printed
}

// Reload drives the reloading of scripts from the disk.
type Reload interface {
	// Status tells of the watcher and of the last outcomes.
	Status(ctx context.Context) (ReloadStatus, error)
	// Now reads the disk and applies what differs, whatever it takes, without
	// waiting for files to settle. On a production shard it queues.
	Now(ctx context.Context, author string) ([]Outcome, error)
	// Accept applies (or queues) a file as it is on disk that is held because it
	// seems to be cut off.
	Accept(ctx context.Context, path, author string) ([]Outcome, error)
	// Wait returns when everything saved before the call has been applied,
	// refused or held, with what became of it; with nothing new, the outcome
	// that stands: the last one, and the files that are held.
	Wait(ctx context.Context) ([]Outcome, error)
}

// Unloader takes modules out of the running shard: what deleting or emptying a
// file does not do by itself.
type Unloader interface {
	Unload(ctx context.Context, module, author string) (Outcome, error)
}

// ReloadStatus tells how reloading stands.
type ReloadStatus struct {
	Root     string
	Mode     string // inotify, poll
	Reason   string // why it polls
	Files    int
	Pending  int // changed on disk, not yet settled
	Queued   int // files waiting for a promote, in production
	LastScan time.Time
	Holds    []string
	Last     []Outcome // newest first
}

// Verdict is what became of a batch.
type Verdict string

// The verdicts.
const (
	Applied Verdict = "applied"
	Refused Verdict = "refused"
	Held    Verdict = "held"
	Ignored Verdict = "ignored" // nothing differs
	Queued  Verdict = "queued"  // waits for promote
)

// Outcome is what became of one batch of changes, of a patch or of a promotion.
type Outcome struct {
	Verdict  Verdict
	Release  int    // the release it made, or the one that stands
	Code     string // R-SYNTAX, W-EMPTY ...
	Message  string // a sentence with file and line
	Files    []string
	Warnings []Warning
	Systems  int // that run it
	At       time.Time
	Took     time.Duration // from noticing to live
}

// Warning is a remark of the reload engine that stops nothing.
type Warning struct {
	Code    string // W-DELETED
	Subject string // m.f, m.lua:12
	Detail  string
}

// Errors tells of faults in scripts.
type Errors interface {
	// Groups returns faults by function and release, latest first.
	Groups(ctx context.Context, system string) ([]ErrorGroup, error)
}

// ErrorGroup is every fault with one message in one function of one release.
type ErrorGroup struct {
	Function  string // m.f
	Where     string // m@41:12
	Release   int    // that brought the function its code
	Patch     int    // that did, 0 for none
	Cause     string // another change it is held against: "release 7 (patch #3)"
	Message   string
	Count     int
	First     time.Time
	Last      time.Time
	Systems   []string
	Player    string // of the last one
	Traceback string // of the last one
}

// Power ends the shard.
type Power interface {
	// Shutdown starts a countdown that all players are told of; zero is now. It
	// returns at once. One that is under way is not replaced by another, only by now.
	Shutdown(ctx context.Context, in time.Duration, reason, author string) error
	// CancelShutdown stops the countdown and tells the players; an error if none
	// is under way.
	CancelShutdown(ctx context.Context, author string) error
}

// Services tells of the actors without space.
type Services interface {
	ListServices(ctx context.Context) ([]Service, error)
}

// Service is one line about a service.
type Service struct {
	Name    string
	Up      bool
	Release int
	Calls   uint64
	Queue   int
	Errors  int
	P99     time.Duration // of a call, over the last minute
	Memory  int64
}

// Store tells of the database.
type Store interface {
	StoreStats(ctx context.Context) (StoreStats, error)
}

// StoreStats is how the store does. Extra holds what a backend has besides.
type StoreStats struct {
	URL       string // without credentials
	Queue     int    // writes waiting for a commit
	Commits   uint64
	Writes    uint64
	CommitP50 time.Duration
	CommitP99 time.Duration
	Failures  uint64
	Size      int64
	Extra     map[string]string
}

// Log is the live log.
type Log interface {
	// Tail calls line for each record from now on until ctx ends or line
	// returns an error. It must not slow the shard: records are dropped for a
	// reader that does not keep up, and the next one says how many.
	Tail(ctx context.Context, line func(LogLine) error) error
}

// LogLine is one record of the log.
type LogLine struct {
	At      time.Time
	Level   string // debug, info, warn, error
	System  string
	Module  string
	Text    string
	Dropped int // records lost before this one
}

// Audit is the append-only record of what operators changed.
type Audit interface {
	// Record writes an entry; it is on disk when it returns.
	Record(ctx context.Context, e AuditEntry) error
	// Query returns entries, newest first, at most limit.
	Query(ctx context.Context, since time.Time, by string, limit int) ([]AuditEntry, error)
}

// AuditEntry is one thing an operator did.
type AuditEntry struct {
	At      time.Time
	Who     string
	From    string // "socket", "ssh 10.0.0.7"
	Command string // the line as typed
	Detail  string // code that it carried, if that is not in the line
	Outcome string
	Release int
}
