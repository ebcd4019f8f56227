package system

import (
	"encoding/json"
	"errors"
	"time"

	"hotshard/runtime/world"
)

// What a system asks the outside and is answered at once is an input like a message: the
// tape notes it, where it is not as usual, and a system that is run again asks the tape.

// listen puts the tape, if there is one, between the system and the rest of the shard.
func (s *System) listen() {
	if s.cfg.playback != nil {
		s.tape = &tape{from: s.cfg.playback, begun: true, step: -1}
	} else if s.tape = newTape(s.cfg.Record); s.tape == nil {
		return
	}
	w := &witness{s.cfg.Router, s.cfg.Saver, s}
	s.cfg.Router, s.cfg.Saver = w, w
	s.door.router, s.tickets.router = w, w
}

// date is what scripts that ask for the date are told, where there is somebody to ask:
// that of the step, where it must be the same when the system is run again.
func (s *System) date(now func() time.Time) func() time.Time {
	if now == nil || s.tape == nil {
		return now
	}
	return func() time.Time {
		if s.time.date.IsZero() { // before the first step, of which no tape tells
			return now()
		}
		return s.time.date
	}
}

// Hear asks the outside a question, in the middle of Lua or of a tick. ask answers with a
// text, "" for what is usual.
func (s *System) Hear(q Question, ask func() string) string {
	t := s.tape
	if t == nil || !t.begun {
		return ask()
	}
	t.asked++
	if t.from != nil {
		return t.from.hear(q, t.asked)
	}
	text := ask()
	if text != "" {
		t.answer(text)
	}
	return text
}

// hearError is Hear of what may fail.
func (s *System) hearError(q Question, do func() error) (err error) {
	text := s.Hear(q, func() string {
		if err = do(); err != nil {
			return err.Error()
		}
		return ""
	})
	if err == nil && text != "" {
		err = errors.New(text)
	}
	return err
}

// witness is the rest of the shard for a system that is recorded, or run again.
type witness struct {
	Router
	saver Saver
	s     *System
}

// Send implements Router.
func (w *witness) Send(to world.Address, m Message) error {
	if t := w.s.tape; t.begun {
		t.out = t.out.Text(string(to))
		switch m := m.(type) {
		case Event:
			t.out = t.out.Text(m.Name).Values(m.Args)
		case Call:
			t.out = t.out.Text(m.Func).Values(m.Args)
		case Answer:
			t.out = t.out.Text(m.Err).Values(m.Values)
		}
	}
	w.s.sentOut(to, m)
	return w.s.hearError(Question{Word: "send", Name: string(to)}, func() error { return w.Router.Send(to, m) })
}

// Jump implements Router.
func (w *witness) Jump(to world.SystemID, m Enter) error {
	w.s.tape.saved(&m.Character)
	return w.s.hearError(Question{Word: "jump", ID: uint64(m.Character.ID)}, func() error { return w.Router.Jump(to, m) })
}

// Crowd implements Router.
func (w *witness) Crowd(to world.SystemID) (c Crowd) {
	text := w.s.Hear(Question{Word: "crowd", ID: uint64(to)}, func() string {
		c = w.Router.Crowd(to)
		data, _ := json.Marshal(c) // plain fields: it has no error
		return string(data)
	})
	if c == (Crowd{}) {
		_ = json.Unmarshal([]byte(text), &c) // one of another build says nothing
	}
	return c
}

// Save implements Saver.
func (w *witness) Save(records []Character) {
	for i := range records {
		w.s.tape.saved(&records[i])
	}
	w.saver.Save(records)
}

func (t *tape) saved(c *Character) {
	if !t.begun {
		return
	}
	t.out = t.out.Mix(uint64(c.ID), uint64(c.System)).Mix(uint64(c.Station), uint64(c.Release))
	if c.Ship != nil {
		t.out = t.out.Vec(c.Ship.Pos).Vec(c.Ship.Vel)
	}
	if !c.Moved {
		t.out = t.out.Value(c.Data)
	}
}
