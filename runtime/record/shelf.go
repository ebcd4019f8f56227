package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

// The folders below that of the recordings.
const (
	systemsDir  = "systems"  // SYSTEM/TIME.rec: a segment each, from one image to the next
	releasesDir = "releases" // what segments name
	mapsDir     = "maps"
	keptDir     = "kept"

	suffix = ".rec"
	ended  = ".ended" // before it: the system must not be brought back from this
)

// file is a file that is written.
type file interface {
	io.WriteCloser
}

func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
}

// segment is a file of one system: an image, and what went in after it.
type segment struct {
	path  string
	of    string    // the folder's name
	began time.Time // the time in its name
	size  int64
	file  file // nil: it is complete
}

// shelf is the ring on disk. It is the writer's alone.
type shelf struct {
	r        *Recorder
	segments []*segment // in the order of their beginnings
	swept    time.Time
	buf      []byte
}

// open finds what earlier runs have left.
func (s *shelf) open(r *Recorder) error {
	s.r = r
	found, err := segmentsBelow(filepath.Join(r.cfg.Dir, systemsDir), "")
	if err != nil {
		return fmt.Errorf("what was recorded cannot be read: %w", err)
	}
	s.segments = found
	s.count()
	return nil
}

// segmentsBelow lists the segments of one system, or of all where of is "".
func segmentsBelow(dir, of string) ([]*segment, error) {
	var out []*segment
	err := filepath.WalkDir(filepath.Join(dir, of), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		began, perr := time.Parse(stampLayout, stampIn(d.Name()))
		info, ierr := d.Info()
		if d.IsDir() || perr != nil || ierr != nil || !strings.HasSuffix(path, suffix) {
			return nil
		}
		out = append(out, &segment{path: path, of: filepath.Base(filepath.Dir(path)), began: began, size: info.Size()})
		return nil
	})
	slices.SortFunc(out, func(a, b *segment) int { return a.began.Compare(b.began) })
	return out, err
}

// stampIn is the part of a segment's name that says when it begins.
func stampIn(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, suffix), ended)
}

// stampLayout is how segments are called.
const stampLayout = "20060102T150405.000000000"

// folderOf is the folder of a system's segments.
func folderOf(a world.Address) string { return url.PathEscape(string(a)) }

// systemOf is the reverse.
func systemOf(folder string) (world.Address, bool) {
	name, err := url.PathUnescape(folder)
	return world.Address(name), err == nil
}

// write writes a chunk.
func (s *shelf) write(c *chunk) error {
	for _, r := range c.releases {
		if err := s.keepRelease(r); err != nil {
			return err
		}
	}
	if c.end {
		var err error
		if !c.kept {
			err = s.append(c.of.file, kindEnd, nil)
		}
		s.finish(c.of)
		return err
	}
	if c.part.Image != nil {
		if err := s.begin(c.of, c.part.At); err != nil {
			return err
		}
		s.r.figures.images.Add(1)
	} else {
		s.r.figures.batches.Add(1)
	}
	k, data := c.part.encode()
	if err := s.append(c.of.file, k, data); err != nil {
		s.finish(c.of)
		return err
	}
	if c.part.Image != nil {
		s.r.told.Store(false)
		s.sweep(c.part.At)
	}
	return nil
}

// begin begins a segment.
func (s *shelf) begin(of *Stream, at time.Time) error {
	s.finish(of)
	dir := filepath.Join(s.r.cfg.Dir, systemsDir, folderOf(of.meta.System))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	g := &segment{path: filepath.Join(dir, at.UTC().Format(stampLayout)+suffix), of: folderOf(of.meta.System), began: at.UTC()}
	f, err := s.r.create(g.path)
	if err != nil {
		return err
	}
	g.file, of.file = f, g
	s.segments = append(s.segments, g)
	if err := s.put(g, head()); err != nil {
		s.finish(of)
		return err
	}
	of.meta.Map = s.r.mapHash
	if of.meta.Place == "" && s.r.cfg.Place != nil {
		of.meta.Place = s.r.cfg.Place(of.meta.System)
	}
	return s.append(g, kindMeta, of.meta.encode())
}

// append writes a frame behind a segment.
func (s *shelf) append(g *segment, k kind, data []byte) error {
	if g == nil || g.file == nil {
		return errTorn
	}
	s.r.figures.raw.Add(int64(len(data)))
	s.buf = appendFrame(s.buf[:0], k, data)
	err := s.put(g, s.buf)
	if cap(s.buf) > 1<<20 {
		s.buf = nil // of an image: not worth keeping
	}
	return err
}

func (s *shelf) put(g *segment, b []byte) error {
	n, err := g.file.Write(b)
	g.size += int64(n)
	s.r.figures.bytes.Add(int64(n))
	s.r.figures.onDisk.Add(int64(n))
	return err
}

// finish closes a stream's segment.
func (s *shelf) finish(of *Stream) {
	if g := of.file; g != nil && g.file != nil {
		_ = g.file.Close() // what is not there by now is not there
		g.file = nil
	}
	of.file = nil
}

// tear ends a segment behind which something is missing: a system must not be brought back
// from it.
func (s *shelf) tear(of *Stream) {
	g := of.file
	if g == nil {
		return
	}
	if s.append(g, kindEnd, nil) != nil { // on a full disk the name can still say it
		to := strings.TrimSuffix(g.path, suffix) + ended + suffix
		if os.Rename(g.path, to) == nil {
			g.path = to
		} else {
			_ = os.Remove(g.path)
		}
	}
	s.finish(of)
}

func (s *shelf) close() {
	for _, g := range s.segments {
		if g.file != nil {
			_ = g.file.Close()
		}
	}
}

// sweepEvery is how often old segments are looked for, beside the limit of size.
const sweepEvery = 10 * time.Second

// sweep removes what is older than one wants to go back, and what is too much. The last
// segment of a system stays, as long as there is room: it may be what brings it back.
func (s *shelf) sweep(now time.Time) {
	if now.Sub(s.swept) < sweepEvery && s.r.figures.onDisk.Load() <= s.r.cfg.Limit {
		return
	}
	s.swept = now
	next := map[string]time.Time{} // when the one after it began, by system
	old := map[*segment]bool{}
	for _, g := range slices.Backward(s.segments) {
		if after, ok := next[g.of]; ok && now.Sub(after) > s.r.cfg.Keep {
			old[g] = true
		}
		next[g.of] = g.began
	}
	s.segments = slices.DeleteFunc(s.segments, func(g *segment) bool { return g.file == nil && old[g] && s.remove(g) })
	s.shrink(func(g *segment) bool { return !s.last(g) })
	s.shrink(func(*segment) bool { return true })
	s.sweepReleases(now)
	s.count()
}

// last says whether a segment is the newest of its system.
func (s *shelf) last(g *segment) bool {
	for _, o := range slices.Backward(s.segments) {
		if o.of == g.of {
			return o == g
		}
	}
	return false
}

// shrink removes the oldest of those that may go until the rest fits.
func (s *shelf) shrink(may func(*segment) bool) {
	total := int64(0)
	for _, g := range s.segments {
		total += g.size
	}
	s.segments = slices.DeleteFunc(s.segments, func(g *segment) bool {
		if total <= s.r.cfg.Limit || g.file != nil || !may(g) || !s.remove(g) {
			return false
		}
		total -= g.size
		return true
	})
}

func (s *shelf) remove(g *segment) bool {
	err := os.Remove(g.path)
	_ = os.Remove(filepath.Dir(g.path)) // where it was the last
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

func (s *shelf) count() {
	total := int64(0)
	for _, g := range s.segments {
		total += g.size
	}
	s.r.figures.onDisk.Store(total)
}

// keepMap writes the map.
func (s *shelf) keepMap() {
	data, err := s.r.cfg.Map()
	if err == nil {
		sum := sha256.Sum256(data)
		s.r.mapHash = hex.EncodeToString(sum[:8])
		err = s.keepOnce(filepath.Join(s.r.cfg.Dir, mapsDir, s.r.mapHash+suffix), kindMap, func() []byte { return data })
	}
	if err != nil {
		s.r.log.Warn(CodeDropped+": the map could not be written beside the recordings", "error", err)
	}
}

func (s *shelf) keepRelease(r *code.Release) error {
	return s.keepOnce(releasePath(s.r.cfg.Dir, Release{r.Number, r.Hash}), kindRelease, func() []byte { return encodeRelease(r) })
}

func releasePath(dir string, r Release) string {
	return filepath.Join(dir, releasesDir, r.String()+suffix)
}

// keepOnce writes a file of one frame unless it is there. One that is gets the time, so that
// it counts as used.
func (s *shelf) keepOnce(path string, k kind, data func() []byte) error {
	now := s.r.cfg.Clock.Now()
	if os.Chtimes(path, now, now) == nil {
		return nil
	}
	part := path + ".part"
	_ = os.Remove(part) // of a run that was cut short
	f, err := s.r.create(part)
	if err != nil {
		return err
	}
	_, err = f.Write(appendFrame(head(), k, data()))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// sweepReleases removes releases that no segment can name any more.
func (s *shelf) sweepReleases(now time.Time) {
	oldest := now
	if len(s.segments) > 0 {
		oldest = s.segments[0].began
	}
	all, _ := filepath.Glob(filepath.Join(s.r.cfg.Dir, releasesDir, "*"+suffix)) // the pattern is ours
	for _, path := range all {
		if info, err := os.Stat(path); err == nil && info.ModTime().Before(oldest.Add(-time.Minute)) {
			_ = os.Remove(path)
		}
	}
}
