package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// allowed says, for each room of the house, from which rooms it may import.
var allowed = map[string][]string{
	"host":          {"host", "console", "bindings", "data", "runtime"},
	"bindings":      {"bindings", "runtime"},
	"console":       {"console", "runtime"},
	"data":          {"data", "runtime/world"},
	"runtime":       {"runtime"},
	"runtime/world": {"runtime/world"},
}

// pure lists packages that do no I/O and know no clock.
var pure = map[string][]string{
	"runtime/world":   {"os", "net", "net/http", "time", "database/sql"},
	"runtime/physics": {"os", "net", "net/http", "time", "database/sql", "math/rand"},
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
			checkImports(t, rel, path)
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
	dir := filepath.ToSlash(filepath.Dir(rel))
	rules, ok := roomOf(dir)
	if !ok {
		t.Errorf("%s: no room of the house has this folder", rel)
		return
	}
	for _, imp := range f.Imports {
		name, _ := strconv.Unquote(imp.Path.Value)
		if ours, ok := strings.CutPrefix(name, "hotshard/"); ok && !permitted(rules, ours) {
			t.Errorf("%s imports %s: this room may import only from %v", rel, ours, rules)
		}
		if !strings.HasSuffix(rel, "_test.go") {
			for _, banned := range pure[dir] {
				if name == banned {
					t.Errorf("%s imports %s: %s gets it from its caller", rel, name, dir)
				}
			}
		}
	}
}

// roomOf is the rule of the longest room that holds the folder.
func roomOf(dir string) ([]string, bool) {
	for at := dir; at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
		if rules, ok := allowed[at]; ok {
			return rules, true
		}
	}
	return nil, false
}

func permitted(rules []string, target string) bool {
	for _, r := range rules {
		if target == r || strings.HasPrefix(target, r+"/") {
			return true
		}
	}
	return false
}
