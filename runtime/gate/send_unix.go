//go:build unix && !(linux && (amd64 || arm64))

package gate

import "syscall"

// trySend writes as much as the kernel takes at once to a socket in non-blocking
// mode (Go keeps all of them so). A full buffer is no error: it took 0 bytes.
func trySend(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Write(fd, b)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return 0, err
	}
}
