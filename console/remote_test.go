package main

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"hotshard/console/command"
	"hotshard/console/serve/remote"
)

// remotely opens the shard to one operator over SSH and returns the address and
// the operator's private key.
func (s *shard) remotely(t *testing.T, role string) (addr, identity string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "amy")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.dir, "ssh")
	os.MkdirAll(dir, 0o700)
	identity = filepath.Join(s.dir, "id")
	os.WriteFile(identity, pem.EncodeToMemory(block), 0o600)
	os.WriteFile(filepath.Join(dir, "operators"), []byte(role+" "+strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))+" amy\n"), 0o600)
	server, err := remote.New(remote.Config{Dir: dir, Registry: command.Default(), Shard: s.Command()})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	t.Cleanup(func() { cancel(); <-done })
	return l.Addr().String(), identity
}

func TestConnectOverSSH(t *testing.T) {
	s := startShard(t, t.TempDir())
	addr, identity := s.remotely(t, "viewer")
	args := []string{"--connect", addr, "-i", identity, "--known-hosts", filepath.Join(s.dir, "known")}
	t.Setenv("HOME", s.dir)
	t.Setenv("XDG_CONFIG_HOME", s.dir)
	t.Setenv("SSH_AUTH_SOCK", "")
	if _, errs, code := s.ran(t, "", append(args, "-e", "who")...); code != 1 || !strings.Contains(errs, "not known yet") {
		t.Errorf("an unknown host: exit %d, %q", code, errs)
	}
	m := s.terminalOf(t, s.console(t, args...))
	m.sees("is not known yet. Its key is SHA256:")
	m.types("yes\r")
	m.sees("You are amy (viewer)")
	m.sees("dev r3> ")
	m.types("shutdown\r")
	m.sees("takes the role admin")
	m.types("exit\r")
	out, errs, code := s.ran(t, "", append(args, "-e", "who")...)
	if code != 0 || !strings.Contains(out, "Ada") {
		t.Errorf("exit %d: %q %q", code, out, errs)
	}
	history, err := os.ReadFile(filepath.Join(s.dir, "hotshard", "history-dev"))
	if err != nil || !strings.Contains(string(history), "shutdown\n") {
		t.Errorf("history %q, %v", history, err)
	}
}

// TestTheRealSSHClient talks to the shard with OpenSSH where it is installed.
func TestTheRealSSHClient(t *testing.T) {
	program, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("ssh is not installed")
	}
	s := startShard(t, t.TempDir())
	addr, identity := s.remotely(t, "operator")
	host, port, _ := net.SplitHostPort(addr)
	client := func(stdin string, command ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"-F", "none", "-p", port, "-i", identity, "-o", "BatchMode=yes",
			"-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile=" + filepath.Join(s.dir, "known"), "-o", "StrictHostKeyChecking=accept-new", host}, command...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.Output()
		return string(out), err
	}
	if out, err := client("", "lua @Jita return name, 6 * 7"); err != nil || out != "\"Jita\"\n42\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := client("lua @Jita return 1\nlua @Jita return 2\n"); err != nil || out != "1\n2\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := client("", "nonsense"); err == nil {
		t.Error("a refusal exits with 0")
	}
}
