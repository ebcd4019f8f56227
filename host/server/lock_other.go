//go:build !unix

package server

import (
	"os"
	"path/filepath"
)

// lockData opens the lock file; on this kind of machine the store's own lock is
// what keeps two shards apart.
func lockData(dir string) (*os.File, error) {
	path := filepath.Join(dir, "run", "shard.lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

// signLock does nothing where there is no lock.
func signLock(*os.File) {}
