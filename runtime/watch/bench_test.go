package watch

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// BenchmarkSaveToBatch is the time from a save to its batch, the 50 ms of
// settling included.
func BenchmarkSaveToBatch(b *testing.B) {
	root := b.TempDir()
	w, err := New(Config{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	for i := 0; b.Loop(); i++ {
		os.WriteFile(root+"/m.lua", fmt.Appendf(nil, "-- %d", i), 0o644)
		<-w.Batches()
	}
}

// BenchmarkScan reads a tree of 200 files of 4 KiB that did not change.
func BenchmarkScan(b *testing.B) {
	root := b.TempDir()
	content := make([]byte, 4096)
	for i := range content {
		content[i] = 'x'
	}
	for i := range 200 {
		os.WriteFile(fmt.Sprintf("%s/f%d.lua", root, i), content, 0o644)
	}
	w, err := New(Config{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	for b.Loop() {
		w.Scan(context.Background())
	}
}
