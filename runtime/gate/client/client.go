// Package client is a player's end of the protocol, as load players and tests use
// it: one goroutine and one small buffer for each connection.
package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// ErrClosed is what requests end with when the connection is gone.
var ErrClosed = errors.New("connection closed")

// Options say how to connect.
type Options struct {
	Codec  wire.Codec
	Header http.Header // further headers of the handshake, such as Origin
	TLS    *tls.Config // of a wss:// URL
	Local  net.Addr    // where to connect from; nil for the machine's choice
	// Handle takes every event, snapshot and delta, on the reading goroutine. With
	// nil they are kept for Next.
	Handle func(*wire.Message)
	// Raw, if not nil, sees the payload of every message first, and may say that it
	// has dealt with it: it is then not decoded. The payload is only lent.
	Raw func(payload []byte) bool
}

// Conn is one connection.
type Conn struct {
	ws   *gws.Conn
	opts Options

	mu      sync.Mutex
	id      uint64
	waiting map[uint64]chan *wire.Message
	inbox   []*wire.Message
	arrived chan struct{} // holds a token when inbox may have something new
	closed  chan struct{}
	err     error
}

// Dial connects to a URL such as ws://localhost:7777/play.
func Dial(ctx context.Context, url string, opts Options) (*Conn, error) {
	c := &Conn{opts: opts, waiting: map[uint64]chan *wire.Message{},
		arrived: make(chan struct{}, 1), closed: make(chan struct{})}
	header := opts.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Sec-WebSocket-Protocol", opts.Codec.Subprotocol())
	ws, resp, err := gws.NewClient(handler{c: c}, &gws.ClientOption{
		Addr: url, RequestHeader: header, ReadBufferSize: 1024, ParallelGolimit: 1, TlsConfig: opts.TLS,
		NewDialer: func() (gws.Dialer, error) { return dialer{ctx, opts.Local}, nil },
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("dial %s: the server answered %s: %w", url, resp.Status, err)
		}
		return nil, fmt.Errorf("dial %s: %w", url, err)
	}
	c.ws = ws
	go ws.ReadLoop()
	return c, nil
}

// dialer gives gws a connection under a context.
type dialer struct {
	ctx   context.Context
	local net.Addr
}

func (d dialer) Dial(network, addr string) (net.Conn, error) {
	return (&net.Dialer{LocalAddr: d.local}).DialContext(d.ctx, network, addr)
}

// Post sends a request without waiting for the answer, which is dropped.
func (c *Conn) Post(command string, args world.Value) error {
	c.mu.Lock()
	c.id++
	id := c.id
	c.mu.Unlock()
	return c.write(wire.Request{ID: id, Command: command, Args: args})
}

func (c *Conn) write(r wire.Request) error {
	return c.ws.WriteMessage(gws.OpcodeText, wire.AppendRequest(nil, r))
}

// Request sends a request and waits for the answer. A refusal is a *wire.Error.
func (c *Conn) Request(ctx context.Context, command string, args world.Value) (world.Value, error) {
	answer := make(chan *wire.Message, 1)
	c.mu.Lock()
	c.id++
	id := c.id
	c.waiting[id] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	if err := c.write(wire.Request{ID: id, Command: command, Args: args}); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		return reply(m)
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.closed:
	}
	select { // the answer may have come just before the end
	case m := <-answer:
		return reply(m)
	default:
		return nil, ErrClosed
	}
}

func reply(m *wire.Message) (world.Value, error) {
	if m.Err != nil {
		return nil, m.Err
	}
	return m.Result, nil
}

// Login signs in.
func (c *Conn) Login(ctx context.Context, name, password string) error {
	_, err := c.Request(ctx, "login", map[string]world.Value{"name": name, "password": password})
	return err
}

// Next returns the next event, snapshot or delta; ErrClosed when all that came
// before the end has been taken.
func (c *Conn) Next(ctx context.Context) (*wire.Message, error) {
	for {
		c.mu.Lock()
		if len(c.inbox) > 0 {
			m := c.inbox[0]
			c.inbox = c.inbox[1:]
			c.mu.Unlock()
			return m, nil
		}
		over := c.err != nil
		c.mu.Unlock()
		if over {
			return nil, ErrClosed
		}
		select {
		case <-c.arrived:
		case <-c.closed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Event skips to the next event with the name.
func (c *Conn) Event(ctx context.Context, name string) (map[string]world.Value, error) {
	for {
		m, err := c.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("waiting for the event %s: %w", name, err)
		}
		if m.Kind == wire.KindText && m.Event == name {
			return m.Fields, nil
		}
	}
}

// Done is closed when the connection is gone.
func (c *Conn) Done() <-chan struct{} { return c.closed }

// Err returns why the connection is gone, nil while it is there.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close says goodbye and closes.
func (c *Conn) Close() {
	c.ws.WriteClose(1000, nil)
	<-c.closed
}

// Drop cuts the connection as a broken line does.
func (c *Conn) Drop() {
	c.ws.NetConn().Close()
	<-c.closed
}

// NetConn returns the socket.
func (c *Conn) NetConn() net.Conn { return c.ws.NetConn() }

// handler takes what gws reads.
type handler struct {
	gws.BuiltinEventHandler
	c *Conn
}

// OnPing answers.
func (h handler) OnPing(ws *gws.Conn, payload []byte) { ws.WritePong(payload) }

// OnClose ends everybody's waiting.
func (h handler) OnClose(_ *gws.Conn, err error) {
	h.c.mu.Lock()
	h.c.err = err
	h.c.mu.Unlock()
	close(h.c.closed)
}

// OnMessage decodes one message and passes it on. One that cannot be decoded ends
// the connection: client and server do not understand each other.
func (h handler) OnMessage(ws *gws.Conn, frame *gws.Message) {
	defer frame.Close()
	c := h.c
	if c.opts.Raw != nil && c.opts.Raw(frame.Bytes()) {
		return
	}
	m, err := wire.Decode(c.opts.Codec, frame.Bytes())
	if err != nil {
		ws.WriteClose(1007, []byte("malformed message"))
		return
	}
	if m.Kind != wire.KindReply && c.opts.Handle != nil {
		c.opts.Handle(m)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Kind == wire.KindReply {
		if answer := c.waiting[m.Re]; answer != nil {
			delete(c.waiting, m.Re)
			answer <- m
		}
		return
	}
	c.inbox = append(c.inbox, m)
	select {
	case c.arrived <- struct{}{}:
	default:
	}
}
