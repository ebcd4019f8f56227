package load

import (
	"net"
	"syscall"
	"unsafe"
)

// dial begins to connect and does not wait.
func dial(to *net.TCPAddr) (int, error) {
	family, addr := syscall.AF_INET6, syscall.Sockaddr(&syscall.SockaddrInet6{Port: to.Port})
	if v4 := to.IP.To4(); v4 != nil {
		family, addr = syscall.AF_INET, &syscall.SockaddrInet4{Port: to.Port, Addr: [4]byte(v4)}
	} else {
		copy(addr.(*syscall.SockaddrInet6).Addr[:], to.IP)
	}
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := quick(fd); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	if err := syscall.Connect(fd, addr); err != nil && err != syscall.EINPROGRESS {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// quick has small messages sent at once.
func quick(fd int) error {
	return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

// send writes and recv reads what goes without waiting: 0 with no error is
// nothing at the moment, and -1 from recv the end. Neither tells the scheduler, as
// neither can block; with 80,000 calls a second that counts.
func send(fd int, b []byte) (int, error) { return transfer(syscall.SYS_SENDTO, fd, b) }

func recv(fd int, b []byte) (int, error) {
	n, err := transfer(syscall.SYS_RECVFROM, fd, b)
	if n == 0 && err == nil {
		return -1, nil
	}
	if err == syscall.EAGAIN {
		return 0, nil
	}
	return n, err
}

func transfer(call uintptr, fd int, b []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		switch {
		case errno == 0:
			return int(n), nil
		case errno == syscall.EINTR:
		case errno == syscall.EAGAIN && call == syscall.SYS_SENDTO:
			return 0, nil
		default:
			return 0, errno
		}
	}
}

// raiseFiles lets the process have as many descriptors as it may.
func raiseFiles(want int) error {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return err
	}
	if r.Cur >= uint64(want) {
		return nil
	}
	if r.Max < uint64(want) {
		r.Max = uint64(want) // only root may
	}
	r.Cur = r.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &r)
}

// maxEvents is how many descriptors a poller tells of at once.
const maxEvents = 1024

// poller is an epoll instance.
type poller struct {
	fd     int
	events [maxEvents]syscall.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &poller{fd: fd}, nil
}

// watch asks for events of a descriptor: readable, or writable too.
func (p *poller) watch(fd int, writable, again bool) error {
	ev := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(fd)}
	if writable {
		ev.Events |= syscall.EPOLLOUT
	}
	op := syscall.EPOLL_CTL_ADD
	if again {
		op = syscall.EPOLL_CTL_MOD
	}
	return syscall.EpollCtl(p.fd, op, fd, &ev)
}

// wait returns what has happened, after so many milliseconds at the latest.
func (p *poller) wait(ms int) ([]syscall.EpollEvent, error) {
	n, err := syscall.EpollWait(p.fd, p.events[:], ms)
	if err == syscall.EINTR {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.events[:n], nil
}

func (p *poller) close() { syscall.Close(p.fd) }
