package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/world"
)

// images is the folder in which systems lie while the shard is down, a file each: a line
// that says what it is, and the image. Beside them are releases that the store lacks.
type images struct{ dir string }

const (
	imageEnding   = ".img"
	releaseEnding = ".release"
	asideDir      = "aside" // of those that could not be used,
	keptAside     = 3       // at so many starts
)

// imageHead is the first line of an image's file.
type imageHead struct {
	Shard   string        `json:"shard"`
	Map     string        `json:"map"`  // the sum of what the map has of the system
	Stop    string        `json:"stop"` // which stop of the shard it was made at
	At      time.Time     `json:"at"`
	System  world.Address `json:"system"`
	Release int           `json:"release"`
	Hash    string        `json:"hash"`         // of the release
	Due     time.Time     `json:"due,omitzero"` // when a system that rests has to be back
}

// maxHead bounds the first line.
const maxHead = 4096

// path is where the image of a system lies.
func (v images) path(a world.Address) string {
	return filepath.Join(v.dir, url.PathEscape(string(a))+imageEnding)
}

// write puts an image on the disk: all of it, or an error and nothing.
func (v images) write(h imageHead, image []byte) error {
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return writeWhole(v.path(h.System), append(head, '\n'), image)
}

// writeWhole writes a file so that it is there with all its bytes or not at all, also
// after a power cut, once its folder has been synced.
func writeWhole(path string, parts ...[]byte) (err error) {
	temporary := path + ".tmp"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, b := range parts {
		if err == nil {
			_, err = f.Write(b)
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary) // the error is told; what is left is no image
	}
	return err
}

// sync makes sure of the names in the folder.
func (v images) sync() error {
	d, err := os.Open(v.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// list names the files of images; what a stop has left half written is removed.
func (v images) list() ([]string, error) {
	entries, err := os.ReadDir(v.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		switch path := filepath.Join(v.dir, e.Name()); filepath.Ext(e.Name()) {
		case imageEnding:
			out = append(out, path)
		case ".tmp":
			_ = os.Remove(path) // it is in nobody's way
		}
	}
	return out, nil
}

// read reads a file that write has written. The image itself is checked by whoever thaws it.
func (v images) read(path string) (h imageHead, image []byte, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return h, nil, err
	}
	head, image, found := bytes.Cut(data[:min(len(data), maxHead)], []byte("\n"))
	if !found || json.Unmarshal(head, &h) != nil {
		return h, nil, errors.New("its first line does not say what it is")
	}
	if h.System == "" || v.path(h.System) != path {
		return h, nil, fmt.Errorf("it is the image of %q", h.System)
	}
	return h, data[len(data[:min(len(data), maxHead)])-len(image):], nil
}

// remove deletes what has been used.
func (v images) remove(paths []string) error {
	releases, _ := filepath.Glob(filepath.Join(v.dir, "*"+releaseEnding))
	var errs []error
	for _, path := range append(releases, paths...) {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// setAside moves files that could not be used out of the way, for whoever wants to look,
// and says where they are. Those of earlier starts make room.
func (v images) setAside(at time.Time, paths []string) (string, error) {
	all := filepath.Join(v.dir, asideDir)
	dir := filepath.Join(all, at.UTC().Format("20060102-150405.000"))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return dir, err
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, os.Rename(path, filepath.Join(dir, filepath.Base(path))))
	}
	old, err := os.ReadDir(all)
	errs = append(errs, err)
	for len(old) > keptAside {
		errs = append(errs, os.RemoveAll(filepath.Join(all, old[0].Name())))
		old = old[1:]
	}
	return dir, errors.Join(errs...)
}

// keptRelease is a release that the store does not have as systems ran it, such as that of
// several canaries at once.
type keptRelease struct {
	Number int               `json:"number"`
	Files  map[string][]byte `json:"files"`
}

func (v images) releasePath(hash string) string {
	return filepath.Join(v.dir, url.PathEscape(hash)+releaseEnding)
}

func (v images) writeRelease(hash string, r keptRelease) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return writeWhole(v.releasePath(hash), data)
}

func (v images) readRelease(hash string) (r keptRelease, err error) {
	data, err := os.ReadFile(v.releasePath(hash))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(data, &r)
}

// names are files without their folder and ending, for a notice: a few of them.
func imageNames(paths []string) string {
	const few = 3
	var out []string
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), imageEnding)
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		out = append(out, bare(name))
	}
	slices.Sort(out)
	if len(out) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(out[:few], ", "), len(out)-few)
	}
	return strings.Join(out, ", ")
}

// mapSum is what a place on the map can be recognized by: the map, and the system, or the
// map alone for a service.
func mapSum(u *world.Universe, a world.Address) (string, error) {
	data, err := json.Marshal(struct {
		Name    string
		Seed    uint64
		Systems int
		System  *world.SolarSystem
	}{u.Name, u.Seed, len(u.Systems), u.ByName(bare(string(a)))})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), err
}
