package wire

import (
	"encoding/binary"
	"sync"

	"hotshard/runtime/world"
)

// Frame is one message on its way to any number of players. It is encoded when
// the first player with a codec is sent it; Bytes is then the same slice for all.
// What it was made from must not change until the last Send has returned.
type Frame struct {
	kind     Kind
	snapshot *Snapshot
	packed   *Frame // the snapshot for everybody, nil where the frame is that
	delta    *Delta
	pieces   *Pieces // whose frame this is
	text     []byte
	encoded  [codecs]struct {
		once  sync.Once
		bytes []byte
		from  int // where the payload begins
	}
}

// NewSnapshot makes the frame of a snapshot.
func NewSnapshot(s *Snapshot) *Frame { return &Frame{kind: KindSnapshot, snapshot: s} }

// For returns the frame of the same snapshot for the pilot of a ship. Packed it is
// the same bytes for everybody, and does not say whose it is: else a thousand
// players who arrive would make a thousand snapshots of the thousand.
func (f *Frame) For(you world.EntityID) *Frame {
	s := *f.snapshot
	s.You = you
	return &Frame{kind: KindSnapshot, snapshot: &s, packed: f}
}

// NewDelta makes the frame of a delta.
func NewDelta(d *Delta) *Frame { return &Frame{kind: KindDelta, delta: d} }

// NewEvent makes the frame of a named event. Fields are encoded at once and may
// change afterwards; one called "ev" is left out, as the name of the event stands
// there. Beside world.Value, integers of any type are understood.
func NewEvent(name string, fields map[string]world.Value) *Frame {
	return &Frame{kind: KindText, text: appendEvent(nil, name, fields)}
}

// EventOf makes the frame of an event whose Text is known.
func EventOf(text []byte) *Frame { return &Frame{kind: KindText, text: text} }

// Encoded makes a frame of the bytes of another for one codec, which Bytes has given. It is
// for players with that codec alone. nil where there is no such frame.
func Encoded(kind Kind, c Codec, whole []byte) *Frame {
	if c >= codecs || kind > KindDelta || len(whole) < 2 {
		return nil
	}
	f := &Frame{kind: kind}
	e := &f.encoded[c]
	e.once.Do(func() { e.bytes, e.from = whole, headerOf(whole) })
	return f
}

// headerOf is how long the header is that putHeader has put before a payload.
func headerOf(whole []byte) int {
	switch whole[1] {
	case 126:
		return min(4, len(whole))
	case 127:
		return min(maxHeader, len(whole))
	}
	return 2
}

// Text is the event as JSON, nil where the frame is none. It must not be written to.
func (f *Frame) Text() []byte { return f.text }

// Kind says what the frame carries: KindText, KindSnapshot or KindDelta.
func (f *Frame) Kind() Kind { return f.kind }

// Lent says that the bytes are those of this Frame only for now: see Pieces.
func (f *Frame) Lent() bool { return f.pieces != nil }

// Bytes returns the whole WebSocket frame, header included, ready to be written.
// The slice is shared: nobody may change it.
func (f *Frame) Bytes(c Codec) []byte {
	if c == Binary && f.packed != nil {
		return f.packed.Bytes(c)
	}
	if f.pieces != nil {
		return f.pieces.whole(c)
	}
	e := &f.encoded[c]
	e.once.Do(func() { e.bytes, e.from = f.encode(c) })
	return e.bytes
}

// Payload returns what is inside the WebSocket frame.
func (f *Frame) Payload(c Codec) []byte {
	if c == Binary && f.packed != nil {
		return f.packed.Payload(c)
	}
	whole := f.Bytes(c)
	if f.pieces != nil {
		return whole[f.pieces.start[c]:]
	}
	return whole[f.encoded[c].from:]
}

func (f *Frame) encode(c Codec) ([]byte, int) {
	buf := make([]byte, maxHeader, maxHeader+f.sizeHint(c))
	switch {
	case c == Binary && f.kind == KindDelta:
		buf = f.delta.appendBinary(buf)
	case c == Binary && f.kind == KindSnapshot:
		buf = f.snapshot.appendBinary(buf)
	case f.kind == KindSnapshot:
		buf = f.snapshot.appendJSON(buf)
	case f.kind == KindDelta:
		buf = f.delta.appendJSON(buf)
	default:
		if c == Binary {
			buf = append(buf, byte(KindText))
		}
		buf = append(buf, f.text...)
	}
	start := putHeader(buf, c)
	return buf[start:], maxHeader - start
}

// sizeHint guesses the payload so that encoding rarely grows the buffer.
func (f *Frame) sizeHint(c Codec) int {
	entities, motions := 0, 0
	switch f.kind {
	case KindSnapshot:
		entities = len(f.snapshot.Entities)
	case KindDelta:
		entities, motions = len(f.delta.Add), len(f.delta.Move)+len(f.delta.Turn)+len(f.delta.Gone)
	}
	if c == Binary {
		return 64 + len(f.text) + 72*entities + 36*motions
	}
	return 128 + len(f.text) + 260*entities + 160*motions
}

// maxHeader is the longest WebSocket header of a server: it masks nothing.
const maxHeader = 10

// putHeader writes the header of an unfragmented data frame right before the
// payload, which begins at buf[maxHeader], and returns where it starts (RFC 6455,
// section 5.2).
func putHeader(buf []byte, c Codec) int {
	const fin, text, binaryData = 0x80, 0x1, 0x2
	first := byte(fin | text)
	if c == Binary {
		first = fin | binaryData
	}
	n := len(buf) - maxHeader
	switch {
	case n < 126:
		buf[8], buf[9] = first, byte(n)
		return 8
	case n < 1<<16:
		buf[6], buf[7] = first, 126
		binary.BigEndian.PutUint16(buf[8:], uint16(n))
		return 6
	}
	buf[0], buf[1] = first, 127
	binary.BigEndian.PutUint64(buf[2:], uint64(n))
	return 0
}

// AppendReply appends the whole WebSocket frame of an answer to a request: the
// result, or the error if there is one.
func AppendReply(dst []byte, c Codec, id uint64, result world.Value, err *Error) []byte {
	base := len(dst)
	dst = append(dst, make([]byte, maxHeader)...)
	if c == Binary {
		dst = append(dst, byte(KindText))
	}
	dst = appendReplyText(dst, id, result, err)
	start := putHeader(dst[base:], c)
	return append(dst[:base], dst[base+start:]...)
}
