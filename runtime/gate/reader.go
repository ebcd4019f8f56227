package gate

import (
	"bytes"
	"io"
	"runtime/debug"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// events are the callbacks of gws, all on the reading goroutine of one client.
type events struct{}

func from(ws *gws.Conn) *client { return ws.NetConn().(*socket).client }

// OnOpen has nothing to do: the client was there before.
func (events) OnOpen(*gws.Conn) {}

// OnClose has nothing to do: run goes on when reading has ended.
func (events) OnClose(*gws.Conn, error) {}

// OnPong notes that the client is alive. Pongs nobody asked for are within the
// limit of requests, too.
func (events) OnPong(ws *gws.Conn, _ []byte) {
	c := from(ws)
	c.allow(c.listen())
}

// OnPing answers, within the limit of requests.
func (events) OnPing(ws *gws.Conn, payload []byte) {
	if c := from(ws); c.allow(c.listen()) {
		c.post(append([]byte{0x8A, byte(len(payload))}, payload...), mustArrive, true)
	}
}

// OnMessage takes a request.
func (events) OnMessage(ws *gws.Conn, m *gws.Message) {
	defer m.Close()
	c := from(ws)
	now := c.listen()
	if c.phase.Load() != phaseEnding {
		c.request(now, m.Bytes())
	}
}

// run reads until the connection ends, and cleans up behind it; or until the gate is
// held, which may be while it waits to go on.
func (c *client) run(ws *gws.Conn) {
	for c.read(ws); c.parked; c.read(ws) {
		if c.gate.park(c) {
			return
		}
		if ws = c.reopen(); ws == nil {
			break
		}
	}
	defer c.gate.dismiss(c)
	c.phase.Store(phaseEnding)
	c.gate.crowd.remove(c)
	if s := c.session.Load(); s != nil {
		c.gate.drop(s, c)
	}
	c.gate.doneReading()
	// The other side closes when it has read the reason; sweep bounds the wait, and what
	// still may come is little.
	io.Copy(io.Discard, io.LimitReader(c.out.conn, lateMost))
	c.out.die()
}

// read runs the read loop of gws. That panics on a frame whose length does not fit
// a signed number, which must cost the sender its connection and nobody else's.
func (c *client) read(ws *gws.Conn) {
	defer func() {
		err := recover()
		if err == nil {
			return
		}
		c.gate.cfg.Refusals.Add(peer.BadFrame)
		c.out.end(closeFrame(statusProtocol, "malformed frame"))
		// Only what went wrong in our own code is for the operator: anybody may send
		// broken frames, as many as they like.
		if stack := debug.Stack(); bytes.Contains(stack, []byte("gate.events.")) {
			c.gate.cfg.Log.Error("connection failed", "player", c.Name(), "err", err, "stack", string(stack))
		}
	}()
	ws.ReadLoop()
}

// listen notes that something came from the client, and when.
func (c *client) listen() int64 {
	now := c.gate.now()
	c.heard.Store(now)
	return now
}

// allow takes one request from what the player may ask for. Who goes on against
// the refusals is closed.
func (c *client) allow(now int64) bool {
	cfg := &c.gate.cfg
	if c.requests.take(now, cfg.Rate, float64(cfg.Burst)) {
		return true
	}
	cfg.Refusals.Add(peer.RateLimited)
	if !c.patience.take(now, cfg.Rate/2, float64(cfg.Patience)) {
		c.turnOut(wire.ClosingRateLimited, "You went on sending requests too fast.")
	}
	return false
}

// request carries out one request, or hands it to the world.
func (c *client) request(now int64, payload []byte) {
	c.gate.requests.Add(1)
	c.gate.received.Add(uint64(len(payload)))
	allowed := c.allow(now)
	req, err := wire.DecodeRequest(payload)
	switch {
	case !allowed:
		c.Reply(req.ID, nil, wire.Errorf(wire.CodeRateLimited, "Too many requests: %g a second is the limit.", c.gate.cfg.Rate))
		return
	case err != nil:
		c.refuse(req.ID, err)
		return
	}
	if run, ok := core[req.Command]; ok {
		if run(c, req); c.later {
			c.later = false
			c.frames.undo(payload)
		}
		return
	}
	s := c.session.Load()
	if s == nil {
		c.refuse(req.ID, wire.Errorf(wire.CodeNotSignedIn, "Please sign in first."))
		return
	}
	c.acted.Store(now)
	r := Request{ID: req.ID, Name: req.Command, Args: req.Args, From: c}
	if t := c.gate.cfg.Tracer; t != nil {
		c.followed(t, s.id, r)
		return
	}
	c.gate.cfg.World.Command(s.id, r)
}

// followed hands over a command that may be followed from here on.
func (c *client) followed(t span.Tracer, who world.CharacterID, r Request) {
	sp := t.Root(span.Receive, r.Name, c.gate.cfg.Clock.Now())
	r.Work = span.Of(sp)
	c.gate.cfg.World.Command(who, r)
	span.End(sp, c.gate.cfg.Clock.Now(), nil)
}

// core are the commands the gate carries out itself.
var core = map[string]func(*client, wire.Request){
	"ping":     (*client).ping,
	"login":    (*client).login,
	"register": (*client).login,
	"resume":   (*client).resume,
	"password": (*client).password,
	"logout":   (*client).logout,
}

// ping answers with the server's clock, in milliseconds since 1970.
func (c *client) ping(req wire.Request) {
	c.Reply(req.ID, map[string]world.Value{"now": c.gate.cfg.Clock.Now().UnixMilli()}, nil)
}

// logout ends the session on the player's own wish.
func (c *client) logout(req wire.Request) {
	s := c.session.Load()
	if s == nil {
		c.refuse(req.ID, wire.Errorf(wire.CodeNotSignedIn, "You are not signed in."))
		return
	}
	token := *c.token.Load()
	c.gate.forget(token, true)
	c.gate.revoke(token)
	c.Reply(req.ID, true, nil)
	c.end(wire.ClosingLoggedOut, "You signed out.")
	c.gate.end(s, c, "logout")
}
