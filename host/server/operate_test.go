package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/host/metrics"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// ruleSource is a module to be patched: a local function, a module variable and a
// field.
const ruleSource = `local rule = {}
local base = 10
rule.calls = 0

local function half(x)
  return x / 2
end

function rule.fee(x)
  rule.calls = rule.calls + 1
  return half(x) + base
end

return rule
`

// operated is a configuration with the module rule in it.
func operated(t *testing.T, production bool) Config {
	t.Helper()
	cfg := config(t)
	cfg.Production = production
	save(t, cfg, "rule.lua", ruleSource)
	edit(t, cfg, "main.lua", `require "flight"`, "require \"flight\"\nrequire \"rule\"")
	return cfg
}

// operator runs lines as a console would.
type person struct {
	t       *testing.T
	session *command.Session
}

func (s *shard) operator(name string, role command.Role) person {
	t := s.t.(*testing.T)
	return person{t, &command.Session{Shard: s.Shard(), Registry: command.Default(), Who: name, From: "socket", Role: role, Confirm: s.cfg.Shard}}
}

func (p person) try(line string) (string, error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := p.session.Registry.Run(ctx, p.session, line)
	text := r.Text
	if r.Has {
		text += fmt.Sprint(r.Values...)
	}
	if r.Table != nil {
		text += fmt.Sprint(r.Table.Rows, r.Table.Note)
	}
	if err == nil && r.Failed != "" {
		err = fmt.Errorf("%s", r.Failed)
	}
	return text, err
}

func (p person) do(line string) string {
	p.t.Helper()
	text, err := p.try(line)
	if err != nil {
		p.t.Fatalf("%s: %v", line, err)
	}
	return text
}

func (p person) refused(line string, words ...string) {
	p.t.Helper()
	_, err := p.try(line)
	if err == nil {
		p.t.Fatalf("%s was not refused", line)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			p.t.Errorf("%s: the refusal does not say %q: %v", line, w, err)
		}
	}
}

// fee asks a system what rule.fee(10) is there.
func (p person) fee(system string) string {
	p.t.Helper()
	return strings.TrimSpace(p.do("lua --write @" + system + " return require(\"rule\").fee(10)"))
}

func (s *shard) systemNames(n int) []string {
	var names []string
	for i := range n {
		names = append(names, s.universe.Map().Systems[i].Name)
	}
	return names
}

func has(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}

func (s *shard) auditOf(t *testing.T, kind string) []store.AuditEntry {
	t.Helper()
	rows, err := s.store.AuditLog(context.Background(), store.AuditQuery{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAuditOfReleases(t *testing.T) { // O05
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.fee(at)
	edit(t, cfg, "rule.lua", "half(x) + base", "half(x) + base + 1")
	wait(t, s)
	amy.do("patch rule.fee = function(x) return 99 end")
	amy.do("release rollback")
	edit(t, cfg, "rule.lua", "half(x) + base + 1", "half(x) +")
	wait(t, s)
	rows := s.auditOf(t, "code")
	if len(rows) != 4 {
		t.Fatalf("%d entries: %+v", len(rows), rows)
	}
	detail := rows[0].Detail.(map[string]world.Value)
	if rows[0].Who != "disk" || rows[0].At.IsZero() || detail["verdict"] != "apply" || fmt.Sprint(detail["changed"]) != "[rule.fee]" ||
		detail["state_kept"] == nil || detail["state_taken"] == nil || detail["old_frames"] == nil || detail["took_ms"] == nil || detail["systems"].(float64) < 1 {
		t.Errorf("the save: %+v", rows[0])
	}
	if files := detail["files"].(map[string]world.Value); len(files["rule.lua"].(string)) != 12 {
		t.Errorf("files: %v", files)
	}
	if rows[1].Who != "amy" || !strings.Contains(rows[1].Command, "patch rule.fee") || rows[2].Who != "amy" || !strings.Contains(rows[2].Command, "rollback") {
		t.Errorf("the patch and the rollback: %+v %+v", rows[1], rows[2])
	}
	if d := rows[3].Detail.(map[string]world.Value); d["code"] != "R-SYNTAX" || !strings.Contains(rows[3].Outcome, "rule.lua:") {
		t.Errorf("the refusal: %+v", rows[3])
	}
	s.stop()
	s = start(t, cfg)
	if again := s.auditOf(t, "code"); len(again) != 4 || again[0].ID != rows[0].ID {
		t.Errorf("after a restart: %+v", again)
	}
}

func TestScriptsChangedWhileTheShardWasDown(t *testing.T) { // E15
	t.Parallel()
	cfg := operated(t, false)
	start(t, cfg).stop()
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	if got := amy.fee(s.systemNames(1)[0]); got != "25" {
		t.Errorf("the shard did not load the disk: %s", got)
	}
	has(t, "the notice", strings.Join(s.identify().Notices, "\n"), "changed outside a reload", "rule.lua")
	rows := s.auditOf(t, "start")
	if len(rows) != 1 || !strings.Contains(rows[0].Outcome, "changed outside a reload") {
		t.Errorf("the audit log: %+v", rows)
	}
}

func TestVersionsAreVisible(t *testing.T) { // O04
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	_, err := amy.try("lua --write @" + at + ` return require("rule").fee("x")`)
	if err == nil || !regexp.MustCompile(`rule\.lua@[0-9a-f]{6}:6`).MatchString(err.Error()) {
		t.Errorf("an error's place: %v", err)
	}
	edit(t, cfg, "rule.lua", "return x / 2", "return x / 4")
	wait(t, s)
	text := amy.do("source rule:half")
	has(t, "source", text, "x / 4", "rule.lua@", "since release 2 by disk at 20")
	has(t, "source of what did not change", amy.do("source rule.fee"), "since release 1 by disk")
	src, err := s.Shard().Probe.Source(context.Background(), "", "rule:half")
	if err != nil || len(src.Hash) != 12 {
		t.Errorf("the function's hash: %+v %v", src, err)
	}
}

func TestMetricsForPrometheus(t *testing.T) { // O11
	t.Parallel()
	cfg := operated(t, false)
	cfg.Backups.Dir = t.TempDir()
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	amy.fee(s.systemNames(1)[0])
	edit(t, cfg, "rule.lua", "half(x) + base", "half(x) + base + 1")
	wait(t, s)
	edit(t, cfg, "rule.lua", "half(x) + base + 1", "half(x) +")
	wait(t, s)
	amy.do("patch chat.say = function(p, text) return nothing.here end")
	ann := login(t, s.Addr(), "Ann", 0)
	_, _ = ann.Request(ann.ctx, "say", map[string]world.Value{"text": "hi"})
	s.until("memory is weighed", func() bool { return len(s.holdings.modules("")) > 0 })
	resp, err := http.Get("http://" + s.OpsAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("%v %v", resp.Header, err)
	}
	has(t, "the page", string(b), `hotshard_reload_total{outcome="apply"} 2`, `hotshard_reload_total{outcome="refuse"} 1`, "hotshard_reload_pause_seconds_count 2",
		"hotshard_old_frames 0", "hotshard_live_patches 1", `hotshard_function_errors_total{function="chat.say",release="3"} 1`,
		"hotshard_players 1", "hotshard_commands_total 1", "hotshard_sockets 1")
	saysAll(t, string(b))
}

// saysAll wants a page that Prometheus reads and has nothing to say against, with
// every family of the catalogue in it but those that tell of what there is not.
func saysAll(t *testing.T, page string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range metrics.Names() {
		waits := name == "hotshard_system_door_players" || name == "hotshard_lua_steps_total" // for a full system, for a sample
		if families[name] == nil && !waits {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"go_goroutines", "process_cpu_seconds_total", "hotshard_build_info"} {
		if families[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for name, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				if l.GetValue() == "Ann" || l.GetValue() == "amy" {
					t.Errorf("%s names a person", name)
				}
			}
		}
	}
}

func TestStatusNamesWhatDiffersFromTheDisk(t *testing.T) { // O09
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	status := func() []string {
		st, err := s.Shard().Reload.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return st.Differs
	}
	if held := status(); len(held) != 0 {
		t.Fatalf("a clean shard: %v", held)
	}
	amy.do("patch rule.fee = function(x) return 99 end")
	edit(t, cfg, "chat.lua", "chat.lines + 1", "chat.lines + 2")
	wait(t, s)
	if err := os.WriteFile(filepath.Join(cfg.Scripts, "flight.lua"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	wait(t, s)
	text := strings.Join(status(), "\n")
	has(t, "the status", text, "rule.lua patched: #1 rule.fee by amy", "chat.lua queued", "flight.lua held: it is empty")
	save(t, cfg, "chat.lua", string(s.releases.controller.Live().Files["chat.lua"].Source))
	save(t, cfg, "flight.lua", string(s.releases.controller.Live().Files["flight.lua"].Source))
	wait(t, s)
	amy.do("drop 1")
	if held := status(); len(held) != 0 {
		t.Errorf("clean again: %v", held)
	}
}

func TestReleaseThatNeedsANewerProgram(t *testing.T) { // A10
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.fee(at)
	save(t, cfg, "rule.lua", strings.Replace(ruleSource, "local base = 10", "local base = hyperdrive.base()", 1))
	out := wait(t, s)
	if out.Verdict != release.Refuse || out.Code != "R-LOAD" && out.Code != "R-HOST" || !strings.Contains(out.Message, "hyperdrive") || !strings.Contains(out.Message, "rule.lua:2") {
		t.Errorf("a word that this program lacks: %+v", out)
	}
	if got := amy.fee(at); got != "15" {
		t.Errorf("the old code: %s", got)
	}
}
