package server

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/data/static"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// binaryEnv names the program, where whoever runs the tests has built it already.
const binaryEnv = "HOTSHARD_TEST_HOST"

// binary is bin/host, which is built once where nobody has.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(binaryEnv); path != "" {
		_, err := os.Stat(path) // go test keeps no answer from another program
		return path, err
	}
	dir, err := os.MkdirTemp("", "hotshard")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "host")
	out, err := exec.Command("go", "build", "-pgo=off", "-ldflags=-s -w", "-o", path, "hotshard/host").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return path, err
})

// process is the real program.
type process struct {
	*exec.Cmd
	addr string
	said chan string // its output, line by line
}

func launch(t testing.TB, args ...string) *process {
	t.Helper()
	return launchWith(t, nil, args...)
}

// launchWith is launch with more in the environment.
func launchWith(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops", ""}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	return await(t, cmd)
}

// await starts the program and waits until it is up.
func await(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	return awaitLine(t, cmd, "fly ")
}

// awaitLine is await for a line of its own that begins with a word.
func awaitLine(t testing.TB, cmd *exec.Cmd, word string) *process {
	t.Helper()
	p := &process{Cmd: cmd, said: make(chan string, 100)}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill() // it may have ended already
		_ = p.Wait()
	})
	go func() {
		for sc := bufio.NewScanner(out); sc.Scan(); {
			p.said <- sc.Text()
		}
		close(p.said)
	}()
	for line := range p.said {
		if _, url, ok := strings.Cut(line, "http://"); ok && strings.Contains(line, "fly") {
			p.addr = strings.TrimSuffix(url, "/")
		}
		if strings.HasPrefix(strings.TrimSpace(line), word) {
			return p
		}
	}
	t.Fatal("the shard ended without a word of where it is")
	return nil
}

// mapFile is the small map as a file, as serve --universe wants it.
func mapFile(t *testing.T) string {
	t.Helper()
	m, err := smallMap()
	if err != nil {
		t.Fatal(err)
	}
	return savedMap(t, m)
}

func savedMap(t testing.TB, m *world.Universe) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "map.hsu")
	if err := static.Save(path, m); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKillNineAndRestart(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launch(t, args...)
	ann := login(t, p.addr, "Ann", wire.Binary)
	ann.do("bank", map[string]world.Value{"n": 100.0})
	ann.do("undock", nil)
	gate, dest := gateOf(t, ann.event("system"))
	ann.do("jump", map[string]world.Value{"gate": gate})
	ann.do("where", nil)
	ann.do("bank", map[string]world.Value{"n": 11.0})
	if err := saved(cfg, "Ann", dest); err != nil {
		t.Fatal(err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // killed
	<-ann.Done()

	p = launch(t, args...)
	ann = login(t, p.addr, "Ann", wire.Binary)
	back := ann.event("system")
	if back["name"] != dest || back["ship"] == nil {
		t.Errorf("after kill -9 Ann is in %v with ship %v; she was in %s", back["name"], back["ship"], dest)
	}
	if sum := ann.do("bank", map[string]world.Value{"n": 0.0}); sum != 111.0 {
		t.Errorf("after kill -9 the bank has %v of 111", sum)
	}
}

// saved waits until the database, as another process reads it, has the player in
// the system: a jump is written at once, but behind the player's back.
func saved(cfg Config, name, system string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := smallMap()
	if err != nil {
		return err
	}
	for {
		id, err := characterSystem(ctx, filepath.Join(cfg.Data, "hotshard.db"), name)
		if err == nil && m.System(id) != nil && m.System(id).Name == system {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestTerminateSavesAndSaysSo(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launch(t, args...)
	login(t, p.addr, "Ann", wire.JSON)
	bob := login(t, p.addr, "Bob", wire.JSON)
	bob.event("hello")

	// A second shard on the same folder says who has it, and leaves it alone.
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops", ""}, args...)...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another shard runs on") {
		t.Errorf("a second shard on the same data: %v %s", err, out)
	}

	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	closing := bob.event("closing")
	if closing["reason"] == nil {
		t.Errorf("the players were told %v", closing)
	}
	goodbye := ""
	for line := range p.said {
		if strings.HasPrefix(line, "Saved") {
			goodbye = line
		}
	}
	if goodbye != "Saved 2 players. Goodbye." {
		t.Errorf("it said %q", goodbye)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// A session is good after a kill, as it is after a restart: nothing of it was only in
// the memory of the process.
func TestKillNineAndResume(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	args := []string{"--production", "--shard", "nord", "--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launch(t, args...)
	ann := visitor(t, p.addr)
	ann.do("register", map[string]world.Value{"name": "Ann", "password": "secret secret"})
	token := ann.event("welcome")["token"]
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // killed
	<-ann.Done()

	p = launch(t, args...)
	for range 2 { // again in another tab
		ann = visitor(t, p.addr)
		ann.do("resume", map[string]world.Value{"token": token})
		if w := ann.event("welcome"); w["token"] != token || w["player"].(map[string]world.Value)["name"] != "Ann" {
			t.Errorf("resumed as %v", w)
		}
	}
}
