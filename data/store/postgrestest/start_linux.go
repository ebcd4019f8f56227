package postgrestest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// password is the user's, with signs that a URL has other uses for.
const password = "se/cr@et"

// Instance is a server on loopback.
type Instance struct {
	URL string // of the database postgres
	bin string // where the programs are
	dir string
	as  *syscall.SysProcAttr
	arg []string
	cmd *exec.Cmd
}

// start makes a cluster in the directory and starts a server on it.
func start(t testing.TB, dir string, settings ...string) *Instance {
	t.Helper()
	s := &Instance{bin: programs(t), dir: filepath.Join(dir, "cluster"), as: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}}
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.drop(dir); err != nil {
		t.Fatal(err)
	}
	s.run(t, "initdb", "-D", s.dir, "-U", "hotshard", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en", "--no-sync")
	port := freePort(t)
	s.URL = fmt.Sprintf("postgres://hotshard:se%%2Fcr%%40et@127.0.0.1:%d/postgres?sslmode=disable", port)
	s.arg = []string{"-D", s.dir, "-c", "listen_addresses=127.0.0.1", "-c", fmt.Sprint("port=", port), "-c", "unix_socket_directories=",
		"-c", "shared_buffers=32MB", "-c", "max_connections=60", "-c", "dynamic_shared_memory_type=mmap"}
	for _, one := range settings {
		s.arg = append(s.arg, "-c", one)
	}
	s.Start(t)
	return s
}

// programs is the directory of the server's programs.
func programs(t testing.TB) string {
	t.Helper()
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir
		}
	}
	t.Skip("no PostgreSQL is installed here (Debian's postgresql), and " + Env + " names none")
	return ""
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// drop gives the directory to somebody else where we are root, whom the server refuses.
func (s *Instance) drop(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid := 65534, 65534
	if u, err := user.Lookup("postgres"); err == nil {
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
	}
	s.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	for at := dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			return err
		}
	}
	return os.Chown(dir, uid, gid)
}

func (s *Instance) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.SysProcAttr = s.as
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	return cmd
}

func (s *Instance) run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Start starts the server, after a Kill, and waits until it answers. What is left of the
// one that was killed may still be ending: it is tried again for a while.
func (s *Instance) Start(t testing.TB) {
	t.Helper()
	var said bytes.Buffer
	for range 600 {
		said.Reset()
		cmd := s.command("postgres", s.arg...)
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		if s.answers(ended) {
			s.cmd = cmd
			return
		}
		_ = cmd.Process.Kill()
		<-ended
		if !strings.Contains(said.String(), "shared memory") && !strings.Contains(said.String(), "lock file") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the server does not start: %s", said.String())
}

// answers waits until the server does, or has ended.
func (s *Instance) answers(ended chan struct{}) bool {
	for range 1200 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			_ = conn.Close(ctx)
			cancel()
			return true
		}
		cancel()
		select {
		case <-ended:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}

// Pause stops the server and all that belongs to it where they are: whoever asks it waits.
func (s *Instance) Pause() { s.signal(syscall.SIGSTOP) }

// Continue lets it go on after a Pause.
func (s *Instance) Continue() { s.signal(syscall.SIGCONT) }

// signal reaches the server and all that work for it: each of them has a session of its own,
// so the group is not enough.
func (s *Instance) signal(what syscall.Signal) {
	pid := s.cmd.Process.Pid
	family := []string{strconv.Itoa(pid)}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread that has just ended has none
		family = append(family, strings.Fields(string(text))...)
	}
	for _, one := range family {
		if n, err := strconv.Atoi(one); err == nil {
			_ = syscall.Kill(n, what) // it may have ended meanwhile
		}
	}
}

// Kill ends the server at once and all that belongs to it, as kill -9 does.
func (s *Instance) Kill() {
	if s.cmd != nil {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd = nil
	}
}

// memory is a folder that is kept in memory, where there is one with room: databases are
// made by the hundred. "" is that of all temporary files.
func memory() string {
	const dir, room = "/dev/shm", 2 << 30
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil || st.Bavail*uint64(st.Bsize) < room {
		return ""
	}
	return dir
}
