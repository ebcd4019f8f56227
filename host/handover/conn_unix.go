//go:build unix

package handover

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// MostFiles is how many open files the kernel takes with one write (SCM_MAX_FD).
const MostFiles = 253

// mostBytes bounds a message, so that what is not one is noticed.
const mostBytes = 1 << 30

// Message is something said, with open files.
type Message struct {
	Kind  uint8
	Data  []byte
	Files []int // descriptors; the receiver's to close
}

// headSize is that of a message's head: its kind, and how many bytes and files follow.
const headSize = 9

// Conn is one end. One goroutine may send and another receive; Send may be called by many.
type Conn struct {
	sock *net.UnixConn

	mu   sync.Mutex // of sending
	oob  []byte
	got  []int // files that were received and belong to no message yet
	head [headSize]byte
}

// Pair makes two ends: one for this process, and one, as a file, for a program that is
// started with it.
func Pair() (here *Conn, there *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("a pair of sockets: %w", err)
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
	}
	there = os.NewFile(uintptr(fds[1]), "handover")
	mine := os.NewFile(uintptr(fds[0]), "handover")
	defer mine.Close()
	if here, err = Over(mine); err != nil {
		return nil, nil, errors.Join(err, there.Close())
	}
	return here, there, nil
}

// Over makes an end of a file that Pair has made. The file stays the caller's.
func Over(f *os.File) (*Conn, error) {
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	sock, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("that is no socket of a handover"), c.Close())
	}
	return &Conn{sock: sock, oob: make([]byte, syscall.CmsgSpace(4*MostFiles))}, nil
}

// Close closes this end, and files that nobody has taken.
func (c *Conn) Close() error {
	closeAll(c.got)
	c.got = nil
	return c.sock.Close()
}

func closeAll(files []int) {
	for _, fd := range files {
		_ = syscall.Close(fd) // it is only let go of
	}
}

// Deadline is until when sending and receiving may take; the zero time is for ever.
func (c *Conn) Deadline(t time.Time) error { return c.sock.SetDeadline(t) }

// Send sends a message. The files stay open here.
func (c *Conn) Send(m Message) error {
	if len(m.Data) > mostBytes {
		return fmt.Errorf("a message of %d bytes", len(m.Data))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	head := make([]byte, headSize)
	head[0] = m.Kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(m.Data)))
	binary.BigEndian.PutUint32(head[5:], uint32(len(m.Files)))
	files := m.Files
	for first := true; first || len(files) > 0; first = false {
		n := min(len(files), MostFiles)
		if err := c.pass(head, files[:n]); err != nil {
			return err
		}
		files, head = files[n:], head[:1] // what goes on is a byte with more files
	}
	_, err := c.sock.Write(m.Data)
	return err
}

// pass writes bytes with files.
func (c *Conn) pass(b []byte, files []int) error {
	if len(files) == 0 {
		_, err := c.sock.Write(b)
		return err
	}
	n, _, err := c.sock.WriteMsgUnix(b, syscall.UnixRights(files...), nil)
	if err == nil && n < len(b) {
		_, err = c.sock.Write(b[n:])
	}
	return err
}

// ErrGone says that the other process has ended, or has closed its end.
var ErrGone = errors.New("the other process is gone")

// Receive returns the next message.
func (c *Conn) Receive() (m Message, err error) {
	if err := c.fill(c.head[:]); err != nil {
		return m, err
	}
	m.Kind = c.head[0]
	size, files := binary.BigEndian.Uint32(c.head[1:]), int(binary.BigEndian.Uint32(c.head[5:]))
	if size > mostBytes || files > 1<<20 {
		return m, fmt.Errorf("a message of %d bytes and %d files", size, files)
	}
	for left := files - MostFiles; left > 0; left -= MostFiles {
		if err := c.fill(c.head[:1]); err != nil {
			return m, err
		}
	}
	m.Data = make([]byte, size)
	if err := c.fill(m.Data); err != nil {
		return m, err
	}
	if len(c.got) < files {
		return m, fmt.Errorf("%d files came of %d: this process may not have more (ulimit -n)", len(c.got), files)
	}
	m.Files, c.got = c.got[:files:files], c.got[files:]
	return m, nil
}

// fill reads so many bytes, and takes in the files that come with them.
func (c *Conn) fill(b []byte) error {
	for len(b) > 0 {
		n, oobn, flags, _, err := c.sock.ReadMsgUnix(b, c.oob)
		if err == nil && oobn > 0 {
			err = c.take(c.oob[:oobn])
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), err == nil && n == 0:
			return ErrGone
		case err != nil:
			return err
		case flags&syscall.MSG_CTRUNC != 0:
			return errors.New("not all files came: this process may not have so many (ulimit -n)")
		}
		b = b[n:]
	}
	return nil
}

func (c *Conn) take(oob []byte) error {
	list, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	for i := range list {
		files, err := syscall.ParseUnixRights(&list[i])
		if err != nil {
			return err
		}
		for _, fd := range files {
			syscall.CloseOnExec(fd)
		}
		c.got = append(c.got, files...)
	}
	return nil
}
