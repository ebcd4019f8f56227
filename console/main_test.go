package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/console/serve"
	"hotshard/runtime/release"
)

// TestMain makes the test binary the console itself when it is run as such, so
// that the tests below drive the real program.
func TestMain(m *testing.M) {
	if os.Getenv("CONSOLE_UNDER_TEST") != "" {
		main()
	}
	os.Exit(m.Run())
}

// shard is a small shard on a real socket.
type shard struct {
	*commandtest.Shard
	dir, socket string
	stop        func()
}

func startShard(t *testing.T, dir string) *shard {
	t.Helper()
	s := &shard{Shard: commandtest.New(), dir: dir, socket: filepath.Join(dir, "run", "console.sock")}
	s.start(t)
	return s
}

// start serves the shard, again after a stop.
func (s *shard) start(t *testing.T) {
	t.Helper()
	l, err := serve.Listen(s.socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve.Local(ctx, l, command.Default(), s.Command()) }()
	s.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(func() { s.stop() })
}

// console is the program with arguments, in the shard's folder.
func (s *shard) console(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "CONSOLE_UNDER_TEST=1", "HOTSHARD_DATA="+s.dir, "TERM=xterm", "PAGER=", "VISUAL=", "EDITOR=")
	return cmd
}

// ran runs the console to its end.
func (s *shard) ran(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := s.console(t, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestCommandsFromTheCommandLine(t *testing.T) {
	s := startShard(t, t.TempDir())
	for _, c := range []struct {
		args           []string
		stdin          string
		out, errs      string
		code           int
		whole, nothing bool
	}{
		{args: []string{"-e", "lua @Jita return 1, 'a,b'"}, out: "1\n\"a,b\"\n", whole: true},
		{args: []string{"--json", "-e", "lua @Jita return 1, 'a,b', {x = {1}}"}, out: `[1,"a,b",{"x":[1]}]` + "\n", whole: true},
		{args: []string{"-e", "lua @Jita x = 7", "-e", "lua @Jita return x"}, out: "7\n", whole: true},
		{args: []string{"-e", "announce hi", "--json"}, out: "\"told 2 players\"\n", whole: true},
		{args: []string{"-e", "nonsense", "-e", "status"}, errs: "no such command: nonsense", code: 1, nothing: true},
		{args: []string{"-e", "lua @Jita print(5) error('oops')"}, out: "5\n", errs: "oops", code: 1},
		{args: []string{"-e", "lua @Nowhere return 1"}, errs: "Nowhere", code: 1},
		{args: []string{"-e", "patch market.fee"}, errs: "no code given", code: 1},
		{args: []string{"--socket", "none.sock", "-e", "who"}, errs: "no shard answers on none.sock", code: 1},
		{stdin: "# a comment\n\nlua @Jita for i = 1, 2 do\nprint(i)\nend\nlua @Jita return 3", out: "1\n2\n3\n", whole: true},
		{stdin: "lua @Jita return 1\nbad\nlua @Jita return 2\n", out: "1\n", whole: true, errs: "no such command: bad", code: 1},
	} {
		out, errs, code := s.ran(t, c.stdin, c.args...)
		if code != c.code || !strings.Contains(out, c.out) || c.whole && out != c.out || c.nothing && out != "" || !strings.Contains(errs, c.errs) || c.errs == "" && errs != "" {
			t.Errorf("%q %q: exit %d\nout: %q\nerr: %q", c.args, c.stdin, code, out, errs)
		}
	}
}

func TestSystemsAsJSON(t *testing.T) {
	s := startShard(t, t.TempDir())
	out, _, _ := s.ran(t, "", "--json", "-e", "systems")
	var got []struct {
		Name             string
		Awake            bool
		Players, Release int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 3 || got[0].Name != "Amarr" || !got[0].Awake || got[0].Players != 1 || got[2].Release != 3 {
		t.Errorf("%s: %v", out, err)
	}
}

func TestARefusedReloadIsShownAndFails(t *testing.T) {
	s := startShard(t, t.TempDir())
	s.Do(func() {
		s.Outcomes = []release.Outcome{{Verdict: release.Refuse, Release: 3, Code: "R-SYNTAX", Message: "m.lua:3 unexpected end"}}
	})
	out, errs, code := s.ran(t, "", "-e", "reload wait")
	if code != 1 || !strings.Contains(out, "refused R-SYNTAX: m.lua:3") || !strings.Contains(errs, "m.lua:3") {
		t.Errorf("exit %d\nout: %q\nerr: %q", code, out, errs)
	}
}

func TestConfirmationFromAScript(t *testing.T) {
	s := startShard(t, t.TempDir())
	s.Do(func() { s.Identity.Name, s.Identity.Production = "tranquility", true })
	down := func() (is bool) { s.Do(func() { is = s.Down && s.Reason == "maintenance" }); return is }
	if _, errs, code := s.ran(t, "", "-e", "shutdown now"); code != 1 || !strings.HasPrefix(errs, "shutdown now, with 2 players in the game on tranquility, a production shard: type its name") || down() {
		t.Errorf("exit %d: %q", code, errs)
	}
	if _, errs, code := s.ran(t, "", "-e", "shutdown now --confirm dev"); code != 1 || down() {
		t.Errorf("with another shard's name: exit %d: %q", code, errs)
	}
	if _, errs, code := s.ran(t, "", "--confirm", "tranquility", "-e", "shutdown 5m maintenance"); code != 0 || !down() {
		t.Errorf("exit %d: %q", code, errs)
	}
}

func TestFilesOfTheOperator(t *testing.T) {
	s := startShard(t, t.TempDir())
	os.WriteFile(filepath.Join(s.dir, "fee.lua"), []byte("function(price)\n  return price\nend\n"), 0o600)
	if _, errs, code := s.ran(t, "", "-e", "patch market.fee --file fee.lua --reason typo"); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	s.Do(func() {
		if p := s.Patches[0]; p.Base != "function(price)\n  return price\nend" || p.Reason != "typo" {
			t.Errorf("patch %+v", p)
		}
	})
}

// TestAProfileGoesWhereItIsTold on the operator's own machine, as seen from there.
func TestAProfileGoesWhereItIsTold(t *testing.T) {
	s := startShard(t, t.TempDir())
	os.Mkdir(filepath.Join(s.dir, "sub"), 0o700)
	elsewhere := filepath.Join(t.TempDir(), "jita.pb.gz")
	for line, want := range map[string]string{
		"profile @Jita 1s":                             filepath.Join(s.dir, "profile-*.pb.gz"),
		"profile @Jita 1s --file jita.pb.gz":           filepath.Join(s.dir, "jita.pb.gz"),
		"profile @Jita --for 1s --file=sub/jita.pb.gz": filepath.Join(s.dir, "sub", "jita.pb.gz"),
		"profile @Jita 1s --file " + elsewhere:         elsewhere,
	} {
		_, errs, code := s.ran(t, "", "-e", line)
		found, _ := filepath.Glob(want)
		if code != 0 || len(found) != 1 || !strings.Contains(errs, "wrote "+found[0]) {
			t.Errorf("%s: exit %d: %s, files %v", line, code, errs, found)
			continue
		}
		if b, err := os.ReadFile(found[0]); err != nil || string(b) != "pprof" {
			t.Errorf("%s: %q, %v", line, b, err)
		}
	}
	if _, errs, code := s.ran(t, "", "-e", "profile @Jita 1s --file jita.pb.gz"); code == 0 || !strings.Contains(errs, "exists") {
		t.Errorf("written over another: exit %d, %s", code, errs)
	}
}

// TestAShardDoesNotChooseWhereFilesGo: it is the line that does.
func TestAShardDoesNotChooseWhereFilesGo(t *testing.T) {
	t.Chdir(t.TempDir())
	elsewhere := filepath.Join(t.TempDir(), "chosen")
	o := operator{errs: io.Discard}
	if err := o.store(command.File{Name: elsewhere, Data: []byte("x")}, "profile @Jita 1s"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("the shard chose the folder")
	}
	if _, err := os.Stat("chosen"); err != nil {
		t.Error(err)
	}
}
