package gate

import (
	"encoding/binary"
	"errors"

	"hotshard/runtime/gate/peer"
)

// maxFragments is how many frames a message may come in. No honest client has a
// reason to cut 16 KiB at all; without a bound, empty pieces of a message that never
// ends cost the server time and count as nothing.
const maxFragments = 32

// lateMost is how many bytes are read of somebody who was told to go: what may have been
// under way then. Who goes on sending is cut off, and may miss the reason.
const lateMost = 256 << 10

var errFragments = errors.New("a message in too many frames")

// frames looks at the frames that come by, before gws puts messages together: it
// counts what gws does not tell of.
type frames struct {
	client  *client
	head    [14]byte // of the frame that begins: two bytes, a length, a mask
	have    int      // of it
	payload uint64   // still to come of the frame
	pieces  int      // of the message
	late    int      // bytes that came after the client was told to go
	err     error
}

// Read reads, and closes the connection at a message in too many frames.
func (f *frames) Read(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.client.out.conn.Read(b)
	if f.client.phase.Load() == phaseEnding {
		if f.late += n; f.late > lateMost {
			f.client.out.die() // the next read fails
		}
	}
	if f.err = f.pass(b[:n]); f.err != nil {
		f.client.gate.cfg.Refusals.Add(peer.Fragments)
		f.client.out.end(closeFrame(statusPolicy, f.err.Error()))
		return 0, f.err
	}
	return n, err
}

// pass follows the frames in b.
func (f *frames) pass(b []byte) error {
	for len(b) > 0 {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(b)))
			f.payload -= n
			b = b[n:]
			continue
		}
		f.head[f.have] = b[0]
		f.have++
		b = b[1:]
		if f.have < f.length() {
			continue
		}
		f.have = 0
		if err := f.begin(); err != nil {
			return err
		}
	}
	return nil
}

// length is that of the header, as far as is known.
func (f *frames) length() int {
	n := 2
	if f.have < n {
		return n
	}
	switch f.head[1] & 127 {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.head[1]&128 != 0 {
		n += 4
	}
	return n
}

// begin is a whole header.
func (f *frames) begin() error {
	switch n := f.head[1] & 127; n {
	case 126:
		f.payload = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		f.payload = binary.BigEndian.Uint64(f.head[2:])
	default:
		f.payload = uint64(n)
	}
	opcode, last := f.head[0]&15, f.head[0]&128 != 0
	switch {
	case opcode >= 8: // control frames come between, and are counted as requests
		return nil
	case last:
		f.pieces = 0
		return nil
	}
	if f.pieces++; f.pieces >= maxFragments || f.payload == 0 && opcode == 0 {
		return errFragments
	}
	return nil
}
