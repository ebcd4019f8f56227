package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// maxSocket is the longest path the kernel takes for a socket.
const maxSocket = 107

// Listen makes the console's socket: mode 0600, in a folder made 0700 if it is
// not there yet. The socket file of a shard that is gone is replaced; one that
// somebody still answers on is an error, and nothing is touched. Closing the
// listener removes the file.
func Listen(path string) (net.Listener, error) {
	if len(path)+len("/.s12345678") > maxSocket {
		return nil, fmt.Errorf("console: %s is too long for a socket (at most %d bytes): choose another with --socket", path, maxSocket-len("/.s12345678"))
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if err := replaceable(path); err != nil {
		return nil, err
	}
	// The socket is made in a folder of its own and moved into place, so that at
	// no moment somebody else can reach one whose mode is not set yet, whatever
	// the mode of the folder it will stand in.
	nest, err := os.MkdirTemp(dir, ".s")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	defer os.RemoveAll(nest)
	made := filepath.Join(nest, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	l.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		l.Close()
		return nil, fmt.Errorf("console: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("console: %w", err)
	}
	return &socket{l, path, info}, nil
}

// replaceable says why what stands at a path must not be replaced.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("console: %w", err)
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("console: %s is there and is not a socket", path)
	}
	conn, err := net.DialTimeout("unix", path, 2*time.Second)
	if err == nil {
		conn.Close()
		return fmt.Errorf("console: a shard already answers on %s", path)
	}
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
		return nil // nobody listens: left by one that was killed
	}
	return fmt.Errorf("console: cannot tell whether a shard answers on %s: %w", path, err)
}

// Inherit is Listen where another process listens already, and has given its socket away.
// The file stays the caller's.
func Inherit(f *os.File, path string) (net.Listener, error) {
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	info, err := os.Lstat(path)
	if unix, ok := l.(*net.UnixListener); ok && err == nil {
		return &socket{unix, path, info}, nil
	}
	return nil, errors.Join(fmt.Errorf("console: what was handed over is not the socket %s", path), err, l.Close())
}

// Bequeath leaves the socket's file in its place when the listener closes: another process
// listens on.
func Bequeath(l net.Listener) {
	if s, ok := l.(*socket); ok {
		s.info = nil
	}
}

// socket removes its file when it closes, unless another has taken its place.
type socket struct {
	*net.UnixListener
	path string
	info fs.FileInfo
}

func (s *socket) Close() error {
	if now, err := os.Lstat(s.path); err == nil && s.info != nil && os.SameFile(now, s.info) {
		_ = os.Remove(s.path) // left behind, it is replaced at the next start
	}
	return s.UnixListener.Close()
}

// userName is the name of a uid, or "uid 1000" where it has none.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "uid " + id
}
