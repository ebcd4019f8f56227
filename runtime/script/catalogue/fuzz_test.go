package catalogue

import (
	"os"
	"path/filepath"
	"testing"

	"hotshard/runtime/script/code"
)

// FuzzRead reads what may stand in a file of types beside the game's schema: a set, or
// refusals that name the file.
func FuzzRead(f *testing.F) {
	const dir = "../../../scripts/types"
	schema, err := os.ReadFile(filepath.Join(dir, "schema.lua"))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "return {}", "return 7", "local t = {} t.t = t return t", "while true do end", `return {{id = 1, name = "A"}}`, "return setmetatable({}, {__index = error})",
		`return {category = "ship", {id = 0/0, name = "\0"}}`, "return {[1/0] = {}}", `return ("x"):rep(1e8)`} {
		f.Add([]byte(text))
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 4096 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		set, wrong := Read(code.NewRelease(1, map[string][]byte{SchemaPath: schema, "types/fuzzed.lua": text}))
		if (set == nil) != (len(wrong) > 0) {
			t.Fatalf("%v with %v", set, wrong)
		}
		for _, w := range wrong {
			if w.File == "" || w.Message == "" {
				t.Errorf("a refusal that names nothing: %+v", w)
			}
		}
	})
}
