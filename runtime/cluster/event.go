package cluster

import (
	"time"

	"hotshard/runtime/world"
)

// Row is what the table of owners says of a subject.
type Row struct {
	Subject world.Address
	Owner   world.NodeID // "" where it was let go of, or never owned
	Epoch   world.Epoch
	Live    bool // the lease was not over, by the database's clock, when this was read
}

// Place says which node an orphan is best begun on, as far as the one that looks knows.
type Place int8

// The places.
const (
	Anywhere  Place = iota
	Mine            // it is asked for at once
	Elsewhere       // it is left to another one, for a while
)

// free says whether a node may acquire the subject.
func (r Row) free(by world.NodeID) bool { return r.Owner == "" || r.Owner == by || !r.Live }

// MoveID names a move: the node that began it, and its number there.
type MoveID struct {
	By world.NodeID
	N  uint64
}

// Image is a subject as bytes, and their hash. What is in it is the host's business.
type Image struct {
	Hash uint64
	Data []byte
}

// Event is what a node hears. Wake, what somebody wants, answers of the table, messages of
// other nodes, and what has become of an action at home.
type Event interface{ event() }

// Wake is that the time has come which Next has said.
type Wake struct{}

// Want is that a subject is to run: here, unless another node has it.
type Want struct{ Subject world.Address }

// LetGo is that a subject is not needed any more. What it has had written is answered.
type LetGo struct{ Subject world.Address }

// MoveTo is that a subject that runs here is to run on another node.
type MoveTo struct {
	Subject world.Address
	To      world.NodeID
}

// Refused is that a write was refused for its epoch.
type Refused struct{ Fence world.Fence }

// Answers of the table, to what was asked under a number. A request that has failed may have
// been done all the same: Failed says no more than that nobody knows.
type (
	// Granted answers Acquire.
	Granted struct {
		Ask   uint64
		Epoch world.Epoch
	}
	// Denied answers Acquire: it was not done, and Row is why.
	Denied struct {
		Ask uint64
		Row Row
	}
	// Renewed answers Renew: what is not among Lost is renewed.
	Renewed struct {
		Ask  uint64
		Lost []Row
	}
	// Released answers Release, also where there was nothing to let go of.
	Released struct{ Ask uint64 }
	// Looked answers Look: who is owned by somebody whose lease is over.
	Looked struct {
		Ask     uint64
		Orphans []Row
		Places  map[world.Address]Place // where they are best begun; nil: anywhere
	}
	// Failed answers anything.
	Failed struct{ Ask uint64 }
)

// What has become of an action at home.
type (
	// Frozen answers Freeze: it stands, nothing it has asked the store is unanswered, and
	// this is its image.
	Frozen struct {
		Subject world.Address
		Image   Image
	}
	// Unfrozen answers Freeze, too: it cannot be frozen, and stands.
	Unfrozen struct {
		Subject world.Address
		Why     string
	}
	// Prepared answers Prepare: it was made of the image, does not run, and has this hash
	// when it is written down again.
	Prepared struct {
		Move MoveID
		Hash uint64
	}
	// Unprepared answers Prepare, too.
	Unprepared struct {
		Move MoveID
		Why  string
	}
)

// Got is a message of another node, by the bus: late, twice, or from before.
type Got struct {
	From    world.NodeID
	Message Message
}

func (Wake) event()       {}
func (Want) event()       {}
func (LetGo) event()      {}
func (MoveTo) event()     {}
func (Refused) event()    {}
func (Granted) event()    {}
func (Denied) event()     {}
func (Renewed) event()    {}
func (Released) event()   {}
func (Looked) event()     {}
func (Failed) event()     {}
func (Frozen) event()     {}
func (Unfrozen) event()   {}
func (Prepared) event()   {}
func (Unprepared) event() {}
func (Got) event()        {}

// Message is what nodes tell each other. Nothing is decided by it alone: whoever does what
// it says asks the table first.
type Message interface{ message() }

type (
	// Offer asks whether the other node takes a subject.
	Offer struct {
		Move    MoveID
		Subject world.Address
	}
	// Ready says that it does.
	Ready struct{ Move MoveID }
	// No says that it does not, or that it has given it up.
	No struct {
		Move MoveID
		Why  string
	}
	// Handed brings the subject, as it was when its owner of that epoch froze it.
	Handed struct {
		Move  MoveID
		Fence world.Fence
		Image Image
	}
	// Taken says that it runs on the node that sends this.
	Taken struct{ Move MoveID }
	// Withdrawn says that it goes on where it was.
	Withdrawn struct{ Move MoveID }
)

func (Offer) message()     {}
func (Ready) message()     {}
func (No) message()        {}
func (Handed) message()    {}
func (Taken) message()     {}
func (Withdrawn) message() {}

// Action is what a node is to do next, in the order in which they come.
type Action interface{ action() }

// What is asked of the table. Each is one transaction, is done with the node's own name, and
// is answered under its number, or not at all.
type (
	// Acquire makes this node the owner, in the epoch after the one named, where that is the
	// subject's epoch still and nobody owns it, or this node does, or From. From is a node
	// that has said so, in Handed.
	Acquire struct {
		Ask     uint64
		Subject world.Address
		After   world.Epoch
		From    world.NodeID
	}
	// Renew makes leases last from now on, of those that are not over.
	Renew struct {
		Ask  uint64
		Held []world.Fence
	}
	// Release lets go of a subject; its epoch stays.
	Release struct {
		Ask   uint64
		Fence world.Fence
	}
	// Look reads who is owned by somebody whose lease is over.
	Look struct{ Ask uint64 }
)

// What is done at home.
type (
	// Run lets a subject play. From says what it begins with.
	Run struct {
		Fence world.Fence
		From  Origin
		Move  MoveID // of Arrived
	}
	// Stop has it stand, with all it has in memory. Nothing of it is written any more.
	Stop struct{ Subject world.Address }
	// Drop forgets it: another node has it, or will.
	Drop struct{ Subject world.Address }
	// Freeze has it stand and asks for its image. A Run ends that as well.
	Freeze struct{ Subject world.Address }
	// Prepare makes it of an image, beside what runs.
	Prepare struct {
		Move    MoveID
		Subject world.Address
		Image   Image
	}
	// Discard forgets what was prepared.
	Discard struct{ Move MoveID }
	// Owned says who owns what was wanted.
	Owned struct{ Row Row }
	// Moved is the end of a move that was begun here; Why is "" where it was done.
	Moved struct {
		Move    MoveID
		Subject world.Address
		To      world.NodeID
		Why     string
	}
	// Send gives the bus a message.
	Send struct {
		To      world.NodeID
		Message Message
	}
)

// Origin is what a subject begins to run with.
type Origin int

// The origins.
const (
	Anew    Origin = iota // what the database has of it
	Kept                  // what it has had in memory when it stopped
	Arrived               // what was prepared of an image
)

func (Acquire) action() {}
func (Renew) action()   {}
func (Release) action() {}
func (Look) action()    {}
func (Run) action()     {}
func (Stop) action()    {}
func (Drop) action()    {}
func (Freeze) action()  {}
func (Prepare) action() {}
func (Discard) action() {}
func (Owned) action()   {}
func (Moved) action()   {}
func (Send) action()    {}

// never is later than everything.
const never = time.Duration(1<<63 - 1)
