package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestE10RootLinkIsTurned(t *testing.T) {
	base := t.TempDir()
	b := &bench{T: t, root: base}
	for _, p := range []string{"releases/1/scripts/same.lua", "releases/1/scripts/m.lua", "releases/1/scripts/gone.lua",
		"releases/2/scripts/same.lua", "releases/2/scripts/m.lua", "releases/2/scripts/lib/new.lua"} {
		b.write(p, p)
	}
	b.write("releases/1/scripts/same.lua", "same")
	b.write("releases/2/scripts/same.lua", "same")
	b.must(os.Symlink("releases/1", b.path("current")))
	b = byEvents(t, filepath.Join(base, "current", "scripts"), nil)

	turn := func(to string) {
		b.must(os.Symlink(to, filepath.Join(base, "next")))
		b.must(os.Rename(filepath.Join(base, "next"), filepath.Join(base, "current")))
	}
	turn("releases/2")
	batch := b.heard("m.lua", "lib/new.lua", "gone.lua")
	b.changed(batch, map[string]string{"m.lua": "releases/2/scripts/m.lua", "lib/new.lua": "releases/2/scripts/lib/new.lua"})
	b.holds(batch, "W-FILE-GONE gone.lua")
	b.write("m.lua", "edited") // through the link: the new folders are watched
	b.changed(b.heard("m.lua"), map[string]string{"m.lua": "edited"})
	turn("releases/1")
	batch = b.heard("m.lua", "lib/new.lua", "gone.lua")
	b.changed(batch, map[string]string{"m.lua": "releases/1/scripts/m.lua", "gone.lua": "releases/1/scripts/gone.lua"})
	b.holds(batch, "W-FILE-GONE lib/new.lua")
}

func TestE10ConfigMap(t *testing.T) {
	root := t.TempDir()
	b := &bench{T: t, root: root}
	b.write("..1/m.lua", "one")
	b.write("..2/m.lua", "two")
	b.must(os.Symlink("..1", b.path("..data")))
	b.must(os.Symlink("..data/m.lua", b.path("m.lua")))
	b = byEvents(t, root, nil)
	if s := b.Status(); s.Files != 1 {
		t.Fatalf("%d files, want 1", s.Files)
	}
	b.must(os.Symlink("..2", b.path("..data_tmp")))
	b.must(os.Rename(b.path("..data_tmp"), b.path("..data")))
	b.changed(b.heard("m.lua"), map[string]string{"m.lua": "two"})
	b.write("..2/m.lua", "three") // what a linked script leads to is watched
	b.changed(b.heard("m.lua"), map[string]string{"m.lua": "three"})
}

func TestFoldersComeAndGo(t *testing.T) {
	b := byEvents(t, "", map[string]string{"a/one.lua": "1", "a/b/two.lua": "2"})
	b.must(os.Rename(b.path("a"), b.path("c")))
	batch := b.heard("c/one.lua", "c/b/two.lua", "a/one.lua", "a/b/two.lua")
	b.changed(batch, map[string]string{"c/one.lua": "1", "c/b/two.lua": "2"})
	b.holds(batch, "W-FILE-GONE a/b/two.lua", "W-FILE-GONE a/one.lua")
	b.write("c/b/two.lua", "22")
	b.changed(b.heard("c/b/two.lua"), map[string]string{"c/b/two.lua": "22"})
	b.must(os.Rename(b.path("c"), b.path("away")))
	b.must(os.Rename(b.path("away"), b.path("c")))
	b.write("c/one.lua", "11")
	b.changed(b.heard("c/one.lua"), map[string]string{"c/one.lua": "11"})
	b.must(os.RemoveAll(b.path("c")))
	b.holds(b.heard("c/one.lua", "c/b/two.lua"), "W-FILE-GONE c/b/two.lua", "W-FILE-GONE c/one.lua")
	b.write("x.lua/y.lua", "a folder may be called so")
	b.changed(b.heard("x.lua/y.lua"), map[string]string{"x.lua/y.lua": "a folder may be called so"})
}

func TestLinkedFolderAndCycle(t *testing.T) {
	shared := t.TempDir()
	b := byEvents(t, "", map[string]string{"m.lua": "m"})
	other := &bench{T: t, root: shared}
	other.write("s.lua", "s")
	b.must(os.Symlink(shared, b.path("shared")))
	b.must(os.Symlink(".", b.path("loop")))
	b.changed(b.heard("shared/s.lua"), map[string]string{"shared/s.lua": "s"})
	other.write("s.lua", "t")
	b.changed(b.heard("shared/s.lua"), map[string]string{"shared/s.lua": "t"})
}

func TestRootGoesAndComesBack(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "scripts")
	b := byEvents(t, root, map[string]string{"m.lua": "one", "n.lua": "n"})
	b.must(os.Rename(root, root+".old"))
	b.holds(b.heard("."), "W-READ .") // nothing is gone: the root cannot be read
	b.write("m.lua", "two")
	b.write("n.lua", "n")
	batch := b.heard("m.lua")
	b.changed(batch, map[string]string{"m.lua": "two"})
	b.holds(batch)
	b.write("m.lua", "three")
	b.changed(b.heard("m.lua"), map[string]string{"m.lua": "three"})
	if holds := b.Status().Holds; len(holds) != 0 {
		t.Errorf("standing holds %v", holds)
	}
}

func TestFolderThatCannotBeReadKeepsItsFiles(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("only for those who are not root, to whom nothing is closed")
	}
	b := byEvents(t, "", map[string]string{"lib/m.lua": "one"})
	b.must(os.Chmod(b.path("lib"), 0))
	t.Cleanup(func() { os.Chmod(b.path("lib"), 0o755) })
	batch := b.heard("lib")
	for _, h := range batch.Holds {
		if h.Code != Read {
			t.Errorf("hold %v", h)
		}
	}
	b.must(os.Chmod(b.path("lib"), 0o755))
	b.write("lib/m.lua", "two")
	b.changed(b.heard("lib/m.lua"), map[string]string{"lib/m.lua": "two"})
}

func TestTooDeepIsSaid(t *testing.T) {
	b := byHand(t, nil)
	b.write(strings.Repeat("d/", maxDepth+2)+"m.lua", "m")
	b.see()
	b.later(50 * time.Millisecond)
	b.holds(b.take(), "W-READ "+strings.TrimSuffix(strings.Repeat("d/", maxDepth), "/"))
	b.must(os.RemoveAll(b.path("d")))
	b.quiet("after it was removed")
	if holds := b.Status().Holds; len(holds) != 0 {
		t.Errorf("standing holds %v", holds)
	}
}

func TestE13WhatCannotBeReadIsHeld(t *testing.T) {
	b := byHand(t, map[string]string{"loop.lua": "one", "big.lua": "one", "bin.lua": "one", "latin.lua": "one", "pipe.lua": "one"})
	b.must(os.Remove(b.path("loop.lua")))
	b.must(os.Symlink("loop.lua", b.path("loop.lua"))) // ELOOP, even for root
	b.write("big.lua", strings.Repeat("x", maxFile+1))
	b.write("bin.lua", "\x1bLua\x00")
	b.write("latin.lua", "-- a\n-- caf\xe9\n")
	b.must(os.Remove(b.path("pipe.lua")))
	b.must(syscall.Mkfifo(b.path("pipe.lua"), 0o644))
	b.see()
	b.later(50 * time.Millisecond)
	batch := b.take()
	b.changed(batch, nil)
	b.holds(batch, "W-READ big.lua", "W-READ bin.lua", "W-READ latin.lua", "W-READ loop.lua", "W-READ pipe.lua")
	for _, h := range batch.Holds {
		if h.Path == "latin.lua" && !strings.Contains(h.Detail, "line 2") {
			t.Errorf("the line is not named: %v", h)
		}
	}
	if n := len(b.Status().Holds); n != 5 {
		t.Errorf("%d standing holds, want 5", n)
	}
}

func TestE13Retry(t *testing.T) {
	clock := newHandClock()
	b := watchTree(t, Config{Clock: clock, Backstop: time.Hour, Mode: Inotify,
		open: func() (source, error) { return newDeafSource(), nil }}, map[string]string{"m.lua": "one"})
	b.clock = clock
	b.must(os.Rename(b.path("m.lua"), b.path("kept")))
	b.must(os.Symlink("m.lua", b.path("m.lua")))
	b.see()
	b.later(50 * time.Millisecond)
	b.holds(b.take(), "W-READ m.lua")
	b.must(os.Rename(b.path("kept"), b.path("m.lua"))) // no event, no scan: only the retry can find it
	b.write("m.lua", "two")
	b.later(DefaultPoll)
	for b.Status().Pending == 0 {
	}
	b.later(50 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": "two"})
}

func TestE11Overflow(t *testing.T) {
	deaf, clock := newDeafSource(), newHandClock()
	b := watchTree(t, Config{Mode: Inotify, Clock: clock, Backstop: 1000 * time.Hour,
		open: func() (source, error) { return deaf, nil }}, map[string]string{"m.lua": "one", "lib/n.lua": "n"})
	b.clock = clock
	b.write("m.lua", "two")
	b.must(os.Remove(b.path("lib/n.lua")))
	deaf.errs <- fsnotify.ErrEventOverflow
	batch := b.heard("m.lua", "lib/n.lua")
	b.changed(batch, map[string]string{"m.lua": "two"})
	b.holds(batch, "W-FILE-GONE lib/n.lua")
	if !batch.Rescan {
		t.Error("the batch does not say that everything was read again")
	}
	b.write("m.lua", "three")
	deaf.events <- fsnotify.Event{Name: b.path("m.lua"), Op: fsnotify.Write}
	if batch = b.heard("m.lua"); batch.Rescan {
		t.Error("the next batch says it again")
	}
	b.changed(batch, map[string]string{"m.lua": "three"})
}

func TestE16SilentFileSystem(t *testing.T) {
	clock := newHandClock()
	b := watchTree(t, Config{Mode: Auto, Clock: clock,
		open: func() (source, error) { return newDeafSource(), nil }}, map[string]string{"m.lua": "one"})
	b.clock = clock
	save := func(content string) {
		b.write("m.lua", content)
		before := b.Status().Scans
		b.later(5 * time.Second) // the backstop
		for b.Status().Scans == before {
		}
		b.later(50 * time.Millisecond)
		b.changed(b.take(), map[string]string{"m.lua": content})
	}
	save("two")
	save("three")
	if s := b.Status(); s.Mode != Inotify {
		t.Fatalf("gave up too early: %s", s.Reason)
	}
	before := b.Status().Scans
	b.later(5 * time.Second)
	for b.Status().Scans == before {
	}
	s := b.Status()
	if s.Mode != Poll || !strings.Contains(s.Reason, "m.lua") {
		t.Fatalf("mode %s, reason %q: still waits for events", s.Mode, s.Reason)
	}
	b.write("m.lua", "four")
	b.later(DefaultPoll)
	for b.Status().Pending == 0 {
	}
	b.later(50 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": "four"})
	if age := b.Status().ScanAge; age > DefaultPoll {
		t.Errorf("the last scan was %v ago", age)
	}
}

func TestNoInotifyToBeHad(t *testing.T) {
	b := watchTree(t, Config{Settle: time.Millisecond, Poll: time.Millisecond,
		open: func() (source, error) { return nil, errors.New("too many open files") }}, map[string]string{"m.lua": "one"})
	if s := b.Status(); s.Mode != Poll || !strings.Contains(s.Reason, "too many") {
		t.Fatalf("mode %s, reason %q", s.Mode, s.Reason)
	}
	b.write("m.lua", "two")
	b.changed(b.take(), map[string]string{"m.lua": "two"})
}

func TestRootThatIsNone(t *testing.T) {
	dir := t.TempDir()
	for _, root := range []string{"", filepath.Join(dir, "none"), os.Args[0]} {
		if w, err := New(Config{Root: root}); err == nil {
			w.Close()
			t.Errorf("root %q is accepted", root)
		}
	}
}

func TestScanAndWaitSettled(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	os.WriteFile(filepath.Join(root, "m.lua"), []byte("one"), 0o644)
	w, err := New(Config{Root: root, Settle: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, Watcher: w, root: root}
	batch, err := w.Scan(ctx)
	b.must(err)
	b.changed(batch, map[string]string{"m.lua": "one"})
	batch, err = w.Scan(ctx)
	b.must(err)
	if !batch.Empty() {
		t.Errorf("a second scan finds %v", batch)
	}
	b.must(w.WaitSettled(ctx)) // nothing to wait for

	b.write("m.lua", "two")
	settled := make(chan error, 1)
	go func() { settled <- w.WaitSettled(ctx) }()
	b.changed(b.take(), map[string]string{"m.lua": "two"})
	b.must(<-settled)

	b.write("m.lua", "three")
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := w.WaitSettled(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("WaitSettled: %v", err)
	}
	b.must(w.Close())
	b.must(w.Close())
	if _, ok := <-w.Batches(); ok {
		t.Error("a batch after the end")
	}
	if _, err := w.Scan(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("Scan after Close: %v", err)
	}
	if err := w.WaitSettled(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("WaitSettled after Close: %v", err)
	}
}

func TestSpeculate(t *testing.T) {
	var early []string
	clock := newHandClock()
	b := watchTree(t, Config{Mode: Poll, Poll: time.Hour, Clock: clock,
		Speculate: func(p string, content []byte) { early = append(early, p+"="+string(content)) }}, map[string]string{"m.lua": "one"})
	b.clock = clock
	b.write("m.lua", "two")
	b.see()
	b.nothing("before it has settled")
	b.must(b.ask(context.Background(), func() {
		if got := strings.Join(early, " "); got != "m.lua=one m.lua=two" {
			t.Errorf("told early: %s", got)
		}
	}))
}
