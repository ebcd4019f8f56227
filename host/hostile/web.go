package hostile

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"hotshard/runtime/gate/peer"
)

// expect sends what is to be a request, and wants an answer with a status. Where that is
// no HTTP, the connection is cut off, and it counts as the kind.
func (t *Target) expect(ctx context.Context, n int, request string, status int, why peer.Refusal) (Toll, error) {
	c, err := t.dial(ctx, t.address(n))
	if err != nil {
		return nil, nil // another attack has the address's room
	}
	defer abort(c)
	if _, err := io.WriteString(c, request); err != nil {
		return nil, nil
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, fmt.Errorf("%.60q: %w", request, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != status {
		return nil, fmt.Errorf("%.60q: %s, want %d", request, resp.Status, status)
	}
	_, _ = io.Copy(io.Discard, resp.Body) // up to the end, where there is one
	return Toll{why: 1}, nil
}

// noHTTP is what is answered 400, and closed.
var noHTTP = []string{
	"\r\n\r\n\r\n\r\nx\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\x00\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}

func brokenHTTP(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(t.Size, len(noHTTP)), func(n int) (Toll, error) {
		request := noHTTP[n%len(noHTTP)]
		status := http.StatusBadRequest
		if strings.Contains(request, "HTTP/9.9") {
			status = http.StatusHTTPVersionNotSupported
		}
		return t.expect(ctx, n, request, status, peer.BadHTTP)
	})
}

const upgrade = "GET /play HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

// badUpgrades are handshakes that come to nothing.
var badUpgrades = []struct {
	request string
	status  int
	why     peer.Refusal
}{
	{upgrade + "Origin: https://evil.example.org\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hotshard.json.v1\r\n\r\n",
		http.StatusForbidden, peer.Origin},
	{upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat\r\n\r\n", http.StatusBadRequest, peer.Handshake},
	{upgrade + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hotshard.json.v1\r\n\r\n", http.StatusBadRequest, peer.Handshake},
	{upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: hotshard.json.v1\r\n\r\n", http.StatusBadRequest, peer.Handshake},
	{"GET /play HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hotshard.json.v1\r\n\r\n",
		http.StatusBadRequest, peer.Handshake},
	{strings.Replace(upgrade, "GET", "POST", 1) + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hotshard.json.v1\r\n\r\n",
		http.StatusBadRequest, peer.Handshake},
}

func badHandshakes(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(t.Size, len(badUpgrades)), func(n int) (Toll, error) {
		u := badUpgrades[n%len(badUpgrades)]
		return t.expect(ctx, n, u.request, u.status, u.why)
	})
}

// strange are requests that the API has no answer for.
var strange = []struct {
	request string
	status  int
}{
	{"GET /api/v1/", http.StatusNotFound},
	{"GET /api/v1/nothing", http.StatusNotFound},
	{"GET /api/v1/regions/%00", http.StatusNotFound},
	{"GET /api/v1/regions/" + strings.Repeat("x", 4000), http.StatusNotFound},
	{"GET /api/v1/regions/'%20OR%201=1--", http.StatusNotFound},
	{"GET /api/v1/types?category=" + strings.Repeat("%25", 1000), http.StatusBadRequest},
	{"GET /api/v1/types?category=a&category=b", http.StatusBadRequest},
	{"GET /api/v1/types?nobody=knows", http.StatusBadRequest},
	{"GET /api/v1/gaps?limit=-1", http.StatusBadRequest},
	{"GET /api/v1/gaps?limit=99999999999999999999", http.StatusBadRequest},
	{"GET /api/v1/gaps?limit=1e9", http.StatusBadRequest},
	{"DELETE /api/v1/regions", http.StatusMethodNotAllowed},
	{"POST /api/v1/regions", http.StatusMethodNotAllowed},
}

// abuseAPI asks for what there is not, and then faster than it may.
func abuseAPI(ctx context.Context, t *Target) (Toll, error) {
	toll, err := together(ctx, len(strange), func(n int) (Toll, error) {
		return t.expect(ctx, n, strange[n].request+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", strange[n].status, peer.APIRequest)
	})
	if err != nil {
		return toll, err
	}
	c, err := t.dial(ctx, t.address(0))
	if err != nil {
		return toll, nil
	}
	defer abort(c)
	r := bufio.NewReader(c)
	for range apiAtOnce + t.Size {
		if _, err := io.WriteString(c, "GET /api/v1/regions HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return toll, err
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return toll, err
		}
		_, _ = io.Copy(io.Discard, resp.Body) // the next answer is behind it
		resp.Body.Close()
		switch resp.StatusCode {
		case http.StatusOK:
		case http.StatusTooManyRequests:
			toll[peer.APIRate]++
		default:
			return toll, fmt.Errorf("the regions: %s", resp.Status)
		}
	}
	return toll, nil
}

// apiAtOnce is how many requests an address may make at once.
const apiAtOnce = 200

// unread asks for the page again and again, and reads nothing of it.
func unread(ctx context.Context, t *Target) (Toll, error) {
	return together(ctx, max(1, t.Size/50), func(n int) (Toll, error) {
		c, err := t.dial(ctx, t.address(n))
		if err != nil {
			return nil, nil
		}
		defer abort(c)
		context.AfterFunc(ctx, func() { abort(c) })
		for err == nil { // as long as the kernel takes them, and then until it is cut off
			_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		}
		return Toll{peer.UnreadHTTP: 1}, ctx.Err()
	})
}
