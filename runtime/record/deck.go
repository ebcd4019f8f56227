package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Deck plays a recording for somebody who looks: it comes to any of its ticks, forwards and
// backwards. Backwards is forwards from the image before. What it runs is a copy, that may be
// changed; a Seek drops what was. It belongs to one goroutine at a time.
type Deck struct {
	rec   *Recording
	setup Setup
	hooks Hooks
	parts []Part
	takes []Take

	play    *system.Playback
	take    int  // in which the copy is,
	next    int  // the part that comes next
	touched bool // somebody has changed the copy
	broken  error
	here    Place
	parted  *Parting
}

// Hooks let a host look on. Each may be nil.
type Hooks struct {
	// Thawed hears of each copy before it runs: a deck makes a new one for every image that
	// it begins at, and closes the one before.
	Thawed func(*system.Playback)
	// Changed hears when the scripts of the copy come to another release.
	Changed func(Change)
	// Stepped hears of each step, of those too that a Seek runs on its way.
	Stepped func(system.Stepped)
	// Saved hears what the system saves.
	Saved func([]system.Character)
	// Fault hears of an error in the scripts.
	Fault func(script.Fault)
	// Log hears what the scripts log.
	Log func(level, module, text string)
	// Told hears the events that players are sent, see system.PlaybackConfig.
	Told func(world.CharacterID, *wire.Frame)
}

// Place is where a deck stands: behind a step, or at the beginning of a take.
type Place struct {
	Take int        `json:"take"`
	Tick world.Tick `json:"tick"`
	At   time.Time  `json:"at"` // of the recorded time
}

// Take is what can be run in one go. Most recordings have one; where something is missing,
// or the scripts began anew, there begins another, and its ticks may be those of the one before
// again.
type Take struct {
	First, Last Place
	Images      []Place // in order; the first is at First

	parts []int // of the images
	end   int   // the part behind the last one
}

// ErrUnrunnable is the error of a copy that cannot be run on from where it is. A Seek makes
// another.
var ErrUnrunnable = errors.New("the copy cannot be run on from here; seek, and there is a new one")

// NewDeck makes a deck of what is recorded since an image before a time, all of it where the
// time is zero. All of that is in memory. It stands at the beginning.
func (rec *Recording) NewDeck(setup Setup, from time.Time, hooks Hooks) (*Deck, error) {
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	d := &Deck{rec: rec, setup: setup, hooks: hooks}
	for p, err := range rec.Parts(from) {
		if err != nil {
			return nil, err
		}
		d.index(p)
	}
	if len(d.takes) == 0 {
		return nil, fmt.Errorf("nothing of %s is recorded that could be run", rec.Meta.System)
	}
	return d, d.thaw(0, 0)
}

// index notes what a part is.
func (d *Deck) index(p Part) {
	if p.Image != nil && (len(d.takes) == 0 || !p.Follows) {
		d.takes = append(d.takes, Take{First: Place{len(d.takes), p.Tick, p.At}})
	}
	if len(d.takes) == 0 {
		return // Parts gives none before an image
	}
	t := &d.takes[len(d.takes)-1]
	at := Place{len(d.takes) - 1, max(p.Tick, t.Last.Tick), p.At} // a batch that was cut short has no tick
	if p.Image != nil {
		t.Images, t.parts = append(t.Images, at), append(t.parts, len(d.parts))
	}
	if t.Last = at; at.At.Before(t.First.At) {
		t.Last.At = t.First.At
	}
	d.parts = append(d.parts, p)
	t.end = len(d.parts)
}

// Takes are what can be run, in order of time.
func (d *Deck) Takes() []Take { return d.takes }

// First is where the recording begins, and Last where it ends.
func (d *Deck) First() Place { return d.takes[0].First }

// Last is where the recording ends.
func (d *Deck) Last() Place { return d.takes[len(d.takes)-1].Last }

// Here is where the deck stands.
func (d *Deck) Here() Place { return d.here }

// Playback is the copy. It is another after a Seek, and after a Step into another take.
func (d *Deck) Playback() *system.Playback { return d.play }

// System is the system of the copy.
func (d *Deck) System() *system.System { return d.play.System() }

// Parted is where the copy first was not what was recorded, nil for nowhere so far.
func (d *Deck) Parted() *Parting { return d.parted }

// Touch notes that somebody has changed the copy. It is run as it is until a Seek.
func (d *Deck) Touch() { d.touched = true }

// Touched says whether somebody has changed the copy since it was made.
func (d *Deck) Touched() bool { return d.touched }

// Fork writes the copy down as it stands, and returns what makes another one of that, on any
// goroutine, in which things can be tried. told hears what players are sent there.
func (d *Deck) Fork() (fork func(told func(world.CharacterID, *wire.Frame)) (*system.Playback, error), err error) {
	data, err := d.play.Image()
	if err != nil {
		return nil, err
	}
	cfg, now := d.setup.System, d.System().State().Release()
	cfg.Release = func() *code.Release { return now }
	return func(told func(world.CharacterID, *wire.Frame)) (*system.Playback, error) {
		return system.NewPlayback(system.PlaybackConfig{System: cfg, Thaw: reload.Thaw, Told: told}, data)
	}, nil
}

// Broken is why the copy cannot be run on from where it is, nil where it can.
func (d *Deck) Broken() error { return d.broken }

// Close gives back what the deck holds.
func (d *Deck) Close() {
	if d.play != nil {
		d.play.Close()
	}
}

// Step runs one step, and returns it; io.EOF is behind the last one. From the end of a take
// it goes on with the first step of the next.
func (d *Deck) Step() (system.Stepped, error) {
	if d.broken != nil {
		return system.Stepped{}, d.broken
	}
	return d.step(false)
}

// step is Step; where it is to stay in its take, that ends in io.EOF.
func (d *Deck) step(stay bool) (system.Stepped, error) {
	st, err := d.run(stay)
	if err != nil && !errors.Is(err, io.EOF) {
		d.broken = fmt.Errorf("%s at tick %d: %w (%w)", d.rec.Meta.System, d.here.Tick, err, ErrUnrunnable)
		return st, d.broken
	}
	return st, err
}

func (d *Deck) run(stay bool) (system.Stepped, error) {
	for {
		st, ran, err := d.play.Next()
		if err != nil {
			return st, err
		}
		if ran {
			d.stepped(st)
			return st, nil
		}
		if err := d.load(stay); err != nil {
			return st, err
		}
	}
}

func (d *Deck) stepped(st system.Stepped) {
	d.here.Tick, d.here.At = st.Tick, st.At
	if len(st.Parts) > 0 {
		d.part(Parting{Tick: st.Tick, At: st.At, Parts: st.Parts})
	}
	if d.hooks.Stepped != nil {
		d.hooks.Stepped(st)
	}
}

func (d *Deck) part(p Parting) {
	if d.parted == nil {
		d.parted = &p
	}
}

// load takes the part that comes next.
func (d *Deck) load(stay bool) error {
	switch t := &d.takes[d.take]; {
	case d.next < t.end:
	case !stay && d.take+1 < len(d.takes):
		return d.thaw(d.take+1, 0)
	default:
		return io.EOF
	}
	p := d.parts[d.next]
	if d.next++; p.Image == nil {
		d.play.Load(p.Inputs)
		return nil
	}
	now, err := d.play.Begin()
	if err == nil && !bytes.Equal(now, p.Image) {
		d.part(Parting{Tick: p.Tick, At: p.At, ImageTick: p.Tick})
	}
	return err
}

// thaw makes the copy of an image of a take.
func (d *Deck) thaw(take, image int) error {
	t := &d.takes[take]
	n := t.parts[image]
	// Stagers remember what was committed last: a copy begins with none.
	commit := committer{options: d.setup.Stage, stagers: map[string]*reload.Stager{}}
	play, _, err := d.rec.thaw(d.parts[n], d.setup, system.PlaybackConfig{
		Commit: func(st *script.State, deed script.Deed) error { return d.commit(&commit, st, deed) },
		Saved:  d.hooks.Saved, Fault: d.hooks.Fault, Log: d.hooks.Log, Told: d.hooks.Told,
	})
	if err != nil {
		return err
	}
	d.Close()
	d.play, d.take, d.next, d.here = play, take, n+1, t.Images[image]
	d.touched, d.broken, d.parted = false, nil, nil
	if d.hooks.Thawed != nil {
		d.hooks.Thawed(play)
	}
	return nil
}

func (d *Deck) commit(c *committer, st *script.State, deed script.Deed) error {
	before := st.Release()
	err := c.commit(st, deed)
	if now := st.Release(); err == nil && now.Hash != before.Hash && d.hooks.Changed != nil {
		d.hooks.Changed(Change{d.here.Tick, Release{now.Number, now.Hash}})
	}
	return err
}

// Seek comes to the first step that reaches a tick, or to the end of the take: of the one
// that the deck is in, where that has the tick, or else of the last one that has. What
// somebody has changed in the copy is lost.
func (d *Deck) Seek(tick world.Tick) error {
	return d.seek(d.having(tick), func(p Place) bool { return p.Tick >= tick })
}

// SeekTime is Seek to a time of the recording.
func (d *Deck) SeekTime(at time.Time) error {
	take := len(d.takes) - 1
	for take > 0 && d.takes[take].First.At.After(at) {
		take--
	}
	return d.seek(take, func(p Place) bool { return !p.At.Before(at) })
}

// having finds the take that has a tick.
func (d *Deck) having(tick world.Tick) int {
	has := func(t *Take) bool { return t.First.Tick <= tick && tick <= t.Last.Tick }
	if has(&d.takes[d.take]) {
		return d.take
	}
	for i := len(d.takes) - 1; i >= 0; i-- {
		if has(&d.takes[i]) {
			return i
		}
	}
	if tick < d.takes[d.take].First.Tick {
		return 0
	}
	return len(d.takes) - 1
}

// seek goes to the first place of a take that reaches what is wanted: from the last image
// that does not, unless the copy stands between that and there already.
func (d *Deck) seek(take int, reached func(Place) bool) error {
	t, image := &d.takes[take], 0
	for image+1 < len(t.Images) && !reached(t.Images[image+1]) {
		image++
	}
	if d.take != take || d.touched || d.broken != nil || d.parted != nil || d.next <= t.parts[image] || reached(d.here) {
		if err := d.thaw(take, image); err != nil {
			return err
		}
	}
	for !reached(d.here) {
		if _, err := d.step(true); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
