package mesh

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"hotshard/runtime/world"
)

// Small messages between nodes are JSON; those of which there are many are written by hand.

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values of our own
	}
	return b
}

func putUint(to []byte, n uint64) []byte { return binary.AppendUvarint(to, n) }

func putText[T ~string | ~[]byte](to []byte, s T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// scan reads what was put. After an error everything is zero.
type scan struct {
	b   []byte
	bad bool
}

var errScan = errors.New("a message between nodes is cut short")

func (r *scan) uint() uint64 {
	n, used := binary.Uvarint(r.b)
	if used <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[used:]
	return n
}

func (r *scan) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *scan) text() string { return string(r.bytes()) }

func (r *scan) more() bool { return len(r.b) > 0 && !r.bad }

func (r *scan) err() error {
	if r.bad {
		return errScan
	}
	return nil
}

// ref names a player's connection: where they are at home, and which of theirs there it is.
type ref struct {
	home   world.NodeID
	conn   uint64 // 0: nobody's
	binary bool   // it takes the binary frames
	gone   bool   // there is none at the moment: it is about the player alone
}

func (c ref) put(to []byte) []byte {
	flags := uint64(0)
	if c.binary {
		flags |= 1
	}
	if c.gone {
		flags |= 2
	}
	return putUint(putUint(putText(to, c.home), c.conn), flags)
}

func (r *scan) ref() ref {
	c := ref{home: world.NodeID(r.text()), conn: r.uint()}
	flags := r.uint()
	c.binary, c.gone = flags&1 != 0, flags&2 != 0
	return c
}
