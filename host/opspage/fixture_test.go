package opspage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/client"
	"hotshard/data/static"
	"hotshard/data/store"
	"hotshard/host/browsertest"
	"hotshard/host/server"
	player "hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

func TestModules(t *testing.T) { browsertest.Modules(t) }

// The game of the test: one system in which one function of one module takes far more time
// than it should, and another in which a timer fails.
var game = map[string]string{
	"main.lua": `local planted = require "planted"

function event.player_entered(p)
  if not player.station(p) then
    player.dock(p, system.celestials("station")[1].id)
  end
end

every(1, function() planted.idle() end)
every(0.1, function() end) -- what Lua does is told after so many ticks, and who waits has few
`,
	"planted.lua": `local planted = {}

planted.where = "%[1]s"
planted.fails = "%[2]s"

function planted.burn(n)
  local sum = 0
  for i = 1, n do
    sum = sum + i %% 7
  end
  return sum
end

function planted.slip()
  local nothing = nil
  return nothing.field
end

function planted.idle()
  if system.name() == planted.where then
    return planted.burn(400000)
  end
  if system.name() == planted.fails then
    planted.slip()
  end
end

return planted
`,
}

// shard is a server that runs for a test.
type shard struct {
	*server.Server
	t       *testing.T
	console *client.Client
	names   []string
	scripts string
}

// edit changes a script on disk.
func (s *shard) edit(name, from, to string) {
	s.t.Helper()
	path := filepath.Join(s.scripts, name)
	before, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(before), from) {
		s.t.Fatalf("%s has no %s: %v", name, from, err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(before), from, to)), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// start runs a shard with the game, everybody awake; the first of its systems is hot, and
// the second fails.
func start(t *testing.T, production bool, systems int) *shard {
	t.Helper()
	return startSome(t, production, systems, systems)
}

// startSome does the same with a few of them awake.
func startSome(t *testing.T, production bool, systems, awake int) *shard {
	t.Helper()
	m, err := static.Generate(7, systems)
	if err != nil {
		t.Fatal(err)
	}
	s := &shard{t: t}
	for i := range m.Systems {
		s.names = append(s.names, m.Systems[i].Name)
	}
	dir, err := os.MkdirTemp("", "hs") // short: a socket's path may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	scripts := filepath.Join(dir, "scripts")
	s.scripts = scripts
	if err := os.Mkdir(scripts, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range game {
		if strings.Contains(text, "%[1]s") {
			text = fmt.Sprintf(text, s.names[0], s.names[1])
		}
		if err := os.WriteFile(filepath.Join(scripts, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	socket := filepath.Join(dir, "console.sock")
	s.Server, err = server.New(server.Config{
		Listen: "127.0.0.1:0", Ops: "127.0.0.1:0", Scripts: scripts, Data: filepath.Join(dir, "data"), Map: m, Socket: socket, Production: production, Shard: "tranquility",
		Log:      slog.New(slog.DiscardHandler), // scripts that fail are what the page is to show
		HashCost: store.HashCost{MemoryKiB: 8, Passes: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the shard ended with: %v", err)
		}
	})
	if s.console, err = client.Dial(t.Context(), socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.console.Close() })
	for _, name := range s.names[:awake] {
		s.run("lua @" + name + " return 1") // whoever sleeps wakes
	}
	return s
}

// run runs a line at the console.
func (s *shard) run(line string) string {
	s.t.Helper()
	r, err := s.console.Run(s.t.Context(), client.Line{Text: line, JSON: true})
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	b, err := r.JSON()
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// link asks the console for a way in.
func (s *shard) link(flags string) string {
	s.t.Helper()
	var got struct{ URL string }
	if err := json.Unmarshal([]byte(s.run("page"+flags)), &got); err != nil || got.URL == "" {
		s.t.Fatalf("page: %+v %v", got, err)
	}
	return got.URL
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// has is an expression that is true where the text of one of the elements has all words.
func has(selector string, words ...string) string {
	list, _ := json.Marshal(words)
	return `[...document.querySelectorAll(` + quote(selector) + `)].some((n) => ` + string(list) + `.every((w) => n.textContent.includes(w)))`
}

// pilot is a player who hears what is told.
type pilot struct {
	*player.Conn
	t *testing.T
}

func (s *shard) pilot(name string) pilot {
	s.t.Helper()
	c, err := player.Dial(s.t.Context(), "ws://"+s.Addr()+"/play", player.Options{Codec: wire.JSON})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	if _, err := c.Request(s.t.Context(), "register", map[string]world.Value{"name": name, "password": "secret secret"}); err != nil {
		s.t.Fatal(err)
	}
	return pilot{c, s.t}
}

// hears waits for an event.
func (p pilot) hears(name string) map[string]world.Value {
	p.t.Helper()
	m, err := p.Event(p.t.Context(), name)
	if err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	return m
}
