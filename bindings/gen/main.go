// Command gen writes bindings/API.md, the editor stubs in bindings/library and the
// tables of events in the protocol's document.
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

const protocol = "runtime/gate/wire/PROTOCOL.md"

func main() {
	files := map[string]string{}
	for path, text := range bindings.Documents() {
		files[filepath.Join("bindings", path)] = text
	}
	old, err := os.ReadFile(protocol)
	if err != nil {
		fail(err)
	}
	if files[protocol], err = bindings.Protocol(string(old)); err != nil {
		fail(err)
	}
	for path, text := range files {
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
