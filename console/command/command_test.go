package command_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// run runs lines as one operator and returns the last answer.
func run(t *testing.T, s *command.Session, lines ...string) (command.Result, error) {
	t.Helper()
	var r command.Result
	var err error
	for _, l := range lines {
		r, err = s.Registry.Run(t.Context(), s, l)
	}
	return r, err
}

func newSession(fake *commandtest.Shard) *command.Session {
	return &command.Session{Shard: fake.Command(), Registry: command.Default(), Who: "amy", From: "socket", Role: command.Admin}
}

// TestAnswers runs every command, and requires words of its answer.
func TestAnswers(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"help", "reload wait"},
		{"help patch", "for instance"},
		{"help reload wait", "reload wait --for 10s"},
		{"status", "development"},
		{"systems", "3 systems, 2 awake, 2 players"},
		{"systems ji", "1 systems"},
		{"systems zz", "no system is called so"},
		{"system @jita", "The Forge"},
		{"system Jita", "The Forge"},
		{"who", "Bob Ray"},
		{"who @Jita", "Ada"},
		{"announce it's over", "told 2 players"},
		{`kick "bob ray" 1 --reason "go away"`, "disconnected 2 players"},
		{"kick @Jita", "disconnected 1 player"},
		{"lua @Jita 1 + 1", "2"},
		{`lua @Jita return name, {1, 2}, {a = "x y"}, nil, 1/0`, "\"Jita\"\n{1, 2}\n{a = \"x y\"}\nnil\ninf\n"},
		{`lua @Jita print("it's") return 7`, "it's\n7\n"},
		{"lua @Jita -- a comment\nreturn 8", "8"},
		{"inspect @Jita {deep = {deeper = 1}} --depth 2", "deeper"},
		{"reload", "applied r4: release 4 live: combat.lua (0 changed, 0 added, 0 removed) (3 systems, 61ms)\n  W-DELETED m.f (gone)"},
		{"reload wait", "applied r4"},
		{"reload status", "configured"},
		{"unload lib.old", "applied r4: release 4 live: lib.old"},
		{"errors", "market.fee"},
		{"errors market.fee", "stack traceback"},
		{"errors other", "no errors"},
		{"shutdown 10m weekly maintenance", "shuts down in 10 minutes, at "},
		{"shutdown", "is shutting down"},
		{"release list", "no releases"},
		{"release show 3", "+++ r3"},
		{"release show", "+++ r3"},
		{"release diff 1 2", "--- r1\n+++ r2"},
		{"release diff r2", "--- r2\n+++ r0"},
		{"release diff 2 2", "no difference"},
		{"release plan", "W-ARITY market.fee"},
		{"release promote --canary @Jita", "applied r4"},
		{"release promote --plan", "nothing was changed"},
		{"release promote", "applied r4"},
		{"release rollback", "applied r2"},
		{"release rollback 1 --plan", "nothing was changed"},
		{"release rollback r1", "applied r1"},
		{"stragglers", "market@2:4"},
		{"freeze fleet fight", "frozen at r3"},
		{"thaw", "thawed"},
		{"patch market.fee = function(p) return p end", "patch #1 of market.fee"},
		{"patch market.fee function(p) return p end", "patch #1 of market.fee"},
		{"patch --plan market.fee = function(p) return p end", "nothing was changed"},
		{"patches", "no open patches"},
		{"export 1", "+++ b/market.lua"},
		{"patch save #1", "patch #1 is in market.lua"},
		{"source market.fee", "-- market.fee, market@3:12, aa"},
		{"tasks", "sleep"},
		{"trace market.fee @Jita --for 1ms", "1 call in 1ms"},
		{"profile @Jita 10s", "market.fee"},
		{"hot @Jita", "market.fee"},
		{"top", "2 of 3 systems awake"},
		{"tail x --for 1ms", ""},
		{"watch --for 1ms @Jita 1", ""},
		{"services", "market"},
		{"store", "wal"},
		{"audit --since 1h --by amy", "no entries"},
		{"nodes", "the nodes run different releases"},
		{"reload status --cluster", "2 files not as it runs"},
		{"move @Jita w1", "@Jita runs on w1"},
		{"move market w1", "market runs on w1"},
		{"pin @Jita w1", "@Jita is pinned to w1"},
		{"unpin market", "market may run on any node"},
		{"drain w1", "nothing runs on w1 any more"},
		{"undrain w1", "w1 takes systems again"},
		{"balance --plan", "nothing was moved"},
		{"on w1 lua @Jita return 1", "amy on w1: lua @Jita return 1"},
	} {
		t.Run(c.line, func(t *testing.T) {
			fake := commandtest.New()
			fake.Outcomes = []release.Outcome{{Verdict: release.Apply, Release: 4, Files: []string{"combat.lua"}, Units: 3, Took: 61 * time.Millisecond,
				Warnings: []code.Warning{{Code: "W-DELETED", Subject: "m.f", Detail: "gone"}}}}
			fake.Faults = []command.ErrorGroup{{Function: "market.fee", Release: 3, Count: 9, Message: "nil", Systems: []string{"Jita"}, Traceback: "stack traceback:\n\tmarket@3:12"}}
			fake.Tasks = []command.Task{{System: "Jita", TaskInfo: script.TaskInfo{Waits: "sleep", Origin: "task", Where: "market@2:4", Release: 2}}}
			r, err := run(t, newSession(fake), c.line)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.String(); !strings.Contains(got, c.want) {
				t.Errorf("answer %q lacks %q", got, c.want)
			}
			b, err := r.JSON()
			if err != nil || !json.Valid(b) {
				t.Errorf("JSON %s: %v", b, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ line, code, want string }{
		{"systms", command.CodeUnknown, "Did you mean systems?"},
		{"wsho", command.CodeUnknown, "Did you mean who?"},
		{"xyzzy", command.CodeUnknown, "Try help"},
		{"release", command.CodeUnknown, "list, plan, promote"},
		{"release lst", command.CodeUnknown, "list, plan, promote"},
		{"help nothing", command.CodeUnknown, "no such command: nothing"},
		{"systems --write", command.CodeUsage, "does not take --write"},
		{"systems --nonsense", command.CodeUsage, "usage: systems [PREFIX]"},
		{"systems a b", command.CodeUsage, `"b"`},
		{`kick "Ada`, command.CodeUsage, "quote"},
		{"kick", command.CodeUsage, "whom"},
		{"kick nobody", command.CodeFailed, "nobody"},
		{"lua return 1", command.CodeUsage, "@Jita"},
		{"lua @Jita", command.CodeUsage, "no code"},
		{"lua @Jita @Amarr return 1", command.CodeUsage, "one system"},
		{"lua @Jita return (", "R-SYNTAX", "EOF"},
		{"announce", command.CodeUsage, "what"},
		{"reload wait --for never", command.CodeUsage, "duration"},
		{"reload wait --for", command.CodeUsage, "needs DURATION"},
		{"release show x", command.CodeUsage, "number"},
		{"drop 7", "R-STALE", "#7"},
		{"drop", command.CodeUsage, "which patch"},
		{"patch market.fee", command.CodeUsage, "no code"},
		{"patch m.f --canary Jita = x", command.CodeUsage, "@NAME"},
		{"patch m.f = function() end --canary @Jita function", command.CodeUsage, "behind the code"},
		{"patch m.f = function() end @Jita", command.CodeUsage, "--canary @Jita patches it there only"},
		{"patch m.f = function() end @Jita --against soon", command.CodeUsage, "--against"},
		{"patch m.f = function() end --against 5m @Jita here", command.CodeUsage, "behind the code"},
		{"patch @Jita m.f = function() end", command.CodeUsage, "--against DURATION @Jita"},
		{"patch m.f = function() end --canary", command.CodeUsage, "needs @SYSTEM"},
		{"watch @Jita 1 --for=never", command.CodeUsage, "duration"},
		{"'", command.CodeUsage, "quote"},
		{"tail (", command.CodeUsage, "regexp"},
		{"trace", command.CodeUsage, "which function"},
		{"profile @Jita 1h", command.CodeUsage, "at most"},
		{"hot --for 2h", command.CodeUsage, "at most 1h"},
		{"hot --by player", command.CodeUsage, "function, module or system"},
		{"hot --was last", command.CodeUsage, "number of a release"},
		{"hot more", command.CodeUsage, ""},
		{"move @Jita", command.CodeUsage, "where"},
		{"move @Jita w1 w2", command.CodeUsage, "where"},
		{"drain", command.CodeUsage, "which node"},
		{"on w1", command.CodeUsage, "what, and where"},
	} {
		_, err := run(t, newSession(commandtest.New()), c.line)
		var r *command.Refusal
		if !errors.As(err, &r) || r.Code != c.code || !strings.Contains(r.Message, c.want) {
			t.Errorf("%s: %v, want %s with %q", c.line, err, c.code, c.want)
		}
	}
}

// TestCodeMayHaveComments requires that the code arrives as it was typed, with what
// looks like a flag in it, and that a flag before it does not.
func TestCodeMayHaveComments(t *testing.T) {
	for line, want := range map[string]command.Eval{
		`lua @Jita return "a --write b"`:       {Code: `return "a --write b"`},
		"lua @Jita return 1 --plan of mine":    {Code: "return 1 --plan of mine"},
		"lua @Jita return 1 -- write":          {Code: "return 1 -- write"},
		"lua @Jita --depth 1 return 1":         {Code: "return 1", Depth: 1},
		"lua @Jita return 1 --write":           {Code: "return 1", Write: true},
		"lua @Jita return [[\n--write]]":       {Code: "return [[\n--write]]"},
		"lua @Jita --a comment\nreturn 1":      {Code: "--a comment\nreturn 1"},
		"lua @Jita --write --depth=2 x = 1":    {Code: "x = 1", Write: true, Depth: 2},
		"lua @Jita return 1 --depth 2 --write": {Code: "return 1", Write: true, Depth: 2},
	} {
		fake := commandtest.New()
		fake.Identity.Production = true // where --write says something
		s := newSession(fake)
		var asked []command.Eval
		s.Shard.Lua = recorder{s.Shard.Lua, &asked}
		want.System, want.Author = "Jita", "amy"
		if _, err := run(t, s, line); err != nil || len(asked) != 1 || asked[0] != want {
			t.Errorf("%s: %+v, %v", line, asked, err)
		}
	}
}

// TestFlagsMayStandBehindTheCode writes them where Lua would see a comment.
func TestFlagsMayStandBehindTheCode(t *testing.T) {
	for line, want := range map[string]string{
		"patch m.f = function() end --canary @Jita --reason 'a test'": "[Jita] a test",
		"patch m.f = function()\nreturn 1 -- one\nend --sticky":       "[] ",
	} {
		fake := commandtest.New()
		if _, err := run(t, newSession(fake), line); err != nil || len(fake.Patches) != 1 {
			t.Errorf("%s: %d patches, %v", line, len(fake.Patches), err)
			continue
		}
		if p := fake.Patches[0]; fmt.Sprintf("%v %s", p.Canary, p.Reason) != want {
			t.Errorf("%s: %+v", line, p)
		}
	}
	fake := commandtest.New()
	if _, err := run(t, newSession(fake), "patch m.f = function() end --plan"); err != nil || len(fake.Patches) != 0 {
		t.Errorf("a plan made %d patches, %v", len(fake.Patches), err)
	}
}

func TestCommandsOfSubjectsTheShardLacks(t *testing.T) {
	s := newSession(commandtest.New())
	s.Shard = command.Shard{Identify: s.Shard.Identify}
	r, err := run(t, s, "help")
	if err != nil || strings.Contains(r.String(), "lua") || !strings.Contains(r.String(), "status") {
		t.Errorf("help lists %s, %v", r, err)
	}
	for _, line := range []string{"lua @Jita 1", "systems", "patches", "audit"} {
		if _, err := run(t, s, line); err == nil || !strings.Contains(err.Error(), "does not offer") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestRoles(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.Production = true
	s := newSession(fake)
	for _, c := range []struct {
		role command.Role
		line string
		ok   bool
	}{
		{command.Viewer, "systems", true},
		{command.Viewer, "inspect @Jita 1", true},
		{command.Viewer, "release plan", true},
		{command.Viewer, "lua @Jita 1", false},
		{command.Viewer, "announce x", false},
		{command.Operator, "announce x", true},
		{command.Operator, "patch m.f = function() end", false},
		{command.Operator, "patch m.f --canary @Jita = function() end", true},
		{command.Operator, "release promote", false},
		{command.Operator, "release promote --canary @Jita", true},
		{command.Operator, "release promote", true}, // there is a canary now
		{command.Operator, "shutdown --confirm dev", false},
		{command.Admin, "shutdown --confirm dev", true},
	} {
		s.Role = c.role
		_, err := run(t, s, c.line)
		var r *command.Refusal
		if refused := errors.As(err, &r) && r.Code == command.CodeRole; refused == c.ok {
			t.Errorf("%s as %s: %v", c.line, c.role, err)
		}
	}
	for r := command.Viewer; r <= command.Admin; r++ {
		if back, err := command.ParseRole(r.String()); back != r || err != nil {
			t.Errorf("role %s reads as %s, %v", r, back, err)
		}
	}
	if _, err := command.ParseRole("god"); err == nil {
		t.Error("there is a role god")
	}
}

// TestWhatIsPromotedAsACanaryGoesAsOne requires that the canary that spares an
// operator the role and the name is what goes, and nothing else that waits.
func TestWhatIsPromotedAsACanaryGoesAsOne(t *testing.T) {
	for _, c := range []struct {
		line     string
		canaries map[int]int
		want     int // the release that goes as the canary it is; 0 is refused
	}{
		{"release promote", map[int]int{7: 3, 8: 0}, 8},
		{"release promote 8", map[int]int{7: 3, 8: 0}, 8},
		{"release promote 7", map[int]int{7: 3, 8: 0}, 7},
		{"release promote", map[int]int{7: 3}, 0},
		{"release promote 9", map[int]int{7: 3, 8: 0}, 0},
		{"release promote", nil, 0},
	} {
		fake := commandtest.New()
		fake.Identity.Production, fake.Trying = true, c.canaries
		s := newSession(fake)
		s.Role = command.Operator
		_, err := run(t, s, c.line)
		switch {
		case c.want == 0:
			if err == nil || len(fake.Promoted) > 0 {
				t.Errorf("%s beside %v: done", c.line, c.canaries)
			}
		case err != nil || len(fake.Promoted) != 1 || fake.Promoted[0].Release != c.want || !fake.Promoted[0].Tried:
			t.Errorf("%s beside %v: %+v, %v", c.line, c.canaries, fake.Promoted, err)
		}
	}
}

func TestNameMustBeTypedInProduction(t *testing.T) {
	for _, line := range []string{"shutdown 5m", "release promote", "release rollback 1", "patch m.f = function() end", "kick @Jita"} {
		fake := commandtest.New()
		for i := range 20 {
			fake.Players = append(fake.Players, command.Player{ID: int64(10 + i), Name: strings.Repeat("x", i+1), System: "Jita"})
		}
		fake.Identity.Name = "tranquility"
		s := newSession(fake)
		if _, err := run(t, s, line); err != nil {
			t.Errorf("%s in development: %v", line, err)
		}
		for confirm, ok := range map[string]bool{"": false, "dev": false, "tranquility": true} {
			fake.Do(func() { fake.Identity.Production, fake.Identity.Release = true, 3 })
			s.Confirm = confirm
			_, err := run(t, s, line)
			var r *command.Refusal
			if refused := errors.As(err, &r) && r.Code == command.CodeConfirm; refused == ok {
				t.Errorf("%s confirmed with %q: %v", line, confirm, err)
			}
		}
	}
}

func TestFourEyes(t *testing.T) {
	fake := commandtest.New()
	fake.Identity.FourEyes, fake.Identity.Production = true, true
	amy := newSession(fake)
	amy.Confirm = "dev"
	bob := *amy
	bob.Who, bob.Confirm = "bob", ""
	if r, err := run(t, amy, "release promote --canary @Jita"); err != nil || !strings.Contains(r.String(), "applied") {
		t.Fatalf("a canary: %v, %v", r, err)
	}
	r, err := run(t, amy, "release promote")
	if err != nil || !strings.Contains(r.String(), "approve 1") || fake.Identity.Release != 3 {
		t.Fatalf("%v, %v; release %d", r, err, fake.Identity.Release)
	}
	if r, _ = run(t, &bob, "approvals"); !strings.Contains(r.String(), "release promote") {
		t.Errorf("approvals: %s", r)
	}
	for _, c := range []struct {
		s    *command.Session
		line string
	}{{amy, "approve 1"}, {&bob, "approve 2"}, {&bob, "approve"}} {
		if _, err := run(t, c.s, c.line); err == nil || fake.Identity.Release != 3 {
			t.Errorf("%s by %s is done", c.line, c.s.Who)
		}
	}
	if r, err = run(t, &bob, "approve 1"); err != nil || fake.Identity.Release != 4 {
		t.Errorf("%v, %v; release %d", r, err, fake.Identity.Release)
	}
	if _, err = run(t, &bob, "approve 1"); err == nil {
		t.Error("approved twice")
	}
	if r, _ = run(t, amy, "audit"); !strings.Contains(r.String(), "amy, approved by bob") {
		t.Errorf("audit: %s", r)
	}
	run(t, amy, "patch m.f = function() end")
	if len(fake.Patches) != 0 {
		t.Error("a patch for all is made by one person")
	}
	if r, _ = run(t, amy, "unload m"); !strings.Contains(r.String(), "approve 3") {
		t.Errorf("a module is unloaded everywhere by one person: %s", r)
	}
	bob.Role = command.Viewer
	if _, err = run(t, &bob, "approve 2"); err == nil {
		t.Error("a viewer approves")
	}
}

func TestAuditHasWhatChanges(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	run(t, s, "systems", "announce hello", "drop 9", "lua @Jita return 1", "shutdown", "who", "nonsense")
	r, err := run(t, s, "audit --json")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := r.JSON()
	var got []struct{ Who, From, Command, Outcome string }
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	// The newest first: of each what was meant before, and what became of it after.
	want := []string{"shutdown|done", "shutdown|asked for", "lua @Jita return 1|done", "lua @Jita return 1|asked for",
		"drop 9|refused: R-STALE: there is no patch #9", "drop 9|asked for", "announce hello|done", "announce hello|asked for"}
	if len(got) != len(want) {
		t.Fatalf("%d entries: %s", len(got), b)
	}
	for i, e := range got {
		if e.Command+"|"+e.Outcome != want[i] || e.Who != "amy" || e.From != "socket" {
			t.Errorf("entry %+v, want %s", e, want[i])
		}
	}
}

// TestARefusedShutdownIsNotOneThatWasAskedFor: whoever reads the log after a crash must
// not take it for the reason.
func TestARefusedShutdownIsNotOneThatWasAskedFor(t *testing.T) {
	for _, line := range []string{"shutdown now", "shutdown 5m maintenance", "shutdown now --confirm dev", "shutdown banana", "shutdown"} {
		fake := commandtest.New()
		fake.Identity.Name, fake.Identity.Production = "tranquility", true
		if _, err := run(t, newSession(fake), line); err == nil || fake.Down {
			t.Fatalf("%s: done", line)
		}
		if len(fake.Entries) != 1 || !strings.HasPrefix(fake.Entries[0].Outcome, "refused: ") {
			t.Errorf("%s: the audit log has %+v", line, fake.Entries)
		}
	}
}

func TestErrorsOfACommandByItsName(t *testing.T) {
	fake := commandtest.New()
	fake.Faults = []command.ErrorGroup{
		{Function: "pilot:command.ship", In: "command ship", Message: "first"},
		{Function: "lib.hull.mass", In: "command ship", Message: "second"},
		{Function: "lib.hull.mass", In: "event tick", Message: "third"},
	}
	for line, want := range map[string]string{"errors command.ship": "first second", "errors lib.hull.mass": "second third", "errors event.tick": "third",
		"errors pilot:command.ship": "first", "errors command.ships": "", "errors ship": ""} {
		r, err := run(t, newSession(fake), line+" --json")
		var got []string
		if r.Table != nil {
			for _, row := range r.Table.Rows {
				got = append(got, row[slices.IndexFunc(r.Table.Columns, func(c command.Column) bool { return c.Name == "message" })].(string))
			}
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
}

func TestProductionLuaDoesNotWriteUnlessTold(t *testing.T) {
	fake := commandtest.New()
	s := newSession(fake)
	var asked []command.Eval
	s.Shard.Lua = recorder{s.Shard.Lua, &asked}
	run(t, s, "lua @Jita x = 1")
	fake.Do(func() { fake.Identity.Production = true })
	run(t, s, "lua @Jita x = 1", "lua --write @Jita x = 1", "inspect @Jita x")
	for i, want := range []bool{true, false, true, false} {
		if asked[i].Write != want || asked[i].Author != "amy" {
			t.Errorf("evaluation %d: %+v, want write %v", i, asked[i], want)
		}
	}
	if !asked[3].Expression {
		t.Error("inspect may change something")
	}
}

type recorder struct {
	command.Lua
	asked *[]command.Eval
}

func (r recorder) Eval(ctx context.Context, e command.Eval) (command.Evaluated, error) {
	*r.asked = append(*r.asked, e)
	return r.Lua.Eval(ctx, e)
}

func TestARefusedReloadFailsTheCommand(t *testing.T) {
	fake := commandtest.New()
	fake.Outcomes = []release.Outcome{{Verdict: release.Refuse, Release: 3, Code: "R-SYNTAX", Message: "m.lua:3 unexpected end. Nothing changed; still at r3."}}
	r, err := run(t, newSession(fake), "reload wait")
	if err != nil || !strings.Contains(r.Failed, "m.lua:3") || !strings.Contains(r.String(), "refused R-SYNTAX: m.lua:3") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWarningsAreSaidOnce(t *testing.T) {
	fake := commandtest.New()
	fake.Outcomes = []release.Outcome{{Verdict: release.Apply, Release: 2, Files: []string{"m.lua"}, Warnings: []code.Warning{{Code: "W-ARITY", Subject: "m.f"}}}}
	if r, err := run(t, newSession(fake), "reload"); err != nil || strings.Count(r.String(), "W-ARITY") != 1 {
		t.Errorf("it says %q, %v", r, err)
	}
}

func TestTrace(t *testing.T) {
	s := newSession(commandtest.New())
	if _, err := run(t, s, "trace market.fee --for 1ms --json"); err != nil {
		t.Error(err)
	}
	r, err := run(t, s, "top --json")
	if b, _ := r.JSON(); err != nil || !strings.HasPrefix(string(b), `[{"name": "Amarr"`) {
		t.Errorf("top --json: %s, %v", b, err)
	}
}

func TestCompletion(t *testing.T) {
	s := newSession(commandtest.New())
	for _, c := range []struct {
		line  string
		start int
		want  string
	}{
		{"sys", 0, "system systems"},
		{"reload w", 0, "reload wait"},
		{"reload ", 0, "reload status|reload wait"},
		{"help rel", 5, "release diff"},
		{"help reload w", 5, "reload wait"},
		{"lua @ji", 4, "@Jita"},
		{"lua @", 4, "@Amarr @Jita @Perimeter"},
		{"lua @Jita return mark", 17, "market market.buy market.fee"},
		{"lua @Jita return market.f", 17, "market.fee"},
		{"who @pe", 4, "@Perimeter"},
		{"kick A", 5, "Ada"},
		{"kick Bo", 5, `"Bob Ray"`},
		{`kick "Bo`, 5, `"Bob Ray"`},
		{"patch market.b", 6, "market.buy"},
		{"trace market.fee --f", 17, "--for"},
		{"release promote --can", 16, "--canary"},
		{"", 0, "announce"},
		{"nothing such ", 13, ""},
		{"shutdown 5m ", 12, ""},
	} {
		got := command.Complete(t.Context(), s, c.line)
		words := strings.Join(got.Words, " ")
		for want := range strings.SplitSeq(c.want, "|") {
			if got.Start != c.start || !strings.Contains(words, want) || c.want == "" && words != "" {
				t.Errorf("%q goes on at %d with %q, want %d with %q", c.line, got.Start, words, c.start, want)
			}
		}
	}
}

func TestIncomplete(t *testing.T) {
	for code, want := range map[string]bool{
		"for i = 1, 3 do": true, "function f()": true, "x = {": true, "return [[a": true,
		"return 1": false, "1 + 1": false, "x = = 1": false, "for i = 1, 3 do end": false,
	} {
		if got := command.Incomplete(code); got != want {
			t.Errorf("Incomplete(%q) = %v", code, got)
		}
	}
}

// deafAudit writes nothing down: the disk is full.
type deafAudit struct{ command.Audit }

func (deafAudit) Record(context.Context, command.AuditEntry) error {
	return errors.New("no space left on device")
}

// TestWhatTakesBackNeedsNoAudit: what ends, holds or takes back is done, is no failure, and says what is not written
// down. Everything else that changes anything is not done.
func TestWhatTakesBackNeedsNoAudit(t *testing.T) {
	s := newSession(commandtest.New())
	s.Shard.Audit = deafAudit{s.Shard.Audit}
	r, err := run(t, s, "freeze a test")
	if err != nil || r.Failed != "" || !strings.Contains(r.Text, "the audit log could not be written: no space left") {
		t.Errorf("%+v, %v", r, err)
	}
	if s.Shard.Identify().Frozen == nil {
		t.Error("it is not frozen")
	}
	if r, err := run(t, s, "kick Ada"); err == nil || !strings.Contains(err.Error(), "nothing was done") {
		t.Errorf("%+v, %v", r, err)
	}
}
