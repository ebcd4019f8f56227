package serve

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// peer names who is at the other end of a local socket. Only the user the shard
// runs as, and root, are let in, whatever the file's permissions have become.
func peer(conn net.Conn) (string, error) {
	u, ok := conn.(*net.UnixConn)
	if !ok {
		return "", fmt.Errorf("%T is no local socket", conn)
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return "", err
	}
	var cred *unix.Ucred
	var inner error
	if err := raw.Control(func(fd uintptr) { cred, inner = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return "", err
	}
	if inner != nil {
		return "", inner
	}
	if cred.Uid != 0 && int(cred.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not the user this shard runs as", userName(cred.Uid))
	}
	return userName(cred.Uid), nil
}
