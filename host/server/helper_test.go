package server

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/bindings"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// patience bounds what a test waits for, and how long a player of it plays; nothing is
// measured against it.
const patience = 5 * time.Minute

var smallMap = sync.OnceValues(func() (*world.Universe, error) { return static.Generate(7, 60) })

// config is a shard of a small map on free ports, with a copy of the test's
// scripts.
func config(t testing.TB) Config {
	t.Helper()
	m, err := smallMap()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "hs") // short: a socket's path may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	scripts := filepath.Join(dir, "scripts")
	copyTree(t, "testdata/scripts", scripts)
	return Config{
		Listen: "127.0.0.1:0", Ops: "127.0.0.1:0", Scripts: scripts, Data: filepath.Join(dir, "data"), Map: m,
		Log:      slog.New(slog.NewTextHandler(logWriter{t}, nil)),
		HashCost: store.HashCost{MemoryKiB: 8, Passes: 1},
	}
}

// logWriter shows the shard's log where a test fails.
type logWriter struct{ t testing.TB }

func (w logWriter) Write(b []byte) (int, error) {
	w.t.Log(string(bytes.TrimSpace(b)))
	return len(b), nil
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shard is a server that runs for a test.
type shard struct {
	*Server
	t      testing.TB
	cancel context.CancelFunc
	done   chan error
}

func start(t testing.TB, cfg Config) *shard {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	sh := &shard{Server: s, t: t, cancel: cancel, done: make(chan error, 1)}
	go func() { sh.done <- s.Run(ctx) }()
	t.Cleanup(sh.stop)
	return sh
}

// stop is a SIGTERM; it returns when the shard has ended.
func (s *shard) stop() {
	s.cancel()
	if s.done == nil {
		return
	}
	if err := <-s.done; err != nil {
		s.t.Errorf("the shard ended with: %v", err)
	}
	s.done = nil
}

// until waits for what is about to be so.
func (s *shard) until(what string, ok func() bool) {
	s.t.Helper()
	for began := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > patience {
			s.t.Fatal(what)
		}
	}
}

// spoken is what a shard prints, for somebody who reads it meanwhile.
type spoken struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// pilot is a player over a real socket.
type pilot struct {
	*client.Conn
	t   testing.TB
	ctx context.Context
}

func login(t testing.TB, addr, name string, codec wire.Codec) *pilot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, err := client.Dial(ctx, "ws://"+addr+"/play", client.Options{Codec: codec})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Login(ctx, name, "secret secret"); err != nil {
		t.Fatal(err)
	}
	return &pilot{Conn: c, t: t, ctx: ctx}
}

// do gives a command that must succeed.
func (p *pilot) do(command string, args map[string]world.Value) world.Value {
	p.t.Helper()
	v, err := p.Request(p.ctx, command, args)
	if err != nil {
		p.t.Fatalf("%s: %v", command, err)
	}
	return v
}

// event waits for a named event.
func (p *pilot) event(name string) map[string]world.Value {
	p.t.Helper()
	f, err := p.Event(p.ctx, name)
	if err != nil {
		p.t.Fatal(err)
	}
	sent := maps.Clone(f)
	delete(sent, "ev")
	if _, err := bindings.CheckSent(name, sent); err != nil {
		p.t.Error(err)
	}
	return f
}

// until waits for a message that suits.
func (p *pilot) until(what string, suits func(*wire.Message) bool) *wire.Message {
	p.t.Helper()
	for {
		m, err := p.Next(p.ctx)
		if err != nil {
			p.t.Fatalf("waiting for %s: %v", what, err)
		}
		if suits(m) {
			return m
		}
	}
}

func (p *pilot) snapshot() *wire.Snapshot {
	p.t.Helper()
	return p.until("a snapshot", func(m *wire.Message) bool { return m.Snapshot != nil }).Snapshot
}

// characterSystem reads from the shard's database, beside the shard, in which
// system a character is saved.
func characterSystem(ctx context.Context, path, name string) (id world.SystemID, err error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&_query_only=true")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return id, db.QueryRowContext(ctx, "SELECT system FROM characters WHERE name = ?", name).Scan(&id)
}
