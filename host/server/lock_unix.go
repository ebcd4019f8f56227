//go:build unix

package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockData makes sure that one shard uses the data directory. The kernel lets go
// of the lock when the process ends, however that happens.
func lockData(dir string) (*os.File, error) {
	path := filepath.Join(dir, "run", "shard.lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		owner, _ := os.ReadFile(path) // only to say who it is
		return nil, fmt.Errorf("another shard runs on %s (process %s): stop it, or give this one its own --data",
			dir, strings.TrimSpace(string(owner)))
	}
	signLock(f)
	return f, nil
}

// signLock says in the lock's file whose it is; that is only for people.
func signLock(f *os.File) {
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	}
}
