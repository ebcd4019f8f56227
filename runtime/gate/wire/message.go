package wire

import "hotshard/runtime/world"

// Codec is one of the two encodings of the protocol.
type Codec uint8

// The codecs. A connection has one for its whole life, chosen by subprotocol.
const (
	JSON   Codec = iota // every message is a JSON text
	Binary              // snapshots and deltas are packed, the rest is JSON behind a byte 0
	codecs = 2
)

// The WebSocket subprotocols that choose a codec.
const (
	SubprotocolJSON   = "hotshard.json.v1"
	SubprotocolBinary = "hotshard.bin.v1"
)

// Subprotocol returns the name of the codec in the handshake.
func (c Codec) Subprotocol() string {
	if c == Binary {
		return SubprotocolBinary
	}
	return SubprotocolJSON
}

// ParseSubprotocol returns the codec with the name.
func ParseSubprotocol(name string) (Codec, bool) {
	switch name {
	case SubprotocolJSON:
		return JSON, true
	case SubprotocolBinary:
		return Binary, true
	}
	return JSON, false
}

// Kind says what a message is. The values of the first three are the first byte
// of a message in the binary codec.
type Kind uint8

// The kinds of message.
const (
	KindText     Kind = 0 // an event with a name, or (where a client reads it) a reply
	KindSnapshot Kind = 1
	KindDelta    Kind = 2
	KindReply    Kind = 3
)

// MaxCoordinate bounds every position on the wire, in metres from the star
// (about 1,900 AU). What lies beyond is sent as if it lay on the border.
const MaxCoordinate = 1 << 48

// Motion is the course of one entity at a tick: with the motion law a client
// works out every later position from it, until it hears of another course.
type Motion struct {
	ID     world.EntityID
	Mode   uint8      // physics.Mode
	Pos    world.Vec3 // m, from the star
	Vel    world.Vec3 // m/s
	Target world.EntityID
	Point  world.Vec3 // m from the star, or a direction, as the mode wants it
	Range  float64    // m, or what else the mode wants
	Speed  float64    // m/s, the most it strives for
	Tau    float64    // s, time constant of the drag

	// SameEngine: Speed and Tau are what the client has heard before. The packed form
	// of a Delta leaves them out.
	SameEngine bool
}

// Turn is the new course of an entity that flew by its old one up to then. A client
// that has followed it knows where that was, so the packed form leaves Pos, Vel,
// Speed and Tau out; as JSON it is like any other Motion.
type Turn struct {
	Motion
	Ago uint8 // the tick whose step was the first by the new course, counted back from the delta's; at most MaxAgo
}

// MaxAgo is how long ago a Turn may have been, in ticks.
const MaxAgo = 15

// Snapshot is everything a player sees at a tick. It replaces what the client knew.
type Snapshot struct {
	Tick     world.Tick
	Hz       float64        // ticks a second of game time
	Dilation float64        // game seconds in a real second; 1: no slowing down
	You      world.EntityID // 0 where the system event has said it: see Frame.For
	Bubble   uint32
	Entities []Entity
}

// Delta is what changed for everybody in a bubble at a tick. Gone is applied
// first, then Add (which replaces an entity of the same id), then Move, then Turn.
type Delta struct {
	Tick world.Tick
	Add  []Entity
	Move []Motion
	Turn []Turn
	Gone []world.EntityID
}
