package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Meta is what a recording says of the system that it is of: all that it takes, beside map
// and scripts, to run it again.
type Meta struct {
	System      world.Address `json:"system"`
	Module      string        `json:"module,omitempty"` // of a service
	Seed        uint64        `json:"seed"`
	Hz          float64       `json:"hz"`
	CohortsFrom int           `json:"cohorts_from"`
	Near        int           `json:"near"`
	Limits      system.Limits `json:"limits"`
	MostHeld    int64         `json:"most_held,omitempty"` // bytes of Lua values; 0: script.MostHeld
	Map         string        `json:"map"`                 // its hash
	Place       string        `json:"place,omitempty"`     // the sum of what the map has of the system
	Shard       string        `json:"shard"`
	Run         string        `json:"run"`     // of the shard
	Version     string        `json:"version"` // of the program
	Machine     string        `json:"machine"` // that it ran on: "linux/amd64"
	Note        string        `json:"note,omitempty"`
	Whole       bool          `json:"whole,omitempty"` // a file that ends with a frame that says so
}

func (m *Meta) encode() []byte {
	m.Machine = runtime.GOOS + "/" + runtime.GOARCH
	data, _ := json.Marshal(m) // plain fields: it has no error
	return data
}

func decodeMeta(data []byte) (m Meta, err error) {
	if err = json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("a recording that does not say of what: %w", err)
	}
	if m.System == "" {
		return m, fmt.Errorf("a recording that does not say of which system")
	}
	return m, nil
}

// Part is a piece of a recording: an image, or what went in since the part before.
type Part struct {
	At       time.Time  // of an image; of inputs: the last step
	Tick     world.Tick // the same
	Releases []Release  // an image: the one that it was made on; inputs: those that they name
	Follows  bool       // an image: nothing is missing between it and the part before
	Image    []byte     // nil for inputs
	Inputs   []byte
}

// Release names a release.
type Release struct {
	Number int    `json:"release"`
	Hash   string `json:"hash"`
}

// String is under which name it is found.
func (r Release) String() string { return fmt.Sprintf("%d-%s", r.Number, r.Hash) }

func named(releases ...*code.Release) []Release {
	out := make([]Release, len(releases))
	for i, r := range releases {
		out[i] = Release{r.Number, r.Hash}
	}
	return out
}

func (p *Part) encode() (kind, []byte) {
	w := image.NewPlain()
	w.Int(p.At.UnixNano())
	w.Uint(uint64(p.Tick))
	w.Count(len(p.Releases))
	for _, r := range p.Releases {
		w.Count(r.Number)
		w.Text(r.Hash)
	}
	if p.Image == nil {
		w.Raw(p.Inputs)
		return kindInputs, w.Bytes()
	}
	w.Bool(p.Follows)
	w.Raw(p.Image)
	return kindImage, w.Bytes()
}

func decodePart(k kind, data []byte) (p Part, err error) {
	r := image.NewPlainReader(data)
	p.At, p.Tick = time.Unix(0, r.Int()), world.Tick(r.Uint())
	for range r.Count() {
		p.Releases = append(p.Releases, Release{r.Small(1<<31 - 1), r.Text()})
	}
	if k == kindInputs {
		p.Inputs = r.Raw()
		return p, r.Err()
	}
	p.Follows, p.Image = r.Bool(), r.Raw()
	if len(p.Releases) != 1 || len(p.Image) == 0 {
		r.Fail("an image without a release")
	}
	return p, r.Err()
}

// encodeRelease writes a release.
func encodeRelease(r *code.Release) []byte {
	w := image.NewPlain()
	w.Count(r.Number)
	w.Text(r.Hash)
	w.Count(len(r.Files))
	for _, path := range slices.Sorted(maps.Keys(r.Files)) {
		w.Text(path)
		w.Raw(r.Files[path].Source)
	}
	w.Count(len(r.Patched))
	for _, name := range r.Patched {
		w.Text(name)
	}
	return w.Bytes()
}

// decodeRelease reads a release. Files that near, which may be nil, has too are shared with it.
func decodeRelease(data []byte, near *code.Release) (*code.Release, error) {
	r := image.NewPlainReader(data)
	number, hash := r.Small(1<<31-1), r.Text()
	files := map[string][]byte{}
	for range r.Count() {
		path := r.Text()
		files[path] = r.Raw()
	}
	var patched []string
	for range r.Count() {
		patched = append(patched, r.Text())
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	if near == nil {
		near = code.NewRelease(0, nil)
	}
	for path := range near.Files {
		if _, ok := files[path]; !ok {
			files[path] = nil
		}
	}
	release := near.With(number, files)
	if release.Patched = patched; release.Hash != hash {
		return nil, fmt.Errorf("the scripts of release %d are not those that were recorded", number)
	}
	return release, nil
}
