package remote

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"hotshard/console/client"
)

// atTerminal opens a shell.
func atTerminal(t *testing.T, c *ssh.Client) (*ssh.Session, *shell) {
	t.Helper()
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := session.StdinPipe()
	out, _ := session.StdoutPipe()
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell()); err != nil {
		t.Fatal(err)
	}
	h := &shell{T: t, in: in, out: out}
	h.sees("r3> ")
	return session, h
}

// Whoever is taken out of the file is put out, whatever they are at, and the others
// stay; so is one whose role has changed.
func TestWhoIsTakenOutIsPutOut(t *testing.T) {
	amy, bob, eve := newPerson(t, "amy", 1), newPerson(t, "bob", 2), newPerson(t, "eve", 3)
	s := startShard(t, "admin "+amy.line, "operator "+bob.line, "admin "+eve.line)
	toAmy := s.mustLogin(t, amy)
	toBob, toEve := s.mustLogin(t, bob), s.mustLogin(t, eve)
	idle := s.mustLogin(t, bob) // a connection without a session
	_, atBob := atTerminal(t, toBob)
	running, err := toBob.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start("reload wait"); err != nil {
		t.Fatal(err)
	}
	<-s.Busy
	_, atEve := atTerminal(t, toEve)

	s.operators(t, "admin "+amy.line, "viewer "+eve.line)
	atBob.sees("your key is no longer among the operators")
	atEve.sees("has you as eve (viewer) now")
	for _, c := range []*ssh.Client{toBob, idle, toEve} {
		c.Wait()
	}
	if _, err := s.login(bob); err == nil {
		t.Error("bob comes in again")
	}
	if out, _, status := one(t, toAmy, "status"); status != 0 || !strings.Contains(out, "amy") {
		t.Errorf("amy: %s", out)
	}
}

// Between two looks at the file a command is still refused.
func TestNoCommandOfOneWhoIsTakenOut(t *testing.T) {
	amy, bob := newPerson(t, "amy", 1), newPerson(t, "bob", 2)
	s := startShard(t, "admin "+amy.line, "admin "+bob.line)
	c, err := client.New(t.Context(), dialConsole(t, s, bob))
	if err != nil {
		t.Fatal(err)
	}
	s.operators(t, "admin "+amy.line)
	_, err = c.Run(t.Context(), client.Line{Text: "shutdown now"})
	if err == nil || s.Down {
		t.Errorf("bob ends the shard: %v", err)
	}
}

func dialConsole(t *testing.T, s *shard, p person) net.Conn {
	t.Helper()
	session, err := s.mustLogin(t, p).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := session.StdinPipe()
	out, _ := session.StdoutPipe()
	if err := session.RequestSubsystem(Subsystem); err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	go func() { // the two halves of the channel as one connection
		b := make([]byte, 4096)
		for {
			n, err := out.Read(b)
			if _, werr := far.Write(b[:n]); err != nil || werr != nil {
				far.Close()
				return
			}
		}
	}()
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := far.Read(b)
			if err != nil {
				return
			}
			in.Write(b[:n])
		}
	}()
	return near
}

func TestABadLineKeepsNobodyElseOut(t *testing.T) {
	amy, bob := newPerson(t, "amy", 1), newPerson(t, "bob", 2)
	s := startShard(t, "admin "+amy.line)
	c := s.mustLogin(t, amy)
	s.operators(t, "admin "+amy.line, "adnim "+bob.line, "ssh-rsa rubbish")
	if _, err := s.login(bob); err == nil {
		t.Error("a line with a slip lets bob in")
	}
	again := s.mustLogin(t, amy)
	out, _, _ := one(t, again, "operators")
	for _, want := range []string{"amy", "line 3", "adnim", "line 4"} {
		if !strings.Contains(out, want) {
			t.Errorf("operators does not say %s: %s", want, out)
		}
	}
	if out, _, _ := one(t, c, "sessions"); !strings.Contains(out, "line 3") || !strings.Contains(out, "ssh 127.0.0.1") {
		t.Errorf("sessions: %s", out)
	}
	if log := s.log.String(); strings.Count(log, "line 3") != 1 || strings.Count(log, "line 4") != 1 {
		t.Errorf("the log names them: %s", log)
	}
}

// An editor that writes the file anew leaves it empty for a moment: nobody is put
// out for that.
func TestAFileThatIsBeingWrittenPutsNobodyOut(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	c := s.mustLogin(t, amy)
	path := filepath.Join(s.dir, "operators")
	for range 5 {
		os.WriteFile(path, nil, 0o600)
		s.operators(t, "admin "+amy.line)
		time.Sleep(lookEvery / 3)
	}
	if out, _, status := one(t, c, "status"); status != 0 {
		t.Errorf("amy is out: %s", out)
	}
}

func TestHandshakesOfOneNetworkAreBounded(t *testing.T) {
	amy := newPerson(t, "amy", 1)
	s := startShard(t, "admin "+amy.line)
	var open []net.Conn
	for range 40 {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
	}
	closed := 0
	for _, c := range open[mostEach:] { // who is turned away is closed without a word
		c.SetReadDeadline(time.Now().Add(3 * time.Minute))
		if n, err := c.Read(make([]byte, 1)); n == 0 && err != nil {
			closed++
		}
	}
	if closed != 40-mostEach {
		t.Errorf("%d were closed", closed)
	}
	if n := strings.Count(s.log.String(), "turned away"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
	for _, c := range open {
		c.Close()
	}
}
