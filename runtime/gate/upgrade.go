package gate

import (
	"bufio"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// reader is what gws reads the client through.
func (c *client) reader() *bufio.Reader { return bufio.NewReaderSize(&c.frames, readBuffer) }

// readBuffer is all an idle connection keeps for reading.
const readBuffer = 512

// noStorage is the storage gws wants for each connection. Nothing is kept in it.
type noStorage struct{}

func (noStorage) Len() int                           { return 0 }
func (noStorage) Load(string) (any, bool)            { return nil, false }
func (noStorage) Delete(string)                      {}
func (noStorage) Store(string, any)                  {}
func (noStorage) Range(func(key string, _ any) bool) {}

func newUpgrader(cfg Config) *gws.Upgrader {
	return gws.NewUpgrader(events{}, &gws.ServerOption{
		ReadMaxPayloadSize: cfg.MaxMessage,
		ParallelGolimit:    1,
		CheckUtf8Enabled:   true,
		SubProtocols:       []string{wire.SubprotocolBinary, wire.SubprotocolJSON},
		NewSession:         func() gws.SessionStorage { return noStorage{} },
	})
}

// upgrade answers the handshake, or says over HTTP why not.
func (g *Gate) upgrade(w http.ResponseWriter, r *http.Request) {
	codec, ok := subprotocol(r)
	from := g.cfg.Proxies.Client(r)
	switch {
	case !g.originAllowed(r):
		g.cfg.Refusals.Add(peer.Origin)
		http.Error(w, "Pages of this origin may not play here.", http.StatusForbidden)
		return
	case !ok:
		g.cfg.Refusals.Add(peer.Handshake)
		http.Error(w, "This is a WebSocket for players: ask for the subprotocol "+
			wire.SubprotocolJSON+" or "+wire.SubprotocolBinary+".", http.StatusBadRequest)
		return
	case !g.makeRoom(peer.Network(from), g.exempt(from)):
		g.cfg.Refusals.Add(peer.NoRoom)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "Too many are signing in. Please try again soon.", http.StatusServiceUnavailable)
		return
	}
	if !g.hijack(w, r, codec, from) {
		g.crowd.drop(peer.Network(from))
	}
}

// hijack takes the connection over. It returns false, having answered, where that
// cannot be; otherwise the new client is counted as pending.
func (g *Gate) hijack(w http.ResponseWriter, r *http.Request, codec wire.Codec, from netip.Addr) bool {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		g.cfg.Refusals.Add(peer.Handshake)
		http.Error(w, "WebSocket needs HTTP/1.1.", http.StatusHTTPVersionNotSupported)
		return false
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		g.cfg.Log.Warn("handshake failed", "remote", r.RemoteAddr, "err", err)
		return false
	}
	if sock, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		if err := sock.SetWriteBuffer(g.cfg.SendBuffer); err != nil {
			g.cfg.Log.Warn("send buffer not set", "remote", r.RemoteAddr, "err", err)
		}
	}
	c := g.newClient(conn, codec, from)
	c.keeps = r.URL.Query().Get("keeps") == "1"
	// A client may not speak before it has the answer; what it sent would be lost.
	if buffered.Reader.Buffered() > 0 || !g.admit(c) {
		g.cfg.Refusals.Add(peer.Handshake)
		conn.Close()
		return false
	}
	c.frames.client = c
	ws, err := g.upgrader.UpgradeFromConn(&socket{Conn: conn, client: c}, c.reader(), r)
	if err != nil {
		g.cfg.Refusals.Add(peer.Handshake)
		c.out.die()
		g.doneReading()
		g.dismiss(c)
		return true
	}
	go c.run(ws)
	return true
}

// admit lists the client, unless the gate is closed. Close waits until it is
// dismissed.
func (g *Gate) admit(c *client) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.held.Load() {
		return false
	}
	g.clients[c] = struct{}{}
	g.tasks.Add(1)
	g.readers.n++
	g.crowd.add(c)
	return true
}

func (g *Gate) dismiss(c *client) {
	g.crowd.remove(c)
	g.mu.Lock()
	delete(g.clients, c)
	g.mu.Unlock()
	g.tasks.Done()
}

// subprotocol returns the codec the client asks for: the compact one, if it offers
// both.
func subprotocol(r *http.Request) (codec wire.Codec, ok bool) {
	for _, name := range strings.Split(r.Header.Get("Sec-WebSocket-Protocol"), ",") {
		if c, known := wire.ParseSubprotocol(strings.TrimSpace(name)); known {
			codec, ok = max(codec, c), true
		}
	}
	return codec, ok
}

// originAllowed keeps pages of other sites from playing with a visitor's browser.
// Programs send no Origin and are let in.
func (g *Gate) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(g.cfg.Origins, "*") || slices.Contains(g.cfg.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// socket is the connection as gws sees it: what gws writes (the handshake, and
// close frames) goes in line with everything else, and what it closes is closed
// politely.
type socket struct {
	net.Conn
	client *client
}

func (s *socket) Write(b []byte) (int, error) {
	if s.client.parked {
		return len(b), nil
	}
	if why, ok := breach(b); ok {
		s.client.gate.cfg.Refusals.Add(why)
	}
	s.client.out.send(b, mustArrive, false)
	return len(b), nil
}

// Close of a client that has stopped reading is nothing: the connection goes on.
func (s *socket) Close() error {
	if !s.client.parked {
		s.client.out.end()
	}
	return nil
}

// SetDeadline is for gws, whose writes do not wait; the deadline of reading is the gate's.
func (s *socket) SetDeadline(time.Time) error { return nil }
