package system

import (
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// Character is what the shard keeps of a player between sessions and hands from
// system to system: plain values only.
type Character struct {
	ID      world.CharacterID
	Name    string
	System  world.SystemID
	Station world.EntityID // 0 in space
	Ship    *Ship          // nil: no ship in space
	Data    world.Value    // the table scripts keep about the player, nil for none
	Release int            // of the scripts that ran when Data was taken
	Moved   bool           // for the Saver: only position and velocity differ from the record before
}

// Ship is a ship as a plain value: all it takes to put it into space again.
// Lengths in metres, mass in kilograms, speed in m/s, warp in AU/s; Agility is the
// inertia modifier.
type Ship struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Mass    float64 `json:"mass"`
	Agility float64 `json:"agility"`
	Speed   float64 `json:"speed"`
	Radius  float64 `json:"radius"`
	Warp    float64 `json:"warp"`

	Pos world.Vec3 `json:"pos"`
	Vel world.Vec3 `json:"vel"`
}

// Saver takes what must be kept. Save never blocks: it hands the records to
// somebody who writes them, and a later record of a character replaces one that
// still waits.
type Saver interface {
	Save(records []Character)
}

// Client is a player's connection. Every method may be called from any goroutine
// and none blocks.
type Client interface {
	Send(f *wire.Frame)
	Reply(id uint64, result world.Value, err error)
	// Cork holds answers and events back until the next snapshot or delta, or
	// Uncork, so that one write does for all of them.
	Cork()
	Uncork()
	// NeedSnapshot says, once, that frames were lost and a delta would mislead.
	NeedSnapshot() bool
	Close(reason string)
}

// Keeper is a Client that may keep what it sees when its player changes ships where
// they are: it needs no snapshot then.
type Keeper interface{ KeepsView() bool }

// Round sends to many clients at once what they get in one tick. Between the first
// Send or Uncork and Flush the system calls no method of a Client but NeedSnapshot.
type Round interface {
	Send(to Client, f *wire.Frame)
	Uncork(to Client)
	Flush()
}

// oneByOne is a Round that lets everything go at once.
type oneByOne struct{}

func (oneByOne) Send(to Client, f *wire.Frame) { to.Send(f) }
func (oneByOne) Uncork(to Client)              { to.Uncork() }
func (oneByOne) Flush()                        {}

// Router is the rest of the shard as a system sees it. No method blocks.
type Router interface {
	// Send puts a message in the inbox of the system or service, starting it
	// where needed. The error is for the scripts: no such system, busy, down.
	Send(to world.Address, m Message) error
	// Jump hands a player who has left this system to another.
	Jump(to world.SystemID, m Enter) error
	// Crowd tells how full a system is that a player wants to jump to.
	Crowd(to world.SystemID) Crowd
	// Left says that the player is no longer in the game.
	Left(p world.CharacterID)
	// Forward routes a Command, an Attach, a Detach or a Leave whose player is no longer
	// in the system it was sent to.
	Forward(p world.CharacterID, m Message)
	// Unloaded says that the system has ended.
	Unloaded(s *System)
}
