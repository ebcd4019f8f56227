package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/world"
)

// Kept is a recording that somebody keeps: a file with all that it takes to run it.
type Kept struct {
	Name string
	Path string
	Meta Meta
	Span Span
}

// keptPath is where a recording is kept under a name.
func keptPath(dir, name string) (string, error) {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("%q cannot be a recording's name: a word like fight-at-the-gate", name)
	}
	return filepath.Join(dir, keptDir, strings.TrimSuffix(name, suffix)+suffix), nil
}

// Keep writes what is recorded of a system since a time into a file that needs nothing
// beside it, under a name. One of that name is not written over.
func Keep(dir string, a world.Address, since time.Time, name, note string) (Kept, error) {
	path, err := keptPath(dir, name)
	if err != nil {
		return Kept{}, err
	}
	if _, err := os.Stat(path); err == nil {
		return Kept{}, fmt.Errorf("there is a recording called %s: drop it first, or take another name", name)
	}
	rec, err := Open(dir, a)
	if err != nil {
		return Kept{}, err
	}
	if rec.World() == nil {
		return Kept{}, fmt.Errorf("the map is not beside the recordings in %s", dir)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Kept{}, err
	}
	rec.Meta.Note = note
	if err := rec.write(path+".part", since); err != nil {
		return Kept{}, errors.Join(err, os.Remove(path+".part"))
	}
	if err := os.Rename(path+".part", path); err != nil {
		return Kept{}, err
	}
	return show(path)
}

// write writes a recording as one file.
func (rec *Recording) write(path string, since time.Time) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	w := &keeper{f: f, releases: map[string]bool{}}
	w.raw(head())
	meta := rec.Meta
	meta.Whole = true
	w.frame(kindMeta, meta.encode())
	w.frame(kindMap, rec.World())
	images := 0
	for p, err := range rec.Parts(since) {
		if err != nil {
			return errors.Join(err, f.Close())
		}
		if p.Image != nil {
			images++
		}
		w.keep(rec, p)
	}
	if images == 0 {
		w.err = errors.Join(w.err, errors.New("nothing is recorded that could be kept"))
	}
	w.frame(kindEnd, nil)
	return errors.Join(w.err, f.Close())
}

// keeper writes frames until one cannot be written.
type keeper struct {
	f        *os.File
	releases map[string]bool
	err      error
}

func (w *keeper) raw(b []byte) {
	if w.err == nil {
		_, w.err = w.f.Write(b)
	}
}

func (w *keeper) frame(k kind, data []byte) { w.raw(appendFrame(nil, k, data)) }

// keep writes a part, behind the releases that it names.
func (w *keeper) keep(rec *Recording, p Part) {
	for _, n := range p.Releases {
		if w.releases[n.String()] {
			continue
		}
		r, err := rec.Release(n.Number, n.Hash)
		if err != nil {
			w.err = errors.Join(w.err, err)
			return
		}
		w.releases[n.String()] = true
		w.frame(kindRelease, encodeRelease(r))
	}
	k, data := p.encode()
	w.frame(k, data)
}

func show(path string) (Kept, error) {
	rec, err := OpenFile(path)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Name: strings.TrimSuffix(filepath.Base(path), suffix), Path: path, Meta: rec.Meta}
	k.Span, err = rec.Span()
	return k, err
}

// Show reads what a kept recording is.
func Show(dir, name string) (Kept, error) {
	path, err := keptPath(dir, name)
	if err != nil {
		return Kept{}, err
	}
	k, err := show(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, fmt.Errorf("there is no recording called %s; record list shows those that there are", name)
	}
	return k, err
}

// List lists the kept recordings by name. One that cannot be read has only that.
func List(dir string) ([]Kept, error) {
	paths, err := filepath.Glob(filepath.Join(dir, keptDir, "*"+suffix))
	var out []Kept
	for _, path := range slices.Sorted(slices.Values(paths)) {
		k, err := show(path)
		if err != nil {
			k = Kept{Name: strings.TrimSuffix(filepath.Base(path), suffix), Path: path}
		}
		out = append(out, k)
	}
	return out, err
}

// Drop removes a kept recording.
func Drop(dir, name string) error {
	path, err := keptPath(dir, name)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no recording called %s; record list shows those that there are", name)
	}
	return err
}
