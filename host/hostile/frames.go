package hostile

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// The statuses by which the shard closes a socket for what came on it.
const (
	statusProtocol = 1002
	statusNotText  = 1007
	statusPolicy   = 1008
	statusTooLong  = 1009
	statusPrivate  = 4000
)

// maxMessage is what a message may have.
const maxMessage = 16 << 10

// breaks are frames that end a socket.
var breaks = []struct {
	name   string
	bytes  []byte
	status uint16
	kind   peer.Refusal
}{
	{"a length below 0", []byte{opBinary, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4}, statusProtocol, peer.BadFrame},
	{"the longest length", []byte{opBinary, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4}, statusTooLong, peer.TooLong},
	{"no mask", []byte{opText, 1, 'x'}, statusProtocol, peer.BadFrame},
	{"a bit that means nothing", []byte{opText | 0x40, 0x81, 0, 0, 0, 0, 'x'}, statusProtocol, peer.BadFrame},
	{"a kind that is none", []byte{0x83, 0x81, 0, 0, 0, 0, 'x'}, statusProtocol, peer.BadFrame},
	{"a control frame of no kind", []byte{0x8B, 0x80, 0, 0, 0, 0}, statusProtocol, peer.BadFrame},
	{"the middle of nothing", frame(opContinue, "x"), statusProtocol, peer.BadFrame},
	{"a message within another", append(frame(opText&^0x80, "x"), frame(opText, "y")...), statusProtocol, peer.BadFrame},
	{"half a ping", []byte{0x09, 0x80, 0, 0, 0, 0}, statusProtocol, peer.BadFrame},
	{"a long ping", append(header(opPing, 126), make([]byte, 126)...), statusProtocol, peer.BadFrame},
	{"no UTF-8", frame(opText, "\xff\xfe"), statusNotText, peer.NotText},
	{"half a letter", frame(opText, "{\"id\":1,\"cmd\":\"ping\xc3\"}"), statusNotText, peer.NotText},
	{"a status that is none", append(header(opClose, 2), 0, 1), statusProtocol, peer.BadFrame},
	{"a close of one byte", append(header(opClose, 1), 3), statusProtocol, peer.BadFrame},
}

func brokenFrames(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(t.Size, len(breaks)), func(n int) (Toll, error) {
		b := breaks[n%len(breaks)]
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil // another attack has the address's room
		}
		defer abort(s)
		if _, err = s.Write(b.bytes); err == nil {
			err = s.endsWith(b.status, "")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		return Toll{b.kind: 1}, nil
	})
}

// nonsense are messages that are no requests. The socket stays.
var nonsense = []string{
	"", "\x00", "x", "null", "true", "7", `"ping"`, "[]", "{}", "{", "}", `{"id":1`, `{"id":1}`, `{"cmd":"ping"}`, `{"id":null,"cmd":"ping"}`,
	`{"id":-1,"cmd":"ping"}`, `{"id":1.5,"cmd":"ping"}`, `{"id":1e400,"cmd":"ping"}`, `{"id":9007199254740993,"cmd":"ping"}`, `{"id":"1","cmd":"ping"}`,
	`{"id":1,"cmd":""}`, `{"id":1,"cmd":7}`, `{"id":1,"cmd":["ping"]}`, `{"id":1,"cmd":"` + strings.Repeat("p", 65) + `"}`,
	`{"id":1,"cmd":"ping","args":` + strings.Repeat("[", 17) + strings.Repeat("]", 17) + `}`, strings.Repeat("[", 1000), strings.Repeat(`{"a":`, 1000),
	`{"id":1,"cmd":"ping","args":{"x":1e999}}`, `{"id":1,"cmd":"ping"}{"id":2,"cmd":"ping"}`, `{"id":1,"cmd":"ping",}`, "\ufeff" + `{"id":1,"cmd":"ping"}`,
	`{"id":1,"cmd":"login"}`, `{"id":1,"cmd":"login","args":[]}`, `{"id":1,"cmd":"login","args":{"name":7,"password":[]}}`, `{"id":1,"cmd":"login","args":{"name":"","password":""}}`,
	`{"id":1,"cmd":"login","args":{"name":"` + strings.Repeat("n", 65) + `","password":"x"}}`, `{"id":1,"cmd":"resume","args":{"token":` + strings.Repeat("9", 100) + `}}`,
	`{"id":1,"cmd":"resume"}`, `{"id":1,"cmd":"register","args":"x"}`,
}

// burst is how many messages a socket may send at once.
const burst = 40

func brokenMessages(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/burst), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		toll := Toll{}
		for i := range burst - 1 {
			text := nonsense[(n+i)%len(nonsense)]
			if err := s.text(text); err != nil {
				return toll, err
			}
			a, err := s.until(func(a *answer) bool { return a.Re != nil })
			if err != nil || a.OK || a.code() != wire.CodeBadRequest {
				return toll, fmt.Errorf("%.60q is answered %+v, %w", text, a, err)
			}
			toll[peer.BadRequest]++
		}
		if a, err := s.ask(7, "ping", nil); err != nil || !a.OK { // it has cost nobody anything
			return toll, fmt.Errorf("a ping afterwards: %+v, %w", a, err)
		}
		return toll, nil
	})
}

func oversized(ctx context.Context, t *Target) (Toll, error) {
	sockets, err := together(ctx, max(1, t.Size/2), func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		if n%2 == 0 {
			err = s.text(strings.Repeat("x", maxMessage+1))
		} else { // in pieces
			_, err = s.Write(append(frame(opText&^0x80, strings.Repeat("x", maxMessage)), frame(opContinue, "x")...))
		}
		if err == nil {
			err = s.endsWith(statusTooLong, "")
		}
		if err != nil {
			return nil, fmt.Errorf("a message of %d bytes: %w", maxMessage+1, err)
		}
		return Toll{peer.TooLong: 1}, nil
	})
	if err != nil {
		return sockets, err
	}
	headers, err := together(ctx, max(1, t.Size/2), func(n int) (Toll, error) {
		long := "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"
		if n%2 == 0 {
			long = "GET /" + strings.Repeat("x", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n"
		}
		return t.expect(ctx, n, long, http.StatusRequestHeaderFieldsTooLarge, peer.BadHTTP)
	})
	for why, n := range headers {
		sockets[why] += n
	}
	return sockets, err
}

// fragments begins messages that have too many pieces, or none that says anything.
func fragments(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, t.Size, func(n int) (Toll, error) {
		s, err := t.open(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(s)
		piece := []byte{0x00, 0x80, 0, 0, 0, 0} // empty
		if n%2 == 0 {
			piece = []byte{0x00, 0x81, 0, 0, 0, 0, ' '}
		}
		if _, err = s.Write(append([]byte{0x01, 0x80, 0, 0, 0, 0}, bytes.Repeat(piece, tooMany)...)); err == nil {
			err = s.endsWith(statusPolicy, "")
		}
		if err != nil {
			return nil, fmt.Errorf("a message of %d pieces: %w", tooMany, err)
		}
		return Toll{peer.Fragments: 1}, nil
	})
}

// tooMany is how many pieces a message may not come in.
const tooMany = 40
