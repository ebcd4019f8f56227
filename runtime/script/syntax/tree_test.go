package syntax

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/ast"
)

var update = flag.Bool("update", false, "write the golden trees anew")

// TestTrees compares the tree of every testdata/*.lua, lines included, with the
// .tree beside it.
func TestTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal("no texts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			chunk, err := Parse(src, file)
			if err != nil {
				t.Fatal(err)
			}
			got, golden := dump(chunk, true), strings.TrimSuffix(file, "lua")+"tree"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s", firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant: %s\n got: %s", i+1, strings.Join(w[min(i, len(w)):min(i+3, len(w))], "\n"),
				strings.Join(g[i:min(i+3, len(g))], "\n"))
		}
	}
	return fmt.Sprintf("it ends before %q", w[len(g)])
}

// dump shows a tree: a line for every node with its fields, and with its Line and
// LastLine where lines is set.
func dump(tree any, lines bool) string {
	d := &dumper{lines: lines}
	d.value("", reflect.ValueOf(tree), 0)
	return d.out.String()
}

type dumper struct {
	out   strings.Builder
	lines bool
}

func (d *dumper) value(name string, v reflect.Value, depth int) {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			d.value(fmt.Sprintf("%s[%d]", name, i), v.Index(i), depth)
		}
		if v.Len() == 0 && !v.IsNil() {
			d.line(depth, name, "empty")
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		d.node(name, v, depth)
	case v.IsValid() && v.Kind() != reflect.Pointer && !v.IsZero():
		d.line(depth, name, fmt.Sprintf("%#v", v.Interface()))
	}
}

func (d *dumper) node(name string, v reflect.Value, depth int) {
	head := v.Elem().Type().Name()
	if at, ok := v.Interface().(ast.PositionHolder); ok && d.lines {
		head += fmt.Sprintf(" @%d", at.Line())
		if last := at.LastLine(); last != at.Line() {
			head += fmt.Sprintf("-%d", last)
		}
	}
	d.line(depth, name, head)
	for i := range v.Elem().NumField() {
		if f := v.Elem().Type().Field(i); !f.Anonymous {
			d.value(f.Name, v.Elem().Field(i), depth+1)
		}
	}
}

func (d *dumper) line(depth int, name, text string) {
	fmt.Fprintf(&d.out, "%s%s %s\n", strings.Repeat("  ", depth), name, text)
}
