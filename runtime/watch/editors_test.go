package watch

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The write patterns of editors and tools, case E of the reload suite. Where
// time decides, the clock is turned by hand; where events decide, they are real.

func TestE01RenameOver(t *testing.T) {
	b := byEvents(t, "", map[string]string{"m.lua": "one"})
	for _, content := range []string{"two", "three"} { // the second save finds the watch alive
		b.must(os.WriteFile(b.path("4913"), nil, 0o644))
		b.must(os.Remove(b.path("4913")))
		b.must(os.Rename(b.path("m.lua"), b.path("m.lua~")))
		b.write("m.lua", content)
		b.must(os.Remove(b.path("m.lua~")))
		b.changed(b.heard("m.lua"), map[string]string{"m.lua": content})

		b.write(".m.lua.new", content+"!")
		b.must(os.Rename(b.path(".m.lua.new"), b.path("m.lua")))
		b.changed(b.heard("m.lua"), map[string]string{"m.lua": content + "!"})
	}
	b.quiet("after the saves")
}

func TestE02TruncateThenWrite(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	b.must(os.Truncate(b.path("m.lua"), 0))
	b.see()
	b.later(49 * time.Millisecond)
	b.nothing("while it is empty")
	b.write("m.lua", "two")
	b.see()
	b.later(49 * time.Millisecond)
	b.nothing("before it has settled")
	b.later(time.Millisecond)
	batch := b.take()
	b.changed(batch, map[string]string{"m.lua": "two"})
	b.holds(batch)
}

func TestE03SlowWriter(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	chunk := strings.Repeat("x", 10_000)
	for i := 1; i <= 20; i++ {
		b.write("m.lua", strings.Repeat(chunk, i))
		b.see()
		b.later(20 * time.Millisecond)
		b.nothing(fmt.Sprintf("after chunk %d", i))
	}
	b.later(30 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": strings.Repeat(chunk, 20)})
}

func TestE04LeftEmpty(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	b.must(os.Truncate(b.path("m.lua"), 0))
	b.see()
	b.later(50 * time.Millisecond)
	batch := b.take()
	b.holds(batch, "W-EMPTY m.lua")
	b.changed(batch, nil)
	b.see()
	b.later(time.Second)
	b.nothing("after the hold was told once")
	if holds := b.Status().Holds; len(holds) != 1 || holds[0].Code != Empty {
		t.Errorf("standing holds %v", holds)
	}
	b.write("m.lua", "one")
	b.see()
	b.later(50 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": "one"})
	if holds := b.Status().Holds; len(holds) != 0 {
		t.Errorf("standing holds %v", holds)
	}
}

func TestE05TouchAndE06SameTimes(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	stamp := time.Unix(1_700_000_000, 0)
	b.must(os.Chtimes(b.path("m.lua"), stamp, stamp))
	b.quiet("after a touch")
	b.write("m.lua", "two") // the same size
	b.must(os.Chtimes(b.path("m.lua"), stamp, stamp))
	b.see()
	b.later(50 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": "two"})
}

func TestE07ThereAndBack(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	b.write("m.lua", "two")
	b.see()
	b.later(30 * time.Millisecond)
	b.write("m.lua", "one")
	b.see()
	b.later(time.Second)
	b.nothing("after it went back")

	b.write("new.lua", "x")
	b.see()
	b.must(os.Remove(b.path("new.lua")))
	b.see()
	b.later(time.Second)
	b.nothing("after a file came and went")
	if s := b.Status(); s.Pending != 0 || s.Files != 1 {
		t.Errorf("status %+v", s)
	}
}

func TestE08Droppings(t *testing.T) {
	b := byEvents(t, "", map[string]string{"m.lua": "one"})
	for _, p := range []string{"4913", ".m.lua.swp", "m.lua~", "#m.lua#", "m.lua.tmp", ".hidden.lua", "#x.lua", ".git/hook.lua", "notes.txt", ".lua"} {
		b.write(p, "return")
	}
	b.must(os.Symlink("somebody@host.1234", b.path(".#m.lua")))
	b.must(os.Symlink("nowhere", b.path("dangling.lua")))
	b.quiet("with droppings about")
	b.write("m.lua", "two")
	b.changed(b.heard("m.lua"), map[string]string{"m.lua": "two"})
	if s := b.Status(); s.Files != 1 {
		t.Errorf("%d files, want 1", s.Files)
	}
}

func TestE09Checkout(t *testing.T) {
	files := map[string]string{"kept.lua": "kept"}
	for i := range 40 {
		files[fmt.Sprintf("lib/f%02d.lua", i)] = "old"
	}
	b := byHand(t, files)
	want := map[string]string{}
	for i := range 40 {
		p := fmt.Sprintf("lib/f%02d.lua", i)
		want[p] = "new"
		b.must(os.Remove(b.path(p))) // git removes, then writes
		b.see()
		b.write(p, "new")
		b.see()
		b.later(300 * time.Millisecond / 40)
		b.nothing("amid the checkout")
	}
	b.later(50 * time.Millisecond)
	b.changed(b.take(), want)
	b.quiet("after the checkout")
}

func TestE09CheckoutByEvents(t *testing.T) {
	b := byEvents(t, "", nil)
	want := map[string]string{}
	for i := range 40 {
		p := fmt.Sprintf("lib/deep/f%02d.lua", i) // the folders are new as well
		b.write(p, "new")
		want[p] = "new"
	}
	b.changed(b.heard(slices.Collect(maps.Keys(want))...), want)
	b.quiet("after the checkout")
}

func TestE12BytesAreKept(t *testing.T) {
	b := byHand(t, nil)
	b.write("m.lua", "\xef\xbb\xbflocal M = {}\r\nreturn M\r\n")
	b.see()
	b.later(50 * time.Millisecond)
	b.changed(b.take(), map[string]string{"m.lua": "\xef\xbb\xbflocal M = {}\r\nreturn M\r\n"})
}

func TestE14RenameInOneBatch(t *testing.T) {
	b := byEvents(t, "", map[string]string{"m.lua": "m", "user.lua": `require "m"`})
	b.must(os.Rename(b.path("m.lua"), b.path("n.lua")))
	b.write("user.lua", `require "n"`)
	batch := b.heard("m.lua", "n.lua", "user.lua")
	b.changed(batch, map[string]string{"n.lua": "m", "user.lua": `require "n"`})
	b.holds(batch, "W-FILE-GONE m.lua")
	if len(batch.Gone) != 1 || batch.Gone[0] != "m.lua" {
		t.Errorf("gone %v", batch.Gone)
	}
}

func TestE17Noise(t *testing.T) {
	b := byHand(t, map[string]string{"m.lua": "one"})
	write := func(i int) { b.write("noisy.lua", fmt.Sprint("-- ", i)) }
	for i := range 100 { // 10 ms each: never at rest
		write(i)
		b.see()
		b.nothing("before the cap")
		b.later(10 * time.Millisecond)
	}
	write(100)
	b.see()
	b.changed(b.take(), map[string]string{"noisy.lua": "-- 100"}) // by the cap
	b.write("m.lua", "two")
	for i := range 5 {
		write(200 + i)
		b.see()
		b.nothing("before the edit has settled")
		b.later(10 * time.Millisecond)
	}
	write(300)
	b.see()
	b.changed(b.take(), map[string]string{"m.lua": "two"}) // the neighbour does not hold it up
}

func TestACalmFileWaitsForOthersUpToTheCap(t *testing.T) {
	b := byHand(t, nil)
	b.write("a.lua", "a")
	for i := range 100 {
		b.write("slow.lua", strings.Repeat("x", i+1))
		b.see()
		b.nothing("before the cap")
		b.later(10 * time.Millisecond)
	}
	b.write("slow.lua", "done")
	b.see()
	b.changed(b.take(), map[string]string{"a.lua": "a"})
	b.changed(b.take(), map[string]string{"slow.lua": "done"})
}
