package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownTime are the places that look at the machine's clock themselves, and why they may.
var ownTime = map[string]string{
	"runtime/clock":               "it is the clock",
	"runtime/script":              "what Lua costs is measured",
	"data/store":                  "the store takes a function, and this one where it gets none: it knows nothing of the runtime but plain values",
	"console/command/commandtest": "a made-up shard lives now",
	"host/load":                   "players measure",
	"host/web":                    "a browser drives it",
	"host/node":                   "its leases last by a clock of the machine that nobody sets",
}

// measuring is how a variable is called from which on it is measured how long something
// takes; the machine's clock is right for that.
var measuring = regexp.MustCompile(`^(began|start|started)$`)

// TestTimeComesFromAClock: whatever depends on the time of day can be tested by a clock
// that is turned by hand, so time.Now is not asked in passing.
func TestTimeComesFromAClock(t *testing.T) {
	looks := 0
	for _, room := range []string{"runtime", "bindings", "data", "console", "host"} {
		err := filepath.WalkDir(filepath.Join("..", room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			rel := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
			for place := range ownTime {
				if within(filepath.ToSlash(filepath.Dir(rel)), place) {
					return nil
				}
			}
			looks++
			for _, where := range timeNow(t, path) {
				t.Errorf("%s:%d asks time.Now; take the time from the clock.Clock that is passed in, or call the variable began if it measures", rel, where)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looks < 100 {
		t.Fatalf("only %d Go files were looked at", looks)
	}
}

// timeNow lists the lines of a file that ask time.Now for more than measuring, or for the
// deadline of a socket.
func timeNow(t *testing.T, path string) []int {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	return unclocked(files, f)
}

func unclocked(files *token.FileSet, f *ast.File) (lines []int) {
	may := map[ast.Node]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if id, ok := n.Lhs[len(n.Lhs)-1].(*ast.Ident); ok && measuring.MatchString(id.Name) {
				may[n] = true
			}
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "Set") && strings.HasSuffix(s.Sel.Name, "Deadline") {
				may[n] = true
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Now" {
				lines = append(lines, files.Position(n.Pos()).Line)
			}
		}
		return !may[n]
	})
	return lines
}

func TestUnclockedFindsTimeNow(t *testing.T) {
	for source, want := range map[string]int{
		"began := time.Now()":                   0,
		"real, started := 1, time.Now()":        0,
		"at := time.Now()":                      1,
		"c.SetReadDeadline(time.Now().Add(1))":  0,
		"c.Until(time.Now().Add(1))":            1,
		"cfg.Now = time.Now":                    1,
		"go func() { save(at, time.Now()) }()":  1,
		"if began := time.Now(); time.Now() {}": 1,
	} {
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, "x.go", "package x\nfunc f() {\n"+source+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(unclocked(files, f)); got != want {
			t.Errorf("%s: %d found, want %d", source, got, want)
		}
	}
}
