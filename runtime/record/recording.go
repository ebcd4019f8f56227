package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// Recording is what was recorded of one system: the segments in a shard's folder, or a file
// that was kept.
type Recording struct {
	Meta  Meta
	Ended bool // the system ended in order: there is nothing to bring back

	dir      string   // of the recordings, "" for a kept file
	paths    []string // in the order of time
	parts    []Part   // of one in memory, which has no paths
	torn     bool     // the file of one that was kept ends in the middle of something
	releases map[string]*code.Release
	near     *code.Release
	world    []byte // the map, as the host wrote it
}

// Systems lists the systems of which something is recorded in a folder.
func Systems(dir string) ([]world.Address, error) {
	entries, err := os.ReadDir(filepath.Join(dir, systemsDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []world.Address
	for _, e := range entries {
		if a, ok := systemOf(e.Name()); ok && e.IsDir() {
			out = append(out, a)
		}
	}
	return out, err
}

// Open opens what is recorded of a system in a shard's folder. The shard may run.
func Open(dir string, a world.Address) (*Recording, error) {
	segments, err := segmentsBelow(filepath.Join(dir, systemsDir), folderOf(a))
	if err != nil {
		return nil, err
	}
	rec := &Recording{dir: dir, releases: map[string]*code.Release{}}
	for _, g := range segments {
		rec.paths = append(rec.paths, g.path)
	}
	if len(rec.paths) == 0 {
		return nil, fmt.Errorf("nothing is recorded of %s in %s", a, dir)
	}
	newest := rec.paths[len(rec.paths)-1]
	rec.Ended = strings.HasSuffix(newest, ended+suffix)
	return rec, rec.begin(newest)
}

// OpenFile opens a recording that was kept.
func OpenFile(path string) (*Recording, error) {
	rec := &Recording{paths: []string{path}, releases: map[string]*code.Release{}}
	if err := rec.begin(path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rec, nil
}

// OpenWhole is OpenFile of a recording that must be as it was written, from its beginning to
// its end: a test that plays half of one would pass for the wrong reason.
func OpenWhole(path string) (*Recording, error) {
	rec, err := OpenFile(path)
	switch {
	case err != nil:
		return nil, err
	case rec.Meta.System == "":
		return nil, fmt.Errorf("%s: it is torn off before it says what it is of: %s", path, copyAgain)
	case rec.torn, rec.Meta.Whole && !rec.Ended:
		return nil, fmt.Errorf("%s: it is torn off, or was changed on the way: %s", path, copyAgain)
	case rec.world == nil:
		return nil, fmt.Errorf("%s: the map is not in it: it is a segment of a shard's ring, and not what record keep makes", path)
	}
	return rec, nil
}

const copyAgain = "copy it again from where it was kept, as bytes (git wants \"*.rec binary\" in .gitattributes)"

// begin reads what a file says of itself.
func (rec *Recording) begin(path string) error {
	torn, err := visitFrames(path, rec.introduce)
	rec.torn = torn
	return err
}

// introduce takes in what a frame says of the whole.
func (rec *Recording) introduce(k kind, data []byte) (err error) {
	switch k {
	case kindMeta:
		rec.Meta, err = decodeMeta(data)
	case kindMap:
		rec.world = data
	case kindRelease:
		err = rec.keep(data)
	case kindEnd:
		rec.Ended = true
	}
	return err
}

// keep takes in a release.
func (rec *Recording) keep(data []byte) error {
	r, err := decodeRelease(data, rec.near)
	if err != nil {
		return err
	}
	rec.near = r
	rec.releases[Release{r.Number, r.Hash}.String()] = r
	return nil
}

// eachFrame visits the frames of a file. A file that is torn off ends there.
func eachFrame(path string, visit func(kind, []byte) error) error {
	_, err := visitFrames(path, visit)
	return err
}

// visitFrames is eachFrame, and says whether the file is torn off.
func visitFrames(path string, visit func(kind, []byte) error) (torn bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	fs, err := openFrames(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return false, err
	}
	for {
		k, data, err := fs.next()
		if torn = errors.Is(err, errTorn); torn || errors.Is(err, io.EOF) {
			return torn, nil
		}
		if err != nil {
			return false, err
		}
		if err := visit(k, data); err != nil {
			return false, err
		}
	}
}

// Release finds a release that the recording names.
func (rec *Recording) Release(number int, hash string) (*code.Release, error) {
	name := Release{number, hash}.String()
	if rec.releases[name] == nil && rec.dir != "" {
		err := eachFrame(releasePath(rec.dir, Release{number, hash}), func(k kind, data []byte) error { return rec.keep(data) })
		if err != nil {
			return nil, fmt.Errorf("the scripts of release %d are not at hand: %w", number, err)
		}
	}
	if rec.releases[name] == nil {
		return nil, fmt.Errorf("the scripts of release %d are not in the recording", number)
	}
	return rec.releases[name], nil
}

// World is the map, as the host wrote it; nil where it is not at hand.
func (rec *Recording) World() []byte {
	if rec.world == nil && rec.dir != "" {
		_ = eachFrame(filepath.Join(rec.dir, mapsDir, rec.Meta.Map+suffix), func(_ kind, data []byte) error { rec.world = data; return nil }) // nil says it
	}
	return rec.world
}

// errEnough ends a visit.
var errEnough = errors.New("enough")

// Parts are the parts from the last image on that is not after a time; the zero time is for
// the newest image, one before the first image for that. An error is the last that comes.
func (rec *Recording) Parts(from time.Time) iter.Seq2[Part, error] {
	if rec.parts != nil {
		return rec.inMemory
	}
	return func(yield func(Part, error) bool) {
		var held []Part // since an image that may be the one
		begun := false
		visit := func(k kind, data []byte) error {
			if k != kindImage && k != kindInputs {
				return nil
			}
			p, err := decodePart(k, data)
			if err != nil {
				return err
			}
			switch late := !from.IsZero() && p.At.After(from); {
			case !begun && p.Image != nil && (len(held) == 0 || !late):
				held = append(held[:0], p)
				return nil
			case !begun && len(held) == 0: // inputs without their image
				return nil
			case !begun && !late:
				held = append(held, p)
				return nil
			}
			begun = true
			for _, h := range append(held, p) {
				if !yield(h, nil) {
					return errEnough
				}
			}
			held = nil
			return nil
		}
		for _, path := range rec.since(from) {
			if err := eachFrame(path, visit); errors.Is(err, errEnough) {
				return
			} else if err != nil {
				yield(Part{}, fmt.Errorf("%s: %w", filepath.Base(path), err))
				return
			}
		}
		for _, h := range held {
			if !yield(h, nil) {
				return
			}
		}
	}
}

// inMemory are the parts of a recording in memory.
func (rec *Recording) inMemory(yield func(Part, error) bool) {
	for _, p := range rec.parts {
		if !yield(p, nil) {
			return
		}
	}
}

// since are the files that matter from a time on: their names say when they begin.
func (rec *Recording) since(from time.Time) []string {
	if rec.dir == "" {
		return rec.paths
	}
	first := len(rec.paths) - 1
	for first > 0 && !from.IsZero() && !stampOf(rec.paths[first]).Before(from) {
		first--
	}
	return rec.paths[first:]
}

func stampOf(path string) time.Time {
	at, _ := time.Parse(stampLayout, stampIn(filepath.Base(path))) // segmentsBelow has seen that it can be read
	return at
}

// Span is from when to when there is something, and how much.
type Span struct {
	From, Until time.Time
	First, Last world.Tick
	Images      int
	Bytes       int64
}

// Span reads all of it.
func (rec *Recording) Span() (s Span, err error) {
	for p, err := range rec.Parts(time.Unix(0, 0)) {
		if err != nil {
			return s, err
		}
		if s.From.IsZero() {
			s.From, s.First = p.At, p.Tick
		}
		if s.Until, s.Last = p.At, p.Tick; p.Image != nil {
			s.Images++
		}
	}
	for _, path := range rec.paths {
		if info, err := os.Stat(path); err == nil {
			s.Bytes += info.Size()
		}
	}
	return s, nil
}

// SetAside notes that a system's recording is not to be brought back any more.
func SetAside(dir string, a world.Address) error {
	segments, err := segmentsBelow(filepath.Join(dir, systemsDir), folderOf(a))
	if err != nil || len(segments) == 0 {
		return err
	}
	f, err := os.OpenFile(slices.MaxFunc(segments, func(a, b *segment) int { return a.began.Compare(b.began) }).path, os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(appendFrame(nil, kindEnd, nil))
	return errors.Join(err, f.Close())
}

// Numbered finds a release by its number alone: one of those that ran while it was recorded.
func (rec *Recording) Numbered(number int) (*code.Release, error) {
	var known []string
	seen := map[int]bool{}
	for p, err := range rec.Parts(time.Unix(0, 0)) {
		if err != nil {
			return nil, err
		}
		for _, r := range p.Releases {
			if r.Number == number {
				return rec.Release(r.Number, r.Hash)
			}
			if !seen[r.Number] {
				seen[r.Number] = true
				known = append(known, fmt.Sprint(r.Number))
			}
		}
	}
	if rec.dir != "" {
		found, _ := filepath.Glob(filepath.Join(rec.dir, releasesDir, fmt.Sprintf("%d-*%s", number, suffix))) // the pattern is ours
		for _, path := range found {
			if err := eachFrame(path, func(_ kind, data []byte) error { return rec.keep(data) }); err != nil {
				return nil, err
			}
			for _, r := range rec.releases {
				if r.Number == number {
					return r, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("release %d is not in the recording; there are %s", number, strings.Join(known, ", "))
}
