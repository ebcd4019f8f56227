// Command gen writes bindings/API.md and the editor stubs in bindings/library.
// Run it from the root of the repository after changing a binding:
//
//	go run ./bindings/gen
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"hotshard/bindings"
)

func main() {
	for path, text := range bindings.Documents() {
		path = filepath.Join("bindings", path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			fail(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
