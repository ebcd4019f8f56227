package spectate

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hotshard/console/serve"
	"hotshard/host/server"
	"hotshard/host/web"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// nameOf is what people call a recording.
func nameOf(what string) string { return strings.TrimSuffix(filepath.Base(what), ".rec") }

// listen opens the page's port and the console's socket.
func (t *Theatre) listen() (err error) {
	t.gate = gate.New(gate.Config{
		Accounts: &guests{tokens: map[string]gate.Pass{}}, World: audience{t}, Clock: t.cfg.Clock, Log: t.cfg.Log,
		Welcome: func() map[string]world.Value {
			return map[string]world.Value{"shard": t.meta.Shard, "kind": eventState}
		},
		QueueFrames: 4096, QueueBytes: 16 << 20, // a second at the greatest speed
	})
	if t.cfg.Socket == "" {
		t.cfg.Socket = filepath.Join(t.cfg.Data, "run", "replay-"+strings.TrimPrefix(t.name, "@")+".sock")
	}
	if t.page, err = net.Listen("tcp", t.cfg.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if t.local, err = serve.Listen(t.cfg.Socket); err != nil {
		t.page.Close()
	}
	return err
}

// Addr is where the page is, and Socket where the console is reached.
func (t *Theatre) Addr() string { return t.page.Addr().String() }

// Socket is where the console is reached.
func (t *Theatre) Socket() string { return t.cfg.Socket }

// server serves the page and its connection.
func (t *Theatre) server() *http.Server {
	mux := http.NewServeMux()
	mux.Handle("/play", t.gate.Handler())
	mux.Handle("/", web.Replay(func() *world.Universe { return t.world }))
	var h http.Handler = mux
	if !t.cfg.Anyone {
		h = server.OwnHost(t.cfg.Listen, mux)
	}
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(t.cfg.Log.Handler(), slog.LevelDebug),
	}
}

// guests implements gate.Accounts: whoever comes may look, and each is somebody of their own.
type guests struct {
	mu     sync.Mutex
	tokens map[string]gate.Pass
	last   world.CharacterID
}

// Admit implements gate.Accounts.
func (*guests) Admit(netip.Addr) error { return nil }

// Seat implements gate.Accounts.
func (*guests) Seat(world.CharacterID, netip.Addr) error { return nil }

// Login implements gate.Accounts.
func (g *guests) Login(context.Context, netip.Addr, string, string) (gate.Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	pass := gate.Pass{Character: g.last, Name: fmt.Sprint("guest ", g.last), Token: rand.Text()}
	g.tokens[pass.Token] = pass
	return pass, nil
}

// Register implements gate.Accounts.
func (g *guests) Register(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	return g.Login(ctx, from, name, password)
}

// Resume implements gate.Accounts.
func (g *guests) Resume(_ context.Context, _ netip.Addr, token string) (gate.Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if pass, ok := g.tokens[token]; ok {
		return pass, nil
	}
	return gate.Pass{}, wire.Errorf(wire.CodeBadToken, "The replay was begun anew.")
}

// Known implements gate.Accounts.
func (*guests) Known(context.Context, netip.Addr, string) bool { return true }

// Password implements gate.Accounts.
func (*guests) Password(context.Context, world.CharacterID, string, string) (gate.Pass, error) {
	return gate.Pass{}, wire.Errorf(codeReplay, "Nobody has a password here.")
}

// Revoke implements gate.Accounts.
func (g *guests) Revoke(_ context.Context, token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tokens, token)
}

// audience implements gate.World.
type audience struct{ t *Theatre }

// Enter implements gate.World.
func (a audience) Enter(id world.CharacterID, c gate.Client) {
	a.t.post(func() { a.t.enter(id, c) })
}

// Away implements gate.World.
func (a audience) Away(id world.CharacterID, c gate.Client) {
	a.t.post(func() {
		if v := a.t.viewers[id]; v != nil && v.client == c {
			v.away, a.t.changed = true, true
		}
	})
}

// Leave implements gate.World.
func (a audience) Leave(id world.CharacterID, _ string) {
	a.t.post(func() { delete(a.t.viewers, id); a.t.changed = true })
}

// Command implements gate.World. It must not wait for the copy.
func (a audience) Command(id world.CharacterID, req gate.Request) {
	do := func() {
		if v := a.t.viewers[id]; v != nil {
			a.t.command(v, req)
		}
	}
	select {
	case a.t.todo <- do:
	default:
		req.From.Reply(req.ID, nil, wire.Errorf(wire.CodeBusy, "The replay is busy: try again in a moment."))
	}
}
