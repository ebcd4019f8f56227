package gate

import (
	"encoding/binary"
	"errors"
	"os"

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
// counts what gws does not tell of, and keeps what gws has of a message that is not
// complete, so that reading can stop at any moment and go on elsewhere.
type frames struct {
	client  *client
	head    [14]byte // of the frame that begins: two bytes, a length, a mask
	have    int      // of it
	payload uint64   // still to come of the frame
	pieces  int      // of the message
	late    int      // bytes that came after the client was told to go
	err     error

	tail  []byte // the message so far, as it was sent; control frames are no part of it
	start int    // where in the tail, and what follows it, the frame in hand begins
	again []byte // to be read once more, before what comes
}

// Read reads, and closes the connection at a message in too many frames.
func (f *frames) Read(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.next(b)
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

// next reads what is to be read again, then what comes.
func (f *frames) next(b []byte) (int, error) {
	if len(f.again) > 0 {
		n := copy(b, f.again)
		if f.again = f.again[n:]; len(f.again) == 0 {
			f.again = nil
		}
		return n, nil
	}
	n, err := f.client.out.conn.Read(b)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && f.client.gate.held.Load() {
		f.client.parked = true
	}
	return n, err
}

// pass follows the frames in b.
func (f *frames) pass(b []byte) error {
	kept := 0 // up to where b is dealt with
	for i := 0; i < len(b); {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(b)-i))
			f.payload -= n
			i += int(n)
		} else {
			if f.have == 0 {
				f.start = len(f.tail) + i - kept
			}
			f.head[f.have] = b[i]
			f.have++
			i++
			if f.have < f.length() {
				continue
			}
			f.have = 0
			if err := f.begin(); err != nil {
				return err
			}
		}
		if f.payload == 0 && f.whole(b[kept:i]) {
			kept = i
		}
	}
	f.tail = append(f.tail, b[kept:]...)
	return nil
}

// whole is the end of a frame, before which b came after the tail. It says whether b is
// dealt with: the message is complete, or a control frame is.
func (f *frames) whole(b []byte) bool {
	switch {
	case f.head[0]&15 >= 8:
		if f.start < len(f.tail) {
			f.tail = f.tail[:f.start]
			return true
		}
		f.tail = append(f.tail, b[:f.start-len(f.tail)]...)
		return true
	case f.head[0]&128 != 0:
		f.tail = nil
		return true
	}
	return false
}

// unread is what has come and was not taken as a message: it is to be read again.
func (f *frames) unread() []byte { return append(f.tail, f.again...) }

// rewind begins with what was not taken, wherever it was read.
func (f *frames) rewind(unread []byte) { *f = frames{client: f.client, again: unread} }

// undo has a message read again that was taken and not carried out. What has come of the
// next one stays behind it.
func (f *frames) undo(payload []byte) {
	head := []byte{0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0} // masked by zeros
	binary.BigEndian.PutUint16(head[2:], uint16(len(payload)))
	f.client.undone = append(append(f.client.undone, head...), payload...)
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
