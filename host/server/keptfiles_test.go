package server

import (
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

// A listener is gone on with where it listens at what is asked for, and nowhere else.
func TestAKeptListenerIsUsedWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listens, asked string
		want           bool
	}{
		{"127.0.0.1:0", "127.0.0.1:0", true}, {"127.0.0.1:0", "localhost:0", true}, {"[::]:0", ":0", true},
		{"127.0.0.1:0", "127.0.0.1:1", false}, {"127.0.0.1:0", ":0", false}, {"[::]:0", "127.0.0.1:0", false}, {"127.0.0.1:0", "", false},
		{"127.0.0.1:0", "no address", false},
	} {
		l, err := net.Listen("tcp", c.listens)
		if err != nil {
			t.Fatal(err)
		}
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		got, err := listenerAt(f, c.asked)
		if (err == nil) != c.want {
			t.Errorf("one at %s, where %q is asked for: %v", c.listens, c.asked, err)
		}
		if got != nil {
			_ = got.Close()
		}
		_ = l.Close()
	}
}

// The real program has systemd keep its listeners, and goes on with those that it is given:
// who has knocked while nobody was there is let in.
func TestListenersOutliveACrash(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	systemd := newSystemd(t)
	args := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	p := launchWith(t, []string{"NOTIFY_SOCKET=" + systemd.path}, args...)
	f := systemd.keeps(filePlay)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // killed
	knocked := make(chan error, 1)
	go func() {
		c, err := net.DialTimeout("tcp", p.addr, patience)
		if err == nil {
			_ = c.Close()
		}
		knocked <- err
	}()
	if err := <-knocked; err != nil {
		t.Errorf("nobody is there, and who knocks is refused: %v", err)
	}
	next := systemd.starts(filePlay, f, args...)
	if next.addr != p.addr {
		t.Errorf("it listens at %s, and did at %s", next.addr, p.addr)
	}
	login(t, p.addr, "Ann", wire.Binary)
}

// systemd is what systemd is to a service: it hears, keeps files, and starts it with them.
type systemd struct {
	t    *testing.T
	conn *net.UnixConn
	path string
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	k := &systemd{t: t, path: filepath.Join(t.TempDir(), "notify")}
	var err error
	if k.conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: k.path, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.conn.Close() })
	return k
}

// keeps waits for a file.
func (k *systemd) keeps(name string) *os.File {
	k.t.Helper()
	text, oob := make([]byte, 4096), make([]byte, 4096)
	for {
		if err := k.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			k.t.Fatal(err)
		}
		n, oobn, _, _, err := k.conn.ReadMsgUnix(text, oob)
		if err != nil {
			k.t.Fatalf("%s is not given away: %v", name, err)
		}
		said := strings.Split(string(text[:n]), "\n")
		if said[0] == "FDSTORE=1" && said[len(said)-1] == "FDNAME="+name {
			list, err := syscall.ParseSocketControlMessage(oob[:oobn])
			if err != nil || len(list) != 1 {
				k.t.Fatalf("%d messages with it: %v", len(list), err)
			}
			fds, err := syscall.ParseUnixRights(&list[0])
			if err != nil || len(fds) != 1 {
				k.t.Fatalf("%d files with it: %v", len(fds), err)
			}
			return os.NewFile(uintptr(fds[0]), name)
		}
	}
}

// starts starts the program with a file.
func (k *systemd) starts(name string, f *os.File, args ...string) *process {
	k.t.Helper()
	path, err := binary()
	if err != nil {
		k.t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, path, "serve", "--listen", "127.0.0.1:0", "--ops", ""}, args...)...)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+k.path, "LISTEN_FDS=1", "LISTEN_FDNAMES="+name)
	cmd.ExtraFiles = []*os.File{f}
	return await(k.t, cmd)
}
