package server

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
)

// The real program under what systemd would be: it says when it is up, that it is alive,
// that it reads its scripts again, and that it stops.
func TestSystemdIsTold(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	socket := filepath.Join(filepath.Dir(cfg.Scripts), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := launchWith(t, []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=2000000"}, "--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t))
	told := func(want string) {
		t.Helper()
		b := make([]byte, 4096)
		for {
			if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			n, err := conn.Read(b)
			if err != nil {
				t.Fatalf("systemd is not told %s: %v", want, err)
			}
			if strings.Contains(string(b[:n]), want) {
				return
			}
		}
	}
	told("READY=1")
	told("WATCHDOG=1")
	login(t, p.addr, "Ann", wire.JSON)
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	told("RELOADING=1")
	told("READY=1")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	told("STOPPING=1")
}
