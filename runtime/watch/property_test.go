package watch

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNothingIsLost writes at random, as people and tools do, and requires that
// a receiver who only follows the batches ends with what is on disk: by polling
// and by events, whatever was interleaved with whatever.
func TestNothingIsLost(t *testing.T) {
	for _, mode := range []Mode{Poll, Inotify} {
		t.Run(string(mode), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) { writeAtRandom(t, r, mode) })
		})
	}
}

func writeAtRandom(t *testing.T, r *rapid.T, mode Mode) {
	root, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{Root: root, Mode: mode, Settle: 200 * time.Microsecond, Cap: 2 * time.Millisecond,
		Poll: time.Millisecond, Backstop: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	known := receiver{files: map[string]string{}}
	go known.follow(w.Batches())
	for i := range rapid.IntRange(1, 40).Draw(r, "steps") {
		randomWrite(r, root, i)
	}
	want := onDisk(t, root)
	for deadline := time.Now().Add(3 * time.Minute); !known.equals(want); runtime.Gosched() {
		if time.Now().After(deadline) {
			r.Fatalf("the receiver knows %v, on disk is %v", known.files, want)
		}
	}
	if err := w.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !known.equals(want) {
		r.Errorf("after it knew everything, the receiver was told otherwise: %v, on disk is %v", known.files, want)
	}
}

// receiver knows only what the batches told it.
type receiver struct {
	mu    sync.Mutex
	files map[string]string
}

func (r *receiver) follow(batches <-chan Batch) {
	for b := range batches {
		r.mu.Lock()
		for p, content := range b.Changed {
			r.files[p] = string(content)
		}
		for _, p := range b.Gone {
			delete(r.files, p)
		}
		r.mu.Unlock()
	}
}

func (r *receiver) equals(files map[string]string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Equal(r.files, files)
}

var randomPaths = []string{"a.lua", "b.lua", "lib/a.lua", "lib/deep/c.lua", "other/d.lua", "a.txt", ".a.lua"}

// randomWrite does one thing to the tree. What cannot be done is not done.
func randomWrite(r *rapid.T, root string, step int) {
	at := func(name string) string {
		return filepath.Join(root, rapid.SampledFrom(randomPaths).Draw(r, name))
	}
	p := at("path")
	content := []byte(fmt.Sprintf("-- %d", rapid.IntRange(0, 3).Draw(r, "content")))
	switch rapid.IntRange(0, 7).Draw(r, "kind") {
	case 0, 1:
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.WriteFile(p, content, 0o644)
	case 2: // vim
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.Rename(p, p+"~")
		os.WriteFile(p, content, 0o644)
		os.Remove(p + "~")
	case 3: // a temporary file renamed over
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.WriteFile(p+".tmp", content, 0o644)
		os.Rename(p+".tmp", p)
	case 4:
		os.Remove(p)
	case 5:
		os.Rename(p, at("to"))
	case 6:
		os.RemoveAll(filepath.Join(root, "lib"))
	case 7:
		os.Rename(filepath.Join(root, "lib"), filepath.Join(root, fmt.Sprintf("moved%d", step)))
	}
}

// onDisk reads the scripts by other means than the watcher.
func onDisk(t *testing.T, root string) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".lua" || d.Name()[0] == '.' {
			return err
		}
		content, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		files[filepath.ToSlash(rel)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
