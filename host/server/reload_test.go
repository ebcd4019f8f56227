package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// save writes a script as an editor does.
func save(t *testing.T, cfg Config, path, source string) {
	t.Helper()
	full := filepath.Join(cfg.Scripts, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, cfg Config, path, old, new string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(cfg.Scripts, path))
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("%s has no %q (%v)", path, old, err)
	}
	save(t, cfg, path, strings.Replace(string(b), old, new, 1))
}

func wait(t *testing.T, s *shard) release.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := s.Shard().Reload.Wait(ctx)
	if err != nil || len(out) == 0 {
		t.Fatalf("reload wait: %v %v", out, err)
	}
	return out[0]
}

func TestSavedScriptRunsWhileEverybodyStaysConnected(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann, bob := login(t, s.Addr(), "Ann", wire.JSON), login(t, s.Addr(), "Bob", wire.Binary)
	say := map[string]world.Value{"text": "hi"}
	if n := ann.do("say", say); n != 1.0 {
		t.Fatalf("the first line is number %v", n)
	}

	edit(t, cfg, "chat.lua", `text = text`, `text = text .. "!"`)
	if out := wait(t, s); out.Verdict != release.Apply || out.Units < 1 {
		t.Fatalf("the edit was %+v", out)
	}
	for _, p := range []*pilot{ann, bob} {
		toast := p.until("the toast", func(m *wire.Message) bool { return m.Event == "reload" }).Fields
		if toast["ok"] != true || toast["files"].([]world.Value)[0] != "chat.lua" {
			t.Errorf("the toast: %v", toast)
		}
	}
	if n := ann.do("say", say); n != 2.0 {
		t.Errorf("the module forgot its count: line %v", n)
	}
	bob.until("the new line", func(m *wire.Message) bool { return m.Event == "chat" && m.Fields["text"] == "hi!" })

	edit(t, cfg, "chat.lua", `broadcast(`, `broadcast((`)
	out := wait(t, s)
	if out.Verdict != release.Refuse || !strings.Contains(out.Message, "chat.lua:7") {
		t.Fatalf("the broken edit was %+v", out)
	}
	if toast := ann.event("reload"); toast["ok"] != false || !strings.Contains(toast["message"].(string), "chat.lua:7") {
		t.Errorf("the toast of a refusal: %v", toast)
	}
	if n := ann.do("say", say); n != 3.0 {
		t.Errorf("after a refusal the old code does not run: %v", n)
	}
	edit(t, cfg, "chat.lua", `broadcast((`, `broadcast(`)
	wait(t, s)

	// A system that starts later is on the current release; so is a restart.
	bob.do("undock", nil)
	gate, _ := gateOf(t, ann.place(s))
	bob.do("jump", map[string]world.Value{"gate": gate})
	bob.until("the other system", func(m *wire.Message) bool {
		return m.Event == "system" && m.Fields["ship"] != nil && m.Fields["docked"] == nil
	})
	bob.do("say", say)
	bob.until("the new line there", func(m *wire.Message) bool { return m.Event == "chat" && m.Fields["text"] == "hi!" })

	// Services are units like systems.
	if n := ann.do("count", map[string]world.Value{"n": 5.0}); n != 5.0 {
		t.Fatalf("the counter says %v", n)
	}
	edit(t, cfg, "services/counter.lua", `return counter.sum`, `return -counter.sum`)
	wait(t, s)
	if n := ann.do("count", map[string]world.Value{"n": 1.0}); n != -6.0 {
		t.Errorf("the changed counter says %v", n)
	}
	number := s.Universe().Release().Number
	s.stop()
	s = start(t, cfg)
	if n := s.Universe().Release().Number; n != number {
		t.Errorf("after a restart without a change the release is %d, not %d", n, number)
	}
}

// place reads where the player is from a fresh connection's first events.
func (p *pilot) place(s *shard) map[string]world.Value {
	p.t.Helper()
	other := login(p.t, s.Addr(), "Scout", wire.JSON)
	return other.event("system")
}

// The page's note of a refusal has to go when the file is put right, also where that
// means that it is again what runs and there is nothing to reload.
func TestPlayersHearThatARefusedFileIsRestored(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	edit(t, cfg, "chat.lua", `broadcast(`, `broadcast((`)
	wait(t, s)
	if told := ann.event("reload"); told["ok"] != false || len(told["broken"].([]world.Value)) != 1 {
		t.Errorf("a refusal is told as %v", told)
	}
	edit(t, cfg, "flight.lua", `function command.bank(p, args)`, "function command.vault() return 1 end\n\nfunction command.bank(p, args)")
	wait(t, s)
	if told := ann.event("reload"); told["ok"] != true || told["broken"].([]world.Value)[0] != "chat.lua" {
		t.Errorf("while another file is refused an edit is told as %v", told)
	}
	edit(t, cfg, "chat.lua", `broadcast((`, `broadcast(`)
	wait(t, s)
	if told := ann.event("reload"); told["restored"] != true || told["ok"] != true || len(told["broken"].([]world.Value)) != 0 {
		t.Errorf("that it is restored is told as %v", told)
	}
}

func TestPlayersHearThatALiveValueStayed(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ann.do("say", map[string]world.Value{"text": "hi"})
	edit(t, cfg, "chat.lua", `lines = 0`, `lines = 7`)
	wait(t, s)
	told := ann.event("reload")
	if list := told["warnings"].([]world.Value); len(list) != 1 || !strings.HasPrefix(list[0].(string), "W-STATE-KEPT chat.lines") {
		t.Errorf("it is told as %v", told)
	}
}

func TestNewServiceStartsWithItsFile(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	save(t, cfg, "services/bank.lua", "local bank = {} function bank.ask() return 7 end return bank")
	edit(t, cfg, "flight.lua", `function command.bank(p, args)`, "function command.vault() return service.call(\"bank\", \"ask\") end\n\nfunction command.bank(p, args)")
	if out := wait(t, s); out.Verdict != release.Apply {
		t.Fatalf("the edit was %+v", out)
	}
	if n := ann.do("vault", nil); n != 7.0 {
		t.Errorf("the new service says %v", n)
	}
}

func TestFaultyReleaseIsRolledBackByItself(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	edit(t, cfg, "chat.lua", `chat.lines = chat.lines + 1`, `chat.lines = chat.lines + nothing`)
	if out := wait(t, s); out.Verdict != release.Apply {
		t.Fatalf("the edit was %+v", out)
	}
	for range 10 {
		_, _ = ann.Request(ann.ctx, "say", map[string]world.Value{"text": "hi"})
	}
	ann.until("the rollback", func(m *wire.Message) bool {
		return m.Event == "reload" && strings.Contains(m.Fields["message"].(string), "rolled back")
	})
	ann.do("say", map[string]world.Value{"text": "the old code runs again"})
	groups, err := s.Shard().Errors.Groups(context.Background(), "")
	if err != nil || len(groups) == 0 || groups[0].Count < 5 || !strings.Contains(groups[0].Traceback, "chat.lua") {
		t.Errorf("errors: %+v %v", groups, err)
	}
}

func TestBrokenScriptsAreSaidAtTheStart(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	edit(t, cfg, "chat.lua", `broadcast(`, `broadcast((`)
	s := start(t, cfg)
	if said := strings.Join(s.Shard().Identify().Notices, "\n"); !strings.Contains(said, "chat.lua:7") {
		t.Errorf("the start says %q", said)
	}
	edit(t, cfg, "chat.lua", `broadcast((`, `broadcast(`)
	if out := wait(t, s); out.Verdict != release.Apply {
		t.Errorf("the mended script was %+v", out)
	}
	login(t, s.Addr(), "Ann", wire.JSON).do("say", map[string]world.Value{"text": "hi"})
}

func TestProductionQueues(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Production = true
	s := start(t, cfg)
	edit(t, cfg, "chat.lua", `text = text`, `text = text .. "!"`)
	if out := wait(t, s); out.Verdict != release.Queue {
		t.Fatalf("in production the edit was %+v", out)
	}
	if st, err := s.Shard().Reload.Status(context.Background()); err != nil || st.Queued != 1 {
		t.Errorf("status: %+v %v", st, err)
	}
}
