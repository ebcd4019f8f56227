package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"hotshard/runtime/world"
)

// Protocol is what this build speaks, and oldest what it understands. They are raised when a
// message of any kind means something else than before.
const (
	Protocol = 1
	oldest   = 1
)

// Kind is what a message is about. The numbers are their users', from 1 to 255.
type Kind uint8

// envelope is what stands before the data of a message.
type envelope struct {
	protocol uint8
	kind     Kind
	from     world.NodeID
	number   uint64        // of the message, by its sender
	part     uint32        // of
	parts    uint32        // so many
	patience time.Duration // of who asks, 0 for what is not answered
}

// mostParts bounds a message: 64 MiB where the bus takes one MiB at once.
const mostParts = 64

// append writes the envelope.
func (e envelope) append(to []byte) []byte {
	to = append(to, e.protocol, byte(e.kind), byte(len(e.from)))
	to = append(to, e.from...)
	to = binary.AppendUvarint(to, e.number)
	to = binary.AppendUvarint(to, uint64(e.part))
	to = binary.AppendUvarint(to, uint64(e.parts))
	return binary.AppendUvarint(to, uint64(e.patience/time.Millisecond))
}

var errEnvelope = errors.New("it does not begin as a message of a node does")

// errProtocol is that a message is of another protocol than those that are understood.
type errProtocol struct {
	from   world.NodeID
	speaks uint8
}

// Error says what to do.
func (e *errProtocol) Error() string {
	return fmt.Sprintf("%s speaks protocol %d, and this node %d to %d: bring the older of them up to date", e.from, e.speaks, oldest, Protocol)
}

// open reads the envelope and returns what is in it.
func open(b []byte) (e envelope, data []byte, err error) {
	if len(b) < 3 || len(b) < 3+int(b[2]) {
		return e, nil, errEnvelope
	}
	e.protocol, e.kind, e.from = b[0], Kind(b[1]), world.NodeID(b[3:3+int(b[2])])
	if e.protocol < oldest || e.protocol > Protocol {
		return e, nil, &errProtocol{e.from, e.protocol}
	}
	b = b[3+len(e.from):]
	var numbers [4]uint64
	for i := range numbers {
		n, used := binary.Uvarint(b)
		if used <= 0 {
			return e, nil, errEnvelope
		}
		numbers[i], b = n, b[used:]
	}
	if numbers[2] == 0 || numbers[2] > mostParts || numbers[1] >= numbers[2] {
		return e, nil, errEnvelope
	}
	e.number, e.part, e.parts = numbers[0], uint32(numbers[1]), uint32(numbers[2])
	e.patience = time.Duration(min(numbers[3], uint64(mostPatience/time.Millisecond))) * time.Millisecond
	return e, b, nil
}

// gathering puts messages together that come in parts. Parts of one sender come in their
// order, so that there is never more than one message of each in the making.
type gathering map[world.NodeID]*gathered

type gathered struct {
	number uint64
	next   uint32
	data   []byte
}

// add takes a part in; whole says that data is a whole message.
func (g gathering) add(e envelope, part []byte) (data []byte, whole bool) {
	if e.parts == 1 {
		delete(g, e.from) // what was begun before has lost its end
		return part, true
	}
	m := g[e.from]
	if e.part == 0 {
		m = &gathered{number: e.number}
		g[e.from] = m
	}
	if m == nil || m.number != e.number || m.next != e.part {
		delete(g, e.from) // a part is lost, and so is the message
		return nil, false
	}
	m.data, m.next = append(m.data, part...), m.next+1
	if m.next < e.parts {
		return nil, false
	}
	delete(g, e.from)
	return m.data, true
}
