package remote

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// keyboard holds what was typed or pasted at an ssh client until the line editor asks for
// it. A terminal that is asked to puts marks around what is pasted; they are taken out
// here, so that several lines of Lua can be read as one command.
type keyboard struct {
	mu     sync.Mutex
	more   sync.Cond // ahead has grown, or a paste or all has ended
	ahead  []key
	typed  int  // of ahead
	paste  bool // the mark of its end has not come yet
	closed bool
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

// Bounds of what waits while a command runs, in bytes; the rest is lost.
const (
	maxAhead = 4096    // typed
	maxPaste = 1 << 20 // and pasted
)

func newKeyboard() *keyboard {
	k := &keyboard{}
	k.more.L = &k.mu
	return k
}

// Read waits for a key. It gives one at a time, so that what stands behind the end of a
// line is still here when the line has been read.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.ahead) == 0 {
		if k.closed {
			return 0, io.EOF
		}
		k.more.Wait()
	}
	c := k.ahead[0]
	k.ahead = k.ahead[1:]
	if !c.pasted {
		k.typed--
	}
	p[0] = c.b
	return 1, nil
}

// next is the line that waits behind the one that was read, and whether it was pasted:
// false where none waits. Of a paste that has not arrived whole it waits for the rest of
// the line.
func (k *keyboard) next() (line string, pasted, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		line, pasted, whole := k.line()
		if whole || !k.paste || k.closed {
			return strings.ReplaceAll(line, shownTab, "\t"), pasted, len(k.ahead) > 0
		}
		k.more.Wait()
	}
}

// line is what waits up to the end of a line, and whether that is there.
func (k *keyboard) line() (line string, pasted, whole bool) {
	var text []byte
	for _, c := range k.ahead {
		pasted = pasted || c.pasted
		if c.b == '\r' {
			return string(text), pasted, true
		}
		text = append(text, c.b)
	}
	return string(text), pasted, false
}

// press adds keys; what a keyboard cannot hold is lost.
func (k *keyboard) press(keys ...byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range keys {
		switch {
		case k.paste && len(k.ahead) < maxPaste:
			k.ahead = append(k.ahead, key{b, true})
		case !k.paste && k.typed < maxAhead:
			k.ahead = append(k.ahead, key{b, false})
			k.typed++
		}
	}
	k.more.Broadcast()
}

// pasting says where a paste begins and ends.
func (k *keyboard) pasting(begins bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.paste = begins
	k.more.Broadcast()
}

func (k *keyboard) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.more.Broadcast()
}

// fill presses what comes from a client, until its end. broken is called for a Ctrl-C
// that was typed.
func (k *keyboard) fill(from io.Reader, broken func()) {
	defer k.close()
	in := bufio.NewReader(from)
	for {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return
		case b == 3:
			broken()
		case b == '\x1b' && ahead(in, pasteBegin[1:]):
			k.pasting(true)
			if err = k.pasted(in); err != nil {
				return
			}
			k.pasting(false)
		default:
			k.press(b)
		}
	}
}

// ahead says whether a mark is next, and takes it. It does not wait: the key Escape is
// the beginning of all marks.
func ahead(in *bufio.Reader, mark string) bool {
	if in.Buffered() < len(mark) {
		return false
	}
	if b, _ := in.Peek(len(mark)); string(b) != mark {
		return false
	}
	_, _ = in.Discard(len(mark)) // it is there
	return true
}

// pasted presses what was pasted, to the mark of its end. Line ends, however written,
// are one each; what would steer the editor is left out.
func (k *keyboard) pasted(in *bufio.Reader) error {
	for last := byte(0); ; {
		b, err := in.ReadByte()
		if err != nil {
			return err
		}
		switch {
		case b == '\x1b':
			if mark, err := in.Peek(len(pasteEnd) - 1); err != nil {
				return err
			} else if string(mark) == pasteEnd[1:] {
				_, err = in.Discard(len(mark))
				return err
			}
		case b == '\t':
			k.press([]byte(shownTab)...)
		case b == '\r', b == '\n' && last != '\r':
			k.press('\r')
		case b >= ' ' && b != 0x7f:
			k.press(b)
		}
		last = b
	}
}
