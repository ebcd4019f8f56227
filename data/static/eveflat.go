package static

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"hotshard/runtime/world"
)

// The files of the flat export (since September 2025) that make up the map: a JSON
// object a line, with the id as _key.
const (
	flatRegions        = "mapRegions.jsonl"
	flatConstellations = "mapConstellations.jsonl"
	flatSystems        = "mapSolarSystems.jsonl"
	flatGates          = "mapStargates.jsonl"
	flatStars          = "mapStars.jsonl"
	flatPlanets        = "mapPlanets.jsonl"
	flatMoons          = "mapMoons.jsonl"
	flatBelts          = "mapAsteroidBelts.jsonl"
	flatStations       = "npcStations.jsonl"
	flatCorporations   = "npcCorporations.jsonl"   // for the names of stations
	flatOperations     = "stationOperations.jsonl" // the same
)

// flatOptional are the files without which there is a map all the same.
var flatOptional = []string{flatStars, flatPlanets, flatMoons, flatBelts, flatStations, flatCorporations, flatOperations}

// Why things of the flat export are left out.
const (
	whyNoFile  = "the file is not there"
	whyNotMap  = "files that are not of the map"
	whyNowhere = "named by what belongs to it, and in no file of the export"
)

// openFlat returns the folder, or the inside of the zip, in which the flat export is;
// nil where there is none. close gives it back.
func openFlat(at string) (files fs.FS, root string, close func() error, err error) {
	none := func() error { return nil }
	s, err := os.Stat(at)
	if err != nil {
		return nil, "", none, fmt.Errorf("import EVE: %w", err)
	}
	if !s.IsDir() {
		z, err := zip.OpenReader(at)
		if err != nil {
			return nil, "", none, &ExportError{File: at, What: fmt.Sprintf("neither a folder nor a zip (%v)", err), Mend: mendFlat}
		}
		if dir, ok := flatFolder(z); ok {
			sub, err := fs.Sub(z, dir)
			return sub, filepath.Join(at, dir), z.Close, err
		}
		return nil, "", none, errors.Join(&ExportError{File: at, What: "there is no " + flatSystems + " in it", Mend: mendFlat}, z.Close())
	}
	if dir, ok := flatFolder(os.DirFS(at)); ok {
		return os.DirFS(filepath.Join(at, dir)), filepath.Join(at, dir), none, nil
	}
	return nil, "", none, nil
}

// flatFolder finds the folder with any of the map's files: the named one, or one
// directly in it.
func flatFolder(files fs.FS) (string, bool) {
	dirs := []string{"."}
	entries, _ := fs.ReadDir(files, ".") // what cannot be read has no file in it either
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, e.Name())
		}
	}
	for _, dir := range dirs {
		for _, name := range []string{flatSystems, flatGates, flatConstellations, flatRegions} {
			if _, err := fs.Stat(files, path.Join(dir, name)); err == nil {
				return dir, true
			}
		}
	}
	return "", false
}

// flatBody is a line of one of the files, as far as the map needs it.
type flatBody struct {
	id, system, orbit  uint32
	region, cluster    uint32 // of a system: cluster is the constellation
	destGate, destHere uint32 // of a gate: the other end, and the system that it says that is in
	owner, operation   uint32 // of a station
	index              int    // around its orbit; of a planet around the star
	line               int
	name               string
	useOperation       bool
	pos                world.Vec3
	radius, security   float64
	placed, secured    bool
	sized              bool
	names              []uint32 // things it lists
}

// flat is the export while it is read. What is read of a line goes straight to where
// it belongs, so that only the map itself is held.
type flat struct {
	root    string
	leftOut tally
	seen    map[uint32]where // by id
	names   map[uint32]string
	listed  map[string]map[uint32]bool // what was named before its file is read, by file

	tree    eveTree
	at      map[uint32]int      // regions and constellations: index into tree.places
	systems map[uint32]int      // index into tree.folders
	bodies  map[uint32]bodyRef  // stars, planets and moons, for what goes round them
	owners  map[uint32]string   // corporations
	tasks   map[uint32]string   // operations of stations
	ends    map[uint32]flatBody // gates
	missing map[string]bool     // files that are not there
}

// where is a line of a file.
type where struct {
	file string
	line int
}

// bodyRef finds a moon of a planet, with moon -1 the planet itself, with both the star:
// pointers would not stay good.
type bodyRef struct{ system, planet, moon int }

// importFlat reads the flat export. Its lines may come in any order.
func importFlat(files fs.FS, root string) (*world.Universe, Report, error) {
	f := &flat{root: root, seen: map[uint32]where{}, names: map[uint32]string{}, listed: map[string]map[uint32]bool{}, at: map[uint32]int{}, systems: map[uint32]int{},
		bodies: map[uint32]bodyRef{}, owners: map[uint32]string{}, tasks: map[uint32]string{}, ends: map[uint32]flatBody{}, missing: map[string]bool{}}
	f.tree.root = root
	if err := f.read(files); err != nil {
		return nil, Report{}, err
	}
	f.finish(files)
	return f.tree.build(f.names)
}

// read reads the files in an order in which everything comes behind what it belongs to.
func (f *flat) read(files fs.FS) error {
	for _, step := range []struct {
		file string
		take func(*flatLine, *flatBody)
	}{
		{flatRegions, f.region}, {flatConstellations, f.constellation}, {flatSystems, f.system}, {flatStars, f.star}, {flatPlanets, f.planet},
		{flatMoons, f.moon}, {flatBelts, f.belt}, {flatCorporations, f.corporation}, {flatOperations, f.operation}, {flatStations, f.station},
		{flatGates, f.gate},
	} {
		if err := f.readFile(files, step.file, step.take); err != nil {
			return err
		}
		f.sort(step.file)
	}
	return f.gates()
}

func (f *flat) readFile(files fs.FS, name string, take func(*flatLine, *flatBody)) error {
	file := filepath.Join(f.root, name)
	in, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		if slices.Contains(flatOptional, name) {
			f.missing[name] = true
			f.leftOut.add(name, whyNoFile, 1)
			return nil
		}
		return &ExportError{File: file, What: "the file is missing", Mend: mendFlat}
	}
	if err != nil {
		return fmt.Errorf("import EVE: %w", err)
	}
	defer in.Close()
	return f.lines(file, in, func(l *flatLine) {
		l.namesOnly = name == flatCorporations || name == flatOperations
		b := l.body()
		if l.err == nil {
			take(l, &b)
		}
	})
}

// unique takes an id that nothing else may have.
func (f *flat) unique(l *flatLine, b *flatBody) bool {
	if other, twice := f.seen[b.id]; twice {
		l.fail("the id %d is already taken in %s:%d", b.id, other.file, other.line)
		return false
	}
	f.seen[b.id] = where{filepath.Base(l.file), b.line}
	delete(f.listed[filepath.Base(l.file)], b.id)
	return true
}

// list notes what a line names, until it is seen.
func (f *flat) list(file string, ids []uint32) {
	if f.listed[file] == nil {
		f.listed[file] = map[uint32]bool{}
	}
	for _, id := range ids {
		if _, there := f.seen[id]; !there {
			f.listed[file][id] = true
		}
	}
}

func (f *flat) region(l *flatLine, b *flatBody)        { f.place(l, b) }
func (f *flat) constellation(l *flatLine, b *flatBody) { f.place(l, b) }

func (f *flat) place(l *flatLine, b *flatBody) {
	if l.needName(b) && f.unique(l, b) {
		f.at[b.id] = len(f.tree.places)
		f.tree.places = append(f.tree.places, place{folder: b.name, id: b.id})
		f.names[b.id] = b.name
	}
}

func (f *flat) system(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	l.need("securityStatus", b.secured)
	if !l.needName(b) {
		return
	}
	if b.security < -1 || b.security > 1 {
		l.fail("securityStatus is %g, not from -1 to 1", b.security)
	}
	region, known := f.at[b.region]
	cluster, known2 := f.at[b.cluster]
	switch {
	case !known:
		l.fail("system %d is in region %d, which is not in %s", b.id, b.region, flatRegions)
	case !known2:
		l.fail("system %d is in constellation %d, which is not in %s", b.id, b.cluster, flatConstellations)
	case f.unique(l, b):
		f.systems[b.id] = len(f.tree.folders)
		f.names[b.id] = b.name
		f.tree.folders = append(f.tree.folders, folder{file: l.file, name: b.name, region: region, constellation: cluster,
			system: eveSystem{id: world.SystemID(b.id), centre: b.pos, security: b.security}})
	}
}

// home is the system that a thing says it is in.
func (f *flat) home(l *flatLine, b *flatBody) (int, bool) {
	i, known := f.systems[b.system]
	if !known {
		l.fail("%d is in system %d, which is not in %s", b.id, b.system, flatSystems)
		return 0, false
	}
	return i, f.unique(l, b)
}

func (f *flat) star(l *flatLine, b *flatBody) {
	l.needRadius(b)
	if i, ok := f.home(l, b); ok {
		s := &f.tree.folders[i].system
		if s.star.id != 0 {
			l.fail("system %d has two stars, %d and %d", b.system, s.star.id, b.id)
			return
		}
		s.star = f.body(b)
		f.bodies[b.id] = bodyRef{i, -1, -1}
	}
}

// body is the line's as the rest of the importer knows it.
func (f *flat) body(b *flatBody) eveBody {
	if b.name != "" {
		f.names[b.id] = b.name
	}
	return eveBody{id: world.EntityID(b.id), line: b.line, index: b.index, pos: b.pos, radius: b.radius}
}

func (f *flat) planet(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	l.needRadius(b)
	l.need("celestialIndex", b.index > 0)
	if i, ok := f.home(l, b); ok {
		s := &f.tree.folders[i].system
		s.planets = append(s.planets, f.body(b))
	}
}

// around finds what a thing goes round: a planet or, where anything will do, a moon or
// the star.
func (f *flat) around(l *flatLine, b *flatBody, anything bool) (bodyRef, bool) {
	ref, known := f.bodies[b.orbit]
	if known && !anything {
		known = ref.planet >= 0 && ref.moon < 0
	}
	if !known {
		from := flatPlanets
		if anything {
			from += ", " + flatMoons + " or " + flatStars
		}
		var gone []string
		for _, name := range []string{flatPlanets, flatMoons, flatStars} {
			if f.missing[name] && strings.Contains(from, name) {
				gone = append(gone, name+" is missing")
			}
		}
		l.fail("%d goes round %d, which is not in %s%s", b.id, b.orbit, from, strings.Join(append([]string{""}, gone...), "; "))
		return ref, false
	}
	if i, ok := f.home(l, b); !ok || i != ref.system {
		l.fail("%d is in system %d, and %d, which it goes round, in another", b.id, b.system, b.orbit)
		return ref, false
	}
	return ref, true
}

func (f *flat) moon(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	l.needRadius(b)
	if ref, ok := f.around(l, b, false); ok {
		p := f.parent(ref)
		p.moons = append(p.moons, f.body(b))
	}
}

func (f *flat) belt(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	if ref, ok := f.around(l, b, false); ok {
		p := f.parent(ref)
		p.belts = append(p.belts, f.body(b))
	}
}

func (f *flat) station(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	if ref, ok := f.around(l, b, true); ok {
		station := f.body(b)
		station.suffix = f.owners[b.owner]
		if station.suffix != "" && b.useOperation && f.tasks[b.operation] != "" {
			station.suffix += " " + f.tasks[b.operation]
		}
		p := f.parent(ref)
		p.stations = append(p.stations, station)
	}
}

func (f *flat) parent(ref bodyRef) *eveBody {
	s := &f.tree.folders[ref.system].system
	if ref.planet < 0 {
		return &s.star
	}
	p := &s.planets[ref.planet]
	if ref.moon >= 0 {
		return &p.moons[ref.moon]
	}
	return p
}

func (f *flat) corporation(_ *flatLine, b *flatBody) { f.owners[b.id] = b.name }
func (f *flat) operation(_ *flatLine, b *flatBody)   { f.tasks[b.id] = b.name }

func (f *flat) gate(l *flatLine, b *flatBody) {
	l.need("position", b.placed)
	l.need("destination", b.destGate != 0)
	if i, ok := f.home(l, b); ok {
		s := &f.tree.folders[i].system
		s.gates = append(s.gates, eveGate{id: world.EntityID(b.id), line: b.line, dest: world.EntityID(b.destGate), pos: b.pos})
		f.ends[b.id] = flatBody{system: b.system, destGate: b.destGate, destHere: b.destHere, line: b.line}
	}
}

// gates makes sure that each gate leads to one that is where it says.
func (f *flat) gates() error {
	ids := make([]uint32, 0, len(f.ends))
	for id := range f.ends {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uint32) int { return cmp.Compare(f.ends[a].line, f.ends[b].line) })
	for _, id := range ids {
		g := f.ends[id]
		what := ""
		switch dest, known := f.ends[g.destGate]; {
		case !known:
			what = fmt.Sprintf("gate %d leads to gate %d, which is in no system of the export", id, g.destGate)
		case g.destHere != 0 && g.destHere != dest.system:
			what = fmt.Sprintf("gate %d leads to system %d, and the gate there, %d, is in %d", id, g.destHere, g.destGate, dest.system)
		default:
			continue
		}
		return &ExportError{File: filepath.Join(f.root, flatGates), Line: g.line, What: what, Mend: mendFlat}
	}
	return nil
}

// sort puts what a file has brought into the order in which the game numbers it, and
// lets what goes round it be found.
func (f *flat) sort(file string) {
	inOrder := func(a, b eveBody) int { return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.id, b.id)) }
	for i := range f.tree.folders {
		s := &f.tree.folders[i].system
		switch file {
		case flatPlanets:
			slices.SortFunc(s.planets, inOrder)
			for p := range s.planets {
				f.bodies[uint32(s.planets[p].id)] = bodyRef{i, p, -1}
			}
		case flatMoons:
			for p := range s.planets {
				slices.SortFunc(s.planets[p].moons, inOrder)
				for m := range s.planets[p].moons {
					f.bodies[uint32(s.planets[p].moons[m].id)] = bodyRef{i, p, m}
				}
			}
		case flatBelts:
			for p := range s.planets {
				slices.SortFunc(s.planets[p].belts, inOrder)
			}
		case flatStations:
			slices.SortFunc(s.star.stations, inOrder)
			for p := range s.planets {
				slices.SortFunc(s.planets[p].stations, inOrder)
				for m := range s.planets[p].moons {
					slices.SortFunc(s.planets[p].moons[m].stations, inOrder)
				}
			}
		case flatGates:
			slices.SortFunc(s.gates, func(a, b eveGate) int { return cmp.Compare(a.id, b.id) })
		}
	}
}

// finish counts what is left, and which groups of systems there are.
func (f *flat) finish(files fs.FS) {
	for file, ids := range f.listed {
		if len(ids) > 0 {
			f.leftOut.add("things of "+file, whyNowhere, len(ids))
		}
	}
	entries, _ := fs.ReadDir(files, ".")
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".jsonl") && !flatKnown(name) {
			f.leftOut.add(".jsonl", whyNotMap, 1)
		}
	}
	f.tree.leftOut = f.leftOut
	f.tree.groups = flatGroups(&f.tree)
}

func flatKnown(name string) bool {
	return slices.Contains(flatOptional, name) || name == flatRegions || name == flatConstellations || name == flatSystems || name == flatGates
}

// flatGroups counts systems by the kind of space that the ids of regions tell.
func flatGroups(t *eveTree) []Group {
	count := map[string]int{}
	for i := range t.folders {
		count[spaceOf(t.places[t.folders[i].region].id)]++
	}
	var groups []Group
	for name, n := range count {
		groups = append(groups, Group{Name: name, Systems: n})
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}

// spaceOf is the kind of space of a region: the millions of its id say which.
func spaceOf(region uint32) string {
	switch region / 1_000_000 {
	case 10:
		return "eve"
	case 11:
		return "wormhole"
	case 12:
		return "abyssal"
	case 14:
		return "void"
	}
	return "others"
}
