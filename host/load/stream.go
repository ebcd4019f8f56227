package load

import "encoding/binary"

// The opcodes of WebSocket frames (RFC 6455, section 5.2) as they come up here.
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPing   = 9
)

// headBytes is how much of a message says whether it is worth the rest.
const headBytes = 40

// maxControl is the longest message that is kept whole whatever it says.
const maxControl = 1 << 24

// stream takes the bytes of one server apart into messages. It keeps nothing of a
// message whose rest nobody wants, and nothing at all between messages.
type stream struct {
	part  []byte // of a header, or of a message that is wanted
	need  int    // bytes of the message that are still to come
	op    byte
	in    bool // within a message
	skip  bool // whose rest nobody wants
	wants bool // ... or everybody, as has been decided
}

// reader is who gets the messages of a stream.
type reader interface {
	// head sees the beginning of a message, at least headBytes of it or all, and
	// says whether the whole is wanted.
	head(op byte, head []byte, size int) bool
	// message gets a whole message that was wanted. It is only lent.
	message(op byte, payload []byte)
}

// feed takes in what has come. It returns false when that is not what a server
// may send.
func (s *stream) feed(b []byte, r reader) bool {
	for len(b) > 0 {
		if !s.in {
			var ok bool
			if b, ok = s.header(b); !ok {
				return false
			}
			if !s.in {
				return true // more of the header is to come
			}
		}
		b = s.body(b, r)
	}
	return true
}

// header reads a frame's header, which may come in parts, and returns what is
// behind it. An empty message is over with that.
func (s *stream) header(b []byte) ([]byte, bool) {
	kept := len(s.part)
	h := b
	if kept > 0 {
		h = append(s.part, b[:min(len(b), 10)]...)
	}
	n := headerSize(h)
	if n == 0 {
		s.part = append(s.part[:0], h...)
		return nil, true
	}
	size, ok := payloadSize(h)
	if !ok {
		return nil, false
	}
	s.op, s.need, s.in, s.skip, s.wants, s.part = h[0]&15, size, true, false, false, nil
	return b[n-kept:], true
}

// headerSize returns how long the header is that b begins with, 0 where b is too
// short for all of it.
func headerSize(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := 2
	switch b[1] & 127 {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	if len(b) < n {
		return 0
	}
	return n
}

// payloadSize reads the size from a header. A server neither masks nor fragments
// (this one does not), and no message of its is longer than maxControl.
func payloadSize(h []byte) (int, bool) {
	if h[0]&0x80 == 0 || h[1]&0x80 != 0 {
		return 0, false
	}
	size := uint64(h[1] & 127)
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		size = binary.BigEndian.Uint64(h[2:])
	}
	return int(size), size <= maxControl
}

// body takes what b has of the message and returns what is behind that.
func (s *stream) body(b []byte, r reader) []byte {
	n := min(s.need, len(b))
	chunk, rest := b[:n], b[n:]
	s.need -= n
	if s.skip {
		s.in = s.need > 0
		return rest
	}
	payload := chunk
	if len(s.part) > 0 || s.wants {
		s.part = append(s.part, chunk...)
		payload = s.part
	}
	if !s.wants && (len(payload) >= headBytes || s.need == 0) {
		s.wants = r.head(s.op, payload, len(payload)+s.need)
		s.skip = !s.wants
	}
	switch {
	case s.need == 0:
		if s.wants {
			r.message(s.op, payload)
		}
		s.in, s.part = false, nil
	case s.skip:
		s.part = nil
	case len(s.part) == 0:
		s.part = append(make([]byte, 0, len(payload)+s.need), payload...)
	}
	return rest
}
