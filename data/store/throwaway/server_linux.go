package throwaway

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server on loopback.
type Server struct {
	URL string // of the database postgres
	bin string // where the programs are
	dir string
	as  *syscall.SysProcAttr
	arg []string
	cmd *exec.Cmd
}

// Make makes a cluster of databases in a directory that is there, and starts a server on it, with
// a password of its user's and settings such as "fsync=on". Errors: ErrNone.
func Make(dir, password string, settings ...string) (*Server, error) {
	bin := programs()
	if bin == "" {
		return nil, ErrNone
	}
	s := &Server{bin: bin, dir: filepath.Join(dir, "cluster"), as: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}}
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := s.drop(dir, secret); err != nil {
		return nil, err
	}
	err := s.run("initdb", "-D", s.dir, "-U", "hotshard", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en", "--no-sync")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s.URL = fmt.Sprintf("postgres://hotshard:%s@127.0.0.1:%d/postgres?sslmode=disable", url.QueryEscape(password), port)
	s.arg = []string{"-D", s.dir, "-c", "listen_addresses=127.0.0.1", "-c", fmt.Sprint("port=", port), "-c", "unix_socket_directories=",
		"-c", "shared_buffers=32MB", "-c", "max_connections=100", "-c", "dynamic_shared_memory_type=mmap"}
	for _, one := range settings {
		s.arg = append(s.arg, "-c", one)
	}
	return s, s.Start()
}

// programs is the directory of the server's programs, "" where there are none.
func programs() string {
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
	return ""
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// drop gives the directory, with a file in it, to somebody else where we are root, whom the
// server refuses.
func (s *Server) drop(dir, file string) error {
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
	if err := os.Chown(file, uid, gid); err != nil {
		return err
	}
	return os.Chown(dir, uid, gid)
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.SysProcAttr = s.as
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	return cmd
}

func (s *Server) run(name string, args ...string) error {
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Start starts the server, after a Kill, and waits until it answers. What is left of the
// one that was killed may still be ending: it is tried again for a while.
func (s *Server) Start() error {
	var said bytes.Buffer
	for range 600 {
		said.Reset()
		cmd := s.command("postgres", s.arg...)
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			return err
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		if s.answers(ended) {
			s.cmd = cmd
			return nil
		}
		_ = cmd.Process.Kill()
		<-ended
		if !strings.Contains(said.String(), "shared memory") && !strings.Contains(said.String(), "lock file") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the database server does not start: %s", said.String())
}

// answers waits until the server does, or has ended.
func (s *Server) answers(ended chan struct{}) bool {
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
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Continue lets it go on after a Pause.
func (s *Server) Continue() { s.signal(syscall.SIGCONT) }

// signal reaches the server and all that work for it: each of them has a session of its own,
// so the group is not enough.
func (s *Server) signal(what syscall.Signal) {
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
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		s.cmd = nil
	}
}
