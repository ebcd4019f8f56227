//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// errLocked says that another process has the lock.
var errLocked = errors.New("locked")

// lockFile takes the lock and keeps it as long as the file is open. The kernel
// lets go of it when the process ends, however that happens.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := relockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// relockFile takes the lock of a file that is open.
func relockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// unlockFile lets go of the lock, and keeps the file open.
func unlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
