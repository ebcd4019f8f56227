package static

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"hotshard/runtime/world"
)

// fixture is a small export in the layout of the real one; all in it is made up.
const fixture = "testdata/eve"

const brackwater = "eve/TheMirk/Oldun/Brackwater/solarsystem.yaml"

func TestImportEVE(t *testing.T) {
	u, report, err := ImportEVE(fixture)
	if err != nil {
		t.Fatal(err)
	}
	want := Counts{Regions: 3, Constellations: 3, Systems: 4, Stars: 3, Planets: 2, Moons: 2, Belts: 1, Stations: 2, Gates: 4}
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
	// The second planet stands first in the file, and so does its second moon;
	// some names are in the list of names, the others are made by convention.
	if want := []string{
		"star: Brackwater - Star",
		"planet: Brackwater I", "planet: Brackwater II",
		"moon: The Miller's Moon", "moon: Brackwater II - Moon 2",
		"belt: Brackwater I - Asteroid Belt 1",
		"station: Brackwater I - Station 1", "station: Brackwater II - Moon 1 - Mirk Mill",
		"gate: Stargate (Fen Low)", "gate: Stargate (Y-7Q)",
	}; !reflect.DeepEqual(got, want) {
		t.Errorf("celestials\n%q, want\n%q", got, want)
	}
	if m := s.Find(40000103); m.Parent != 40000101 || m.Radius != 150000 || m.Pos != (world.Vec3{X: 124366664452, Y: 3, Z: 2}) {
		t.Errorf("moon: %+v", m)
	}
	if g := s.GateTo(30000002); g == nil || g.ID != 50000001 || g.DestGate != 50000002 {
		t.Errorf("gate: %+v", g)
	}
	if w := u.ByName("J000001"); w == nil || len(w.Celestials) != 0 || w.Region != "W-R1" {
		t.Errorf("the system without a star: %+v", w)
	}
	checkReport(t, report)
	path := filepath.Join(t.TempDir(), "eve.hsu")
	if err := Save(path, u); err != nil {
		t.Fatal(err)
	}
	if again, err := Load(path); err != nil || !reflect.DeepEqual(again, u) {
		t.Errorf("what was loaded is not what was saved (%v)", err)
	}
}

func checkReport(t *testing.T, report Report) {
	t.Helper()
	var text bytes.Buffer
	if err := WriteReport(&text, report); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"4 systems", "4 stargates", "3 eve", "1 wormhole", "1 secondarySun: " + whySun,
		"7 names from the export", "1 landmarks: " + whyMark, "8 planetAttributes, statistics: " + whyBlocks} {
		if !strings.Contains(text.String(), " "+line+"\n") {
			t.Errorf("the report has no line %q:\n%s", line, text.String())
		}
	}
	if strings.Contains(text.String(), whyNew) {
		t.Errorf("something is unknown:\n%s", text.String())
	}
}

// The folder may be named at several heights, and files may have the name they
// have in another edition.
func TestImportEVEFindsTheFolder(t *testing.T) {
	want, _, err := ImportEVE(fixture)
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"sde", "sde/universe"} {
		u, _, err := ImportEVE(filepath.Join(fixture, sub))
		if err != nil || !reflect.DeepEqual(u, want) {
			t.Errorf("%s: another universe (%v)", sub, err)
		}
	}
	dir := copyFixture(t)
	file := filepath.Join(dir, "sde/universe", brackwater)
	if err := os.Rename(file, strings.TrimSuffix(file, ".yaml")+".staticdata"); err != nil {
		t.Fatal(err)
	}
	if u, _, err := ImportEVE(dir); err != nil || !reflect.DeepEqual(u, want) {
		t.Errorf(".staticdata: another universe (%v)", err)
	}
}

func TestImportEVEWithoutNames(t *testing.T) {
	dir := copyFixture(t)
	if err := os.RemoveAll(filepath.Join(dir, "sde/bsd")); err != nil {
		t.Fatal(err)
	}
	u, report, err := ImportEVE(dir)
	if err != nil {
		t.Fatal(err)
	}
	if report.Named != 0 || report.MadeUp == 0 {
		t.Errorf("%d named, %d made up", report.Named, report.MadeUp)
	}
	if s := u.ByName("Fenlow"); s == nil || s.Region != "TheMirk" || s.Celestials[0].Name != "Fenlow - Star" {
		t.Errorf("Fenlow: %+v", s)
	}
}

func copyFixture(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What can be wrong with an export, and what is said about it: the file, the
// line, what it is.
func TestImportEVERefuses(t *testing.T) {
	replace := func(file, old, with string) func(*testing.T, string) string {
		return func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "sde", file)
			text, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(text), old) {
				t.Fatalf("%s: %v, or it has no %q", path, err, old)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, with, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	remove := func(file string) func(*testing.T, string) string {
		return func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "sde", file)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	system := "universe/" + brackwater
	for _, c := range []struct {
		name  string
		spoil func(*testing.T, string) string // returns the file the error is in
		want  string                          // in the error after the file; empty: anything, of any file
	}{
		{"not YAML", replace(system, "    celestialIndex: 2", "   celestialIndex: 2: 3"), ":"},
		{"tab", replace(system, "corridor: false", "corridor:\tfalse\n\t- x"), ":"},
		{"not a mapping", replace(system, "planets:\n", "planets: 7\nplanetz:\n"), ":12: the list of each planet should be a mapping"},
		{"no number", replace(system, "security: 0.9459", "security: high"), `: security should be a number, it is "high"`},
		{"not finite", replace(system, "security: 0.9459", "security: .nan"), `: security should be a number, it is ".nan"`},
		{"infinite", replace(system, "security: 0.9459", "security: inf"), `: security should be a number`},
		{"out of range", replace(system, "security: 0.9459", "security: 9.459"), ": security is 9.459"},
		{"two coordinates", replace(system, "- 6.0e+16\n", ""), ":3: center should be a list of three numbers"},
		{"no id", replace(system, "solarSystemID: 30000001\n", ""), ":1: the system has no solarSystemID"},
		{"id too large", replace(system, "50000001:", "4000000000:"), `: the id of a gate should be an id`},
		{"no position", replace(system, "    position:\n    - -35639949630.0\n    - -6225947509.0\n    - 20551935633.0\n", ""), ": planet 40000102 has no position"},
		{"no radius", replace(system, "        radius: 560000.0\n", ""), ": moon 40000104 has no radius"},
		{"radius below zero", replace(system, "radius: 560000.0", "radius: -1"), ": the radius of a planet or moon is -1 m"},
		{"no destination", replace(system, "    destination: 50000002\n", ""), ": gate 50000001 has no destination"},
		{"key twice", replace(system, "security: 0.9459", "security: 0.9459\nsecurity: 0.9459"), ": the system has security twice"},
		{"alias", replace(system, "corridor: false\nluminosity: 1.5", "corridor: &x 0.5\nsecurity: *x"), `: security should be a number, it is "x"`},
		{"truncated", replace(system, "solarSystemID: 30000001", "solarSys"), ":"},
		{"gate to nowhere", remove("universe/eve/TheMirk/Oldun/Fenlow"), ""},
		{"no system file", remove(system), ": the file is missing"},
		{"no region file", remove("universe/eve/TheMirk/region.yaml"), ": the file is missing"},
		{"no constellation file", remove("universe/eve/TheMirk/Oldun/constellation.yaml"), ": the file is missing"},
		{"empty file", replace("universe/eve/Hithe/region.yaml", "center:\n- 1.0\n- -2.5e+16\n- 3.0\nregionID: 10000002\nnameID: 1\n", ""), ":1: the file is empty"},
		{"region without id", replace("universe/eve/Hithe/region.yaml", "regionID", "regionId"), ":1: the file has no regionID"},
		{"constellation without systems", remove("universe/eve/Hithe/Sallow/Y-7Q"), ""},
		{"id twice", replace(system, "40000105:", "40000104:"), ": the id 40000104 is already taken"},
		{"two of a name", replace("bsd/invNames.yaml", "Fen Low", "brackwater"), ""},
		{"names are no list", replace("bsd/invNames.yaml", "- itemID: 0\n  itemName: (none)", "itemID: 0"), ":"},
		{"name without number", replace("bsd/invNames.yaml", "itemID: 20000001", "itemID: many"), `:5: itemID should be a number, it is "many"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copyFixture(t)
			file := c.spoil(t, dir)
			u, _, err := ImportEVE(dir)
			var bad *ExportError
			if u != nil || !errors.As(err, &bad) {
				t.Fatalf("got %v, %v; want an ExportError", u, err)
			}
			rest, named := strings.CutPrefix(err.Error(), file)
			if c.want != "" && !(named && strings.Contains(rest, c.want)) || bad.Mend == "" {
				t.Errorf("got  %v\nwant %s and then %s", err, file, c.want)
			}
			if c.want != "" && c.want != ": the file is missing" && bad.Line == 0 {
				t.Errorf("no line: %v", err)
			}
		})
	}
	if _, _, err := ImportEVE(t.TempDir()); err == nil || !strings.Contains(err.Error(), "sde/universe/eve") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, _, err := ImportEVE(filepath.Join(fixture, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestImportEVECountsBadFiles(t *testing.T) {
	dir := copyFixture(t)
	files, err := filepath.Glob(filepath.Join(dir, "sde/universe/*/*/*/*/solarsystem.yaml"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = ImportEVE(dir)
	if err == nil || !strings.HasPrefix(err.Error(), files[0]+":1: ") || !strings.Contains(err.Error(), "(and 3 more files have errors)") {
		t.Errorf("got %v", err)
	}
}

// Pieces of a long list must give what the whole gives, lines in errors included.
func TestParseNamesInPieces(t *testing.T) {
	var text strings.Builder
	const n = 10_000
	for range n {
		text.WriteString("- itemID: 30000001\n  itemName: 'Some - Name\n\n    on lines'\n")
	}
	text.WriteString("- itemID: 30000002\n  itemName: 42\n")
	if pieces, _ := splitList([]byte(text.String())); len(pieces) < 3 {
		t.Fatalf("%d pieces", len(pieces))
	}
	names, err := parseNames("names", []byte(text.String()))
	if err != nil || len(names) != 2 || names[30000001] != "Some - Name\non lines" || names[30000002] != "42" {
		t.Errorf("%v, %v", names, err)
	}
	text.WriteString("- itemID: 30000002\n  itemID: 3\n")
	_, err = parseNames("names", []byte(text.String()))
	if want := "names:40004: a name has itemID twice"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWithoutSkipped(t *testing.T) {
	in := "a: 1\nstatistics:\n  b: 1\n\n  c:\n    d: 2\ne:\n  statistics: {}\n  planetAttributes:   \n  - f\n  - g\n  h: 3\nstatistics:\n"
	want := "a: 1\n\n\n\n\n\ne:\n  statistics: {}\n\n\n\n  h: 3\n\n"
	got, blocks := withoutSkipped([]byte(in))
	if string(got) != want || blocks != [2]int{1, 2} {
		t.Errorf("got %q, %v\nwant %q", got, blocks, want)
	}
}

func FuzzReadSystem(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(fixture, "sde/universe/*/*/*/*/solarsystem.yaml"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := reader{file: "f"}
		s := r.readSystem(text)
		if r.err != nil {
			if r.err.Line < 1 || r.err.Line > len(text)+2 { // YAML knows more line ends than \n
				t.Errorf("the error is in line %d: %v", r.err.Line, r.err)
			}
			return
		}
		if s.id <= 0 || s.security < -1 || s.security > 1 || !s.centre.Finite() {
			t.Errorf("accepted %+v", s)
		}
	})
}

func FuzzReadNames(f *testing.F) {
	f.Add([]byte("- itemID: 30000001\n  itemName: A\n- itemID: 30000002\n  itemName: B\n"))
	f.Add([]byte("- itemID: 5\n  itemName: too low\n- itemID: 4000000000\n  itemName: too high\n- itemID: 30000003\n  itemName: ''\n"))
	f.Add([]byte("x: y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := reader{file: "f"}
		for _, n := range r.readNames(text) {
			if n.id < firstPlace || n.id >= lastPlace || n.name == "" {
				t.Errorf("accepted %d: %q", n.id, n.name)
			}
		}
	})
}

// TestRealExport runs on the real export, unpacked in the folder that the
// variable names. It is too large, and not ours, to be in the repository.
func TestRealExport(t *testing.T) {
	dir := os.Getenv("HOTSHARD_EVE_SDE")
	if dir == "" {
		t.Skip("only with HOTSHARD_EVE_SDE, the real export")
	}
	u, report, err := ImportEVE(dir)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := WriteReport(&text, report); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	if report.Systems < 8000 || report.Gates < 13_000 || report.Planets < 60_000 || report.MadeUp > report.Named/100 {
		t.Error("too little")
	}
	jita := u.ByName("Jita")
	if jita == nil || jita.Region != "The Forge" || jita.Constellation != "Kimotoro" {
		t.Fatalf("Jita: %+v", jita)
	}
	if moon := jita.Find(40009087); moon == nil || moon.Name != "Jita IV - Moon 4" || moonName(planetName("Jita", 4), 4) != moon.Name {
		t.Errorf("the moon: %+v", moon)
	}
	path := filepath.Join(t.TempDir(), "eve.hsu")
	if err := Save(path, u); err != nil {
		t.Fatal(err)
	}
	if again, err := Load(path); err != nil || !reflect.DeepEqual(again.Systems, u.Systems) {
		t.Errorf("what was loaded is not what was saved (%v)", err)
	}
	route, ok := world.NewRouter(u).Path(nil, jita.ID, u.ByName("Amarr").ID, world.AnySecurity)
	if !ok || len(route) < 8 {
		t.Errorf("from Jita to Amarr: %v", route)
	}
}
