package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
)

// manager runs a systemd with a unit, in a place where nobody else sees its /run, until its
// input ends.
const manager = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user
export XDG_RUNTIME_DIR=/run/user XDG_CONFIG_HOME="$1"
systemd --user --log-target=null &
trap 'kill $!; wait $!' EXIT
for i in $(seq 600); do systemctl --user start hotshard.service 2>/dev/null && break; sleep 0.1; done
cat`

// A real systemd starts a shard that was killed again, on the sockets that it has kept: who
// comes while nobody is there waits, and is let in.
func TestASystemdKeepsTheListeners(t *testing.T) {
	t.Parallel()
	if err := exec.Command("unshare", "-m", "--propagation", "private", "sh", "-c", "mount -t tmpfs tmpfs /run && which systemd systemctl").Run(); err != nil {
		t.Skip("only with a systemd, and as somebody who may mount: ", err)
	}
	cfg := config(t)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	unit := fmt.Sprintf("[Service]\nType=notify\nExecStart=%s serve --listen 127.0.0.1:0 --ops= --scripts %s --data %s --universe %s\nStandardOutput=append:%s\nRestart=on-failure\nRestartSec=0.3\nFileDescriptorStoreMax=8\n",
		path, cfg.Scripts, cfg.Data, mapFile(t), out)
	units := filepath.Join(dir, "systemd", "user")
	if err := errors.Join(os.MkdirAll(units, 0o755), os.WriteFile(filepath.Join(units, "hotshard.service"), []byte(unit), 0o600)); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("unshare", "-m", "--propagation", "private", "sh", "-c", manager, "sh", dir)
	in, err := sh.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = sh.Wait() // ended by a signal
	})
	shard := awaitUnit(t, cfg, out, 0)
	login(t, shard.addr, "Ann", wire.Binary)
	if err := syscall.Kill(shard.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for syscall.Kill(shard.pid, 0) == nil {
		time.Sleep(time.Millisecond)
	}
	c, err := net.Dial("tcp", shard.addr)
	if err != nil {
		t.Fatalf("nobody is there, and who knocks is refused: %v", err)
	}
	_ = c.Close()
	next := awaitUnit(t, cfg, out, shard.pid)
	if next.addr != shard.addr {
		t.Errorf("it listens at %s, and did at %s", next.addr, shard.addr)
	}
	login(t, shard.addr, "Ann", wire.Binary)
}

// unit is a shard that systemd runs.
type unit struct {
	pid  int
	addr string
}

// awaitUnit waits for a shard of another process.
func awaitUnit(t *testing.T, cfg Config, out string, before int) (u unit) {
	t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		lock, _ := os.ReadFile(filepath.Join(cfg.Data, "run", "shard.lock"))
		text, _ := os.ReadFile(out)
		_, _ = fmt.Sscan(string(lock), &u.pid)
		urls := strings.Split(string(text), "fly      http://")
		if started := len(urls) - 1; started > 0 && u.pid != before && (before == 0 || started > 1) {
			u.addr, _, _ = strings.Cut(urls[started], "/")
			return u
		}
	}
	t.Fatal("systemd does not start it")
	return u
}
