// Package storetest opens real stores for tests: a file in the test's own
// directory, cheap password hashes, and a look at the whole file at the end.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"hotshard/data/store"
)

// Open returns an empty store with AutoCreate that is closed, opened again and
// checked when the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "test.db"), Options())
}

// Options returns what Open uses: to be changed and given to OpenAt.
func Options() store.Options {
	return store.Options{AutoCreate: true, HashCost: store.HashCost{MemoryKiB: 8, Passes: 1}}
}

// OpenAt is Open for a path and options of the test's choice. The test may
// close the store itself.
func OpenAt(t testing.TB, path string, opt store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		Check(t, path)
	})
	return s
}

// Check opens the file at the path and fails the test where it is damaged.
func Check(t testing.TB, path string) {
	t.Helper()
	s, err := store.Open(context.Background(), path, Options())
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}
