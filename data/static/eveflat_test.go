package static

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"hotshard/runtime/world"
)

// flatFixture is a small export in the flat layout; all in it is made up.
const flatFixture = "testdata/eveflat"

func TestImportFlat(t *testing.T) {
	u, report, err := ImportEVE(flatFixture)
	if err != nil {
		t.Fatal(err)
	}
	want := Counts{Regions: 2, Constellations: 2, Systems: 3, Stars: 2, Planets: 2, Moons: 2, Belts: 1, Stations: 3, Gates: 2}
	if report.Counts != want {
		t.Errorf("counts %+v, want %+v", report.Counts, want)
	}
	s := u.ByName("Brackwater")
	if s == nil || s.ID != 30000001 || s.Region != "The Mirk" || s.Constellation != "Oldun" || s.Security != 0.9459 ||
		s.Pos != (world.Vec3{X: 1.5e15, Y: 6e16, Z: -7e16}) {
		t.Fatalf("Brackwater: %+v", s)
	}
	var got []string
	for _, c := range s.Celestials {
		got = append(got, c.Kind.String()+": "+c.Name)
	}
	if want := []string{ // as CCP's guide says that things are called which have no name of their own
		"star: Brackwater - Star",
		"planet: Brackwater I", "planet: Brackwater II",
		"moon: The Miller's Moon", "moon: Brackwater II - Moon 2",
		"belt: Brackwater I - Asteroid Belt 1",
		"station: Brackwater I - Mirk Mill", "station: Brackwater II - Moon 2 - Mirk Mill Granary",
		"gate: Stargate (Fen Low)",
	}; !reflect.DeepEqual(got, want) {
		t.Errorf("celestials\n%q, want\n%q", got, want)
	}
	if m := s.Find(40000103); m.Parent != 40000102 || m.Radius != 150000 || m.Pos != (world.Vec3{X: 124366664452, Y: 3, Z: 2}) {
		t.Errorf("moon: %+v", m)
	}
	if g := s.GateTo(30000002); g == nil || g.ID != 50000001 || g.DestGate != 50000002 {
		t.Errorf("gate: %+v", g)
	}
	if st := u.ByName("Fen Low").Find(60000003); st == nil || st.Name != "Fen Low - Fen Wardens" || st.Parent != 40000201 {
		t.Errorf("the station at a star: %+v", st)
	}
	var text bytes.Buffer
	if err := WriteReport(&text, report); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"3 systems", "2 eve", "1 wormhole", "1 density: " + whyNew, "1 things of mapPlanets.jsonl: " + whyNowhere, "1 .jsonl: " + whyNotMap} {
		if !strings.Contains(text.String(), " "+line+"\n") {
			t.Errorf("the report has no line %q:\n%s", line, text.String())
		}
	}
}

// The export may be a folder, a folder in a folder, or a zip of either.
func TestImportFlatFindsTheFiles(t *testing.T) {
	want, _, err := ImportEVE(flatFixture)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "in/eve-online-static-data-1-jsonl"), os.DirFS(flatFixture)); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"flat.zip": flatFixture, "deep.zip": filepath.Join(dir, "in")} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if err := errors.Join(z.AddFS(os.DirFS(from)), z.Close(), os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []string{"in", "flat.zip", "deep.zip"} {
		if u, _, err := ImportEVE(filepath.Join(dir, at)); err != nil || !reflect.DeepEqual(u, want) {
			t.Errorf("%s: another universe (%v)", at, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "no.zip"), []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ImportEVE(filepath.Join(dir, "no.zip")); err == nil || !strings.Contains(err.Error(), "neither a folder nor a zip") {
		t.Errorf("no zip: %v", err)
	}
}

// The map needs four files; without the others there is less in the systems.
func TestImportFlatWithoutFiles(t *testing.T) {
	files := flatFiles(t)
	for _, name := range flatOptional {
		delete(files, name)
	}
	u, report, err := importFlat(files, "f")
	if err != nil || report.Counts != (Counts{Regions: 2, Constellations: 2, Systems: 3, Gates: 2}) || u.ByName("Brackwater").GateTo(30000002) == nil {
		t.Errorf("%+v, %v", report.Counts, err)
	}
	for _, name := range []string{flatRegions, flatConstellations, flatSystems, flatGates} {
		files := flatFiles(t)
		delete(files, name)
		if _, _, err := importFlat(files, "f"); err == nil || !strings.HasPrefix(err.Error(), "f/"+name+": the file is missing; ") {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func flatFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(os.DirFS(flatFixture), "*.jsonl")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(flatFixture, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// What can be wrong with a flat export, and what is said about it: the file, the
// line, what it is.
func TestImportFlatRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, old, with, want string }{
		{"cut off", flatPlanets, `"typeID": 11}` + "\n", `"typeI` + "\n", ":1: this is not JSON: it ends too early"},
		{"no object", flatMoons, `{"_key": 40000104`, `["_key", 40000104`, ":1: this is not JSON"},
		{"a list", flatStars, `{"_key": 40000201, "solarSystemID": 30000002, "radius": 8.9e7, "typeID": 6}`, `[40000201, 2]`, ":2: the line should be an object, it is [40000201, 2]"},
		{"not JSON", flatStars, `"radius": 8.9e7`, `"radius": 8.9e7 8`, ":2: this is not JSON"},
		{"two on a line", flatRegions, "}\n{", "} {", ":1: this is not JSON: invalid character '{' after top-level value"},
		{"field twice", flatSystems, `"hub": true`, `"hub": true, "hub": true`, ":2: the line has hub twice"},
		{"no key", flatBelts, `"_key": 40000105, `, ``, ":1: there is no _key"},
		{"key is text", flatGates, `"_key": 50000002`, `"_key": "50000002"`, `:2: _key should be an id from 1 to`},
		{"key too large", flatGates, `"_key": 50000002`, `"_key": 4000000000`, `:2: _key should be an id from 1 to`},
		{"no number", flatSystems, `"securityStatus": 0.9459`, `"securityStatus": "high"`, `:2: securityStatus should be a number, it is "high"`},
		{"infinite", flatSystems, `"securityStatus": 0.9459`, `"securityStatus": 1e999`, `:2: securityStatus should be a number, it is 1e999`},
		{"out of range", flatSystems, `"securityStatus": 0.9459`, `"securityStatus": 9.459`, ":2: securityStatus is 9.459, not from -1 to 1"},
		{"two coordinates", flatSystems, `"y": 6e16, "z": -7e16}, "starID"`, `"y": 6e16}, "starID"`, ":1: position should have x, y and z"},
		{"position is a list", flatSystems, `{"x": 1.6e15, "y": 6e16, "z": -7e16}`, `[1, 2, 3]`, ":1: position should be an object, it is [1, 2, 3]"},
		{"no position", flatPlanets, `"position": {"x": 1e10, "y": 0, "z": 0}, `, ``, ":2: there is no position"},
		{"no radius", flatMoons, `"radius": 560000, `, ``, ":1: there is no radius"},
		{"radius below zero", flatMoons, `"radius": 560000`, `"radius": -1`, ":1: the radius is -1 m"},
		{"no index", flatPlanets, `"celestialIndex": 2, `, ``, ":1: there is no celestialIndex"},
		{"no name", flatSystems, `"name": {"en": "Fen Low"}, `, ``, ":1: there is no name"},
		{"name without text", flatSystems, `{"en": "Fen Low"}`, `{"en": " "}`, ":1: there is no name"},
		{"name is a number", flatSystems, `{"en": "Fen Low"}`, `7`, ":1: name should have a text for each language, it is 7"},
		{"list of texts", flatSystems, `[50000002]`, `["a"]`, `:1: stargateIDs should be an id from 1 to`},
		{"id twice in a file", flatMoons, `"_key": 40000104`, `"_key": 40000103`, ":2: the id 40000103 is already taken in mapMoons.jsonl:1"},
		{"id twice in two files", flatStations, `"_key": 60000001`, `"_key": 40000104`, ":2: the id 40000104 is already taken in mapMoons.jsonl:1"},
		{"no such region", flatSystems, `"regionID": 11000001`, `"regionID": 11000009`, ":4: system 31000001 is in region 11000009, which is not in mapRegions.jsonl"},
		{"no such constellation", flatSystems, `"constellationID": 21000001`, `"constellationID": 2`, ":4: system 31000001 is in constellation 2, which is not in mapConstellations.jsonl"},
		{"no such system", flatStars, `"solarSystemID": 30000002`, `"solarSystemID": 30000009`, ":2: 40000201 is in system 30000009, which is not in mapSolarSystems.jsonl"},
		{"in a region", flatStars, `"solarSystemID": 30000002`, `"solarSystemID": 10000001`, ":2: 40000201 is in system 10000001, which is not in mapSolarSystems.jsonl"},
		{"two stars", flatStars, `"solarSystemID": 30000002`, `"solarSystemID": 30000001`, ":2: system 30000001 has two stars, 40000100 and 40000201"},
		{"moon of nothing", flatMoons, `"orbitID": 40000102, "celestialIndex": 2, "orbitIndex": 2`, `"orbitID": 40000109`, ":1: 40000104 goes round 40000109, which is not in mapPlanets.jsonl"},
		{"moon of a star", flatMoons, `"orbitID": 40000102, "celestialIndex": 2, "orbitIndex": 2`, `"orbitID": 40000100`, ":1: 40000104 goes round 40000100, which is not in mapPlanets.jsonl"},
		{"station in another system", flatStations, `"solarSystemID": 30000002`, `"solarSystemID": 30000001`, ":3: 60000003 is in system 30000001, and 40000201, which it goes round, in another"},
		{"no destination", flatGates, `"destination": {"solarSystemID": 30000002, "stargateID": 50000002}, `, ``, ":1: there is no destination"},
		{"gate to nowhere", flatGates, `"stargateID": 50000002`, `"stargateID": 50000009`, ":1: gate 50000001 leads to gate 50000009, which is in no system of the export"},
		{"gate to another system", flatGates, `"solarSystemID": 30000002, "stargateID"`, `"solarSystemID": 31000001, "stargateID"`, ":1: gate 50000001 leads to system 31000001, and the gate there, 50000002, is in 30000002"},
		{"a long line", flatStars, `"typeID": 6}`, `"typeID": 6, "x": "` + strings.Repeat("x", maxLine) + `"}`, fmt.Sprintf(":1: the line is longer than %d bytes", maxLine)},
		{"deep nesting", flatStars, `"typeID": 6}`, `"typeID": ` + strings.Repeat("[", 20_000) + `}`, ":1: this is not JSON"},
		{"two of a name", flatSystems, `"Fen Low"`, `"brackwater"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := flatFiles(t)
			text := string(files[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			files[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.with, 1))}
			u, _, err := importFlat(files, "f")
			var bad *ExportError
			if u != nil || !errors.As(err, &bad) || bad.Mend == "" {
				t.Fatalf("got %v, %v; want an ExportError", u, err)
			}
			if c.want != "" && !strings.HasPrefix(err.Error(), "f/"+c.file+c.want) {
				t.Errorf("got  %v\nwant f/%s%s", err, c.file, c.want)
			}
		})
	}
}

// TestFlatHoldsNoMoreThanTheMap imports a twentieth of the real size and compares
// what the reader needs besides with what the map takes.
func TestFlatHoldsNoMoreThanTheMap(t *testing.T) {
	files := bigFlat(400, 42)
	size := 0
	for _, f := range files {
		size += len(f.Data)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	u, report, err := importFlat(files, "f")
	if err != nil || report.Moons != 400*42 {
		t.Fatalf("%+v, %v", report.Counts, err)
	}
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > 40*uint64(size) {
		t.Errorf("%d bytes were allocated for an export of %d", made, size)
	}
	runtime.KeepAlive(u)
}

// bigFlat is an export with so many systems in a ring, with so many moons each.
func bigFlat(systems, moons int) fstest.MapFS {
	var s, g, p, m bytes.Buffer
	for i := range systems {
		next := (i + 1) % systems
		id, planet := 30_000_000+i, 40_000_000+i*100
		fmt.Fprintf(&s, `{"_key": %d, "name": {"en": "S%d"}, "constellationID": 20000001, "regionID": 10000001, "securityStatus": 0.5, "position": {"x": %d, "y": 0, "z": 0}}`+"\n", id, i, i)
		fmt.Fprintf(&p, `{"_key": %d, "solarSystemID": %d, "celestialIndex": 1, "radius": 1e6, "position": {"x": 1, "y": 2, "z": 3}}`+"\n", planet, id)
		for k := range moons {
			fmt.Fprintf(&m, `{"_key": %d, "solarSystemID": %d, "orbitID": %d, "orbitIndex": %d, "radius": 1e5, "position": {"x": 1, "y": 2, "z": 3}, "attributes": {"heightMap1": 3847, "heightMap2": 3847, "shaderPreset": 3929}, "statistics": {"density": 2992.3, "escapeVelocity": 106.0, "massDust": 1.9e18}, "typeID": 14}`+"\n", planet+1+k, id, planet, k+1)
		}
		for side, to := range []int{next, (i + systems - 1) % systems} {
			fmt.Fprintf(&g, `{"_key": %d, "solarSystemID": %d, "destination": {"solarSystemID": %d, "stargateID": %d}, "position": {"x": 1, "y": 2, "z": 3}}`+"\n",
				50_000_000+2*i+side, id, 30_000_000+to, 50_000_000+2*to+1-side)
		}
	}
	file := func(b *bytes.Buffer) *fstest.MapFile { return &fstest.MapFile{Data: b.Bytes()} }
	return fstest.MapFS{
		flatRegions:        {Data: []byte(`{"_key": 10000001, "name": {"en": "R"}}`)},
		flatConstellations: {Data: []byte(`{"_key": 20000001, "name": {"en": "C"}}`)},
		flatSystems:        file(&s), flatGates: file(&g), flatPlanets: file(&p), flatMoons: file(&m),
	}
}

// BenchmarkImportFlat reads an export of the real size.
func BenchmarkImportFlat(b *testing.B) {
	files := bigFlat(8_400, 41)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := importFlat(files, "f"); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzImportFlat(f *testing.F) {
	files := flatFiles(f)
	for name := range files {
		f.Add(name, files[name].Data)
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		files := flatFiles(t)
		files[filepath.Base(name)] = &fstest.MapFile{Data: text}
		u, report, err := importFlat(files, "f")
		var bad *ExportError
		switch {
		case err == nil:
			if u == nil || report.Systems == 0 {
				t.Errorf("nothing was imported: %+v", report)
			}
			for i := range u.Systems {
				if s := &u.Systems[i]; s.Security < -1 || s.Security > 1 || !s.Pos.Finite() || s.Name == "" {
					t.Errorf("accepted %+v", s)
				}
			}
		case !errors.As(err, &bad) || bad.Mend == "" || bad.Line > bytes.Count(text, []byte{'\n'})+3:
			t.Errorf("%v", err)
		}
	})
}
