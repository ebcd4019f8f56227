package store

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var bg = context.Background()

// test is why things move in tests.
var test = Why{Cause: "test"}

// clock is a time that moves when the test says so.
type clock struct{ t time.Time }

func newClock() *clock { return &clock{time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

func testOptions() Options {
	return Options{AutoCreate: true, HashCost: HashCost{MemoryKiB: 8, Passes: 1}}
}

// hasty does not wait for a database that another server has.
func hasty() Options {
	opt := testOptions()
	opt.BusyTimeout = 50 * time.Millisecond
	return opt
}

// open returns an empty store that is checked and closed at the test's end.
func open(t testing.TB) *Store {
	return openAt(t, filepath.Join(t.TempDir(), "test.db"), testOptions())
}

func openAt(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s, err := openPlain(t, path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !s.writer.isClosed() {
			if err := s.Check(bg); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openPlain opens the store of a path, and does no more.
func openPlain(t testing.TB, path string, opt Options) (*Store, error) {
	opt.Dir = cmp.Or(opt.Dir, dirOf(path))
	return Open(bg, place(t, path), opt)
}

// player registers a character to own things.
func player(t testing.TB, s *Store, name string) Character {
	t.Helper()
	c, err := s.Register(bg, name, "long enough", Character{System: 30000142, Ship: "Velator"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fine is must for goroutines other than the test's own.
func fine(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// wants fails the test unless the error is of the kind and says all the words.
func wants(t testing.TB, err error, kind Kind, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

// hold keeps the writer busy until the returned function is called, so that what
// a test sends in between is one group.
func hold(s *Store) (release func()) {
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		first := true
		_ = s.change(bg, "hold", func(*tx) error {
			if first {
				first = false
				close(entered)
				<-leave
			}
			return nil
		})
	}()
	<-entered
	return func() { close(leave); <-done }
}

// queued waits until n requests are in the writer's queue.
func queued(s *Store, n int) {
	for len(s.writer.queue) < n {
		runtime.Gosched()
	}
}
