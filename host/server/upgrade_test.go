//go:build linux

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/serve"
	"hotshard/host/handover"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// countingGame answers and tells with numbers, so that one that is lost or comes twice is
// seen.
const countingGame = `
require "flight"
local M = {counts = {}, beat = 0, heard = {}}
function command.count(p) M.counts[p] = (M.counts[p] or 0) + 1 return M.counts[p] end
function command.heard() return M.heard end
function event.player_entered(p)
  if not player.station(p) and not player.ship(p) then player.dock(p, system.celestials("station")[1].id) end
end
function event.player_disconnected(p, why) M.heard[#M.heard + 1] = why end
function event.system_resumed() M.heard[#M.heard + 1] = "resumed" end
every(0.1, function() M.beat = M.beat + 1 broadcast("notice", {text = tostring(M.beat)}) end)
return M
`

// operator is a connection to the console of a process.
type desk struct {
	net.Conn
	frames *serve.FrameReader
	hello  *serve.Hello
}

// connect comes again where it is cut off: a process that hands over may have let it in,
// and ends.
func connect(t *testing.T, cfg Config) *desk {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		o, err := tryConnect(cfg)
		if err == nil {
			t.Cleanup(func() { o.Close() })
			return o
		}
		if time.Since(began) > patience {
			t.Fatal(err)
		}
	}
}

func tryConnect(cfg Config) (*desk, error) {
	conn, err := net.Dial("unix", filepath.Join(cfg.Data, "run", "console.sock"))
	if err != nil {
		return nil, err
	}
	o := &desk{Conn: conn, frames: serve.NewFrameReader(conn)}
	var r serve.Reply
	if err := o.frames.Read(&r); err != nil || r.Hello == nil {
		conn.Close()
		return nil, fmt.Errorf("the console says %+v, %v", r, err)
	}
	o.hello = r.Hello
	return o, nil
}

// run runs a line and returns what it is answered with.
func (o *desk) run(t *testing.T, line string) (text, refusal string) {
	t.Helper()
	if err := json.NewEncoder(o).Encode(serve.Request{ID: 1, Run: line}); err != nil {
		t.Fatal(err)
	}
	for {
		var r serve.Reply
		if err := o.frames.Read(&r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case r.Error != nil:
			return "", r.Error.Message
		case r.Done != nil:
			b, _ := json.Marshal(r.Done)
			return string(b), ""
		}
	}
}

// counter is a player who asks without a pause and listens.
type counter struct {
	*client.Conn
	asked atomic.Int64 // and answered, in order
	beat  atomic.Int64 // the last that was heard
	wrong chan string
}

func (c *counter) complain(format string, args ...any) {
	select {
	case c.wrong <- fmt.Sprintf(format, args...):
	default:
	}
}

// hear takes what the shard tells.
func (c *counter) hear(m *wire.Message) {
	text, ok := m.Fields["text"].(string)
	if m.Event == "closing" {
		c.complain("closed: %v", m.Fields)
	}
	if m.Event != "notice" || !ok {
		return
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	if last := c.beat.Swap(n); last != 0 && n != last+1 {
		c.complain("beat %d came after %d", n, last)
	}
}

// ask asks for numbers until ctx ends.
func (c *counter) ask(ctx context.Context) {
	for ctx.Err() == nil {
		v, err := c.Request(context.Background(), "count", nil)
		if want := float64(c.asked.Load() + 1); err != nil || v != want {
			c.complain("count came to %v, %v and not to %v", v, err, want)
			return
		}
		c.asked.Add(1)
	}
}

// counters are so many players who ask and listen until the test ends.
func counters(t *testing.T, p *process, n int) (all []*counter, stop func()) {
	t.Helper()
	wrong := make(chan string, 100)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range n {
		c := &counter{wrong: wrong}
		conn, err := client.Dial(context.Background(), "ws://"+p.addr+"/play", client.Options{Codec: []wire.Codec{wire.JSON, wire.Binary}[i%2], Handle: c.hear})
		if err != nil {
			t.Fatal(err)
		}
		c.Conn = conn
		all = append(all, c)
	}
	for i, c := range all {
		wg.Go(func() {
			if err := c.Login(context.Background(), fmt.Sprint("Pilot", i), "secret secret"); err != nil {
				c.complain("login: %v", err)
				return
			}
			c.ask(ctx)
		})
	}
	return all, sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		close(wrong)
		for w := range wrong {
			t.Error(w)
		}
		for _, c := range all {
			c.Close()
		}
	})
}

// further waits until everybody has been answered and told so much more.
func further(t *testing.T, all []*counter, more int64) {
	t.Helper()
	asked, beat := make([]int64, len(all)), make([]int64, len(all))
	for i, c := range all {
		asked[i], beat[i] = c.asked.Load()+more, c.beat.Load()+more
	}
	for i, c := range all {
		for began := time.Now(); c.asked.Load() < asked[i] || c.beat.Load() < beat[i]; time.Sleep(5 * time.Millisecond) {
			select {
			case w := <-c.wrong:
				t.Fatal(w)
			default:
			}
			if time.Since(began) > patience {
				t.Fatalf("player %d hears nothing any more", i)
			}
		}
	}
}

// falseHeir makes a program that does as if it took over, and then something else.
func falseHeir(t *testing.T, does string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "false")
	text := fmt.Sprintf("#!/bin/sh\nexport %s=%s\nexec '%s'\n", heirEnv, does, os.Args[0])
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// heirEnv says that this process is to be falseHeir's program, and what it does then.
const heirEnv = "FALSE_HEIR"

// TestMain runs the tests, or what falseHeir has made.
func TestMain(m *testing.M) {
	if does := os.Getenv(heirEnv); does != "" {
		if err := beFalseHeir(does); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func beFalseHeir(does string) error {
	c, err := handover.Inherited()
	if err != nil || c == nil {
		return fmt.Errorf("nobody to take over from: %v", err)
	}
	for {
		m, err := c.Receive()
		if err != nil {
			return err
		}
		switch {
		case m.Kind == sayProve && does == "refuse":
			_ = c.Send(handover.Message{Kind: sayRefused, Data: []byte("I will not")})
			return nil
		case m.Kind == sayProve && does == "dumb":
			time.Sleep(patience)
		case m.Kind == sayProve:
			var will testament
			if err := understand(m, &will); err != nil {
				return err
			}
			_ = say(c, sayProved, attested{Live: will.Live})
		case m.Kind == sayPlayers:
			_ = say(c, sayHere, nil)
		case m.Kind == sayAll && does == "crash":
			os.Exit(3)
		case m.Kind == sayAll:
			time.Sleep(patience)
		}
	}
}

// TestAnUpgradeIsNotNoticed replaces the real program under thirty players, by the console
// and by a signal, with programs that do not manage in between.
func TestAnUpgradeIsNotNoticed(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	write(t, cfg, "main.lua", countingGame)
	p := launch(t, "--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t))
	all, stop := counters(t, p, 30)
	defer stop()
	further(t, all, 3)
	first := connect(t, cfg)

	for does, want := range map[string]string{"crash": "exit status 3", "refuse": "I will not"} {
		if _, why := first.run(t, "upgrade "+falseHeir(t, does)); !strings.Contains(why, want) {
			t.Errorf("a program that would %s: %q", does, why)
		}
		further(t, all, 3)
	}
	for does, in := range map[string]string{"hang": "2s", "dumb": "100ms"} {
		if _, why := first.run(t, "upgrade "+falseHeir(t, does)+" --for "+in); !strings.Contains(why, "in time") {
			t.Errorf("a program that is %s: %q", does, why)
		}
		further(t, all, 3)
	}
	for path, want := range map[string]string{"bin/host": "whole path", filepath.Join(cfg.Data, "none"): "there is no", cfg.Data: "no program"} {
		if _, why := first.run(t, "upgrade "+path); !strings.Contains(why, want) {
			t.Errorf("upgrade %s: %q", path, why)
		}
	}
	if text, why := first.run(t, "upgrade"); !strings.Contains(text, "30 players") {
		t.Fatalf("upgrade: %s %s", text, why)
	}
	further(t, all, 5)
	second := connect(t, cfg)
	if second.hello.PID == first.hello.PID {
		t.Error("it is the same process still")
	}
	if err := p.Process.Signal(syscall.SIGUSR2); err != nil { // to the one that was started, which passes it on
		t.Fatal(err)
	}
	var third *desk
	for began := time.Now(); third == nil || third.hello.PID == second.hello.PID; time.Sleep(20 * time.Millisecond) {
		if third = connect(t, cfg); time.Since(began) > patience {
			t.Fatal("a signal does nothing")
		}
	}
	further(t, all, 5)
	text, _ := third.run(t, "audit --limit 50")
	for _, want := range []string{"has taken over", "SIGUSR2", "I will not", "exit status 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the audit log has no %q: %s", want, text)
		}
	}
	heard, err := all[0].Request(context.Background(), "heard", nil)
	if list, _ := heard.([]world.Value); err != nil || len(list) > 0 {
		t.Errorf("scripts have heard %v, %v", heard, err)
	}
	stop()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with: %v", err)
	}
	p = launch(t, "--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", p.Args[len(p.Args)-1])
	ann := login(t, p.addr, "Pilot0", wire.JSON)
	if n := ann.do("count", nil); n != float64(all[0].asked.Load()+1) {
		t.Errorf("after a stop and a start it counts %v, and had come to %d", n, all[0].asked.Load())
	}
}

// TestAnUpgradeIsRefused where it cannot be.
func TestAnUpgradeIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ctx := context.Background()
	wish := command.UpgradeWish{Path: "/bin/true"}
	if err := s.Shutdown(ctx, time.Hour, "for the night", "amy"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Upgrade(ctx, wish, "bob"); err == nil || !strings.Contains(err.Error(), "ordered by amy") {
		t.Errorf("in the middle of a shutdown: %v", err)
	}
	if err := s.CancelShutdown(ctx, "amy"); err != nil {
		t.Fatal(err)
	}
	if err := s.power.hold(time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Upgrade(ctx, wish, "bob"); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("in the middle of another: %v", err)
	}
	if err := s.Shutdown(ctx, 0, "", "amy"); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("a shutdown in the middle of an upgrade: %v", err)
	}
	s.power.release()
	if _, err := s.Upgrade(ctx, wish, "bob"); err == nil || !strings.Contains(err.Error(), "without a word") {
		t.Errorf("a program that does nothing: %v", err)
	}
	if n := s.succession.counted()[upgradeRefused]; n != 1 {
		t.Errorf("%d were refused", n)
	}
}
