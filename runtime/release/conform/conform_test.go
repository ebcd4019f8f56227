package conform

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSuite runs a suite that is given from outside.
func TestSuite(t *testing.T) {
	path := os.Getenv("HOTSHARD_CONFORM")
	if path == "" {
		t.Skip("only with HOTSHARD_CONFORM, a file of cases")
	}
	runCases(t, path)
}

// TestOwnCases runs the project's own cases.
func TestOwnCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatal("no case files in testdata", err)
	}
	for _, path := range paths {
		runCases(t, path)
	}
}

func runCases(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.ID] {
			t.Errorf("%s: two cases are called %s", path, c.ID)
		}
		seen[c.ID] = true
		t.Run(c.ID, func(t *testing.T) {
			if line, ok := verdict(c); !ok {
				t.Error(line)
			}
		})
	}
}
