package yard

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// dieWithUs has a process end when this one does, however that ends, and not by a Ctrl-C that is
// meant for this one, which ends them in their order.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}

// errHeld is that another process keeps a cluster there.
var errHeld = errors.New("a cluster is up there already: bin/host cluster down ends it")

// hold makes sure that one process keeps a cluster in a folder. The kernel lets go of the lock
// when it ends.
func hold(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "cluster.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", dir, errHeld)
		}
		return nil, err
	}
	return f, nil
}

func interrupt(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) }
