package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/runtime/world"
)

func note(t testing.TB, s *Store, who, command string) int64 {
	t.Helper()
	id, err := s.Audit(bg, AuditEntry{Who: who, From: "socket", Kind: "patch", Command: command, Outcome: "ok"})
	must(t, err)
	return id
}

func TestAuditComesBack(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	e := AuditEntry{Who: "anna", From: "ssh 10.0.0.7", Tick: 1 << 40, Kind: "patch", Command: "patch market.buy", Code: "return 1\n",
		Outcome: "refused: <why>", Detail: map[string]world.Value{"canary": []world.Value{"Jita"}, "release": 41.0}}
	id, err := s.Audit(bg, e)
	must(t, err)
	list, err := s.AuditLog(bg, AuditQuery{})
	must(t, err)
	e.ID, e.At = id, clock.t
	if len(list) != 1 || !reflect.DeepEqual(list[0], e) {
		t.Errorf("got %+v, want %+v", list, e)
	}
	at := clock.t.Add(-time.Hour)
	_, err = s.Audit(bg, AuditEntry{Who: "b", At: at})
	must(t, err)
	if list, err = s.AuditLog(bg, AuditQuery{By: "b"}); err != nil || len(list) != 1 || !list[0].At.Equal(at) {
		t.Errorf("%+v %v", list, err)
	}
	_, err = s.Audit(bg, AuditEntry{Code: strings.Repeat("x", MaxAudit+1)})
	wants(t, err, ErrInvalid)
	_, err = s.Audit(bg, AuditEntry{Detail: func() {}})
	wants(t, err, ErrInvalid)
}

func TestAuditQueries(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	start := clock.t
	for i := range 10 {
		note(t, s, []string{"anna", "berta"}[i%2], fmt.Sprint(i))
		clock.advance(time.Minute)
	}
	_, err := s.Audit(bg, AuditEntry{Who: "anna", Kind: "shutdown", Command: "x"})
	must(t, err)
	for _, c := range []struct {
		q    AuditQuery
		want string
	}{
		{AuditQuery{}, "0 1 2 3 4 5 6 7 8 9 x"},
		{AuditQuery{Limit: 3}, "8 9 x"},
		{AuditQuery{By: "anna"}, "0 2 4 6 8 x"},
		{AuditQuery{By: "ann"}, ""},
		{AuditQuery{Since: start.Add(7 * time.Minute)}, "7 8 9 x"},
		{AuditQuery{Since: start.Add(2 * time.Minute), Until: start.Add(5 * time.Minute)}, "2 3 4"},
		{AuditQuery{Since: start.Add(2 * time.Minute), By: "berta", Limit: 2}, "7 9"},
		{AuditQuery{Kind: "shutdown"}, "x"},
	} {
		list, err := s.AuditLog(bg, c.q)
		must(t, err)
		var got []string
		for _, e := range list {
			got = append(got, e.Command)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.q, got, c.want)
		}
	}
}

// What has been written down stays, by whatever statement one tries.
func TestAuditIsAppendOnly(t *testing.T) {
	s := open(t)
	note(t, s, "anna", "one")
	texts := []string{
		"UPDATE audit SET who = 'somebody else'",
		"DELETE FROM audit",
		"INSERT INTO audit VALUES (1, 0, 0, '', '', '', '', '', '', 'null') ON CONFLICT (id) DO UPDATE SET who = ''",
	}
	if onPostgres {
		texts = append(texts, "TRUNCATE audit")
	} else {
		texts = append(texts, "INSERT OR REPLACE INTO audit VALUES (1, 0, 0, '', '', '', '', '', '', 'null')",
			"REPLACE INTO audit VALUES (1, 0, 0, '', '', '', '', '', '', 'null')", "UPDATE OR REPLACE audit SET id = 7")
	}
	for _, text := range texts {
		err := s.change(bg, "test", func(t *tx) error { _, err := t.exec(text); return err })
		wants(t, err, ErrInvalid, "append-only")
	}
	list, err := s.AuditLog(bg, AuditQuery{})
	must(t, err)
	if len(list) != 1 || list[0].Who != "anna" {
		t.Errorf("%+v", list)
	}
}

// mirrored returns the commands in the mirror's whole lines, in order.
func mirrored(t testing.TB, dir string) (commands []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "audit.jsonl"))
	must(t, err)
	for _, line := range bytes.Split(text, []byte("\n")) {
		var e AuditEntry
		if json.Unmarshal(line, &e) == nil && e.Kind != "mirror" {
			commands = append(commands, e.Command)
		}
	}
	return commands
}

func wantMirror(t testing.TB, s *Store, want string) {
	t.Helper()
	if got := strings.Join(mirrored(t, dirOf(s.Path())), " "); got != want {
		t.Errorf("the mirror has %q, want %q", got, want)
	}
	if n := s.Stats().AuditBehind; n != 0 {
		t.Errorf("the mirror is %d behind", n)
	}
}

func TestMirror(t *testing.T) {
	s := open(t)
	note(t, s, "anna", "one")
	note(t, s, "anna", "two")
	wantMirror(t, s, "one two")
	must(t, s.Close())
	s = openAt(t, s.Path(), testOptions())
	note(t, s, "anna", "three")
	wantMirror(t, s, "one two three")
	info, err := os.Stat(filepath.Join(dirOf(s.Path()), "audit.jsonl"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestMirrorOfManyAtOnce(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_, err := s.Audit(bg, AuditEntry{Who: "anna", Command: fmt.Sprint(i)})
			fine(t, err)
		})
	}
	wg.Wait()
	list, err := s.AuditLog(bg, AuditQuery{})
	must(t, err)
	var want []string
	for _, e := range list {
		want = append(want, e.Command)
	}
	wantMirror(t, s, strings.Join(want, " "))
}

// A crash between the commit and the mirror, also in the middle of a line: the
// next start adds what is missing.
func TestMirrorAfterACrash(t *testing.T) {
	s := open(t)
	path := filepath.Join(dirOf(s.Path()), "audit.jsonl")
	for _, command := range []string{"one", "two", "three"} {
		note(t, s, "anna", command)
	}
	must(t, s.Close())
	text, err := os.ReadFile(path)
	must(t, err)
	for cut := range len(text) {
		if onPostgres && cut%50 != 0 {
			continue // the file is no other there, and to open the store takes longer
		}
		must(t, os.WriteFile(path, text[:cut], 0o600))
		s, err := openPlain(t, s.Path(), testOptions())
		must(t, err)
		want := "one two three"
		if !bytes.Contains(text[:cut+1], []byte("}")) {
			want = "" // not even its first line was whole: it begins anew
		}
		if cut%50 == 0 {
			wantMirror(t, s, want)
		}
		must(t, s.Close())
	}
}

// While the file cannot be written the commands go on, and it catches up.
func TestMirrorCatchesUp(t *testing.T) {
	s := open(t)
	note(t, s, "anna", "one")
	good := s.mirror.file
	bad, err := os.Open(good.Name()) // for reading only
	must(t, err)
	defer bad.Close()
	setFile := func(f *os.File) {
		release := hold(s)
		s.mirror.file = f
		release()
	}
	setFile(bad)
	note(t, s, "anna", "two")
	note(t, s, "anna", "three")
	if n := s.Stats().AuditBehind; n != 2 {
		t.Errorf("%d behind", n)
	}
	setFile(good)
	errs := together(t, s,
		func() error { _, err := s.Audit(bg, AuditEntry{Command: "four"}); return err },
		func() error { _, err := s.Audit(bg, AuditEntry{Command: "five"}); return err })
	must(t, errs[0])
	must(t, errs[1])
	wantMirror(t, s, "one two three four five")
}

// A file that was moved away, or belongs to another database, is not filled with
// the past, but misses nothing from then on.
func TestMirrorBeginsAnew(t *testing.T) {
	s := open(t)
	path := filepath.Join(dirOf(s.Path()), "audit.jsonl")
	note(t, s, "anna", "one")
	for _, text := range []string{"", `{"id":4000,"command":"other"}` + "\n", "nonsense\n\x00\xff"} {
		must(t, s.Close())
		must(t, os.WriteFile(path, []byte(text), 0o600))
		s = openAt(t, s.Path(), testOptions())
		note(t, s, "anna", "new")
		want := "new"
		if strings.Contains(text, "other") {
			want = "other new"
		}
		wantMirror(t, s, want)
	}
}

// Whatever is in the file, the store opens, keeps every byte of it, and its own
// entries follow.
func FuzzMirror(f *testing.F) {
	f.Add([]byte(`{"id":1}`))
	f.Add([]byte("{\"id\":1}\n{\"id\":2,"))
	f.Add([]byte("\n\n{\"id\":-5}\n"))
	f.Add([]byte("{\"id\":9223372036854775807}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "audit.jsonl")
		must(t, os.WriteFile(path, text, 0o600))
		s, err := openPlain(t, filepath.Join(dir, "test.db"), testOptions())
		must(t, err)
		defer s.Close()
		note(t, s, "anna", "mine")
		got, err := os.ReadFile(path)
		must(t, err)
		if !bytes.HasPrefix(got, text) {
			t.Error("the file lost what it had")
		}
		if all := mirrored(t, dir); len(all) == 0 || all[len(all)-1] != "mine" {
			t.Errorf("the mirror has %q", all)
		}
	})
}
