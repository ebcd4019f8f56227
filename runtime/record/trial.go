package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Trial is a recording that is run again, with its own scripts or with others, while it is
// written down what comes of it: errors, answers, what players are told. It belongs to one
// goroutine.
type Trial struct {
	Errors  []Failed
	Answers []Answered
	Parted  *Parting // where it first was not what was recorded; nil for nowhere so far
	Gap     bool     // the recording goes on behind a gap, which is not run

	rec    *Recording
	change func(*code.Release) (*code.Release, error)
	next   func() (Part, error, bool)
	stop   func()
	loaded func(Part) // hears of each part before it is taken; may be nil
	play   *system.Playback
	commit committer
	began  float64 // game time
	at     time.Time
	names  map[world.CharacterID]string
	asked  map[question]string
	told   map[world.CharacterID][]*wire.Frame
	dated  [2]int // how many Errors and Answers have their tick
	broken error
}

// question is a command that waits for its answer.
type question struct {
	player world.CharacterID
	id     uint64
}

// Failed is an error in the scripts.
type Failed struct {
	Tick world.Tick
	script.Fault
}

// Answered is the answer to a player's command.
type Answered struct {
	Tick    world.Tick
	Player  string
	Command string // "" where it was given before the recording begins
	Result  world.Value
	Err     error // *wire.Error where it was refused
}

// NewTrial begins a run: the first image is thawed on its own release and, where change is
// not nil, brought to what that makes of it by an ordinary reload, as every release behind it
// is.
func (rec *Recording) NewTrial(setup Setup, change func(*code.Release) (*code.Release, error)) (*Trial, error) {
	t := &Trial{rec: rec, change: change, names: map[world.CharacterID]string{}, asked: map[question]string{}, told: map[world.CharacterID][]*wire.Frame{},
		commit: committer{options: setup.Stage, stagers: map[string]*reload.Stager{}, change: change, asks: change != nil}}
	t.next, t.stop = iter.Pull2(rec.Parts(earliest))
	if err := t.begin(setup); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Trial) begin(setup Setup) error {
	p, err, ok := t.next()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("nothing of %s is recorded that could be run", t.rec.Meta.System)
	}
	var made *code.Release
	t.play, made, err = t.rec.thaw(p, setup, system.PlaybackConfig{
		Commit: t.commit.commit, Fault: t.fault, Took: t.took, Told: t.hear, Replied: t.replied,
	})
	if err != nil {
		return err
	}
	s := t.play.System()
	for _, p := range s.Everybody() {
		t.names[p.ID] = p.Name
	}
	t.began, t.at = s.Now(), p.At
	if t.change == nil {
		return nil
	}
	return t.commit.commit(s.State(), script.Deed{Kind: script.DeedCommit, Release: made})
}

// System is the system that is run. Between two steps it may be looked at.
func (t *Trial) System() *system.System { return t.play.System() }

// Played is how many seconds of the game were run.
func (t *Trial) Played() float64 { return t.System().Now() - t.began }

// Close gives back what the trial holds.
func (t *Trial) Close() {
	t.stop()
	if t.play != nil {
		t.play.Close()
	}
}

// Step runs one step; io.EOF is behind the last. After any other error the trial is of no
// use.
func (t *Trial) Step() (system.Stepped, error) {
	for t.broken == nil {
		st, ran, err := t.play.Next()
		if ran {
			t.stepped(st)
			return st, nil
		}
		if err == nil {
			err = t.load()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			err = fmt.Errorf("%s at tick %d: %w", t.rec.Meta.System, t.System().Tick(), err)
		}
		t.broken = err
	}
	return system.Stepped{}, t.broken
}

// load takes the next part.
func (t *Trial) load() error {
	p, err, ok := t.next()
	switch {
	case err != nil:
		return err
	case !ok:
		return io.EOF
	case p.Image != nil && !p.Follows:
		t.Gap = true
		return io.EOF
	}
	if t.loaded != nil {
		t.loaded(p)
	}
	if p.Image == nil {
		t.play.Load(p.Inputs)
		return nil
	}
	now, err := t.play.Begin()
	if err == nil && t.change == nil && t.Parted == nil && !bytes.Equal(now, p.Image) {
		t.Parted = &Parting{Tick: p.Tick, At: p.At, ImageTick: p.Tick}
	}
	return err
}

// stepped holds a step against the recording. Other code takes other steps of Lua: that alone
// is no difference.
func (t *Trial) stepped(st system.Stepped) {
	t.at = st.At
	for ; t.dated[0] < len(t.Errors); t.dated[0]++ {
		t.Errors[t.dated[0]].Tick = st.Tick
	}
	for ; t.dated[1] < len(t.Answers); t.dated[1]++ {
		t.Answers[t.dated[1]].Tick = st.Tick
	}
	if t.Parted != nil {
		return
	}
	var parts []string
	for _, part := range st.Parts {
		if t.change == nil || part != system.PartNames[system.PartScripts] {
			parts = append(parts, part)
		}
	}
	if parts != nil {
		t.Parted = &Parting{Tick: st.Tick, At: st.At, Parts: parts}
	}
}

func (t *Trial) fault(f script.Fault) { t.Errors = append(t.Errors, Failed{Fault: f}) }

func (t *Trial) took(m system.Message) {
	switch m := m.(type) {
	case system.Enter:
		t.names[m.Character.ID] = m.Character.Name
	case system.Command:
		t.asked[question{m.Player, m.ID}] = m.Name
	}
}

// Name is what a player is called, "" for one whom nobody knows.
func (t *Trial) Name(id world.CharacterID) string { return t.names[id] }

// Names are what everybody is called who is there, or was, in order.
func (t *Trial) Names() []string {
	return slices.Compact(slices.Sorted(maps.Values(t.names)))
}

// Told are the events that a player with a name was sent, oldest first; ok is false where
// nobody of that name is there, or was.
func (t *Trial) Told(name string) (events []*wire.Frame, ok bool) {
	for _, id := range slices.Sorted(maps.Keys(t.names)) {
		if t.names[id] == name {
			events, ok = append(events, t.told[id]...), true
		}
	}
	return events, ok
}

// hear takes in what a player is sent.
func (t *Trial) hear(id world.CharacterID, f *wire.Frame) { t.told[id] = append(t.told[id], f) }

// replied takes in the answer to a command.
func (t *Trial) replied(to world.CharacterID, id uint64, result world.Value, err error) {
	q := question{to, id}
	t.Answers = append(t.Answers, Answered{Player: t.names[to], Command: t.asked[q], Result: result, Err: err})
	delete(t.asked, q)
}

func (t *Trial) tick() world.Tick { return t.System().Tick() }
