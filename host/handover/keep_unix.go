//go:build unix

package handover

import (
	"fmt"
	"os"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
)

// notifyVariable is where systemd hears of a service.
const notifyVariable = "NOTIFY_SOCKET"

// Keep has systemd keep an open file of a service under a name, which must have no colon:
// whoever is started in this process's place, after it has crashed too, is given it (Kept).
// Without systemd it does nothing. The unit says how many it may be: FileDescriptorStoreMax.
func Keep(name string, fd int) error {
	return tellKeeper("FDSTORE=1\nFDPOLL=0\nFDNAME="+name, syscall.UnixRights(fd))
}

// Drop has systemd close what it keeps under a name.
func Drop(name string) error { return tellKeeper("FDSTOREREMOVE=1\nFDNAME="+name, nil) }

func tellKeeper(what string, files []byte) error {
	path := os.Getenv(notifyVariable)
	if path == "" {
		return nil
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err == nil {
		defer syscall.Close(fd)
		syscall.CloseOnExec(fd)
		err = syscall.Sendmsg(fd, []byte(what), files, &syscall.SockaddrUnix{Name: path}, 0)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", notifyVariable, path, err)
	}
	return nil
}

// Kept are the files that systemd has given this process: what another one had it keep, and
// the sockets of a .socket unit; each by its name, one of each. It is for once.
func Kept() map[string]*os.File {
	all := map[string]*os.File{}
	for _, f := range activation.Files(true) {
		if old := all[f.Name()]; old != nil {
			_ = old.Close() // the later one counts
		}
		all[f.Name()] = f
	}
	return all
}
