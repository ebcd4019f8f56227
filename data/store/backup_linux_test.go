package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A full disk is told as that, and leaves nothing.
func TestBackupOnAFullDisk(t *testing.T) {
	fileOnly(t)
	dir := filepath.Join(t.TempDir(), "small")
	must(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("only where a small disk may be mounted: " + err.Error())
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	s := open(t)
	for i := range 8 {
		must(t, s.Put(bg, "w", fmt.Sprint(i), strings.Repeat(fmt.Sprint(i), 100_000)))
	}
	_, err := Backup(bg, s.Path(), filepath.Join(dir, "b"))
	wants(t, err, ErrFull, "free some space")
	good := filepath.Join(t.TempDir(), "b")
	_, err = Backup(bg, s.Path(), good)
	must(t, err)
	_, err = Restore(bg, good, filepath.Join(dir, "test.db"))
	wants(t, err, ErrFull, "free some space")
	list, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range list {
		if e.Name() != "test.db.lock" {
			t.Errorf("%s is left", e.Name())
		}
	}
}
