package system

import (
	"errors"

	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// What a sender may hear at once.
var (
	ErrBusy = errors.New("the system has more to do than it can take in: try again in a moment")
	ErrGone = errors.New("the system has just been unloaded")
)

// Message is something for a system's inbox. All but Do and Between are plain
// values, so that they can cross a network later.
type Message interface {
	// deliver runs on the system's goroutine, between two ticks' physics.
	deliver(s *System)
	// refusable says that a full inbox may turn it away. Messages whose number
	// somebody else bounds (one Enter per player, one Answer per Call) are not.
	refusable() bool
}

// Why a player comes in. Scripts are told; it is also why one has left, where that
// was by a jump.
const (
	ReasonLogin   = "login"
	ReasonJump    = "jump"    // through a gate
	ReasonRestore = "restore" // they were in already, and the system has restarted
)

// Enter brings a player in, with From and Gate where Reason is ReasonJump. Back says
// that they were last in the system they come to.
type Enter struct {
	Character Character
	Client    Client
	Reason    string
	From      string
	Gate      world.EntityID
	Back      bool
}

// Attach gives a player who is in the system a new connection.
type Attach struct {
	Player world.CharacterID
	Client Client
}

// Detach says that the connection of a player is gone. They stay for as long as the
// gate keeps their session: an Attach or a Leave follows.
type Detach struct {
	Player world.CharacterID
	Client Client
}

// Leave takes a player out of the game; what is kept of them is saved.
type Leave struct {
	Player world.CharacterID
	Reason string
}

// Command is a player's request, answered through Client.
type Command struct {
	Player world.CharacterID
	Client Client
	ID     uint64
	Name   string
	Args   world.Value
	Hops   int
	Work   span.ID // see package span; it is not recorded
}

// Event is a message from another system's scripts: event.NAME(from, ...) is
// called here. Release is the sender's when it was sent.
type Event struct {
	From    world.Address
	Release int
	Name    string
	Args    []world.Value
	Work    span.ID
}

// Call asks a service for the result of a function; it answers with an Answer
// to From. Release is the asker's when it was sent.
type Call struct {
	From    world.Address
	Release int
	ID      uint64
	Func    string
	Args    []world.Value
	Work    span.ID
}

// Answer holds the results of the Call with the same ID.
type Answer struct {
	ID     uint64
	Values []world.Value
	Err    string // "" for success
}

// Do runs a function on the system's goroutine at the start of a tick: how
// the console comes in.
type Do func(*System)

// Between runs a function between two ticks, when no Lua of the system runs: the
// moment at which scripts are replaced. It does not wait for the next tick.
type Between func(*System)

func (Enter) refusable() bool   { return false }
func (Attach) refusable() bool  { return false }
func (Detach) refusable() bool  { return false }
func (Leave) refusable() bool   { return false }
func (Command) refusable() bool { return true }
func (Event) refusable() bool   { return true }
func (Call) refusable() bool    { return true }
func (Answer) refusable() bool  { return false }
func (Do) refusable() bool      { return false }
func (Between) refusable() bool { return false }

func (m Enter) deliver(s *System)   { s.enter(m) }
func (m Attach) deliver(s *System)  { s.attach(m) }
func (m Detach) deliver(s *System)  { s.detach(m) }
func (m Leave) deliver(s *System)   { s.leave(m) }
func (m Command) deliver(s *System) { s.command(m) }
func (m Event) deliver(s *System)   { s.event(m) }
func (m Call) deliver(s *System)    { s.serve(m) }
func (m Answer) deliver(s *System)  { s.calls.answer(m, &s.scripts) }
func (m Do) deliver(s *System)      { m(s) }
func (m Between) deliver(s *System) { m(s) }
