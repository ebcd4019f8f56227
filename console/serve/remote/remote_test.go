package remote

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/console/command/commandtest"
	"hotshard/runtime/clock"
)

// person is somebody with a key pair.
type person struct {
	signer ssh.Signer
	file   string // of the private key
	line   string // of the public key
}

func newPerson(t *testing.T, name string, seed byte) person {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, name)
	if err != nil {
		t.Fatal(err)
	}
	p := person{signer: signer, file: filepath.Join(t.TempDir(), name)}
	p.line = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + " " + name
	if err := os.WriteFile(p.file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// shard is a small shard with a remote console.
type shard struct {
	*commandtest.Shard
	dir, addr string
	log       *logBuffer
	clock     *handClock
	stop      func()
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func startShard(t *testing.T, operators ...string) *shard {
	t.Helper()
	s := &shard{Shard: commandtest.New(), dir: t.TempDir(), log: &logBuffer{}, clock: &handClock{now: time.Unix(1_000_000, 0)}}
	s.operators(t, operators...)
	shard := s.Command()
	var server *Server
	var err error
	shard.Operators = late{&server}
	server, err = New(Config{Dir: s.dir, Registry: command.Default(), Shard: shard, Clock: clock.Told(s.clock.Now),
		Log: slog.New(slog.NewTextHandler(s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// late are the operators of a server that is made after the shard.
type late struct{ server **Server }

func (l late) ListOperators() ([]command.OperatorLine, []string) { return (*l.server).ListOperators() }

func (s *shard) operators(t *testing.T, lines ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "operators"), []byte("# who may come in\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// login is a plain ssh client.
func (s *shard) login(p person) (*ssh.Client, error) {
	return ssh.Dial("tcp", s.addr, &ssh.ClientConfig{User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(p.signer)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second})
}

func (s *shard) mustLogin(t *testing.T, p person) *ssh.Client {
	t.Helper()
	c, err := s.login(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// one runs one command as `ssh host command` does.
func one(t *testing.T, c *ssh.Client, line string) (stdout, stderr string, status int) {
	t.Helper()
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	var out, errs bytes.Buffer
	session.Stdout, session.Stderr = &out, &errs
	err = session.Run(line)
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		status = exit.ExitStatus()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), status
}

func TestOneCommand(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "operator "+amy.line)
	c := s.mustLogin(t, amy)
	if out, errs, status := one(t, c, "lua @Jita return 1 + 1"); out != "2\n" || errs != "" || status != 0 {
		t.Errorf("%q %q %d", out, errs, status)
	}
	if out, _, _ := one(t, c, "status --json"); !strings.Contains(out, `"you": "amy", "role": "operator"`) {
		t.Errorf("%s", out)
	}
	if out, errs, status := one(t, c, "nonsense"); out != "" || !strings.Contains(errs, "no such command") || status != 1 {
		t.Errorf("%q %q %d", out, errs, status)
	}
	if _, errs, status := one(t, c, "shutdown"); !strings.Contains(errs, "takes the role admin") || status != 1 || s.Down {
		t.Errorf("%q %d", errs, status)
	}
	if out, _, _ := one(t, c, "audit --json"); !strings.Contains(out, `"who": "amy", "from": "ssh 127.0.0.1"`) {
		t.Errorf("%s", out)
	}
}

func TestASignalBreaksACommandOff(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "operator "+amy.line)
	session, err := s.mustLogin(t, amy).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	session.Stderr = &errs
	if err := session.Start("lua @Jita while true do end"); err != nil {
		t.Fatal(err)
	}
	<-s.Busy
	session.Signal(ssh.SIGINT)
	if err := session.Wait(); err == nil || !strings.Contains(errs.String(), "broken off") {
		t.Errorf("%v, %q", err, errs.String())
	}
}

func TestTheConsoleOverSSH(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "viewer "+amy.line)
	known := filepath.Join(t.TempDir(), "ssh", "known_hosts")
	d := Dialer{Address: s.addr, Keys: []string{amy.file}, Known: known}
	t.Setenv("SSH_AUTH_SOCK", "")
	if _, err := d.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "not known yet") {
		t.Fatalf("an unknown host: %v", err)
	}
	asked := 0
	d.Trust = func(string, string) bool { asked++; return true }
	for range 2 { // the second time it is known
		conn, err := d.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c, err := client.New(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if h := c.Hello(); h.Who != "amy" || h.Role != "viewer" || h.Shard != "dev" {
			t.Errorf("hello %+v", h)
		}
		if r, err := c.Run(t.Context(), client.Line{Text: "systems"}); err != nil || len(r.Table.Rows) != 3 {
			t.Errorf("%v, %v", r, err)
		}
		c.Close()
		<-c.Lost()
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}

	other := startShard(t, "viewer "+amy.line) // another key, as if somebody stood between
	line, _ := os.ReadFile(known)
	_, rest, _ := strings.Cut(string(line), " ")
	host, port, _ := net.SplitHostPort(other.addr)
	os.WriteFile(known, []byte("["+host+"]:"+port+" "+rest), 0o600)
	d.Address = other.addr
	if _, err := d.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("a changed key: %v", err)
	}
	d.Keys = nil
	t.Setenv("HOME", t.TempDir())
	if _, err := d.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "no key to come in with") {
		t.Errorf("without a key: %v", err)
	}
}

func TestKeysAreRefusedAndLimited(t *testing.T) {
	amy, eve := newPerson(t, "amy", 1), newPerson(t, "eve", 2)
	s := startShard(t, "operator "+amy.line)
	for range failures.Burst {
		if _, err := s.login(eve); err == nil || !strings.Contains(err.Error(), "unable to authenticate") {
			t.Fatalf("a stranger: %v", err)
		}
	}
	// The last failure is counted when the server has noticed it.
	for !strings.Contains(s.log.String(), "turned away") {
		if c, err := s.login(amy); err == nil {
			c.Close()
		}
	}
	s.clock.advance(time.Minute)
	s.mustLogin(t, amy)
	if log := s.log.String(); !strings.Contains(log, ssh.FingerprintSHA256(eve.signer.PublicKey())) || !strings.Contains(log, "an ssh attempt failed") {
		t.Errorf("the log does not tell: %s", log)
	}
	s.operators(t, "operator "+eve.line) // amy's key is taken away
	if c, err := s.login(amy); err == nil {
		c.Close()
		t.Error("a key that was taken away still opens")
	}
	if os.Geteuid() == 0 { // the mode is looked at, whoever runs the shard
		os.Chmod(filepath.Join(s.dir, "operators"), 0o666)
		if c, err := s.login(eve); err == nil {
			c.Close()
			t.Error("a file of keys that everybody can write is believed")
		}
	}
}

func TestPasswordsAreNothing(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	for _, method := range []ssh.AuthMethod{ssh.Password(""), ssh.Password("amy"), nil} {
		config := &ssh.ClientConfig{User: "amy", HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second}
		if method != nil {
			config.Auth = []ssh.AuthMethod{method}
		}
		if c, err := ssh.Dial("tcp", s.addr, config); err == nil {
			c.Close()
			t.Error("somebody came in without a key")
		}
	}
}

// shell is a session of a plain ssh client on a terminal.
type shell struct {
	*testing.T
	in  io.Writer
	out io.Reader
	got string
}

func (h *shell) sees(want string) {
	h.Helper()
	buf := make([]byte, 1024)
	for {
		if i := strings.Index(h.got, want); i >= 0 {
			h.got = h.got[i+len(want):]
			return
		}
		n, err := h.out.Read(buf)
		h.got += string(buf[:n])
		if err != nil && !strings.Contains(h.got, want) {
			h.Fatalf("the terminal never shows %q; it shows %q", want, h.got)
		}
	}
}

func (h *shell) types(text string) { io.WriteString(h.in, text) }

func TestAPlainSSHClientAtATerminal(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	s.Do(func() { s.Identity.Notices = []string{"patch #1 is open"} })
	session, err := s.mustLogin(t, amy).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := session.StdinPipe()
	out, _ := session.StdoutPipe()
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell(), session.WindowChange(30, 100)); err != nil {
		t.Fatal(err)
	}
	h := &shell{T: t, in: in, out: out}
	h.sees("You are amy (admin)")
	h.sees("patch #1 is open")
	h.sees("dev r3> ")
	h.types("lua @Jita return name\r")
	h.sees("\"Jita\"\r\n")
	h.types("lua @Jita for i = 1, 2 do\r")
	h.sees("... ")
	h.types("print(i * 100) end\r")
	h.sees("200\r\n")
	h.types("lua @Ji\t return 40 + 2\r")
	h.sees("42\r\n")
	h.sees("dev r3> ")
	h.types("rubbish\x03who\r")
	h.sees("Ada")
	h.sees("dev r3> ")
	for len(s.Busy) > 0 {
		<-s.Busy // what ran before
	}
	h.types("reload wait\r")
	<-s.Busy
	h.types("typed ahead\x03")
	h.sees("broken off")
	h.sees("typed ahead") // at the prompt again
	h.types("\x03systms\r")
	h.sees("Did you mean systems?")
	h.types("exit\r")
	if err := session.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

// TestAPasteOverSSH pastes Lua of which each line but the second is whole by itself: it
// is one command, however the client's terminal ends lines and wherever packets end.
func TestAPasteOverSSH(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	session, err := s.mustLogin(t, amy).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := session.StdinPipe()
	out, _ := session.StdoutPipe()
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell()); err != nil {
		t.Fatal(err)
	}
	h := &shell{T: t, in: in, out: out}
	h.sees(askMarks)
	h.sees("dev r3> ")
	const text = "lua @Jita local t = {}\nfor i = 1, 3 do\n\tt[i] = i * 2 -- \x1b[A\x03\nend\n\nreturn t[3] * 1111"
	for _, typed := range []string{
		pasteBegin + text + "\n" + pasteEnd,
		pasteBegin + text + pasteEnd + "\r",
		pasteBegin + strings.ReplaceAll(text, "\n", "\r\n") + "\r\n" + pasteEnd,
		"lua @Jita " + pasteBegin + strings.TrimPrefix(text, "lua @Jita ") + pasteEnd + "\r",
	} {
		h.types(typed)
		h.sees("6666\r\n")
		h.sees("dev r3> ")
	}
	h.types(pasteBegin) // a terminal writes a mark at once, and ssh may cut what follows
	for _, b := range []byte(text + "\r\n") {
		h.types(string(b))
	}
	h.types(pasteEnd[:3])
	h.types(pasteEnd[3:])
	h.sees("6666\r\n")
	h.sees("dev r3> ")
	h.types(pasteBegin + "lua @Jita return 4000\n  + 321\nlua @Jita return 8000 + 765\nwho\n" + pasteEnd)
	h.sees("4321\r\n")
	h.sees("8765\r\n")
	h.sees("Ada")
	h.types("\x1b[A\r") // what is typed still steers the editor
	h.sees("Ada")
	h.types("exit\r")
	h.sees(noMarks)
	if err := session.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

func TestAScriptOverSSH(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	c := s.mustLogin(t, amy)
	for script, want := range map[string]string{
		"# comment\nlua @Jita for i = 1, 2 do\nprint(i)\nend\nlua @Jita return 3\n": "1\n2\n3\n",
		"lua @Jita return 1\nbad\nlua @Jita return 2\n":                             "1\n",
	} {
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		session.Stdin, session.Stdout = strings.NewReader(script), &out
		if err := session.Shell(); err != nil {
			t.Fatal(err)
		}
		err = session.Wait()
		if out.String() != want || (err != nil) != strings.Contains(script, "bad") {
			t.Errorf("%q answers %q, %v", script, out.String(), err)
		}
	}
}

func TestEndOfTheShard(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	c := s.mustLogin(t, amy)
	idle, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := idle.StdoutPipe()
	idle.StdinPipe()
	if err := errors.Join(idle.RequestPty("xterm", 24, 80, nil), idle.Shell()); err != nil {
		t.Fatal(err)
	}
	h := &shell{T: t, out: out}
	h.sees("dev r3> ")
	busy, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	busy.Start("reload wait")
	<-s.Busy
	s.stop()
	h.sees("the shard ends")
	if err := busy.Wait(); err == nil {
		t.Error("a command that was broken off says it went well")
	}
	_ = c.Wait() // that it ends is what matters: it would hang here
	if _, err := c.NewSession(); err == nil {
		t.Error("the connection still takes a session")
	}
	if late, err := s.login(amy); err == nil {
		late.Close()
		t.Error("somebody still comes in")
	}
}

func TestOtherChannelsAreRefused(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	c := s.mustLogin(t, amy)
	if _, err := c.Dial("tcp", s.addr); err == nil {
		t.Error("the shard forwards connections")
	}
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.RequestSubsystem("sftp"); err == nil {
		t.Error("the shard offers sftp")
	}
	if err := session.Setenv("A", "b"); err == nil {
		t.Error("the shard takes an environment")
	}
}

func TestOperatorsFile(t *testing.T) {
	key, other := newPerson(t, "amy", 1).line, newPerson(t, "Bob Ray", 2).line
	bare := strings.TrimSuffix(key, " amy")
	all, problems := ParseOperators([]byte("# c\n\n admin " + key + "\nviewer " + other + "\n"))
	if problems != nil || len(all) != 2 || all[0].Name != "amy" || all[0].Role != command.Admin || all[1].Name != "Bob Ray" || all[1].Line != 4 {
		t.Errorf("%+v, %v", all, problems)
	}
	for _, bad := range []string{key, "god " + key, "admin", "admin " + bare, "admin no-pty " + key, "admin ssh-ed25519 AAAA amy", "admin " + other} {
		all, problems := ParseOperators([]byte("viewer " + other + "\n" + bad + "\n# end"))
		if len(problems) != 1 || !strings.HasPrefix(problems[0], "line 2: ") || len(all) != 1 || all[0].Role != command.Viewer {
			t.Errorf("%q: %v, %+v", bad, problems, all)
		}
	}
	for _, lines := range [][]string{nil, {"nonsense"}} {
		dir := t.TempDir()
		(&shard{dir: dir}).operators(t, lines...)
		if _, err := New(Config{Dir: dir, Registry: command.Default(), Shard: commandtest.New().Command()}); err == nil {
			t.Errorf("with %q the remote console starts", lines)
		}
	}
	if _, err := New(Config{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "operators") {
		t.Errorf("without a file: %v", err)
	}
}

func FuzzOperators(f *testing.F) {
	f.Add([]byte("admin ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl amy\n"))
	f.Add([]byte("# x\n\noperator"))
	f.Fuzz(func(t *testing.T, file []byte) {
		all, _ := ParseOperators(file)
		for _, p := range all {
			if p.Name == "" || p.Role > command.Admin || p.key == nil {
				t.Errorf("%+v", p)
			}
		}
	})
}
