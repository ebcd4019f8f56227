package physics

import (
	"fmt"

	"hotshard/runtime/world"
)

// Code says what kind of refusal an Error is. A Code is itself an error, so
// errors.Is(err, physics.InWarp) asks for it.
type Code string

// The refusals.
const (
	UnknownBody   Code = "unknown_body"   // the body that was to act is not in this space (any more)
	UnknownTarget Code = "unknown_target" // the target is not in this space (any more)
	OutOfSight    Code = "out_of_sight"   // the target moves and is in another bubble
	Duplicate     Code = "duplicate"      // a body with this id is already here
	Immobile      Code = "immobile"       // a celestial cannot be given orders
	InWarp        Code = "in_warp"        // nothing can be ordered until the ship has landed
	TooClose      Code = "too_close"      // nearer than the shortest warp
	NoWarpDrive   Code = "no_warp_drive"  // warp speed or maximum speed is 0
	BadValue      Code = "bad_value"      // a number that is not finite or out of bounds
)

// Error returns the code's name.
func (c Code) Error() string { return string(c) }

// Error is how every order and every Add is refused: which operation, on which
// body, what kind of refusal, and one sentence for a person that says what is
// wrong and what to do about it.
type Error struct {
	Op     string         // "warp", "add"
	ID     world.EntityID // the body that was to act
	Target world.EntityID // 0 where there is none
	Code   Code
	Reason string // a whole sentence, without the operation
}

// Error returns the operation and the sentence.
func (e *Error) Error() string { return e.Op + ": " + e.Reason }

// Unwrap returns the code, for errors.Is.
func (e *Error) Unwrap() error { return e.Code }

// refuse builds an Error without a target.
func refuse(op string, id world.EntityID, code Code, format string, args ...any) *Error {
	return &Error{Op: op, ID: id, Code: code, Reason: fmt.Sprintf(format, args...)}
}

func unknownBody(op string, id world.EntityID) *Error {
	return refuse(op, id, UnknownBody,
		"nothing with the id %d is in this system: it was removed or has jumped away; take the id from a fresh snapshot", id)
}
