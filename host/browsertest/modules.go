package browsertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Modules runs the tests of a page's modules, test/*.test.js, where there is node: all in
// one node, for to start it takes longer than what a file of them does. `make test-js` runs
// each in a node of its own, and shows every test.
func Modules(t *testing.T) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no node in PATH: the page's modules cannot be tested")
	}
	files, err := filepath.Glob("test/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests found: %v", err)
	}
	out, err := exec.Command(node, "--input-type=module", "--eval", importing(t, files)).CombinedOutput()
	if err != nil {
		t.Errorf("node: %v\n%s", err, out)
	}
}

// importing is a program that runs what the files have, which report by themselves, and
// whose exit code tells of a test that failed.
func importing(t *testing.T, files []string) string {
	t.Helper()
	var program strings.Builder
	for _, file := range files {
		path, err := json.Marshal("./" + filepath.ToSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		program.WriteString("await import(" + string(path) + ");\n")
	}
	return program.String()
}
