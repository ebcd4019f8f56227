package record

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// earliest is before every recording.
var earliest = time.Unix(0, 0)

// film is a recording in memory that can be cut: an image, and all that went in since. A cut
// is another film; what the steps are compared by is out of date in it until it is developed.
type film struct {
	rec   *Recording // what it is of, the map and the releases
	head  Part
	notes []system.Note
}

// film reads all of a recording up to the first gap. Questions are numbered anew at every
// image, so it is run once to know how many there were.
func (rec *Recording) film(setup Setup) (*film, error) {
	f := &film{rec: rec}
	for p, err := range rec.Parts(earliest) {
		if err != nil {
			return nil, err
		}
		f.head = p
		break
	}
	t, err := rec.NewTrial(setup, nil)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	asked, wrong := uint64(0), error(nil)
	t.loaded = func(p Part) {
		if p.Image != nil {
			asked += t.play.Asked()
			return
		}
		notes, err := system.ReadNotes(p.Inputs)
		wrong = errors.Join(wrong, err)
		for i := range notes {
			notes[i].Renumber(int64(asked))
		}
		f.notes = append(f.notes, notes...)
	}
	return f, errors.Join(t.all(nil), wrong)
}

// all runs the rest. stepped, which may be nil, hears of each step; an error of its ends the
// run.
func (t *Trial) all(stepped func(system.Stepped) error) error {
	for {
		st, err := t.Step()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && stepped != nil {
			err = stepped(st)
		}
		if err != nil {
			return err
		}
	}
}

// recording is the film as a recording.
func (f *film) recording() (*Recording, error) {
	data, err := system.WriteNotes(f.notes)
	if err != nil {
		return nil, err
	}
	p := Part{At: f.head.At, Tick: f.head.Tick, Inputs: data}
	for i := range f.notes {
		n := &f.notes[i]
		if number, hash, ok := n.Release(); ok && !slices.Contains(p.Releases, Release{number, hash}) {
			p.Releases = append(p.Releases, Release{number, hash})
		}
		if n.Steps() {
			p.At = n.At()
		} else if tick, ok := n.Stepped(); ok {
			p.Tick = tick
		}
	}
	out := *f.rec
	out.dir, out.paths, out.parts = "", nil, []Part{f.head, p}
	return &out, nil
}

// steps are the places of the notes behind each step, and behind what belongs to it.
func (f *film) steps() []int {
	var out []int
	for i := range f.notes {
		if f.notes[i].Steps() && i > 0 {
			out = append(out, i)
		}
	}
	return append(out, len(f.notes))
}

// keep is the film with those optional notes alone that keep says, by their places.
func (f *film) keep(keep func(i int, n *system.Note) bool) *film {
	out := &film{rec: f.rec, head: f.head}
	for i := range f.notes {
		if n := &f.notes[i]; !n.Optional() || keep(i, n) {
			out.notes = append(out.notes, *n)
		}
	}
	return out
}

// until is the film up to the end of a step.
func (f *film) until(step int) *film {
	return &film{rec: f.rec, head: f.head, notes: f.notes[:f.steps()[step]]}
}

// without is the film with some players gone: those who are there leave before it begins, and
// those who come in do not.
func (f *film) without(setup Setup, players map[world.CharacterID]bool, there []system.Somebody) (*film, error) {
	out := f.keep(func(_ int, n *system.Note) bool { return !players[n.Player()] })
	var leave []world.CharacterID
	for _, p := range there {
		if players[p.ID] {
			leave = append(leave, p.ID)
		}
	}
	if leave == nil {
		return out, nil
	}
	t, err := f.trial(setup)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	t.play.Leave(leave)
	out.head, err = t.image()
	return out, err
}

// trial runs the film as it was recorded.
func (f *film) trial(setup Setup) (*Trial, error) {
	rec, err := f.recording()
	if err != nil {
		return nil, err
	}
	return rec.NewTrial(setup, nil)
}

// from is the film from behind a step on.
func (f *film) from(setup Setup, step int) (*film, error) {
	end := f.steps()[step]
	t, err := f.until(step).trial(setup)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if err := t.all(nil); err != nil {
		return nil, err
	}
	asked := int64(t.play.Asked())
	out := &film{rec: f.rec}
	if out.head, err = t.image(); err != nil {
		return nil, err
	}
	for _, n := range f.notes[end:] {
		if n.Renumber(-asked) {
			out.notes = append(out.notes, n)
		}
	}
	return out, nil
}

// image is the part that begins here.
func (t *Trial) image() (Part, error) {
	data, err := t.play.Begin()
	return Part{At: t.at, Tick: t.tick(), Image: data, Releases: named(t.System().State().Release())}, err
}

// develop runs the film, and has it say how the system stands at the end of each step.
func (f *film) develop(setup Setup) (*film, error) {
	t, err := f.trial(setup)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	out := &film{rec: f.rec, head: f.head, notes: slices.Clone(f.notes)}
	at := 0
	return out, t.all(func(st system.Stepped) error {
		for ; at < len(out.notes); at++ {
			if tick, ok := out.notes[at].Stepped(); ok {
				if tick != st.Tick {
					return fmt.Errorf("tick %d was run where tick %d was recorded", st.Tick, tick)
				}
				out.notes[at].SetDigests(st.Now)
				at++
				return nil
			}
		}
		return nil
	})
}

// pruned is the film with those files of its releases alone that it loads.
func (f *film) pruned(setup Setup) (*film, error) {
	loaded := map[string]bool{}
	note := func(t *Trial) {
		for _, module := range t.System().State().Modules() {
			loaded[code.ModulePath(module)] = true
		}
	}
	t, err := f.trial(setup)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	note(t)
	if err := t.all(func(system.Stepped) error { note(t); return nil }); err != nil {
		return nil, err
	}
	rec, _ := f.recording() // it has been one just now
	kept := *f.rec
	kept.releases, kept.near = map[string]*code.Release{}, nil
	to := map[Release]Release{}
	for _, p := range rec.parts {
		for _, name := range p.Releases {
			r, err := f.rec.Release(name.Number, name.Hash)
			if err != nil {
				return nil, err
			}
			less := only(r, loaded)
			to[name] = Release{less.Number, less.Hash}
			kept.releases[to[name].String()] = less
		}
	}
	out := &film{rec: &kept, notes: slices.Clone(f.notes)}
	for i := range out.notes {
		if number, hash, ok := out.notes[i].Release(); ok {
			r := to[Release{number, hash}]
			out.notes[i].SetRelease(r.Number, r.Hash)
		}
	}
	return out, f.rehead(setup, out, to[f.head.Releases[0]])
}

// only is a release with some of its files, and its data.
func only(r *code.Release, files map[string]bool) *code.Release {
	drop := map[string][]byte{}
	for path := range maps.Keys(r.Files) {
		if !files[path] && !code.IsData(path) {
			drop[path] = nil
		}
	}
	less := r.With(r.Number, drop)
	less.Patched = r.Patched
	return less
}

// rehead gives another film the image that it begins with, on a release that differs in what
// nobody loads.
func (f *film) rehead(setup Setup, out *film, on Release) error {
	t, err := f.trial(setup)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := out.rec.Release(on.Number, on.Hash)
	if err != nil {
		return err
	}
	if err := t.System().State().Carry(r); err != nil {
		return err
	}
	out.head, err = t.image()
	return err
}
