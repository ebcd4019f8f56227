package record

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Shrinking says how a recording is made smaller.
type Shrinking struct {
	Setup func(*Recording) (Setup, error) // how a recording is run
	Fails func(*Recording) (bool, error)  // whether it still shows what it is kept for
	Stop  func() bool                     // enough: what there is by then is taken; nil: never
	Say   func(text string)               // hears what was found; may be nil
	Maps  func(*Recording) ([]byte, bool) // a smaller map that may do; nil: none
}

// Shrunk is what is left of a recording.
type Shrunk struct {
	Recording *Recording // in memory; Save writes it
	Runs      int        // it took
	Stopped   bool       // it may become smaller yet
	Ticks     int
	Seconds   float64 // of game time
	Players   []string
	Inputs    []string // what comes in and is done, in order: "tick 120, Ada: command lock"
}

// ErrPasses is the error of a recording that does not show what it is kept for.
var ErrPasses = errors.New("it does not fail as it is, so there is nothing to shrink")

// errSlipped is the error of what was lost at the end.
var errSlipped = errors.New("what is left fails only as long as it is held against the whole: say what must not happen by an error, an answer or a value, and not by parted()")

// Shrink makes a recording smaller while it still fails: it ends sooner and begins later,
// players are not there, what came in did not come in, and files that nobody loads and far
// systems are not in it. It is run again many times; the way is the same each time, unless it
// is stopped.
func (rec *Recording) Shrink(o Shrinking) (*Shrunk, error) {
	s := &shrinker{Shrinking: o}
	setup, err := o.Setup(rec)
	if err != nil {
		return nil, err
	}
	if s.setup = setup; o.Stop == nil {
		s.Stop = func() bool { return false }
	}
	if s.film, err = rec.film(setup); err != nil {
		return nil, err
	}
	if len(s.film.steps()) == 0 || !s.fails(s.film) {
		return nil, errors.Join(s.err, ErrPasses)
	}
	for was := (*film)(nil); was != s.film && !s.Stop(); {
		was = s.film
		s.end()
		s.begin()
		s.players()
		s.inputs()
	}
	s.files()
	s.maps()
	if s.err != nil {
		return nil, s.err
	}
	return s.done()
}

// shrinker is a Shrink under way.
type shrinker struct {
	Shrinking
	setup Setup
	film  *film // the smallest that fails
	runs  int
	err   error // of the way to try, not of what was tried
}

// fails says whether a film still fails. One that cannot be run does not.
func (s *shrinker) fails(f *film) bool {
	rec, err := f.recording()
	if err != nil {
		return false
	}
	s.runs++
	bad, err := s.Fails(rec)
	s.err = errors.Join(s.err, err)
	return bad && err == nil
}

// try takes a film in the place of the one there is, if it fails.
func (s *shrinker) try(f *film, err error) bool {
	if err != nil || !s.fails(f) {
		return false
	}
	s.film = f
	return true
}

func (s *shrinker) say(format string, values ...any) {
	if s.Say != nil {
		s.Say(fmt.Sprintf(format, values...))
	}
}

// end lets the film end with the first step that shows it.
func (s *shrinker) end() {
	whole, n := s.film, len(s.film.steps())
	low, high := 0, n-1 // the first step that will do is among these
	for low < high && !s.Stop() {
		if mid := (low + high) / 2; s.try(whole.until(mid), nil) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	if high < n-1 {
		s.say("it shows after %d of %d ticks", high+1, n)
	}
}

// begin lets the film begin with the last step that will do.
func (s *shrinker) begin() {
	whole, n := s.film, len(s.film.steps())
	low, high := -1, n-2 // the last step that need not be seen is among these
	for low < high && !s.Stop() {
		if mid := (low + high + 1) / 2; s.try(whole.from(s.setup, mid)) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low >= 0 {
		s.say("%d of %d ticks will do", n-low-1, n)
	}
}

// players leaves out players who do not matter.
func (s *shrinker) players() {
	whole := s.film
	there, all, err := s.who()
	if err != nil || len(all) == 0 {
		return
	}
	kept := ddmin(len(all), func(keep []int) bool {
		gone := map[world.CharacterID]bool{}
		for i, id := range all {
			gone[id] = !slices.Contains(keep, i)
		}
		return s.try(whole.without(s.setup, gone, there))
	}, s.Stop)
	if len(kept) < len(all) {
		s.say("%d of %d players matter", len(kept), len(all))
	}
}

// who is there when the film begins, and everybody whom it is about.
func (s *shrinker) who() (there []system.Somebody, all []world.CharacterID, err error) {
	t, err := s.film.trial(s.setup)
	if err != nil {
		return nil, nil, err
	}
	defer t.Close()
	there = t.System().Everybody()
	for _, p := range there {
		all = append(all, p.ID)
	}
	for i := range s.film.notes {
		if id := s.film.notes[i].Player(); id != 0 && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return there, all, nil
}

// inputs leaves out what comes in and does not matter.
func (s *shrinker) inputs() {
	whole := s.film
	var all []int
	for i := range whole.notes {
		if whole.notes[i].Optional() {
			all = append(all, i)
		}
	}
	kept := ddmin(len(all), func(keep []int) bool {
		want := map[int]bool{}
		for _, k := range keep {
			want[all[k]] = true
		}
		return s.try(whole.keep(func(i int, _ *system.Note) bool { return want[i] }), nil)
	}, s.Stop)
	if len(kept) < len(all) {
		s.say("%d of %d inputs matter", len(kept), len(all))
	}
}

// files leaves out the files of its releases that nobody loads.
func (s *shrinker) files() {
	s.try(s.film.pruned(s.setup))
}

// maps takes a smaller map.
func (s *shrinker) maps() {
	if s.Maps == nil {
		return
	}
	data, ok := s.Maps(s.film.rec)
	if !ok {
		return
	}
	rec := *s.film.rec
	rec.world = data
	less := &film{rec: &rec, head: s.film.head, notes: s.film.notes}
	if setup, err := s.Setup(&rec); err == nil && s.try(less, nil) {
		s.setup = setup
	}
}

// done is what is left. What its steps are compared by is made anew, so that it runs again as
// it is.
func (s *shrinker) done() (*Shrunk, error) {
	f, err := s.film.develop(s.setup)
	if err != nil {
		return nil, err
	}
	out := &Shrunk{Runs: s.runs, Stopped: s.Stop(), Ticks: len(f.steps())}
	if out.Recording, err = f.recording(); err != nil {
		return nil, err
	}
	if bad, err := s.Fails(out.Recording); err != nil || !bad {
		return nil, errors.Join(err, errSlipped)
	}
	t, err := out.Recording.NewTrial(s.setup, nil)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	there := map[world.CharacterID]bool{}
	for _, p := range t.System().Everybody() {
		there[p.ID] = true
	}
	if err := t.all(nil); err != nil {
		return nil, err
	}
	out.Seconds = t.Played()
	out.tell(f, t, there)
	return out, nil
}

// tell lists who and what is left.
func (out *Shrunk) tell(f *film, t *Trial, there map[world.CharacterID]bool) {
	tick := f.head.Tick
	for i := range f.notes {
		n := &f.notes[i]
		if now, ok := n.Stepped(); ok {
			tick = now
		}
		if !n.Optional() {
			continue
		}
		who := ""
		if id := n.Player(); id != 0 {
			there[id] = true
			who = ", " + t.who(id)
		}
		out.Inputs = append(out.Inputs, fmt.Sprintf("tick %d%s: %s", tick+1, who, n))
	}
	for id := range there {
		out.Players = append(out.Players, t.who(id))
	}
	slices.Sort(out.Players)
}

func (t *Trial) who(id world.CharacterID) string {
	if name := t.Name(id); name != "" {
		return name
	}
	return fmt.Sprintf("player %d", id)
}

// Save writes a recording as one file that needs nothing beside it. A file of that name is
// replaced when all of it is written.
func (rec *Recording) Save(path string) (Kept, error) {
	if !strings.HasSuffix(path, suffix) {
		return Kept{}, fmt.Errorf("%s: the name of a recording ends in %s", path, suffix)
	}
	part := path + ".part"
	if err := rec.write(part, earliest); err != nil {
		return Kept{}, errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return Kept{}, errors.Join(err, os.Remove(part))
	}
	return show(path)
}
