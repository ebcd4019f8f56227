package server

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestOperatorOverSSH lets a real ssh client run one command, and refuses a key
// that nobody has put on the list.
func TestOperatorOverSSH(t *testing.T) {
	cfg := config(t)
	dir := filepath.Join(cfg.Data, "ssh")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg.SSH = "127.0.0.1:0"
	if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "operators") {
		t.Fatalf("a shard without operators listens for them: %v", err)
	}
	amy, stranger := sshKey(t), sshKey(t)
	line := "viewer " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(amy.PublicKey()))) + " amy\n"
	if err := os.WriteFile(filepath.Join(dir, "operators"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, cfg)
	if _, err := dialSSH(s, stranger); err == nil {
		t.Error("a stranger's key is taken")
	}
	client, err := dialSSH(s, amy)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	run := func(cmd string) string {
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		out, _ := session.CombinedOutput(cmd)
		return string(out)
	}
	if out := run("status"); !strings.Contains(out, "amy") || !strings.Contains(out, "viewer") {
		t.Errorf("status: %s", out)
	}
	if out := run("shutdown now"); !strings.Contains(out, "role") {
		t.Errorf("a viewer may shut down: %s", out)
	}
}

func sshKey(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(pem.EncodeToMemory(block))
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func dialSSH(s *shard, key ssh.Signer) (*ssh.Client, error) {
	return ssh.Dial("tcp", s.SSHAddr(), &ssh.ClientConfig{
		User: "operator", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, Timeout: patience,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // the test knows whom it calls
	})
}
