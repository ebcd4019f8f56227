package load

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"syscall"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// stage is how far a player has come.
type stage uint8

const (
	outside    stage = iota // no connection; act makes one
	connecting              // ... is being made
	upgrading               // the handshake is out
	signing                 // the login is out
	waiting                 // act sends the login once more
	playing                 // in the game
)

// patience is how long to wait before another try to come in.
const patience = 1e9 // ns

// slowLogin is how long a handshake or login may take until it is tried again.
const slowLogin = 30e9

// player is one connection and what is known about who plays on it.
type player struct {
	side  *side
	num   int
	fd    int
	stage stage
	gen   uint32 // of its timer
	in    stream
	out   []byte // what the kernel did not take yet

	request uint64
	asked   []ask // without an answer, oldest first

	ship   world.EntityID // 0 for none
	docked world.EntityID // 0 in space
	bubble uint32
	tick   uint64 // of the latest message about one
	at     int64  // when that came; 0: do not count from it
	course int64  // when the course was ordered that was not seen yet; 0 for none
	agreed bool   // it was accepted
	gap    int64  // the longest time without a message about a tick,
	gapOf  int64  // since when

	queued bool // waits for a seat in a full system
	came   bool // has been ready at least once
	going  bool // leaves, and is not to come back

	role // the scene's
}

// ask is a request that waits for its answer.
type ask struct {
	id     uint64
	at     int64
	what   string
	course bool
}

// act is what the player's timer does.
func (p *player) act() {
	switch p.stage {
	case outside:
		if p.going {
			return
		}
		p.connect()
	case connecting, upgrading, signing:
		p.hangUp()
		p.side.loop.timers.set(p, p.side.loop.now+patience)
	case waiting:
		p.login()
	case playing:
		p.side.scene.act(p)
	}
}

// after sets the player's timer.
func (p *player) after(ns int64) { p.side.loop.timers.set(p, p.side.loop.now+ns) }

func (p *player) connect() {
	l := p.side.loop
	fd, err := dial(p.side.to)
	if err == nil {
		err = l.poll.watch(fd, true, false)
	}
	if err != nil {
		p.side.trouble = err
		p.after(patience)
		return
	}
	p.fd, p.stage, p.in, p.out, p.asked = fd, connecting, stream{}, nil, p.asked[:0]
	p.course, p.at, p.tick, p.bubble = 0, 0, 0, 0
	l.byFD[int32(fd)] = p
	p.after(slowLogin)
}

// writable goes on with what is to be sent; at first, with the handshake.
func (p *player) writable() {
	if p.stage == connecting {
		p.stage = upgrading
		p.out = p.side.handshake
	}
	out := p.out
	p.out = nil
	p.side.loop.poll.watch(p.fd, false, true)
	p.write(out)
}

// write sends b, or keeps what does not go.
func (p *player) write(b []byte) {
	if p.fd < 0 || len(b) == 0 {
		return
	}
	if len(p.out) > 0 {
		p.out = append(p.out, b...)
		return
	}
	n, err := send(p.fd, b)
	switch {
	case err != nil:
		p.lost()
	case n < len(b):
		p.out = append([]byte(nil), b[n:]...)
		p.side.loop.poll.watch(p.fd, true, true)
	}
}

// read takes in what has come.
func (p *player) read(b []byte) {
	p.side.meter.bytes += int64(len(b))
	if p.stage == upgrading {
		p.welcomed(b)
		return
	}
	if !p.in.feed(b, p) {
		p.lost()
	}
}

// welcomed reads the answer to the handshake, which comes in one piece.
func (p *player) welcomed(b []byte) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || !bytes.HasPrefix(b, []byte("HTTP/1.1 101")) {
		p.hangUp()
		p.after(patience)
		return
	}
	if p.side.floor {
		p.side.enter(p)
	} else {
		p.login()
	}
	if rest := b[end+4:]; len(rest) > 0 && p.fd >= 0 && !p.in.feed(rest, p) {
		p.lost()
	}
}

func (p *player) login() {
	p.stage = signing
	p.after(slowLogin)
	p.sign("login")
}

// sign sends login or register, with the player's name and password.
func (p *player) sign(what string) {
	s := p.side
	args := append(append(s.args[:0], `"name":"`...), s.prefix...)
	args = strconv.AppendInt(args, int64(p.num), 10)
	args = append(append(append(args, `","password":"`...), s.password...), '"')
	p.order(what, args)
	s.args = args
}

// order sends a command. args is the inside of a JSON object, or nil.
func (p *player) order(what string, args []byte) {
	l := p.side.loop
	p.request++
	b := append(l.scratch[:0], make([]byte, requestHeader)...)
	b = append(b, `{"id":`...)
	b = strconv.AppendUint(b, p.request, 10)
	b = append(append(append(b, `,"cmd":"`...), what...), '"')
	if args != nil {
		b = append(append(append(b, `,"args":{`...), args...), '}')
	}
	l.scratch = append(b, '}')
	if !p.side.floor { // which never answers
		p.asked = append(p.asked, ask{id: p.request, at: l.now, what: what, course: p.course == l.now})
	}
	p.side.meter.orders++
	p.write(maskFrame(l.scratch, opText, l.rng.Uint32()))
}

// requestHeader is the room for a client's header: with a size of two bytes.
const requestHeader = 8

// maskFrame makes a client's frame of the payload behind requestHeader (RFC 6455,
// section 5.3), shorter than 64 KiB, and returns it.
func maskFrame(b []byte, op byte, key uint32) []byte {
	n := len(b) - requestHeader
	from := 0
	if n < 126 {
		from = 2
		b[2], b[3] = 0x80|op, 0x80|byte(n)
	} else {
		b[0], b[1] = 0x80|op, 0x80|126
		binary.BigEndian.PutUint16(b[2:], uint16(n))
	}
	binary.LittleEndian.PutUint32(b[4:], key)
	mask := b[4:8]
	for i := range b[requestHeader:] {
		b[requestHeader+i] ^= mask[i&3]
	}
	return b[from:]
}

// ordered sends a command that gives the ship a new course, and waits for the
// message that shows it.
func (p *player) ordered(what string, args []byte) {
	if p.course != 0 {
		p.side.meter.unanswered++
	}
	p.course, p.agreed = p.side.loop.now, p.side.floor
	p.order(what, args)
}

// head implements reader.
func (p *player) head(op byte, head []byte, size int) bool {
	p.side.meter.frames++
	switch {
	case op != opBinary:
		return true // a ping or the end
	case size == 0:
		return false
	}
	switch wire.Kind(head[0]) {
	case wire.KindText:
		return wanted(head[1:])
	case wire.KindSnapshot:
		p.snapshot(head)
		return false
	case wire.KindDelta:
		if p.side.own(size) {
			return true
		}
		n := p.side.known(head, size)
		if n == nil {
			return true
		}
		p.sees(n)
	}
	return false
}

// message implements reader.
func (p *player) message(op byte, payload []byte) {
	switch {
	case op == opPing:
		b := append(make([]byte, requestHeader, requestHeader+len(payload)), payload...)
		p.write(maskFrame(b, 10, p.side.loop.rng.Uint32()))
	case op == opClose:
		p.lost()
	case op != opBinary || len(payload) == 0:
	case wire.Kind(payload[0]) == wire.KindDelta && p.side.own(len(payload)):
		p.glance(payload)
	case wire.Kind(payload[0]) == wire.KindDelta:
		if n := p.side.learn(payload); n != nil {
			p.sees(n)
		}
	default:
		p.text(payload[1:])
	}
}

// hangUp closes the connection.
func (p *player) hangUp() {
	if p.fd < 0 {
		return
	}
	delete(p.side.loop.byFD, int32(p.fd))
	syscall.Close(p.fd)
	p.fd, p.stage = -1, outside
}

// lost deals with a connection that has ended, and comes back.
func (p *player) lost() {
	if p.fd < 0 {
		return
	}
	if p.stage == playing {
		p.side.leave(p)
		if !p.going {
			p.side.disconnects++
		}
	}
	p.hangUp()
	if !p.going {
		p.after(patience)
	}
}
