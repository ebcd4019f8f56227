package differ

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAreas runs the files of testdata, one for each area of the language. What they
// must print stands beside them, as lua5.1 printed it; -update writes it anew.
func TestAreas(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) { area(t, string(source), strings.TrimSuffix(file, ".lua")+".out") })
	}
}

func area(t *testing.T, source, golden string) {
	if *update {
		record(t, source, golden)
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := normal(string(text), Words)
	for how, name := range map[way]string{asFile: "file", asString: "loadstring"} {
		if got := run(source, how); got.end != endDone || normal(got.out, Words)+"\n" != want {
			t.Errorf("as a %s it ended with %q:\n%s", name, got.end, firstDifference(want, normal(got.out, Words)))
		}
	}
}

func record(t *testing.T, source, golden string) {
	o, err := open(t).ref.run(source)
	if err != nil || o.end != endDone {
		t.Fatalf("lua5.1 does not get through: %v\n%s", err, o)
	}
	if err := os.WriteFile(golden, []byte(o.out+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestAreasAreRight compares what the files must print with what lua5.1 prints now.
func TestAreasAreRight(t *testing.T) {
	ref := open(t).ref
	files, _ := filepath.Glob("testdata/*.lua")
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".lua") + ".out")
		if err != nil {
			t.Fatal(err)
		}
		o, err := ref.run(string(source))
		if err != nil {
			t.Fatal(err)
		}
		if o.end != endDone || o.out+"\n" != string(want) {
			t.Errorf("%s ended with %q:\n%s", file, o.end, firstDifference(string(want), o.out))
		}
	}
}

// firstDifference shows the first lines that differ, and how many do.
func firstDifference(want, got string) string {
	w, g := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	var b strings.Builder
	shown := 0
	for i := range max(len(w), len(g)) {
		x, y := "<the end>", "<the end>"
		if i < len(w) {
			x = w[i]
		}
		if i < len(g) {
			y = g[i]
		}
		if x != y && shown < 12 {
			shown++
			b.WriteString("want " + x + "\ngot  " + y + "\n")
		}
	}
	return b.String()
}
