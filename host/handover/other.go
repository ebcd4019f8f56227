//go:build !unix

package handover

import (
	"errors"
	"os"
	"time"
)

// errNowhere is why nothing is handed over where files cannot be.
var errNowhere = errors.New("this system cannot hand open connections to another process: stop the shard and start the new program")

// ErrGone says that the other process has ended, or has closed its end.
var ErrGone = errors.New("the other process is gone")

// Message is something said, with open files.
type Message struct {
	Kind  uint8
	Data  []byte
	Files []int
}

// Conn is one end, of which there are none here.
type Conn struct{}

// Inherited returns nil: nobody hands anything over.
func Inherited() (*Conn, error) { return nil, nil }

// Shepherd is 0.
func Shepherd() int { return 0 }

// Over always fails.
func Over(*os.File) (*Conn, error) { return nil, errNowhere }

// Send always fails.
func (*Conn) Send(Message) error { return errNowhere }

// Receive always fails.
func (*Conn) Receive() (Message, error) { return Message{}, errNowhere }

// Deadline does nothing.
func (*Conn) Deadline(time.Time) error { return nil }

// Close does nothing.
func (*Conn) Close() error { return nil }

// Heir is a program that was started to take over: never, here.
type Heir struct{ *Conn }

// Start always fails.
func Start(string, []string, ...string) (*Heir, error) { return nil, errNowhere }

// PID is 0.
func (*Heir) PID() int { return 0 }

// Ended is closed.
func (*Heir) Ended() <-chan struct{} { c := make(chan struct{}); close(c); return c }

// Why says why.
func (*Heir) Why() error { return errNowhere }

// Kill does nothing.
func (*Heir) Kill() {}

// Keep does nothing.
func Keep(string, int) error { return nil }

// Drop does nothing.
func Drop(string) error { return nil }

// Kept are none.
func Kept() map[string]*os.File { return nil }
