package script

import (
	"fmt"

	"hotshard/runtime/script/image"
)

// Image writes the State down: every value that scripts can reach, what waits, and what
// the reload engine keeps. It is called between two ticks, and the State goes on as if
// nothing had been. more, if not nil, writes what belongs to it and lives outside. What
// cannot be written is an *image.Unwritable, with the path of each.
func (s *State) Image(more func(*image.Writer)) ([]byte, error) {
	if s.depth > 0 || len(s.modules.loading) > 0 || len(s.woken) > 0 {
		return nil, fmt.Errorf("an image of %s while Lua runs; the scheduler must wait for the tick to end", s.opts.Name)
	}
	begun, err := s.write(more, false)
	if err != nil { // once more, with the paths
		begun, err = s.write(more, true)
	}
	if err != nil {
		return nil, err
	}
	return image.Seal(begun), nil
}

func (s *State) write(more func(*image.Writer), paths bool) ([]byte, error) {
	c := newCodec(s)
	c.names = s.givenNames()
	c.noteWrapped()
	w := image.NewWriter(c, paths)
	h := image.Header{Name: s.opts.Name, Release: s.release.Number, Hash: s.release.Hash, Program: s.Program()}
	w.Begin(h, s.imaged.objects*9/8, s.imaged.bytes*9/8) // as the one before
	c.writeState(w)
	if more != nil {
		more(w)
	}
	c.writeRest(w)
	s.imaged = imageSize{w.Len(), len(w.Bytes())}
	return w.Bytes(), w.Err()
}

// imageSize is how much an image had to hold.
type imageSize struct{ objects, bytes int }

// Thaw makes a State of an image, on the release that the image was made on. more reads
// what Image's more has written. The State's name, its entries and its callbacks are
// those of the Options; its chance goes on as the image's would have.
// kept makes what reloads keep with a State, if something was kept.
func Thaw(o Options, data []byte, kept func() ReloadState, more func(*State, *image.Reader)) (*State, error) {
	h, from, err := image.Open(data)
	if err != nil {
		return nil, err
	}
	if o.Release == nil || o.Release.Hash != h.Hash {
		return nil, fmt.Errorf("image: of %s on release %d (%s), and this is another: thaw it on its own, and reload then", h.Name, h.Release, h.Hash)
	}
	s, err := newState(o, nil)
	if err != nil {
		return nil, err
	}
	c := newCodec(s)
	c.reloads = kept
	r := image.NewReader(thawing{c}, data, from)
	c.readState(r)
	if more != nil {
		more(s, r)
	}
	c.readRest(r)
	if err := r.Finish(); err != nil {
		s.Close()
		return nil, err
	}
	s.slots.Settle()
	return s, nil
}

// Transcript tells what an Image would hold: under which path each plain value stands, as a
// text.
func (s *State) Transcript(more func(*image.Writer), tell func(path, text string)) error {
	if s.depth > 0 || len(s.modules.loading) > 0 || len(s.woken) > 0 {
		return fmt.Errorf("a transcript of %s while Lua runs", s.opts.Name)
	}
	c := newCodec(s)
	c.names = s.givenNames()
	c.noteWrapped()
	w := image.NewTranscript(c, tell)
	c.writeState(w)
	if more != nil {
		more(w)
	}
	c.writeRest(w)
	return w.Err()
}
