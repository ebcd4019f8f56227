package command

import (
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/release"
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
	Clock    clock.Clock // that operators are served by; nil for the machine's

	Systems    Systems
	Players    Players
	Lua        Lua
	Reload     Reload
	Unloader   Unloader
	Errors     Errors
	Power      Power
	Upgrader   Upgrader
	Releases   Releases
	Patches    Patches
	Probe      Probe
	Quarantine Quarantine
	Memory     Memory
	Services   Services
	Store      Store
	Logpoints  Logpoints
	Log        Log
	Audit      Audit

	Recordings Recordings
	Shadows    Shadows // nil: nothing is recorded

	Community Community
	Economy   Economy
	Operators Operators
	Tokens    Tokens  // nil: there is no port for operators' programs
	Page      Page    // nil: there is no port for operators
	Cluster   Cluster // nil: the shard is one process
}

// Time is the clock that operators are served by.
func (s *Shard) Time() clock.Clock {
	if s.Clock == nil {
		return clock.Machine{}
	}
	return s.Clock
}

// Identity says which shard this is. It is asked for often and must be cheap.
type Identity struct {
	Name       string // "tranquility"
	Production bool
	Release    int             // the current release of scripts
	Frozen     *release.Freeze // who keeps changes of code out, nil for nobody
	Shutdown   *Countdown      // that is under way, nil for none
	FourEyes   bool            // a second person must approve what goes to all systems
	Version    string          // of the server program
	PID        int
	Started    time.Time
	// Notices are lines an operator must read on connecting: open patches after
	// a restart, a freeze, a shutdown under way.
	Notices []string
}
