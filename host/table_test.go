package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// writers are gopher-lua's own ways to write into a table, by the number of their
// arguments. A table that the interpreter has made has no index of its keys until a
// search wants one, and these panic on it.
var writers = map[string]int{"RawSet": 2, "RawSetString": 2, "RawSetInt": 2, "RawSetH": 2, "SetTable": 3, "SetField": 3, "SetGlobal": 2}

// TestTablesAreWrittenThroughVM looks outside the packages that try the library's own
// tables against ours.
func TestTablesAreWrittenThroughVM(t *testing.T) {
	looks := 0
	for _, room := range []string{"runtime", "bindings", "console", "host"} {
		err := filepath.WalkDir(filepath.Join("..", room), func(path string, d fs.DirEntry, err error) error {
			rel := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
			switch {
			case err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return err
			case within(filepath.ToSlash(filepath.Dir(rel)), "runtime/script/vm"), within(filepath.ToSlash(filepath.Dir(rel)), "runtime/script/differ"):
				return nil
			}
			looks++
			for _, call := range tableWrites(t, path) {
				t.Errorf("%s:%s panics on a table of a script: use vm.Set, vm.SetInt or vm.SetIndex", rel, call)
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

// tableWrites lists the calls in a file, with their lines, by which gopher-lua would
// write into a table.
func tableWrites(t *testing.T, path string) (calls []string) {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if fn, ok := call.Fun.(*ast.SelectorExpr); ok && len(call.Args) > 0 && writers[fn.Sel.Name] == len(call.Args) {
				calls = append(calls, files.Position(call.Pos()).String()[len(path)+1:]+" "+fn.Sel.Name)
			}
		}
		return true
	})
	return calls
}
