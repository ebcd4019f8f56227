package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// door is a listener that can be shut for a while: who knocks waits with the kernel, for
// whoever opens it, which may be another process.
type door struct {
	listener
	mu   sync.Mutex
	shut chan struct{} // closed when it opens; nil while it is open
}

// listener is what TCP and Unix sockets have in common.
type listener interface {
	net.Listener
	syscall.Conn
	SetDeadline(time.Time) error
}

// openDoor listens, or takes the listener that another process has given away.
func openDoor(flag, addr string, given net.Listener) (*door, error) {
	l := given
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", addr); err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
	}
	return &door{listener: l.(listener)}, nil
}

// Accept waits while the door is shut.
func (d *door) Accept() (net.Conn, error) {
	for {
		d.mu.Lock()
		shut := d.shut
		d.mu.Unlock()
		if shut != nil {
			<-shut
		}
		c, err := d.listener.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return c, err
		}
	}
}

// close shuts the door, open opens it.
func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = make(chan struct{})
	_ = d.listener.SetDeadline(time.Unix(1, 0)) // a listener that is closed lets nobody in either
}

func (d *door) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut != nil {
		_ = d.listener.SetDeadline(time.Time{})
		close(d.shut)
		d.shut = nil
	}
}

// Close closes it for good.
func (d *door) Close() error {
	err := d.listener.Close()
	d.open()
	return err
}

// number is the descriptor of a socket; it stays the socket's.
func number(c syscall.Conn) (fd int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, err
	}
	return fd, raw.Control(func(n uintptr) { fd = int(n) })
}

// visits counts requests over HTTP that are under way, handshakes of players among them.
type visits struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	none chan struct{} // closed when there are none; nil while nobody waits
}

// see is http.Server.ConnState.
func (v *visits) see(c net.Conn, state http.ConnState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if state == http.StateNew || state == http.StateActive {
		if v.open == nil {
			v.open = map[net.Conn]bool{}
		}
		v.open[c] = true
		return
	}
	if delete(v.open, c); len(v.open) == 0 && v.none != nil {
		close(v.none)
		v.none = nil
	}
}

// wait returns when none is under way, or ctx ends.
func (v *visits) wait(ctx context.Context) {
	v.mu.Lock()
	if len(v.open) == 0 {
		v.mu.Unlock()
		return
	}
	if v.none == nil {
		v.none = make(chan struct{})
	}
	none := v.none
	v.mu.Unlock()
	select {
	case <-none:
	case <-ctx.Done():
	}
}
