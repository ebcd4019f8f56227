//go:build linux && (amd64 || arm64)

package gate

import (
	"syscall"
	"unsafe"
)

// trySend writes as much as the kernel takes at once. A full buffer is no error: it
// took 0 bytes.
//
// send(2) spares the work write(2) does for files, and since it cannot block, the
// scheduler need not be told: together a few percent of a fan-out (see BenchmarkFanOut).
func trySend(fd int, b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return 0, errno
	}
}
