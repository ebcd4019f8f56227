package server

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// git runs git in a folder.
func git(t *testing.T, dir string, stdin string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s\n%s", strings.Join(args, " "), err, out, stdin)
	}
}

func TestExportApplies(t *testing.T) { // P10
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	for name, source := range map[string]string{
		"plain":                 ruleSource,
		"no line end":           strings.TrimSuffix(ruleSource, "\n"),
		"windows lines":         strings.ReplaceAll(ruleSource, "\n", "\r\n"),
		"byte order mark":       "\ufeff" + ruleSource,
		"one line without end":  "local rule = {calls = 0} function rule.fee(x) return x / 2 + 10 end return rule",
		"function ends a line":  strings.Replace(ruleSource, "\nreturn rule\n", "return rule", 1),
		"umlauts and long text": "-- Gebühren: ½ des Preises\n--[[\n" + strings.Repeat("text\n", 50) + "]]\n" + ruleSource,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := operated(t, false)
			save(t, cfg, "rule.lua", source)
			s := start(t, cfg)
			amy := s.operator("amy", command.Admin)
			at := s.systemNames(1)[0]
			before := amy.fee(at)
			amy.do("patch --reason overflow rule.fee = function(x)\n  local half = x / 2\n  return half + 20\nend")
			if before != "15" || amy.fee(at) != "25" {
				t.Fatalf("%s before the patch, %s with it", before, amy.fee(at))
			}
			diff := amy.do("export 1")
			repo := filepath.Dir(cfg.Scripts)
			git(t, repo, "", "init", "-q")
			git(t, repo, diff, "apply", "--whitespace=nowarn", "-")
			got, err := os.ReadFile(filepath.Join(cfg.Scripts, "rule.lua"))
			if err != nil {
				t.Fatal(err)
			}
			if want := string(s.releases.controller.Live().Files["rule.lua"].Source); string(got) != want {
				t.Errorf("the file is not what runs:\n%q\nwant\n%q", got, want)
			}
			if strings.HasSuffix(source, "\n") != strings.HasSuffix(string(got), "\n") || strings.HasPrefix(source, "\ufeff") != strings.HasPrefix(string(got), "\ufeff") {
				t.Error("the end or the beginning of the file changed")
			}
			wait(t, s)
			has(t, "the patch", amy.do("patches --all"), "merged")
			if amy.fee(at) != "25" {
				t.Errorf("merged: %s", amy.fee(at))
			}
		})
	}
}

func TestRestartWithOpenPatches(t *testing.T) { // P11
	for _, production := range []bool{false, true} {
		t.Run(map[bool]string{false: "dev", true: "production"}[production], func(t *testing.T) {
			t.Parallel()
			cfg := operated(t, production)
			var out spoken
			cfg.Out = &out
			s := start(t, cfg)
			amy := s.operator("amy", command.Admin)
			at := s.systemNames(1)[0]
			amy.do("patch --reason overflow rule.fee = function(x) return half(x) + 90 end")
			amy.do("patch --sticky --reason slow rule:half = function(x) return x * 2 end")
			if got := amy.fee(at); got != "110" {
				t.Fatalf("patched: %s", got)
			}
			number := s.Universe().Release().Number
			s.stop()

			s = start(t, cfg)
			amy = s.operator("amy", command.Admin)
			if got := amy.fee(at); got != "30" { // 10 * 2 + 10: only the sticky one
				t.Errorf("after a restart: %s", got)
			}
			notices := strings.Join(s.identify().Notices, "\n")
			has(t, "the notices", notices, "#1 of rule.fee by amy", "NOT in force: it was not made --sticky", "#2 of rule:half by amy", "s old) is in force again: slow")
			s.until("the banner says nothing of the patches", func() bool {
				return strings.Contains(out.String(), "NOT in force") && strings.Contains(out.String(), "in force again")
			})
			if strings.Contains(notices, "outside a reload") || strings.Contains(notices, "differ") {
				t.Errorf("nobody changed the disk: %s", notices)
			}
			if n := s.Universe().Release().Number; n != number+1 {
				t.Errorf("release %d follows %d: other code needs a number of its own", n, number)
			}
			has(t, "the patch that is in force", amy.do("patches"), "rule:half")
			s.stop()

			// With the base changed, not even a sticky one.
			edit(t, cfg, "rule.lua", "return x / 2", "return x / 5")
			s = start(t, cfg)
			amy = s.operator("amy", command.Admin)
			want := "12"
			if production { // which runs on as it was, and queues the disk
				want = "30"
			}
			if got := amy.fee(at); got != want {
				t.Errorf("with another base: %s, want %s", got, want)
			}
			if !production {
				has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "NOT in force: the function is not the one it was made for")
			}
		})
	}
}

func TestRestartWithACanary(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.do("patch --canary @" + at + " rule.fee = function(x) return 99 end")
	s.stop()
	s = start(t, cfg)
	amy = s.operator("amy", command.Operator)
	if got := amy.fee(at); got != "15" {
		t.Errorf("the canary still sings: %s", got)
	}
	has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "was a canary when the shard stopped", "it was a canary on "+at)
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	wait(t, s)
	amy.refused("release promote", "not-allowed", "canary") // the old canary is no excuse
}

func TestCanaryPatchOnOneSystem(t *testing.T) { // P13
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	names := s.systemNames(3)
	one, two, three := names[0], names[1], names[2]
	amy.fee(one)
	amy.fee(two)
	amy.do("patch --canary @" + two + " --reason overflow rule.fee = function(x) return half(x) + 90 end")
	for name, want := range map[string]string{one: "15", two: "95", three: "15"} { // three starts now
		if got := amy.fee(name); got != want {
			t.Errorf("%s says %s, want %s", name, got, want)
		}
	}
	has(t, "the list", amy.do("patches"), "canary", two, "overflow")
	has(t, "the live source", amy.do("source rule.fee"), "+ base")
	src, err := s.Shard().Probe.Source(context.Background(), two, "rule.fee")
	if err != nil || !strings.Contains(src.Code, "90") || !strings.Contains(src.Where, "a canary") || src.Patch != 1 {
		t.Errorf("the source there: %+v %v", src, err)
	}
	systems, err := s.Shard().Systems.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range systems {
		if want := map[bool]int{true: 2, false: 1}[line.Name == two]; line.Name == one && line.Release != want || line.Name == two && line.Release != want {
			t.Errorf("%s runs release %d", line.Name, line.Release)
		}
	}
	if _, err := amy.try("lua --write @" + two + ` return require("rule").fee({})`); err == nil {
		t.Error("half of a table")
	}
	amy.do("promote 1")
	for _, name := range names {
		if got := amy.fee(name); got != "95" {
			t.Errorf("promoted, %s says %s", name, got)
		}
	}
	list, err := s.Shard().Releases.ListReleases(context.Background(), 10)
	if err != nil || list[0].State != "current" || list[1].State != "superseded" {
		t.Errorf("releases: %+v %v", list, err)
	}
	amy.do("drop 1")
	if got := amy.fee(two); got != "15" {
		t.Errorf("dropped: %s", got)
	}
}

func TestCanaryOutlivesTheUnloadingOfItsSystem(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	at := s.systemNames(1)[0]
	amy.do("patch --canary @" + at + " rule.fee = function(x) return 99 end")
	a := s.Universe().Running(world.SystemAddress(at))
	a.Stop("a test")
	for s.Universe().Running(a.Address()) == a {
		if _, err := s.Shard().Systems.Info(context.Background(), at); err != nil {
			t.Fatal(err)
		}
	}
	if got := amy.fee(at); got != "99" {
		t.Errorf("woken: %s", got)
	}
}

func TestEvalIsAudited(t *testing.T) { // P15
	t.Parallel()
	s := start(t, operated(t, true))
	amy := s.operator("amy", command.Operator)
	at := s.systemNames(1)[0]
	number := s.Universe().Release().Number
	if got := amy.do(`lua @` + at + ` require("rule").calls + 0`); strings.TrimSpace(got) != "0" {
		t.Errorf("a look: %q", got)
	}
	if got := amy.do(`lua --write @` + at + ` require("rule").calls = 7 return require("rule").calls`); strings.TrimSpace(got) != "7" {
		t.Errorf("a change: %q", got)
	}
	if s.Universe().Release().Number != number {
		t.Error("an eval made a release")
	}
	rows := s.auditOf(t, "lua")
	if len(rows) == 0 {
		t.Fatal("no entry")
	}
	e := rows[len(rows)-1]
	if e.Who != "amy" || e.From != "socket" || e.At.IsZero() || !strings.Contains(e.Command, "calls = 7") || e.Outcome != "done" {
		t.Errorf("the entry: %+v", e)
	}
	if list := amy.do("release list"); strings.Contains(list, "amy") {
		t.Errorf("it is no release: %s", list)
	}
}

func TestWhoMayDoWhat(t *testing.T) { // P16, without four eyes
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	viewer, operator, admin := s.operator("vic", command.Viewer), s.operator("olga", command.Operator), s.operator("ada", command.Admin)
	at := s.systemNames(1)[0]
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	wait(t, s)
	viewer.do("release plan")
	viewer.do("source rule.fee")
	for _, line := range []string{"patch rule.fee = function(x) return 1 end", "release promote --canary @" + at, "release rollback", "drop 1", "freeze", "lua --write @" + at + " x = 1"} {
		viewer.refused(line, "not-allowed")
	}
	operator.refused("release promote", "not-allowed")
	operator.refused("patch rule.fee = function(x) return 1 end", "not-allowed")
	operator.do("release promote --canary @" + at)
	if got := operator.fee(at); got != "25" {
		t.Errorf("the canary: %s", got)
	}
	operator.do("release promote")
	admin.do("patch rule.fee = function(x) return 1 end")
	if got := operator.fee(at); got != "1" {
		t.Errorf("the patch: %s", got)
	}
}

func TestFaultyCanaryGoesBackWhilePlayersFly(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.store.Register(ctx, "Ann", "secret secret", store.Character{System: s.universe.Map().Systems[0].ID}); err != nil {
		t.Fatal(err)
	}
	p := login(t, s.Addr(), "Ann", wire.JSON)
	home := p.event("system")["name"].(string)
	amy := s.operator("amy", command.Operator)
	amy.do("patch --canary @" + home + " chat.say = function(p, text) return nothing.here end")
	amy.refused("patch chat.nothing = function() end --canary @" + home)
	has(t, "the first release", amy.do("release show 1"), "+++ b", "chat.lua")
	for range 6 {
		_, _ = p.Request(p.ctx, "say", nil)
	}
	p.until("the rollback", func(m *wire.Message) bool {
		if m.Event == "reload" && (m.Fields["ok"] != true || strings.Contains(m.Fields["message"].(string), "chat.lua")) {
			t.Errorf("players of a production shard hear of its faults: %v", m.Fields)
		}
		return m.Event == "reload" && strings.Contains(m.Fields["message"].(string), "rolled back by itself")
	})
	has(t, "the list", amy.do("patches --all"), "dropped")
	rows := s.auditOf(t, "code")
	last := rows[len(rows)-1]
	if last.Who != "watchdog" || !strings.Contains(last.Outcome, "chat.lua@") {
		t.Errorf("the audit line carries the traceback: %+v", last)
	}
}

func TestPatchOneObjectFromTheConsole(t *testing.T) { // P14
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	one, two := s.systemNames(2)[0], s.systemNames(2)[1]
	amy.refused(`patch --canary @`+one+` --canary @`+two+` --on rule rule.fee = function(x) return base end`, "one system")
	amy.do(`patch --canary @` + one + ` --on rule --reason gift rule.fee = function(x) return base * 7 end`)
	if a, b := amy.fee(one), amy.fee(two); a != "70" || b != "15" {
		t.Errorf("%s and %s", a, b)
	}
	has(t, "the list", amy.do("patches"), "rule.fee on rule", "live", one, "gift")
	amy.refused("promote 1", "for one object")
	amy.do("drop 1")
	if got := amy.fee(one); got != "15" {
		t.Errorf("dropped: %s", got)
	}
	if rows := s.auditOf(t, "code"); len(rows) != 4 || rows[0].Who != "amy" || !strings.Contains(rows[0].Outcome, "R-PATCH-CONFLICT") {
		t.Errorf("the audit log: %+v", rows)
	}
}

func TestRollOutFromTheConsole(t *testing.T) { // O07
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Operator)
	names := s.systemNames(4)
	for _, n := range names {
		amy.fee(n)
	}
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	wait(t, s)
	amy.refused("release promote --canary @" + names[0] + ",@110%")
	amy.do("release promote --canary @" + names[0])
	amy.do("release promote --canary @" + names[1])
	if a, b, c := amy.fee(names[0]), amy.fee(names[1]), amy.fee(names[2]); a != "25" || b != "25" || c != "15" {
		t.Errorf("widened by hand: %s %s %s", a, b, c)
	}
	amy.do("release promote --canary @75%")
	if _, did := s.releases.controller.Watch(context.Background()); did {
		t.Error("the next step came at once")
	}
	amy.do("release rollback") // stop
	for _, n := range names {
		if got := amy.fee(n); got != "15" {
			t.Errorf("stopped, %s says %s", n, got)
		}
	}
}
