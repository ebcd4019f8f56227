package hostile

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"hotshard/runtime/gate/wire"
)

// socket is a WebSocket of which every byte is the attacker's own.
type socket struct {
	net.Conn
	r *bufio.Reader
}

const handshake = "GET /play HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + wire.SubprotocolJSON + "\r\n\r\n"

// errTurnedAway is a connection that ended before it was a socket.
var errTurnedAway = errors.New("turned away before the handshake")

// open makes a socket on which nobody is signed in. It is cut off when ctx ends.
func (t *Target) open(ctx context.Context, from netip.Addr) (*socket, error) {
	c, err := t.dial(ctx, from)
	if err != nil {
		return nil, errors.Join(errTurnedAway, err)
	}
	context.AfterFunc(ctx, func() { abort(c) })
	s := &socket{c, bufio.NewReader(c)}
	if _, err = io.WriteString(c, handshake); err == nil {
		var resp *http.Response
		if resp, err = http.ReadResponse(s.r, nil); err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
			err = fmt.Errorf("the handshake is answered %s", resp.Status)
		}
	}
	if err != nil {
		abort(c)
		return nil, errors.Join(errTurnedAway, err)
	}
	return s, nil
}

// sign makes a socket on which an account is signed in.
func (t *Target) sign(ctx context.Context, from netip.Addr, name, password string) (*socket, error) {
	s, err := t.open(ctx, from)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(1, "login", map[string]any{"name": name, "password": password})
	if err == nil && !a.OK {
		err = fmt.Errorf("login: %s", a.code())
	}
	return s, err
}

// The opcodes of frames, with the bit that says that it is the last of a message.
const (
	opContinue = 0x80
	opText     = 0x81
	opBinary   = 0x82
	opClose    = 0x88
	opPing     = 0x89
	opPong     = 0x8A
)

// header is that of a frame under a mask of zeros.
func header(op byte, size int) []byte {
	b := []byte{op, 0x80}
	switch {
	case size < 126:
		b[1] |= byte(size)
	case size < 1<<16:
		b[1] |= 126
		b = binary.BigEndian.AppendUint16(b, uint16(size))
	default:
		b[1] |= 127
		b = binary.BigEndian.AppendUint64(b, uint64(size))
	}
	return append(b, 0, 0, 0, 0)
}

func frame(op byte, payload string) []byte { return append(header(op, len(payload)), payload...) }

// text sends a message.
func (s *socket) text(payload string) error {
	_, err := s.Write(frame(opText, payload))
	return err
}

// read reads one frame.
func (s *socket) read() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return 0, nil, err
	}
	size := uint64(head[1] & 127)
	var long [8]byte
	switch size {
	case 126:
		_, err = io.ReadFull(s.r, long[6:])
		size = binary.BigEndian.Uint64(long[:])
	case 127:
		_, err = io.ReadFull(s.r, long[:])
		size = binary.BigEndian.Uint64(long[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(s.r, payload)
	return head[0], payload, err
}

// answer is what a request was answered.
type answer struct {
	Re    *uint64
	OK    bool
	Error struct{ Code string }
	Ev    string
	Code  string // of closing
	Token string // of welcome
}

func (a *answer) code() string { return a.Error.Code }

// ask sends a request and waits for its answer.
func (s *socket) ask(id uint64, command string, args any) (*answer, error) {
	b, err := json.Marshal(map[string]any{"id": id, "cmd": command, "args": args})
	if err != nil {
		return nil, err
	}
	if err := s.text(string(b)); err != nil {
		return nil, err
	}
	return s.until(func(a *answer) bool { return a.Re != nil && *a.Re == id })
}

// until reads messages up to one that suits.
func (s *socket) until(suits func(*answer) bool) (*answer, error) {
	for {
		op, payload, err := s.read()
		switch {
		case err != nil:
			return nil, err
		case op == opClose:
			return nil, closedWith(payload)
		case op != opText:
			continue
		}
		var a answer
		if err := json.Unmarshal(payload, &a); err != nil {
			return nil, fmt.Errorf("the shard says %.100q: %w", payload, err)
		}
		if suits(&a) {
			return &a, nil
		}
	}
}

// closed is the close frame by which a socket ended.
type closed struct {
	status uint16
	reason string
}

func (c *closed) Error() string { return fmt.Sprintf("closed with %d %s", c.status, c.reason) }

func closedWith(payload []byte) error {
	c := &closed{}
	if len(payload) >= 2 {
		c.status, c.reason = binary.BigEndian.Uint16(payload), string(payload[2:])
	}
	return c
}

// ending reads to the end of the socket, and returns the close frame.
func (s *socket) ending() (*closed, error) {
	var last *closed
	for {
		op, payload, err := s.read()
		switch {
		case err != nil && last != nil:
			return last, nil
		case err != nil:
			return nil, fmt.Errorf("ended without a close frame: %w", err)
		case op == opClose:
			errors.As(closedWith(payload), &last)
		}
	}
}

// endsWith says whether the socket ends with a status and, for "" any, a reason.
func (s *socket) endsWith(status uint16, reason string) error {
	c, err := s.ending()
	switch {
	case err != nil:
		return err
	case c.status != status || !strings.HasPrefix(c.reason, reason):
		return fmt.Errorf("%w, want %d %s", c, status, reason)
	}
	return nil
}
