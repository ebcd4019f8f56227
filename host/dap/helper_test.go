package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-dap"

	"hotshard/runtime/clock"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// handClock stands until it is set.
type handClock struct {
	clock.Machine
	now time.Time
}

func (c *handClock) Now() time.Time { return c.now }

// nobody is the shard around the recorded service.
type nobody struct{}

func (nobody) Send(world.Address, system.Message) error  { return nil }
func (nobody) Jump(world.SystemID, system.Enter) error   { return nil }
func (nobody) Crowd(world.SystemID) system.Crowd         { return system.Crowd{} }
func (nobody) Left(world.CharacterID)                    {}
func (nobody) Forward(world.CharacterID, system.Message) {}
func (nobody) Unloaded(*system.System)                   {}
func (nobody) Save([]system.Character)                   {}

// game counts up every half second; who pokes it fails it.
var game = map[string][]byte{"main.lua": []byte(`local lib = require "lib"
local M = {n = 0, seen = {}}

-- Counts.
function M.work(by)
  local twice = lib.twice(by)
  M.n = M.n + twice
  M.seen[#M.seen + 1] = M.n
  return M.n
end

every(0.5, function()
  M.work(3)
end)

function event.poke(from, what)
  error("poked with " .. what)
end

task.spawn(function()
  while true do sleep(1) end
end)
return M
`), "lib.lua": []byte(`local lib = {}
function lib.twice(x)
  return 2 * x
end
return lib
`)}

// recorded is the recording of 6 seconds of the game, with an image every two.
func recorded(t testing.TB) (*record.Recording, record.Setup) {
	t.Helper()
	cfg := system.Config{Address: "game", Module: "main", Seed: 1, Script: script.Options{Entry: []string{"main"}, Started: epoch}, Router: nobody{}, Saver: nobody{}}
	cfg.Release = func() *code.Release { return code.NewRelease(1, game) }
	setup := record.Setup{System: cfg, Stage: func(string) script.Options { return cfg.Script }}
	at := &handClock{now: epoch}
	dir := t.TempDir()
	r, err := record.New(record.Config{Dir: dir, Every: 2 * time.Second, Clock: clock.Machine{}, Map: func() ([]byte, error) { return []byte("map"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cfg.Clock, cfg.Record = at, r.Stream(cfg.Address, &cfg)
	s := system.New(cfg)
	if err := s.Start(epoch); err != nil {
		t.Fatal(err)
	}
	defer s.State().Close()
	for tick := range 60 {
		if tick == 45 {
			if err := s.Post(system.Event{From: "@Alpha", Name: "poke", Args: []world.Value{"a stick"}}); err != nil {
				t.Fatal(err)
			}
		}
		at.now = at.now.Add(100 * time.Millisecond)
		s.Turn(at.now)
	}
	s.HandOn()
	if err := r.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	kept, err := record.Keep(dir, "game", epoch, "game", "")
	if err != nil {
		t.Fatal(err)
	}
	rec, err := record.OpenWhole(kept.Path)
	if err != nil {
		t.Fatal(err)
	}
	return rec, setup
}

// editor is a client that does as it is told.
type editor struct {
	t      *testing.T
	conn   net.Conn
	in     *bufio.Reader
	seq    int
	events []message
	dir    string // of the scripts
}

// message is anything that an adapter says.
type message struct {
	Type    string          `json:"type"`
	Event   string          `json:"event"`
	Re      int             `json:"request_seq"`
	Success bool            `json:"success"`
	Message string          `json:"message"`
	Body    json.RawMessage `json:"body"`
}

// newEditor serves the recording, and connects. The scripts stand on disk as they ran.
func newEditor(t *testing.T) *editor {
	t.Helper()
	rec, setup := recorded(t)
	e := &editor{t: t, dir: t.TempDir()}
	for path, text := range game {
		if err := os.WriteFile(filepath.Join(e.dir, path), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Serve(ctx, l, Config{Scripts: e.dir, Open: func(h record.Hooks) (*record.Deck, error) {
			return rec.NewDeck(setup, time.Time{}, h)
		}})
	}()
	if e.conn, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	e.in = bufio.NewReader(e.conn)
	t.Cleanup(func() {
		_ = e.conn.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return e
}

// ask sends a request, and reads up to its answer.
func (e *editor) ask(command string, args any) message {
	e.t.Helper()
	e.seq++
	data, err := json.Marshal(map[string]any{"seq": e.seq, "type": "request", "command": command, "arguments": args})
	if err == nil {
		err = dap.WriteBaseMessage(e.conn, data)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	for {
		if m := e.read(); m.Type == "response" && m.Re == e.seq {
			return m
		} else if m.Type == "event" {
			e.events = append(e.events, m)
		}
	}
}

// do is ask for what must be done; into, if not nil, is what the body is read into.
func (e *editor) do(command string, args, into any) {
	e.t.Helper()
	m := e.ask(command, args)
	if !m.Success {
		e.t.Fatalf("%s is refused: %s", command, m.Message)
	}
	if into != nil {
		if err := json.Unmarshal(m.Body, into); err != nil {
			e.t.Fatal(err)
		}
	}
}

func (e *editor) read() (m message) {
	e.t.Helper()
	data, err := dap.ReadBaseMessage(e.in)
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return m
}

// event waits for an event.
func (e *editor) event(name string, into any) {
	e.t.Helper()
	for {
		for i, m := range e.events {
			if m.Event != name {
				continue
			}
			e.events = append(e.events[:i:i], e.events[i+1:]...)
			if into != nil {
				if err := json.Unmarshal(m.Body, into); err != nil {
					e.t.Fatal(err)
				}
			}
			return
		}
		if m := e.read(); m.Type == "event" {
			e.events = append(e.events, m)
		}
	}
}

// begin begins to debug, and stands at the beginning.
func (e *editor) begin(args map[string]any) {
	e.t.Helper()
	e.do("initialize", map[string]any{"adapterID": "hotshard", "linesStartAt1": true}, nil)
	e.do("launch", args, nil)
	e.event("initialized", nil)
}

// stops moves, and waits for the stop: "breakpoint main.lua:7".
func (e *editor) stops(command string) string {
	e.t.Helper()
	e.do(command, map[string]any{"threadId": 1}, nil)
	return e.stop()
}

func (e *editor) stop() string {
	e.t.Helper()
	var body dap.StoppedEventBody
	e.event("stopped", &body)
	stack := e.stack(body.ThreadId)
	if len(stack) == 0 {
		return body.Reason + " between ticks"
	}
	return fmt.Sprintf("%s %s:%d", body.Reason, stack[0].Source.Name, stack[0].Line)
}

func (e *editor) stack(thread int) []dap.StackFrame {
	e.t.Helper()
	var body dap.StackTraceResponseBody
	e.do("stackTrace", map[string]any{"threadId": thread}, &body)
	return body.StackFrames
}

// eval evaluates where the innermost call stands.
func (e *editor) eval(expr, in string) string {
	e.t.Helper()
	frame := 0
	if stack := e.stack(1); len(stack) > 0 {
		frame = stack[0].Id
	}
	m := e.ask("evaluate", map[string]any{"expression": expr, "frameId": frame, "context": in})
	if !m.Success {
		return "refused: " + m.Message
	}
	var body dap.EvaluateResponseBody
	if err := json.Unmarshal(m.Body, &body); err != nil {
		e.t.Fatal(err)
	}
	return body.Result
}

// breakAt sets the breakpoints of a file, and says where they stand.
func (e *editor) breakAt(file string, breaks ...map[string]any) []dap.Breakpoint {
	e.t.Helper()
	var body dap.SetBreakpointsResponseBody
	e.do("setBreakpoints", map[string]any{"source": map[string]any{"path": filepath.Join(e.dir, file)}, "breakpoints": breaks}, &body)
	return body.Breakpoints
}

func line(n int) map[string]any { return map[string]any{"line": n} }
