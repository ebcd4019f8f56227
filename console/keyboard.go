package main

import (
	"bytes"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// keyboard stands between the terminal and the line editor, which knows nothing of
// pasting: a terminal that is asked to puts marks around what is pasted, and these are
// taken out here. Line by line the editor gets what was typed or pasted; the rest
// waits, and can be looked at. The terminal is read while somebody is asked for a
// line, and at no other time: a pager or an editor has it to itself.
type keyboard struct {
	tty  *os.File
	feed *os.File // what the line editor reads from
	wake [2]*os.File

	ahead []key
	paste bool // the mark of its end has not come yet
	ended bool // a paste's last byte so far is a CR, whose LF may come with the next read
}

// key is one byte, and whether it was pasted.
type key struct {
	b      byte
	pasted bool
}

// What is said to a terminal and by it around a paste.
const (
	askMarks   = "\x1b[?2004h"
	noMarks    = "\x1b[?2004l"
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// A tab that was pasted is no wish for completion. The editor shows this instead.
const shownTab = "\u2409"

// soon is how long the rest of a paste, or of a mark, may take to arrive.
const soon = 30 * time.Millisecond

// newKeyboard takes the place of os.Stdin for as long as make runs, in which a line
// editor is made.
func newKeyboard(tty *os.File, make func()) (*keyboard, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	k := &keyboard{tty: tty, feed: write}
	if k.wake[0], k.wake[1], err = os.Pipe(); err != nil {
		return nil, err
	}
	os.Stdin = read
	defer func() { os.Stdin = tty }()
	make()
	return k, nil
}

// line lets ask read one line.
func (k *keyboard) line(ask func() (string, error)) (string, error) {
	_ = k.feed.SetWriteDeadline(time.Time{})
	done := make(chan struct{})
	go func() { defer close(done); k.pump() }()
	text, err := ask()
	_ = k.feed.SetWriteDeadline(time.Now()) // whoever does not read any more
	_, _ = k.wake[1].Write([]byte{0})
	<-done
	_, _ = k.wake[0].Read(make([]byte, 1))
	return strings.ReplaceAll(text, shownTab, "\t"), err
}

// pump hands the editor a line and no more, or until it is woken.
func (k *keyboard) pump() {
	for !k.hand() {
		ready, woken := k.poll(-1)
		if woken || !ready || !k.take() {
			return
		}
	}
}

// hand gives the editor what waits, to the end of the line, and says whether that was
// reached.
func (k *keyboard) hand() bool {
	var out []byte
	for i, c := range k.ahead {
		end := c.b == '\r' || c.b == '\n'
		switch {
		case c.pasted && c.b == '\t':
			out = append(out, shownTab...)
		case c.pasted && c.b < ' ' && !end || c.pasted && c.b == 0x7f: // it would steer the editor
		default:
			out = append(out, c.b)
		}
		if end {
			k.ahead = k.ahead[i+1:]
			_, _ = k.feed.Write(out) // it gives up where the editor has
			return true
		}
	}
	k.ahead = nil
	if len(out) > 0 {
		_, _ = k.feed.Write(out)
	}
	return false
}

// poll waits for the terminal, or for being woken.
func (k *keyboard) poll(wait time.Duration) (ready, woken bool) {
	ms := -1
	if wait >= 0 {
		ms = int(wait.Milliseconds())
	}
	fds := []unix.PollFd{{Fd: int32(k.tty.Fd()), Events: unix.POLLIN}, {Fd: int32(k.wake[0].Fd()), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, ms)
		if err == unix.EINTR {
			continue
		}
		return err == nil && fds[0].Revents != 0, err == nil && fds[1].Revents != 0
	}
}

// take reads what has come from the terminal, and takes the marks out. At its end the
// editor hears of it too.
func (k *keyboard) take() bool {
	buf := make([]byte, 4096)
	n, err := unix.Read(int(k.tty.Fd()), buf)
	if n <= 0 {
		if err == unix.EINTR || err == unix.EAGAIN {
			return true
		}
		k.feed.Close()
		return false
	}
	buf = buf[:n]
	for cutMark(buf) {
		if ready, _ := k.poll(soon); !ready {
			break
		}
		more := make([]byte, 4096)
		if n, _ = unix.Read(int(k.tty.Fd()), more); n <= 0 {
			break
		}
		buf = append(buf, more[:n]...)
	}
	k.add(buf)
	return true
}

// cutMark says whether bytes end in what may be the beginning of a mark.
func cutMark(b []byte) bool {
	for n := len(pasteBegin) - 1; n > 0; n-- {
		if bytes.HasSuffix(b, []byte(pasteBegin[:n])) || bytes.HasSuffix(b, []byte(pasteEnd[:n])) {
			return true
		}
	}
	return false
}

// add puts bytes behind what waits. Line ends of a paste, however written, are one
// each.
func (k *keyboard) add(b []byte) {
	if k.ended && b[0] == '\n' {
		b = b[1:]
	}
	k.ended = false
	for len(b) > 0 {
		switch {
		case !k.paste && bytes.HasPrefix(b, []byte(pasteBegin)):
			k.paste, b = true, b[len(pasteBegin):]
		case k.paste && bytes.HasPrefix(b, []byte(pasteEnd)):
			k.paste, b = false, b[len(pasteEnd):]
		case bytes.HasPrefix(b, []byte("\r\n")):
			k.ahead, b = append(k.ahead, key{'\r', k.paste}), b[2:]
		default:
			k.ended = k.paste && len(b) == 1 && b[0] == '\r'
			k.ahead, b = append(k.ahead, key{b[0], k.paste}), b[1:]
		}
	}
}

// next is the line that waits behind the one that was read last, as far as it has
// come, and whether it belongs to a paste for certain. ok is false where nothing waits.
func (k *keyboard) next() (line string, certain, ok bool) {
	if len(k.ahead) == 0 {
		if ready, _ := k.poll(soon); ready {
			k.take()
		}
	}
	var text []byte
	for _, c := range k.ahead {
		certain = certain || c.pasted
		if c.b == '\r' || c.b == '\n' {
			break
		}
		text = append(text, c.b)
	}
	return string(text), certain, len(k.ahead) > 0
}

// forget drops what waits: the operator has broken off.
func (k *keyboard) forget() { k.ahead = nil }
