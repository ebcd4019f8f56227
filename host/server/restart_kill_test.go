package server

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/world"
)

// recorded waits until what happens in a system now is on disk.
func (p *pilot) recorded(cfg Config, a world.Address) {
	p.t.Helper()
	now := time.Now()
	for {
		if rec, err := record.Open(RecordDir(cfg.Data), a); err == nil {
			if span, err := rec.Span(); err == nil && span.Until.After(now) {
				return
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.ctx.Done():
			p.t.Fatalf("nothing is recorded of %s", a)
		}
	}
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.Process.Signal(syscall.SIGKILL) // it runs
	_ = p.Wait()                          // killed
}

// TestKillNineGivesBackEverything kills the real program twice, the second time right after
// its start, and asks for what was in memory alone: the chat, a service's names, a timer's
// beats, a task in the middle of its sleep, a ship on its way and its id.
func TestKillNineGivesBackEverything(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launch(t, args...)
	ann, bob := login(t, p.addr, "Ann", wire.JSON), login(t, p.addr, "Bob", wire.Binary)
	token := ann.event("welcome")["token"]
	home := world.SystemAddress(ann.event("system")["name"].(string))
	ship := ann.do("undock", nil).(map[string]world.Value)["ship"].(float64)
	ann.do("goto", map[string]world.Value{"point": []world.Value{1e6, 2e6, 3e6}})
	ann.do("say", map[string]world.Value{"text": "here we are"})
	bob.do("sign", nil)
	bob.do("pact", map[string]world.Value{"s": 4.0})
	beats := ann.do("beats", nil).(float64)
	ann.recorded(cfg, home)
	p.kill()
	<-ann.Done()

	launch(t, args...).kill() // before anybody has come
	p = launch(t, args...)
	ann = visitor(t, p.addr)
	ann.do("resume", map[string]world.Value{"token": token})
	if place := ann.event("system"); place["ship"] != ship || place["name"] != strings.TrimPrefix(string(home), "@") {
		t.Errorf("Ann is in %v with the ship %v, and was in %s with %v", place["name"], place["ship"], home, ship)
	}
	snap := ann.snapshot()
	if len(snap.Entities) != 1 || snap.Entities[0].Name != "Ann" || snap.Entities[0].Vel == (world.Vec3{}) {
		t.Errorf("Ann sees %+v, not her ship on its way", snap.Entities)
	}
	if now := ann.do("beats", nil).(float64); now < beats {
		t.Errorf("the timer has come %v times, and had come %v times", now, beats)
	}
	ann.asks("lines", "pact")
	if got := said(ann.do("lines", nil)); got != "Ann: here we are; pact of Bob" {
		t.Errorf("the chat is %q", got)
	}
	if got := ann.do("pacts", nil); got != "Bob" {
		t.Errorf("the ledger has %v", got)
	}
}

// TestAShardThatWasKilledPaysOnce kills the real program while tasks pay into the store, and
// wants nothing to have been paid twice, and nobody to wait for ever.
func TestAShardThatWasKilledPaysOnce(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	write(t, cfg, "main.lua", payingGame)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	const rounds = 5
	var seen []world.Value
	for round := range rounds {
		p := launch(t, args...)
		ann := login(t, p.addr, "Ann", wire.JSON)
		seen, _ = ann.do("rounds", nil).([]world.Value)
		ann.do("pay", map[string]world.Value{"round": float64(round), "s": 0.1 * float64(round)})
		if round%2 == 0 {
			ann.recorded(cfg, world.SystemAddress(ann.event("system")["name"].(string)))
		}
		p.kill()
	}
	p := launch(t, args...)
	ann := login(t, p.addr, "Ann", wire.JSON)
	if seen, _ = ann.do("rounds", nil).([]world.Value); !slices.Contains(seen, world.Value(0.0)) || !slices.Contains(seen, world.Value(2.0)) || !slices.Contains(seen, world.Value(4.0)) {
		t.Errorf("the system knows of the rounds %v, and 0, 2 and 4 had been recorded", seen)
	}
	for ann.do("open", nil) != 0.0 {
		time.Sleep(10 * time.Millisecond)
	}
	for round := range rounds {
		n := ann.do("paid", map[string]world.Value{"round": float64(round)})
		if n != 0.0 && n != 1.0 {
			t.Errorf("round %d was paid %v times", round, n)
		}
	}
}

// TestWhatACleanStopHasKeptIsNotBroughtBackFromBefore stops in order after a crash, and then
// without a recording.
func TestWhatACleanStopHasKeptIsNotBroughtBackFromBefore(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launch(t, args...)
	ann := login(t, p.addr, "Ann", wire.JSON)
	home := world.SystemAddress(ann.event("system")["name"].(string))
	ann.do("say", map[string]world.Value{"text": "one"})
	ann.recorded(cfg, home)
	p.kill()

	p = launch(t, append(args, "--no-record")...)
	ann = login(t, p.addr, "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "Ann: one" {
		t.Errorf("the chat is %q", got)
	}
	ann.do("say", map[string]world.Value{"text": "two"})
	p.kill() // what was recorded is older than what was played

	p = launch(t, args...)
	ann = login(t, p.addr, "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "" {
		t.Errorf("the chat is %q, and nobody has recorded it", got)
	}
	ann.do("say", map[string]world.Value{"text": "three"})
	ann.recorded(cfg, home)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // it has ended
	if err := os.RemoveAll(filepath.Join(cfg.Data, "images")); err != nil {
		t.Fatal(err)
	}
	p = launch(t, args...)
	ann = login(t, p.addr, "Ann", wire.JSON)
	if got := said(ann.do("lines", nil)); got != "" {
		t.Errorf("the chat is %q: a stop in order has brought back a recording", got)
	}
}
