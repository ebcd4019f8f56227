package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A wall is an import that the house does not have, and why. Of several that fit, the
// one with the longest names counts; one without a reason is a door.
type wall struct{ from, to, why string }

// walls stand between the rooms of the house.
var walls = []wall{
	{"runtime", "host", "the machine runs without a server: in tests, in tools, in a worker node"},
	{"runtime", "bindings", "the machine knows no game: what scripts may ask is said above it"},
	{"runtime", "console", "the machine takes orders from whoever has it; that there are operators is not its business"},
	{"runtime", "data", "the machine knows no SQL: what it wants kept, it hands to an interface of its own (Saver, Journal)"},

	{"bindings", "host", "words are tested with a system and nothing around it"},
	{"bindings", "console", "scripts do not act as operators"},
	{"bindings", "data", "scripts reach the store through what the host gives the bindings, so that tests need no database"},

	{"console", "host", "commands are tested with a made-up shard: what they need of a real one is an interface that stands with them"},
	{"console", "bindings", "operators speak of systems and releases, not in the words of the game"},
	{"console", "data", "what operators may see of the store, the shard shows them: there is one owner of the database"},

	{"data", "host", "the store is the lowest shelf but one: whoever opens it may be a server, a tool or a test"},
	{"data", "bindings", "the store keeps plain values; what they mean in Lua is said in the bindings"},
	{"data", "console", "the store has no opinion on who looks"},
	{"data", "runtime", "the store must build and be tested without a Lua machine, so that a tool can open it"},
	{"data", "runtime/world", ""},
}

// A room of the runtime is folders that may import each other. why says why those who
// stand below it, or beside it, must not know it.
type room struct {
	name    string
	folders []string
	why     string
}

// floors are the rooms of the runtime from the ground up. A room may import what lies
// below it, and nothing beside or above it. Rooms that are yet to come have their place.
var floors = [][]room{
	{
		{"world", []string{"world"}, "ids and vectors are the same for everybody"},
		{"clock", []string{"clock"}, "what moves in game time is told the time of day by nobody"},
		{"span", []string{"span"}, "who follows a piece of work is no question of what it does"},
		{"real", []string{"script/real"}, "a sine is the same to the last digit for everybody: it knows nobody"},
	}, {
		{"physics", []string{"physics"}, "bodies move the same whether anybody looks, scripts or sends: dt and a seed in, state out"},
		{"book", []string{"book"}, "an order book is arithmetic on prices: who trades, and where, is told to it"},
		{"field", []string{"field"}, "what lies where on a globe is the same for a seed, whoever digs"},
		{"watch", []string{"watch"}, "a directory is watched the same whatever its files are for"},
		{"the wire", []string{"gate/wire", "gate/peer"}, "what a frame looks like is no question of who sends it"},
		{"the language", []string{"script/syntax", "script/bytecode", "script/vm", "script/stdlib", "script/number",
			"script/pattern", "script/arg", "script/spell", "script/image"}, "Lua is Lua: what a game does with it is above it"},
	}, {
		{"script/code", []string{"script/code"}, "source is compared before anything runs: what is needed of it comes as an argument"},
	}, {
		{"script", []string{"script"}, "what runs a state is not asked by what reads, moves or sends"},
	}, {
		{"script/reload", []string{"script/reload"}, "a state runs the same whether it is ever reloaded"},
		{"the tools", []string{"script/luacheck", "script/luatest", "script/differ", "script/speed"}, "tools try the machine: the machine must not lean on them"},
	}, {
		{"system", []string{"system"}, "a system asks for a Client, sockets for a Game, physics for numbers: whoever is handed what it needs is tested alone"},
		{"gate", []string{"gate"}, "systems speak to a Client, sockets to a Game: neither knows the other, so either is tested alone"},
	}, {
		{"release", []string{"release"}, "which code runs where is decided over all systems, and none of them asks"},
		{"record", []string{"record"}, "a system runs the same whether it is recorded"},
	}, {
		{"universe", []string{"universe"}, "a system knows the others by address, through its Router"},
	}, {
		{"cluster", []string{"cluster"}, "what runs on one node must not know that there are others"},
	},
}

// pure lists packages that do no I/O and know no clock.
var pure = map[string][]string{
	"runtime/world":   {"os", "net", "net/http", "time", "database/sql", "math/rand"},
	"runtime/physics": {"os", "net", "net/http", "time", "database/sql", "math/rand"},
	"runtime/field":   {"os", "net", "net/http", "time", "database/sql", "math/rand"},
	"runtime/book":    {"os", "net", "net/http", "time", "database/sql", "math/rand"},
	"runtime/cluster": {"os", "net", "net/http", "context", "sync", "database/sql", "math/rand", "math/rand/v2"}, // durations come in
}

const whyPure = "what is replayed must come out the same: time, chance and the world come in as arguments"

// within says whether a package is in a folder, or below it.
func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// objection is why one of our packages may not import another; "" where it may. A test
// may look aside as well.
func objection(from, to string, test bool) string {
	var found wall
	for _, w := range walls {
		if within(from, w.from) && within(to, w.to) && len(w.from+w.to) > len(found.from+found.to) {
			found = w
		}
	}
	if found.why != "" {
		return fmt.Sprintf("%s does not know %s: %s", found.from, found.to, found.why)
	}
	if within(from, "runtime") && within(to, "runtime") {
		return upstairs(from, to, test)
	}
	return ""
}

// upstairs is objection inside the runtime.
func upstairs(from, to string, test bool) string {
	low, mine := roomOf(from)
	high, theirs := roomOf(to)
	switch {
	case mine == nil || theirs == nil:
		return "the runtime has no room for it: say in floors where it stands"
	case mine == theirs || low > high || test && low == high:
		return ""
	case low == high:
		return fmt.Sprintf("%s and %s stand side by side: %s", mine.name, theirs.name, theirs.why)
	}
	return fmt.Sprintf("%s stands below %s: %s", mine.name, theirs.name, theirs.why)
}

// roomOf finds the room of a package of the runtime, and its floor: that of the longest
// folder which holds it.
func roomOf(pkg string) (floor int, found *room) {
	longest := ""
	for i := range floors {
		for k := range floors[i] {
			for _, folder := range floors[i][k].folders {
				if folder = "runtime/" + folder; within(pkg, folder) && len(folder) > len(longest) {
					longest, floor, found = folder, i, &floors[i][k]
				}
			}
		}
	}
	return floor, found
}

// TestImportDirection reads the import lines themselves: the answer does not
// depend on build tags or on anything cached.
func TestImportDirection(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && rel != "." || d.Name() == "node_modules" || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if d.Name() == "util" || d.Name() == "utils" {
				t.Errorf("%s: a package needs a name that says what it holds", rel)
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") {
			files++
			checkImports(t, filepath.ToSlash(rel), path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Fatalf("only %d Go files were found: the test looks in the wrong place", files)
	}
}

func checkImports(t *testing.T, rel, path string) {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", rel, err)
		return
	}
	dir, test := filepath.ToSlash(filepath.Dir(rel)), strings.HasSuffix(rel, "_test.go")
	top, _, _ := strings.Cut(dir, "/")
	if !slices.Contains([]string{"host", "console", "bindings", "data", "runtime"}, top) {
		t.Errorf("%s: no room of the house has this folder", rel)
	}
	for _, imp := range f.Imports {
		name, _ := strconv.Unquote(imp.Path.Value)
		if ours, ok := strings.CutPrefix(name, "hotshard/"); ok {
			if why := objection(dir, ours, test); why != "" {
				t.Errorf("%s imports %s: %s", rel, ours, why)
			}
		}
		if !test && slices.Contains(pure[dir], name) {
			t.Errorf("%s imports %s: %s", rel, name, whyPure)
		}
	}
}

// TestWallsAndFloors tries the rules themselves.
func TestWallsAndFloors(t *testing.T) {
	for _, c := range []struct {
		from, to string
		test     bool
		want     string // a part of the objection
	}{
		{from: "host/server", to: "runtime/universe"},
		{from: "data/store", to: "runtime/world"},
		{from: "data/store", to: "runtime/system", want: "without a Lua machine"},
		{from: "runtime/system", to: "data/store", want: "knows no SQL"},
		{from: "console/command", to: "host/server", want: "a made-up shard"},
		{from: "runtime/system", to: "runtime/gate/wire"},
		{from: "runtime/system", to: "runtime/gate", want: "side by side"},
		{from: "runtime/gate", to: "runtime/system", want: "side by side: a system asks"},
		{from: "runtime/universe", to: "runtime/gate"},
		{from: "runtime/gate/wire", to: "runtime/physics", want: "side by side"},
		{from: "runtime/gate/wire", to: "runtime/physics", test: true},
		{from: "runtime/physics", to: "runtime/system", want: "physics stands below system"},
		{from: "runtime/physics", to: "runtime/system", test: true, want: "physics stands below system"},
		{from: "runtime/script/code", to: "runtime/script/syntax"},
		{from: "runtime/script/code", to: "runtime/script", want: "script/code stands below script"},
		{from: "runtime/script", to: "runtime/script/code"},
		{from: "runtime/script", to: "runtime/script/reload", want: "ever reloaded"},
		{from: "runtime/script/vm", to: "runtime/script", want: "stands below script"},
		{from: "runtime/record", to: "runtime/release", want: "side by side"},
		{from: "runtime/cluster", to: "runtime/universe"},
		{from: "runtime/attic", to: "runtime/world", want: "no room for it"},
	} {
		got := objection(c.from, c.to, c.test)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s imports %s: %q, not %q", c.from, c.to, got, c.want)
		}
	}
}
