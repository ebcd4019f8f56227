package gate

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"math"

	"hotshard/runtime/world"
)

// What Export writes, as bytes. Thousands of connections are written and read while nobody
// plays, so that each field is written by hand: a tenth of what reflection takes. The limits,
// which are few, are left to gob.

func (p *parted) encode() ([]byte, error) {
	b := make([]byte, 0, 96*(len(p.Sessions)+len(p.Clients))+64)
	b = binary.AppendUvarint(b, uint64(len(p.Sessions)))
	for i := range p.Sessions {
		b = p.Sessions[i].append(b)
	}
	b = binary.AppendUvarint(b, uint64(len(p.Clients)))
	for i := range p.Clients {
		b = p.Clients[i].append(b)
	}
	var limits bytes.Buffer
	err := gob.NewEncoder(&limits).Encode(&p.limits)
	return append(b, limits.Bytes()...), err
}

func (s *partedSession) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.ID))
	b = appendText(appendText(b, s.Name), s.Token)
	b = binary.AppendVarint(b, s.Dropped)
	return binary.AppendVarint(b, int64(s.Client))
}

func (c *partedClient) append(b []byte) []byte {
	for _, n := range [...]int64{int64(c.Conn), c.Heard, c.Acted, c.Pinged, c.Requests.Last, c.Patience.Last, int64(c.Failures), c.Behind} {
		b = binary.AppendVarint(b, n)
	}
	for _, f := range [...]float64{c.Requests.Tokens, c.Patience.Tokens} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	flags := byte(0)
	if c.Stale {
		flags |= partedStale
	}
	if c.Need {
		flags |= partedNeed
	}
	b = appendText(appendText(append(b, flags), c.Unread), c.Rest)
	b = binary.AppendUvarint(b, uint64(len(c.Queue)))
	for _, q := range c.Queue {
		b = appendText(append(b, q.What), q.Bytes)
	}
	return b
}

// The flags of a client.
const (
	partedStale = 1 << iota
	partedNeed
)

func appendText[T string | []byte](b []byte, text T) []byte {
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

// errParted is what is wrong with bytes that encode has not written.
var errParted = errors.New("bytes that are not of this build's writing")

// partedReader reads what encode has written. After an error all is zero.
type partedReader struct {
	b   []byte
	bad bool
}

func decodeParted(data []byte) (p parted, err error) {
	r := &partedReader{b: data}
	p.Sessions = make([]partedSession, r.count())
	for i := range p.Sessions {
		p.Sessions[i] = partedSession{ID: world.CharacterID(r.uint()), Name: string(r.bytes()), Token: string(r.bytes()), Dropped: r.int(), Client: int(r.int())}
	}
	p.Clients = make([]partedClient, r.count())
	for i := range p.Clients {
		r.client(&p.Clients[i])
	}
	if r.bad {
		return parted{}, errParted
	}
	return p, gob.NewDecoder(bytes.NewReader(r.b)).Decode(&p.limits)
}

func (r *partedReader) client(c *partedClient) {
	c.Conn, c.Heard, c.Acted, c.Pinged = int(r.int()), r.int(), r.int(), r.int()
	c.Requests.Last, c.Patience.Last, c.Failures, c.Behind = r.int(), r.int(), int(r.int()), r.int()
	c.Requests.Tokens, c.Patience.Tokens = r.float(), r.float()
	flags := r.byte()
	c.Stale, c.Need = flags&partedStale != 0, flags&partedNeed != 0
	c.Unread, c.Rest = r.bytes(), r.bytes()
	for n := r.count(); n > 0 && !r.bad; n-- {
		what := r.byte()
		r.bad = r.bad || what > uint8(isSnapshot)
		c.Queue = append(c.Queue, partedFrame{What: what, Bytes: r.bytes()})
	}
}

// count is how many of something follow, of which each takes a byte at least: one that cannot
// be is noticed before room is made for it.
func (r *partedReader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *partedReader) uint() uint64 {
	n, size := binary.Uvarint(r.b)
	if r.skip(size) {
		return n
	}
	return 0
}

func (r *partedReader) int() int64 {
	n, size := binary.Varint(r.b)
	if r.skip(size) {
		return n
	}
	return 0
}

func (r *partedReader) float() float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (r *partedReader) byte() byte {
	b := r.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// bytes is nil for none. They are part of what is read.
func (r *partedReader) bytes() []byte {
	n := r.count()
	if n == 0 {
		return nil
	}
	return r.take(n)
}

// take is the next so many bytes, nil where there are fewer.
func (r *partedReader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// skip goes on behind a number, and says whether there was one.
func (r *partedReader) skip(size int) bool {
	if r.bad || size <= 0 {
		r.bad, r.b = true, nil
		return false
	}
	r.b = r.b[size:]
	return true
}
