package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzUnpack unpacks what may be given as a backup: all of a database, or an error that
// says what is wrong with the file.
func FuzzUnpack(f *testing.F) {
	dir := f.TempDir()
	database, file := filepath.Join(dir, "some.db"), filepath.Join(dir, "some.backup")
	if err := os.WriteFile(database, bytes.Repeat([]byte("a page of a database "), 500), 0o600); err != nil {
		f.Fatal(err)
	}
	if _, err := pack(database, file, BackupHead{Shard: "nord", From: "sqlite"}); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append(bytes.Clone(good), 0))
	f.Add(skipFrame([]byte(`{"format":"hotshard backup 2"}`)))
	f.Add([]byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		from, to := filepath.Join(dir, "fuzzed"), filepath.Join(dir, "unpacked")
		if err := os.WriteFile(from, b, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(to)
		err := unpack("restore", from, to)
		var told *Error
		switch {
		case err != nil && !errors.As(err, &told):
			t.Errorf("an error that says nothing: %v", err)
		case err == nil:
			if info, err := os.Stat(to); err != nil || info.Size() > 1<<20 {
				t.Errorf("unpacked %v, %v", info, err)
			}
		}
	})
}
