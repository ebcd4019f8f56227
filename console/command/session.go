package command

import (
	"strconv"
	"sync/atomic"
	"time"
)

// Session is one operator at one connection.
type Session struct {
	Shard    Shard
	Registry *Registry
	Who      string // for the audit log: "amy"
	From     string // "socket", "ssh 10.0.0.7"
	Role     Role
	// Confirm is what the operator typed when asked for the shard's name.
	Confirm string
	JSON    bool // one JSON value wanted, whatever the line says
	// Interactive says that somebody looks at the results as they come.
	Interactive bool
	// Seat tells this session from others of the same operator: an account may be
	// that of several people.
	Seat string

	// Allowed says, before each command, whether the operator may still be here; nil
	// is always.
	Allowed func() error
	// Ended is called when a colleague ends the session, before it is closed; nil is
	// nothing to do.
	Ended func()

	emit     func(Result) error
	approved bool // a second person has approved of the line
	number   int  // among those who are on; 0 for none
}

// now is the time by the registry's clock.
func (s *Session) now() time.Time { return s.Registry.Clock.Now() }

// Emit sends a part of a result that goes on. An error means that nobody
// listens any more: the command ends with it.
func (s *Session) Emit(r Result) error {
	if s.emit == nil {
		return nil
	}
	r.AsJSON = s.JSON
	return s.emit(r)
}

// entry is the beginning of a line of the audit log.
func (s *Session) entry(line string) AuditEntry {
	return AuditEntry{At: s.now(), Who: s.Who, From: s.From, Command: line, Release: s.Shard.Identify().Release}
}

var seats atomic.Uint64

// NewSeat makes a name that tells a session from all others.
func NewSeat() string { return strconv.FormatUint(seats.Add(1), 10) }
