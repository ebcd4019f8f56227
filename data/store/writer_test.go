package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// together sends the changes so that they are one group, and returns what each
// was told.
func together(t *testing.T, s *Store, fns ...func() error) []error {
	t.Helper()
	release := hold(s)
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() { errs[i] = fn() })
		queued(s, i+1) // in this order
	}
	release()
	wg.Wait()
	return errs
}

func put(s *Store, key string) func() error {
	return func() error { return s.Put(bg, "w", key, key) }
}

func has(t *testing.T, s *Store, key string) bool {
	t.Helper()
	v, err := s.Get(bg, "w", key)
	must(t, err)
	return v != nil
}

func TestOneCommitForAGroup(t *testing.T) {
	s := open(t)
	var fns []func() error
	for i := range 50 {
		fns = append(fns, put(s, fmt.Sprint(i)))
	}
	for _, err := range together(t, s, fns...) {
		must(t, err)
	}
	st := s.Stats()
	if st.Commits != 2 || st.Largest != 50 || st.Changes != 51 || st.Refused != 0 || st.Queue != 0 || st.QueueCap != 1024 {
		t.Errorf("51 changes in 2 commits, but %+v", st)
	}
	if st.CommitP50 <= 0 || st.CommitP99 < st.CommitP50 || st.CommitMax < st.CommitP99 {
		t.Errorf("commit times %v %v %v", st.CommitP50, st.CommitP99, st.CommitMax)
	}
}

func TestGroupIsBounded(t *testing.T) {
	opt := testOptions()
	opt.Group = 8
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	var fns []func() error
	for i := range 20 {
		fns = append(fns, put(s, fmt.Sprint(i)))
	}
	together(t, s, fns...)
	if st := s.Stats(); st.Largest != 8 || st.Commits != 1+3 {
		t.Errorf("20 changes in groups of 8: %+v", st)
	}
}

// One that fails, having written already, leaves nothing; its neighbours stay.
func TestAFailureIsItsOwn(t *testing.T) {
	s := open(t)
	broken := errors.New("broken")
	errs := together(t, s, put(s, "a"), func() error {
		return s.change(bg, "test", func(t *tx) error {
			_, err := t.exec(upsertValue, "w", "half", "1")
			return errors.Join(err, broken)
		})
	}, put(s, "b"))
	must(t, errs[0])
	must(t, errs[2])
	if !errors.Is(errs[1], broken) {
		t.Errorf("told %v", errs[1])
	}
	if !has(t, s, "a") || !has(t, s, "b") || has(t, s, "half") {
		t.Error("wrong keys are there")
	}
}

// limitPages makes the disk as full as the test wants it: n pages fit besides
// those there are.
func limitPages(t *testing.T, s *Store, n int) {
	t.Helper()
	release := hold(s)
	defer release()
	var pages int
	must(t, s.writer.conn.QueryRowContext(bg, "PRAGMA page_count").Scan(&pages))
	must(t, s.writer.conn.QueryRowContext(bg, fmt.Sprintf("PRAGMA max_page_count = %d", pages+n)).Scan(&pages))
}

func TestFullDisk(t *testing.T) {
	fileOnly(t)
	s := open(t)
	must(t, s.Put(bg, "w", "before", 1.0))
	limitPages(t, s, 4)
	big := func() error { return s.Put(bg, "w", "big", strings.Repeat("x", 100_000)) }
	mine := fail("test", ErrNotEnough, "not enough")
	refused := func() error { return s.change(bg, "test", func(*tx) error { return mine }) }
	errs := together(t, s, put(s, "a"), refused, big, put(s, "b"), refused)
	must(t, errs[0])
	wants(t, errs[1], ErrNotEnough)
	wants(t, errs[2], ErrFull, "free some space", s.Path())
	must(t, errs[3])
	wants(t, errs[4], ErrNotEnough)
	if !has(t, s, "a") || !has(t, s, "b") || has(t, s, "big") || !has(t, s, "before") {
		t.Error("wrong keys are there")
	}
	limitPages(t, s, 1000)
	must(t, big())
}

// A change whose caller gave up before it began is not made; the others are.
func TestGivingUp(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(bg)
	gone := make(chan error, 1)
	release := hold(s)
	go func() { gone <- s.Put(ctx, "w", "gone", 1.0) }()
	queued(s, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("told %v", err)
	}
	release()
	must(t, s.Put(bg, "w", "stays", 1.0))
	if has(t, s, "gone") || !has(t, s, "stays") {
		t.Error("wrong keys are there")
	}
}

// A caller that gives up while its change is being made learns how that ended.
func TestGivingUpTooLate(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(bg)
	must(t, s.change(ctx, "test", func(t *tx) error {
		cancel()
		_, err := t.exec(upsertValue, "w", "done", "1")
		return err
	}))
	if !has(t, s, "done") {
		t.Error("told it was done, and it is not there")
	}
}

// A full queue makes callers wait, and only as long as they want to.
func TestFullQueue(t *testing.T) {
	opt := testOptions()
	opt.Queue = 2
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	release := hold(s)
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { fine(t, s.Put(bg, "w", fmt.Sprint(i), 1.0)) })
	}
	queued(s, 2)
	if st := s.Stats(); st.QueueCap != opt.Queue || st.Queue != opt.Queue {
		t.Fatalf("%d of %d wait, in a queue of %d", st.Queue, st.QueueCap, opt.Queue)
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if err := s.Put(ctx, "w", "x", 1.0); !errors.Is(err, context.Canceled) {
		t.Errorf("told %v", err)
	}
	release()
	wg.Wait()
}

// Close keeps its promise to everybody who was let in, and lets nobody else in.
func TestCloseDrains(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	release := hold(s)
	for i := range 20 {
		wg.Go(func() { fine(t, s.Put(bg, "w", fmt.Sprint(i), 1.0)) })
	}
	queued(s, 20)
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	release()
	must(t, <-closed)
	wg.Wait()
	must(t, s.Close())
	wants(t, s.Put(bg, "w", "late", 1.0), ErrClosed)
	_, err := s.Get(bg, "w", "1")
	wants(t, err, ErrClosed)

	again := openAt(t, s.Path(), testOptions())
	for i := range 20 {
		if !has(t, again, fmt.Sprint(i)) {
			t.Errorf("%d was lost", i)
		}
	}
}

// Many goroutines at once, closed in the middle: told done means there.
func TestToldDoneIsThere(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	done := make([]int, 16)
	for g := range done {
		wg.Go(func() {
			for i := 0; ; i++ {
				err := s.Put(bg, "w", fmt.Sprintf("%d-%d", g, i), 1.0)
				if errors.Is(err, ErrClosed) {
					return
				}
				fine(t, err)
				done[g] = i + 1
				if g == 0 && i == 20 {
					go s.Close()
				}
			}
		})
	}
	wg.Wait()
	must(t, s.Close())
	again := openAt(t, s.Path(), testOptions())
	for g, n := range done {
		for i := range n {
			if !has(t, again, fmt.Sprintf("%d-%d", g, i)) {
				t.Errorf("%d-%d was lost", g, i)
			}
		}
	}
}

// A clean stop leaves the one file, which can be copied as it is.
func TestCloseLeavesOneFile(t *testing.T) {
	fileOnly(t)
	s := open(t)
	must(t, put(s, "a")())
	must(t, s.Close())
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(s.Path() + suffix); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left over (%v)", suffix, err)
		}
	}
}
