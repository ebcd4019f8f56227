package conform

import (
	"os"
	"testing"
)

// TestShared runs a suite that is given from outside.
func TestSuite(t *testing.T) {
	path := os.Getenv("HOTSHARD_CONFORM")
	if path == "" {
		t.Skip("set HOTSHARD_CONFORM to a case file")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			if line, ok := verdict(c); !ok {
				t.Error(line)
			}
		})
	}
}
