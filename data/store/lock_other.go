//go:build !unix

package store

import (
	"errors"
	"os"
)

// errLocked says that another process has the lock.
var errLocked = errors.New("locked")

// lockFile only opens the file: without flock, SQLite's own locks keep two
// processes from writing at once, though not from both being started.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

func relockFile(*os.File) error { return nil }

func unlockFile(*os.File) error { return nil }
