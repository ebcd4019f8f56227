package spectate

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/server"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// patience bounds what a test waits for; nothing is measured against it.
const patience = 60 * time.Second

// folder is a short one: a socket's path may have 107 bytes.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// fight is the recording that all tests look at: to make it takes as long as it is.
var fight struct {
	once sync.Once
	data []byte
}

// recorded returns a file of the fight, which is the test's own.
func recorded(t *testing.T) (file string) {
	t.Helper()
	fight.once.Do(func() { fight.data = play(t) })
	if fight.data == nil {
		t.Fatal("there is no recording: the test that was to make it has failed")
	}
	file = filepath.Join(folder(t), "fight.rec")
	if err := os.WriteFile(file, fight.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// play plays the game for a moment with two pilots, one of whom flies, says something and
// loses the ship, and returns the recording of it.
func play(t *testing.T) (data []byte) {
	t.Helper()
	dir := folder(t)
	m, err := static.Generate(7, 60)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{
		Listen: "127.0.0.1:0", Scripts: "../../scripts", Data: filepath.Join(dir, "data"), Map: m,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), HashCost: store.HashCost{MemoryKiB: 8, Passes: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	ada, bob := join(t, s.Addr(), "ada"), join(t, s.Addr(), "bob")
	home := ada.event("system")["name"].(string)
	for _, p := range []*guest{ada, bob} {
		p.do("undock", nil)
		p.until("be in space", func(m *wire.Message) bool { return m.Snapshot != nil })
	}
	ada.do("direction", map[string]world.Value{"dir": []world.Value{1.0, 0.0, 0.0}})
	ada.do("say", map[string]world.Value{"text": "o7"})
	lua := func(code string) {
		t.Helper()
		if _, err := s.Shard().Lua.Eval(ctx, command.Eval{System: home, Author: "test", Write: true, Code: code}); err != nil {
			t.Fatal(err)
		}
	}
	lua(`task.spawn(function() error("a planted one") end)`)
	lua(`local vessel = require "vessel" for _, p in ipairs(system.players()) do if player.name(p) == "ada" then vessel.hurt(vessel.of(player.ship(p)), 1e6) end end`)
	ada.event("death")
	for tick := world.Tick(0); tick < 80; { // each command takes one
		info, err := s.Shard().Systems.Info(ctx, home)
		if err != nil {
			t.Fatal(err)
		}
		tick = info.Tick
		bob.do("who", nil)
	}
	kept, err := s.Shard().Recordings.Keep(ctx, home, time.Hour, "fight", "for the tests")
	if err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(kept.Path); err != nil {
		t.Fatal(err)
	}
	return data
}

// guest is a player, or a spectator, over a real socket.
type guest struct {
	*client.Conn
	t   testing.TB
	ctx context.Context
}

func join(t testing.TB, addr, name string) *guest {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c, err := client.Dial(ctx, "ws://"+addr+"/play?keeps=1", client.Options{Codec: wire.JSON})
	for err != nil && ctx.Err() == nil { // a handshake has a few seconds, which a busy machine may need for others
		c, err = client.Dial(ctx, "ws://"+addr+"/play?keeps=1", client.Options{Codec: wire.JSON})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Login(ctx, name, "secret secret"); err != nil {
		t.Fatal(err)
	}
	return &guest{c, t, ctx}
}

func (g *guest) do(cmd string, args map[string]world.Value) world.Value {
	g.t.Helper()
	v, err := g.Request(g.ctx, cmd, args)
	if err != nil {
		g.t.Fatalf("%s: %v", cmd, err)
	}
	return v
}

func (g *guest) refused(code, cmd string, args map[string]world.Value) {
	g.t.Helper()
	_, err := g.Request(g.ctx, cmd, args)
	if err == nil || !strings.Contains(err.Error(), code) {
		g.t.Errorf("%s %v: %v, not %s", cmd, args, err, code)
	}
}

func (g *guest) event(name string) map[string]world.Value {
	g.t.Helper()
	return g.until(name, func(m *wire.Message) bool { return m.Kind == wire.KindText && m.Event == name }).Fields
}

func (g *guest) until(what string, suits func(*wire.Message) bool) *wire.Message {
	g.t.Helper()
	for {
		m, err := g.Next(g.ctx)
		if err != nil {
			g.t.Fatalf("waiting for %s: %v", what, err)
		}
		if suits(m) {
			return m
		}
	}
}

// state waits until the replay stands as is wanted.
func (g *guest) state(what string, suits func(map[string]world.Value) bool) map[string]world.Value {
	g.t.Helper()
	return g.until(what, func(m *wire.Message) bool { return m.Kind == wire.KindText && m.Event == eventState && suits(m.Fields) }).Fields
}

// show shows a recording for a test.
func show(t *testing.T, file string) *Theatre {
	t.Helper()
	th, err := New(Config{Data: folder(t), What: file, Listen: "127.0.0.1:0",
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- th.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the replay ended with: %v", err)
		}
	})
	return th
}
