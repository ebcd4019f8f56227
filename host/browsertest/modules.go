package browsertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Modules runs the tests of a page's modules, test/*.test.js, where there is node.
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
	out, err := exec.Command(node, append([]string{"--test"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
