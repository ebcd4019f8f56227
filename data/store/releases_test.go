package store

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func addRelease(t testing.TB, s *Store, files map[string][]byte) Release {
	t.Helper()
	r, err := s.AddRelease(bg, Release{Author: "anna", Note: "why", Files: files})
	must(t, err)
	return r
}

func source(texts ...string) map[string][]byte {
	files := map[string][]byte{}
	for i, text := range texts {
		files[fmt.Sprintf("lib/f%d.lua", i)] = []byte(text)
	}
	return files
}

func goLive(t testing.TB, s *Store, number int) {
	t.Helper()
	must(t, s.BeginRelease(bg, number))
	must(t, s.FinishRelease(bg, number, ReleaseLive, ""))
}

func TestReleaseComesBack(t *testing.T) {
	s := open(t)
	rapid.Check(t, func(r *rapid.T) {
		files := map[string][]byte{}
		for i, text := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 200), 0, 6).Draw(r, "files") {
			files[fmt.Sprintf("a/b%d.lua", i)] = append([]byte{}, text...)
		}
		made, err := s.AddRelease(bg, Release{Author: "a", Note: "n", Files: files})
		if err != nil {
			r.Fatal(err)
		}
		got, err := s.Release(bg, made.Number)
		if err != nil {
			r.Fatal(err)
		}
		for path, text := range files {
			if string(got.Files[path]) != string(text) {
				r.Fatalf("%s came back as %q", path, got.Files[path])
			}
		}
		if len(got.Files) != len(files) || got.Hash != HashFiles(files) || got.Status != ReleaseQueued {
			r.Fatalf("got %+v", got)
		}
	})
}

func TestReleaseLife(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	_, err := s.LiveRelease(bg)
	wants(t, err, ErrNotFound, "no release is live")
	one := addRelease(t, s, source("return 1"))
	if one.Number != 1 || !one.Created.Equal(clock.t) || one.Author != "anna" || one.Note != "why" {
		t.Errorf("%+v", one)
	}
	goLive(t, s, 1)
	clock.advance(time.Minute)
	two, err := s.AddRelease(bg, Release{Hash: "given", Files: source("return 2")})
	must(t, err)
	if two.Number != 2 || two.Hash != "given" {
		t.Errorf("%+v", two)
	}
	must(t, s.MarkRelease(bg, 2, ReleaseCanary, "trying"))
	goLive(t, s, 2)
	live, err := s.LiveRelease(bg)
	must(t, err)
	if live.Number != 2 || live.Note != "trying" || string(live.Files["lib/f0.lua"]) != "return 2" || !live.Begun.Equal(clock.t) || !live.Ended.Equal(clock.t) {
		t.Errorf("live is %+v", live)
	}
	// And back again.
	goLive(t, s, 1)
	must(t, s.MarkRelease(bg, 2, ReleaseRolledBack, "too many errors"))
	list, err := s.Releases(bg, 10)
	must(t, err)
	if len(list) != 2 || list[0].Number != 2 || list[0].Status != ReleaseRolledBack || list[0].Note != "too many errors" || list[1].Status != ReleaseLive {
		t.Errorf("list %+v", list)
	}
	if list, err = s.Releases(bg, 1); err != nil || len(list) != 1 {
		t.Errorf("one of them: %v %v", list, err)
	}
}

func TestReleaseRefuses(t *testing.T) {
	s := open(t)
	for _, path := range []string{"", ".", "/etc/passwd", "../x.lua", "a/../../x.lua", "a//b.lua"} {
		_, err := s.AddRelease(bg, Release{Files: map[string][]byte{path: nil}})
		wants(t, err, ErrInvalid, "script root")
	}
	addRelease(t, s, nil)
	wants(t, s.BeginRelease(bg, 9), ErrNotFound, "9")
	wants(t, s.MarkRelease(bg, 9, ReleaseDropped, ""), ErrNotFound)
	wants(t, s.MarkRelease(bg, 1, "great", ""), ErrInvalid, "great")
	wants(t, s.FinishRelease(bg, 1, ReleaseLive, ""), ErrConflict, "not being committed")
	must(t, s.BeginRelease(bg, 1))
	wants(t, s.BeginRelease(bg, 1), ErrConflict)
	must(t, s.FinishRelease(bg, 1, ReleaseLive, ""))
	wants(t, s.FinishRelease(bg, 1, ReleaseRefused, ""), ErrConflict)
	wants(t, s.BeginRelease(bg, 1), ErrConflict, "live already")
	wants(t, s.MarkRelease(bg, 1, ReleaseDropped, ""), ErrConflict, "make another one live")
	_, err := s.Release(bg, 9)
	wants(t, err, ErrNotFound)
}

// A commit that a crash cut off is seen at the next start, beside the whole
// release before it.
func TestUnfinished(t *testing.T) {
	s := open(t)
	addRelease(t, s, source("one"))
	goLive(t, s, 1)
	addRelease(t, s, source("two"))
	addRelease(t, s, source("three"))
	must(t, s.BeginRelease(bg, 3))
	must(t, s.Close())

	s = openAt(t, s.Path(), testOptions())
	cut, err := s.Unfinished(bg)
	must(t, err)
	if len(cut) != 1 || cut[0].Number != 3 {
		t.Fatalf("unfinished: %+v", cut)
	}
	live, err := s.LiveRelease(bg)
	must(t, err)
	if live.Number != 1 || string(live.Files["lib/f0.lua"]) != "one" {
		t.Errorf("live is %+v", live)
	}
	must(t, s.FinishRelease(bg, 3, ReleaseRefused, "cut off by a crash"))
	if cut, err = s.Unfinished(bg); err != nil || len(cut) != 0 {
		t.Errorf("still unfinished: %+v %v", cut, err)
	}
	// It may be tried again.
	goLive(t, s, 3)
}

func countRows(t *testing.T, s *Store, table string) (n int) {
	t.Helper()
	must(t, s.read.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

// Old releases go, and contents that no release has with them; the live one, a
// half-committed one and all numbers stay.
func TestOldReleasesAreDropped(t *testing.T) {
	opt := testOptions()
	opt.KeepReleases = 5
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	for i := 1; i <= 20; i++ {
		r := addRelease(t, s, source("shared by all", fmt.Sprint("only in ", i)))
		if r.Number != i {
			t.Fatalf("release %d has the number %d", i, r.Number)
		}
		switch i {
		case 2:
			goLive(t, s, i)
		case 4:
			must(t, s.BeginRelease(bg, i))
		}
	}
	list, err := s.Releases(bg, 100)
	must(t, err)
	var numbers []int
	for _, r := range list {
		numbers = append(numbers, r.Number)
		whole, err := s.Release(bg, r.Number)
		must(t, err)
		if string(whole.Files["lib/f1.lua"]) != fmt.Sprint("only in ", r.Number) {
			t.Errorf("release %d has %q", r.Number, whole.Files)
		}
	}
	if want := []int{20, 19, 18, 17, 16, 4, 2}; !reflect.DeepEqual(numbers, want) {
		t.Errorf("kept %v, want %v", numbers, want)
	}
	if blobs, files := countRows(t, s, "blobs"), countRows(t, s, "release_files"); blobs != 8 || files != 14 {
		t.Errorf("%d blobs for %d files", blobs, files)
	}
	_, err = s.Release(bg, 3)
	wants(t, err, ErrNotFound)
}

// A content is kept once, and small.
func TestContentsAreSharedAndPacked(t *testing.T) {
	s := open(t)
	text := strings.Repeat("local function damage(gun, range) return gun.power / (1 + range) end\n", 200)
	files := source(text, text, "small")
	addRelease(t, s, files)
	files = maps.Clone(files)
	files["lib/f2.lua"] = []byte("changed")
	addRelease(t, s, files)
	var bytes int
	must(t, s.read.QueryRow("SELECT sum(length(data)) FROM blobs").Scan(&bytes))
	if n := countRows(t, s, "blobs"); n != 3 || bytes > len(text)/10 {
		t.Errorf("%d blobs, %d bytes for %d", n, bytes, len(text))
	}
}

// Code that is not what was released is refused, not run.
func TestDamagedContentIsRefused(t *testing.T) {
	s := open(t)
	addRelease(t, s, source("return 1"))
	for _, data := range [][]byte{{1, 2, 3}, s.packer.enc.EncodeAll([]byte("return 2"), nil)} {
		must(t, s.change(bg, "test", func(t *tx) error {
			_, err := t.exec("UPDATE blobs SET data = ?", data)
			return err
		}))
		_, err := s.Release(bg, 1)
		wants(t, err, ErrCorrupt, "lib/f0.lua of release 1")
	}
}

func TestHashFiles(t *testing.T) {
	a := HashFiles(map[string][]byte{"a.lua": []byte("x"), "b.lua": []byte("y")})
	for _, other := range []map[string][]byte{
		nil, {"a.lua": []byte("y"), "b.lua": []byte("x")}, {"a.lua": []byte("x")}, {"a.luax": nil, "b.lua": []byte("y")},
	} {
		if HashFiles(other) == a {
			t.Errorf("%v has the same hash", other)
		}
	}
	if len(a) != 64 {
		t.Error(a)
	}
}

func TestAmendedReleaseComesBack(t *testing.T) {
	s := open(t)
	r := addRelease(t, s, source("a", "b"))
	goLive(t, s, r.Number)
	before := countRows(t, s, "blobs")
	for _, text := range []string{"one", "two"} { // the first is nobody's afterwards
		if err := s.AmendRelease(bg, r.Number, map[string][]byte{"late.lua": []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.LiveRelease(bg)
	if err != nil || string(got.Files["late.lua"]) != "two" || len(got.Files) != len(r.Files)+1 || got.Hash != HashFiles(got.Files) {
		t.Errorf("%+v %v", got, err)
	}
	if n := countRows(t, s, "blobs"); n != before+1 {
		t.Errorf("%d contents, before %d", n, before)
	}
	if err := s.AmendRelease(bg, r.Number, map[string][]byte{"../late.lua": nil}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a path outside: %v", err)
	}
	if err := s.AmendRelease(bg, 99, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("no release: %v", err)
	}
}
