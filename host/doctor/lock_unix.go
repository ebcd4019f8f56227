//go:build unix

package doctor

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lock says whether a shard runs on the data.
func lock(dir string) Finding {
	file, err := os.OpenFile(filepath.Join(dir, "run", "shard.lock"), os.O_RDWR, 0)
	if err != nil {
		return fine("lock", "no shard runs on %s", dir)
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(file, 32)) // only to say who it is
		return fine("lock", "a shard runs on %s (process %s)", dir, strings.TrimSpace(string(owner))).but(Warn, "stop it before you start another there")
	}
	return fine("lock", "no shard runs on %s", dir)
}
