package code

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"slices"
	"sort"
	"strings"
	"sync"
)

// File is one script at one content. It is immutable and compiled at most once,
// however many States run it and however many Releases carry it.
type File struct {
	Path   string // relative to the script root, with slashes: "lib/ship.lua"
	Source []byte
	Hash   string // 12 hex digits of the SHA-256 of Source

	once sync.Once
	unit *Unit
	err  *Refusal
}

// NewFile wraps a script's bytes.
func NewFile(path string, source []byte) *File {
	sum := sha256.Sum256(source)
	return &File{Path: path, Source: source, Hash: hex.EncodeToString(sum[:6])}
}

// Module is the name under which require finds the file: "lib.ship".
func (f *File) Module() string { return ModuleName(f.Path) }

// ModuleName turns a path below the script root into a module name.
func ModuleName(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(path, ".lua"), "/", ".")
}

// ModulePath turns a module name into the path require looks for.
func ModulePath(module string) string { return strings.ReplaceAll(module, ".", "/") + ".lua" }

// Unit parses and compiles the file once; later calls return the same result.
func (f *File) Unit() (*Unit, *Refusal) {
	f.once.Do(func() {
		f.unit, f.err = Compile(f.Path, f.Hash, f.Source)
	})
	return f.unit, f.err
}

// Check compiles the file and returns what is wrong with it, or nil.
func (f *File) Check() error {
	if _, err := f.Unit(); err != nil {
		return err
	}
	return nil
}

// Release is a whole, immutable set of scripts with a number.
type Release struct {
	Number int
	Hash   string // over all paths and contents
	Files  map[string]*File

	Patched []string // the functions whose code is an operator's and not the files'
}

// NewRelease makes a Release of the given sources.
func NewRelease(number int, sources map[string][]byte) *Release {
	files := make(map[string]*File, len(sources))
	for path, src := range sources {
		files[path] = NewFile(path, src)
	}
	return newRelease(number, files)
}

func newRelease(number int, files map[string]*File) *Release {
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	h := sha256.New()
	for _, p := range paths {
		h.Write([]byte(p + "\x00" + files[p].Hash + "\n"))
	}
	return &Release{Number: number, Hash: hex.EncodeToString(h.Sum(nil)[:6]), Files: files}
}

// With returns the Release that follows from changing some files; nil source
// removes one. Unchanged files are shared, with their compiled form.
func (r *Release) With(number int, changed map[string][]byte) *Release {
	files := make(map[string]*File, len(r.Files)+len(changed))
	for p, f := range r.Files {
		files[p] = f
	}
	for p, src := range changed {
		if src == nil {
			delete(files, p)
		} else if old := files[p]; old == nil || !bytes.Equal(old.Source, src) {
			files[p] = NewFile(p, src)
		}
	}
	return newRelease(number, files)
}

// Needed says whether the top level of another file requires the file at a path: who
// loads that one loads this one. Files that do not compile require nothing, and tests
// are loaded by nobody.
func (r *Release) Needed(path string) bool {
	for other, f := range r.Files {
		if IsTest(other) {
			continue
		}
		if u, err := f.Unit(); other != path && err == nil && slices.Contains(u.needs, ModuleName(path)) {
			return true
		}
	}
	return false
}

// Numbered returns the same files under another number.
func (r *Release) Numbered(number int) *Release {
	return &Release{Number: number, Hash: r.Hash, Files: r.Files, Patched: r.Patched}
}

// Changed lists the paths whose content differs between two releases, sorted.
func (r *Release) Changed(to *Release) []string {
	var out []string
	for p, f := range to.Files {
		if old := r.Files[p]; old == nil || old.Hash != f.Hash {
			out = append(out, p)
		}
	}
	for p := range r.Files {
		if to.Files[p] == nil {
			out = append(out, p)
		}
	}
	sort.Strings(out)
	return out
}

// Seed is a number that goes with a name: a seed that is the same at every run.
func Seed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
