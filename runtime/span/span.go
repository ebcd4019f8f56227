// Package span follows a piece of work through systems and services: a player's command, what
// it asks of services and of the store. Most work is not followed, and costs nothing then but a
// look at an ID that is zero. Who keeps the spans stands above the machine.
package span

import "time"

// ID says which trace a piece of work belongs to, and below which of its spans. It goes along
// in messages; zero is work that nobody follows.
type ID struct {
	Trace [16]byte
	Span  [8]byte
}

// On says whether the work is followed.
func (i ID) On() bool { return i != ID{} }

// What spans are called; behind it comes which one: "command dock".
const (
	Receive = "receive" // the gate reads a player's command
	Command = "command" // from when a system begins it until it is answered
	Event   = "event"   // the handlers of what another system has sent
	Ask     = "ask"     // from a call of a service to its answer, with those who wait on the way
	Serve   = "serve"   // what the service does for it
	Outside = "outside" // work beside the systems: the store, above all
)

// Tracer keeps spans. Any goroutine may use it, and none of its methods may block.
type Tracer interface {
	// Root begins a trace, if this one is to be followed: nil where not.
	Root(kind, what string, at time.Time) Span
	// Below begins a span of a trace, which must be On.
	Below(parent ID, kind, what, where string, at time.Time) Span
}

// Span is a piece of work on its way.
type Span interface {
	ID() ID
	// End says when it was over, and what went wrong, nil for nothing.
	End(at time.Time, err error)
}

// Of is a span's ID, zero for none.
func Of(s Span) ID {
	if s == nil {
		return ID{}
	}
	return s.ID()
}

// End ends a span, if there is one.
func End(s Span, at time.Time, err error) {
	if s != nil {
		s.End(at, err)
	}
}
