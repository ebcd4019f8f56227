package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// snapshotFiles are those that one more member of an entity in a snapshot touches: both
// codecs, who fills it in, the page that reads it, and what is said of it.
var snapshotFiles = []string{"runtime/gate/wire/entity.go", "runtime/system/entity.go", "host/web/static/codec.js", "runtime/gate/wire/PROTOCOL.md"}

// traits are an entity's members beside its motion.
func traits() []string {
	var names []string
	for f := range reflect.TypeFor[wire.Entity]().Fields() {
		if !f.Anonymous && f.Name != "ID" {
			names = append(names, f.Name)
		}
	}
	return names
}

// TestASnapshotFieldTouchesFourFiles finds out which files of the program name what an
// entity has, and holds what they say of it against each other.
func TestASnapshotFieldTouchesFourFiles(t *testing.T) {
	names := traits()
	var found []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		if namesTraits(t, path, rel, names) {
			found = append(found, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := snapshotFiles[:2]; !slices.Equal(found, want) {
		t.Errorf("what an entity of a snapshot has is named in %v, and is to be in %v alone: move it there", found, want)
	}
	page := part(t, snapshotFiles[2], "function entity(r)", "\n}")
	told := part(t, snapshotFiles[3], "An entity: `{", "}`")
	layout := part(t, snapshotFiles[3], "    entity:   motion", "\n")
	for _, member := range members(t) {
		if !strings.Contains(page, "e."+member+" =") {
			t.Errorf("entity() in %s does not read %s", snapshotFiles[2], member)
		}
		if !strings.Contains(told, member) || !strings.Contains(layout, " "+member) {
			t.Errorf("%s does not say that an entity has %s", snapshotFiles[3], member)
		}
	}
}

// namesTraits says whether a file reads, writes or makes an entity's traits: in the wire
// itself by a member that only entities have, elsewhere in a wire.Entity{...}.
func namesTraits(t *testing.T, path, rel string, names []string) (found bool) {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Errorf("%s: %v", rel, err)
		return false
	}
	within := filepath.ToSlash(filepath.Dir(rel)) == "runtime/gate/wire"
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || within && slices.Contains([]string{"Owner", "Radius", "Flags"}, n.Sel.Name) && slices.Contains(names, n.Sel.Name)
		case *ast.CompositeLit:
			found = found || isEntity(n.Type, within) && makes(n, names)
		}
		return true
	})
	return found
}

// isEntity says whether an expression is the type wire.Entity.
func isEntity(e ast.Expr, within bool) bool {
	if id, ok := e.(*ast.Ident); ok {
		return within && id.Name == "Entity"
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "wire" && sel.Sel.Name == "Entity"
}

// makes says whether a literal gives one of the members.
func makes(n *ast.CompositeLit, names []string) bool {
	return slices.ContainsFunc(n.Elts, func(e ast.Expr) bool {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, ok := kv.Key.(*ast.Ident)
		return ok && slices.Contains(names, key.Name)
	})
}

// members are the traits as an entity has them in JSON.
func members(t *testing.T) []string {
	full := wire.Entity{ID: world.FirstDynamicID}
	v := reflect.ValueOf(&full).Elem()
	for _, name := range traits() {
		switch f := v.FieldByName(name); {
		case f.CanInt():
			f.SetInt(1)
		case f.CanUint():
			f.SetUint(1)
		case f.CanFloat():
			f.SetFloat(1)
		case f.Kind() == reflect.String:
			f.SetString("x")
		case f.Kind() == reflect.Bool:
			f.SetBool(true)
		default:
			t.Fatalf("teach this test what a %s is", f.Type())
		}
	}
	text := string(wire.NewSnapshot(&wire.Snapshot{Entities: []wire.Entity{full}}).Bytes(wire.JSON))
	var found []string
	for _, name := range traits() {
		member := strings.ToLower(name)
		if !strings.Contains(text, `"`+member+`":`) {
			t.Errorf("an entity in JSON has no %s: %s", member, text)
		}
		found = append(found, member)
	}
	for _, codec := range []wire.Codec{wire.JSON, wire.Binary} {
		m, err := wire.Decode(codec, wire.NewSnapshot(&wire.Snapshot{Entities: []wire.Entity{full}}).Payload(codec))
		if err != nil {
			t.Fatal(err)
		}
		got := m.Snapshot.Entities[0]
		full.Motion.ID = full.ID
		if !reflect.DeepEqual(got, full) {
			t.Errorf("an entity comes back from codec %v as %+v, not %+v", codec, got, full)
		}
	}
	return found
}

// part is a file's text from one place to another.
func part(t *testing.T, path, from, to string) string {
	b, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), from)
	text, _, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("%s has no %q that ends with %q", path, from, to)
	}
	return text
}
