package spectate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"hotshard/host/server"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// mark is something on the time line. Its kinds are what the page knows.
type mark struct {
	At   time.Time
	Tick world.Tick
	Kind string
	Text string
}

// The kinds of marks.
const (
	markImage   = "image"   // seeking there costs nothing
	markRelease = "release" // other scripts ran from there on
	markError   = "error"   // a script failed
	markDeath   = "death"   // something was destroyed
	markGap     = "gap"     // something is missing before it
)

// mostMarks bounds them: a time line shows no more.
const mostMarks = 2000

// fault is an error of a script, and where it came.
type fault struct {
	at record.Place
	script.Fault
}

// scout runs the whole recording once, ahead of those who look, and notes what is worth going
// to. It has a copy of its own.
type scout struct {
	t *Theatre

	mu     sync.Mutex
	marks  []mark
	faults []fault
	whole  bool // it has come to the end
}

func newScout(t *Theatre) *scout { return &scout{t: t} }

// run runs the recording as fast as it goes.
func (s *scout) run(ctx context.Context) {
	err := s.scan(ctx)
	if err != nil && ctx.Err() == nil {
		s.t.cfg.Log.Warn("the time line is not whole", "error", err)
	}
	s.mu.Lock()
	s.whole = true
	s.mu.Unlock()
	s.tell()
}

func (s *scout) scan(ctx context.Context) error {
	rec, err := server.OpenRecording(s.t.cfg.Data, s.t.cfg.What) // its own: it is read on this goroutine
	if err != nil {
		return err
	}
	setup, from, err := s.t.setup(rec)
	if err != nil {
		return err
	}
	var d *record.Deck
	var tick world.Tick // the one that runs
	seen := map[string]bool{}
	d, err = rec.NewDeck(setup, from, record.Hooks{
		Stepped: func(st system.Stepped) { tick = st.Tick },
		Changed: func(c record.Change) { s.add(d, markRelease, fmt.Sprintf("release %d", c.Number)) },
		Fault: func(f script.Fault) {
			if d == nil {
				return
			}
			s.add(d, markError, fmt.Sprintf("%s: %s", f.Function, f.Message))
			s.mu.Lock()
			s.faults = append(s.faults, fault{d.Here(), f})
			s.mu.Unlock()
		},
		Told: func(_ world.CharacterID, f *wire.Frame) {
			if text, ok := destroyed(f); ok && !seen[fmt.Sprint(tick, text)] {
				seen[fmt.Sprint(tick, text)] = true // all around are told
				s.add(d, markDeath, text)
			}
		},
	})
	if err != nil {
		return err
	}
	defer d.Close()
	s.index(d)
	return s.through(ctx, d)
}

// index notes what the recording itself says.
func (s *scout) index(d *record.Deck) {
	s.mu.Lock()
	for i, take := range d.Takes() {
		if i > 0 {
			s.marks = append(s.marks, mark{take.First.At, take.First.Tick, markGap, "something is missing before this"})
		}
		for _, p := range take.Images {
			s.marks = append(s.marks, mark{p.At, p.Tick, markImage, "image"})
		}
	}
	s.mu.Unlock()
	s.tell()
}

// tellEvery is how much of the recording is run before those who look are told what was found.
const tellEvery = 30 * time.Second

func (s *scout) through(ctx context.Context, d *record.Deck) error {
	told := d.Here().At
	for ctx.Err() == nil {
		st, err := d.Step()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if st.At.Sub(told) > tellEvery {
			told = st.At
			s.tell()
		}
	}
	return ctx.Err()
}

func (s *scout) add(d *record.Deck, kind, text string) {
	if d == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if here := d.Here(); len(s.marks) < mostMarks {
		s.marks = append(s.marks, mark{here.At, here.Tick, kind, text})
	}
}

// destroyed reads from an event that something is gone, and what.
func destroyed(f *wire.Frame) (string, bool) {
	var m struct {
		Event  string `json:"ev"`
		Name   string `json:"name"`
		ByName string `json:"by_name"`
	}
	if f.Kind() != wire.KindText || len(f.Text()) > 1000 || json.Unmarshal(f.Text(), &m) != nil || m.Event != "destroyed" {
		return "", false
	}
	if m.ByName != "" {
		return fmt.Sprintf("%s destroyed by %s", m.Name, m.ByName), true
	}
	return m.Name + " destroyed", true
}

// tell tells everybody what was found.
func (s *scout) tell() {
	f := s.event()
	s.t.post(func() {
		for _, v := range s.t.viewers {
			v.client.Send(f)
		}
	})
}

// event is what was found, for the page.
func (s *scout) event() *wire.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]world.Value, len(s.marks))
	for i, m := range s.marks {
		list[i] = map[string]world.Value{"at": millis(m.At), "tick": float64(m.Tick), "kind": m.Kind, "text": m.Text}
	}
	return wire.NewEvent(eventMarks, map[string]world.Value{"marks": list, "whole": s.whole})
}

// until are the errors that a recording has up to a place.
func (s *scout) until(p record.Place) []fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.faults), func(f fault) bool { return f.at.At.After(p.At) })
}
