package record

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Setup is how a host makes a system that is to be run again.
type Setup struct {
	System system.Config // as of any system of the host
	Stage  func(program string) script.Options
}

// Options say what to run.
type Options struct {
	From   time.Time                                  // the zero time: from the newest image
	Until  world.Tick                                 // 0: to the end
	Change func(*code.Release) (*code.Release, error) // what runs in the place of each release; nil: that itself
	Saved  func([]system.Character)                   // hears what the system saves; may be nil
	Watch  bool                                       // who writes what: slower, and Differences say it
	Each   func(*system.System, system.Stepped) error // hears of each step; may be nil

	// Observer hears of all that the system does; nil: nobody. A system that is observed may
	// have its functions gauged, so images are not held against it.
	Observer system.Observer
}

// Run is a recording that is run again.
type Run struct {
	rec    *Recording
	setup  Setup
	opts   Options
	commit committer
	play   *system.Playback

	watch   *script.Watch
	stopped error // why the run ends in the middle

	Ticks       int // run
	First, Last world.Tick
	Began       time.Time // of the recorded time
	At          time.Time // how far it has come
	Changes     []Change  // of the scripts, as they came
	Images      int       // that were compared with those of the recording
	Parted      *Parting  // where it first was not what was recorded; nil for nowhere
	Gap         bool      // the recording goes on behind a gap, which was not run
}

// Change is when the system came to another release.
type Change struct {
	Tick world.Tick `json:"tick"` // the last one that was run before
	Release
}

// String is "release 2-1f3a9c after tick 120".
func (c Change) String() string { return fmt.Sprintf("release %v after tick %d", c.Release, c.Tick) }

// Parting is where a run parts from what was recorded.
type Parting struct {
	Tick        world.Tick   `json:"tick"`
	At          time.Time    `json:"at"`
	Parts       []string     `json:"parts,omitempty"`       // of the system: "space", "scripts", "what was told"; none where only an image shows it
	ImageTick   world.Tick   `json:"image_tick,omitempty"`  // of the first recorded image that differs
	Differences []Difference `json:"differences,omitempty"` // from that
	All         int          `json:"all,omitempty"`         // how many there are
}

// errUntil ends a run that has come as far as it was to.
var errUntil = errors.New("as far as it was to go")

// NewRun makes a run that has not begun.
func (rec *Recording) NewRun(setup Setup, o Options) *Run {
	return &Run{rec: rec, setup: setup, opts: o, commit: committer{options: setup.Stage, stagers: map[string]*reload.Stager{}, change: o.Change}}
}

// System is the system that is run, nil before there is one.
func (r *Run) System() *system.System {
	if r.play == nil {
		return nil
	}
	return r.play.System()
}

// Playback is what runs it, nil before there is something.
func (r *Run) Playback() *system.Playback { return r.play }

// Close gives back what the run holds.
func (r *Run) Close() {
	if r.play != nil {
		r.play.Close()
	}
}

// All runs all of it. Where it parts from what was recorded it goes on: Parted says where.
func (r *Run) All() error {
	for p, err := range r.rec.Parts(r.opts.From) {
		if err != nil {
			return err
		}
		goes, err := r.Part(p)
		if err != nil {
			return fmt.Errorf("%s at tick %d: %w", r.rec.Meta.System, r.Last, err)
		}
		if !goes {
			return nil
		}
	}
	if r.play == nil {
		return fmt.Errorf("nothing of %s is recorded that could be run", r.rec.Meta.System)
	}
	return nil
}

// Part runs a part, and says whether the next is to be. The first has to be an image.
func (r *Run) Part(p Part) (goes bool, err error) {
	switch {
	case r.play == nil:
		return true, r.begin(p)
	case p.Image != nil && !p.Follows:
		r.Gap = true
		return false, nil
	case p.Image != nil:
		return true, r.compare(p)
	}
	err = r.play.Run(p.Inputs)
	if errors.Is(err, system.ErrStopped) && r.stopped != nil {
		err = r.stopped
	}
	if errors.Is(err, errUntil) {
		return false, nil
	}
	return true, err
}

// thaw makes the system of an image that is to be run again, on the release of the image.
func (rec *Recording) thaw(p Part, setup Setup, cfg system.PlaybackConfig) (*system.Playback, *code.Release, error) {
	made, err := rec.Release(p.Releases[0].Number, p.Releases[0].Hash)
	if err != nil {
		return nil, nil, err
	}
	cfg.System, cfg.Thaw, cfg.Release = setup.System, reload.Thaw, rec.Release
	cfg.System.Release = func() *code.Release { return made }
	play, err := system.NewPlayback(cfg, p.Image)
	return play, made, err
}

// begin thaws the first image.
func (r *Run) begin(p Part) error {
	var made *code.Release
	var err error
	r.play, made, err = r.rec.thaw(p, r.setup, system.PlaybackConfig{Commit: r.change, Stepped: r.stepped, Saved: r.opts.Saved, Observer: r.opts.Observer})
	if err != nil {
		return err
	}
	r.First, r.Last, r.Began, r.At = p.Tick, p.Tick, p.At, p.At
	if r.opts.Watch {
		r.watch = r.System().State().Watch()
	}
	if r.opts.Change != nil {
		return r.commit.commit(r.System().State(), script.Deed{Kind: script.DeedCommit, Release: made})
	}
	return nil
}

// change brings the scripts to another release.
func (r *Run) change(st *script.State, d script.Deed) error {
	before := st.Release()
	err := r.commit.commit(st, d)
	if now := st.Release(); err == nil && now.Hash != before.Hash {
		r.Changes = append(r.Changes, Change{r.Last, Release{now.Number, now.Hash}})
	}
	return err
}

// compare holds an image against the run.
func (r *Run) compare(p Part) error {
	now, err := r.play.Begin()
	if err != nil {
		return err
	}
	r.Images++
	if bytes.Equal(now, p.Image) || r.opts.Change != nil || r.opts.Observer != nil {
		return nil
	}
	if r.Parted == nil {
		r.Parted = &Parting{Tick: p.Tick, At: p.At}
	}
	if r.Parted.ImageTick != 0 {
		return nil
	}
	r.Parted.ImageTick = p.Tick
	return r.differ(p)
}

// differ says in what the system of an image differs from the one that is run.
func (r *Run) differ(p Part) error {
	recorded, _, err := r.rec.thaw(p, r.setup, system.PlaybackConfig{})
	if err != nil {
		return err
	}
	defer recorded.Close()
	was, err := stateOf(recorded.System())
	now, err2 := stateOf(r.System())
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	r.Parted.Differences, r.Parted.All = differences(was, now, nil, r.watch)
	return nil
}

func (r *Run) stepped(s system.Stepped) bool {
	r.Ticks++
	r.Last, r.At = s.Tick, s.At
	if len(s.Parts) > 0 && r.Parted == nil && r.opts.Change == nil {
		r.Parted = &Parting{Tick: s.Tick, At: s.At, Parts: s.Parts}
	}
	r.stopped = nil
	if r.opts.Each != nil {
		r.stopped = r.opts.Each(r.System(), s)
	}
	if r.stopped == nil && r.opts.Until != 0 && s.Tick >= r.opts.Until {
		r.stopped = errUntil
	}
	return r.stopped == nil
}
