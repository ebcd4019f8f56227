package system

import (
	"errors"
	"fmt"

	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// Messages that go to a system of another process are bytes on the way.

// Pack writes a message down. A connection is not bytes: whoever carries the message says
// whose it is. Errors: work of this process, which is a function.
func Pack(m Message) ([]byte, error) {
	w := image.NewPlain()
	writeMessage(w, m)
	if w.Err() != nil {
		return nil, fmt.Errorf("%T is for a system of this process only", m)
	}
	return w.Bytes(), nil
}

// Unpack reads what Pack has written. client gives the connection that the message came
// with, nil for none.
func Unpack(data []byte, client Client) (Message, error) {
	r := image.NewPlainReader(data)
	m := readMessage(r, &kinds{clients: func(world.CharacterID) Client { return client }})
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case m == nil:
		return nil, errNoConnection
	case r.More():
		return nil, errors.New("there is more than a message")
	}
	return m, nil
}

var errNoConnection = errors.New("a message about a connection, and without one")

// About says whom a message is about, and the connection that it brings; false for one that
// is about no player.
func About(m Message) (p world.CharacterID, c Client, player bool) {
	switch m := m.(type) {
	case Enter:
		return m.Character.ID, m.Client, true
	case Attach:
		return m.Player, m.Client, true
	case Detach:
		return m.Player, m.Client, true
	case Leave:
		return m.Player, nil, true
	case Command:
		return m.Player, m.Client, true
	case Tell:
		return m.Player, nil, true
	}
	return 0, nil, false
}

// Outstanding is how many of the system's questions to the outside have no answer yet, not
// even one that waits in the inbox. It belongs to the system's goroutine, between two ticks.
func (s *System) Outstanding() int {
	s.mail.open()
	n := 0
	for _, q := range s.asked.pending {
		if q.outside {
			n++
		}
	}
	for _, m := range s.mail.batch {
		if r, ok := m.(Result); ok && s.asked.pending[r.ID].outside {
			n--
		}
	}
	return n
}

// Leftover takes what has come since the Image of a system that was handed over. Whoever
// sends to it from here on hears ErrGone. It belongs to the system's goroutine.
func (s *System) Leftover() []Message {
	var out []Message
	for out = s.mail.inbox.take(out); !s.mail.inbox.close(); {
		out = s.mail.inbox.take(out)
	}
	return out
}
