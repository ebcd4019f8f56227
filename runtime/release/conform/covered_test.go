package conform

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatCoversACaseExists looks every named test up in the source of its package.
func TestWhatCoversACaseExists(t *testing.T) {
	found := map[string]map[string]bool{}
	for id, named := range covered {
		name, dir, ok := strings.Cut(named, " in ")
		if !ok {
			t.Errorf("%s: %q is not of the form TestName in package/path", id, named)
			continue
		}
		if found[dir] == nil {
			found[dir] = testsOf(t, filepath.Join("../../..", dir))
		}
		if !found[dir][name] {
			t.Errorf("%s: there is no %s", id, named)
		}
	}
}

func testsOf(t *testing.T, dir string) map[string]bool {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				names[fn.Name.Name] = true
			}
		}
	}
	return names
}
