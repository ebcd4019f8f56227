package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"hotshard/data/schema"
)

func TestURLs(t *testing.T) {
	fileOnly(t)
	dir := t.TempDir()
	for _, url := range []string{dir + "/a.db", "sqlite:" + dir + "/b.db", "sqlite://" + dir + "/c.db", dir + "/new/dirs/odd ?#%41 name:x.db"} {
		s := openAt(t, url, testOptions())
		if _, err := os.Stat(s.Path()); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(dir + "/new/dirs/odd ?#%41 name:x.db"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ url, word string }{
		{"mysql://host", "sqlite:PATH"},
		{"", "give its path"},
		{"sqlite:", "give its path"},
		{":memory:", "give its path"},
	} {
		_, err := Open(bg, c.url, testOptions())
		wants(t, err, ErrUnsupported, c.word)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q repeats the URL's password", err)
		}
	}
}

func TestFilesAreNobodyElses(t *testing.T) {
	fileOnly(t)
	s := open(t)
	player(t, s, "Anna")
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(s.Path() + suffix)
		must(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", info.Name(), info.Mode())
		}
	}
}

func TestSecondServerIsRefused(t *testing.T) {
	s := open(t)
	_, err := openPlain(t, s.Path(), hasty())
	wants(t, err, ErrBusy, "another server", "stop")
	must(t, s.Close())
	must(t, openAt(t, s.Path(), testOptions()).Close())
}

// shell opens the file as somebody with a database shell would.
func shell(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	must(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func TestLockedByAShell(t *testing.T) {
	fileOnly(t)
	opt := testOptions()
	opt.BusyTimeout = time.Millisecond
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	db := shell(t, s.Path())
	_, err := db.Exec("BEGIN IMMEDIATE")
	must(t, err)
	wants(t, s.Put(bg, "", "k", 1.0), ErrBusy, "close the database shell")
	_, err = db.Exec("ROLLBACK")
	must(t, err)
	must(t, s.Put(bg, "", "k", 1.0))
}

func TestNotADatabase(t *testing.T) {
	fileOnly(t)
	path := filepath.Join(t.TempDir(), "notes.txt")
	must(t, os.WriteFile(path, []byte(strings.Repeat("not a database at all\n", 100)), 0o600))
	_, err := Open(bg, path, testOptions())
	wants(t, err, ErrCorrupt, "restore a backup")
	text, err := os.ReadFile(path)
	must(t, err)
	if !strings.HasPrefix(string(text), "not a database") {
		t.Error("the file was changed")
	}
}

func TestSomebodyElsesDatabase(t *testing.T) {
	fileOnly(t)
	path := filepath.Join(t.TempDir(), "other.db")
	_, err := shell(t, path).Exec("CREATE TABLE bookmarks (url TEXT)")
	must(t, err)
	_, err = Open(bg, path, testOptions())
	wants(t, err, ErrCorrupt, "some other program")
}

func TestDamagedFile(t *testing.T) {
	fileOnly(t)
	s := open(t)
	for i := range 200 {
		must(t, s.Put(bg, "", strings.Repeat("k", 1+i), strings.Repeat("v", 500)))
	}
	must(t, s.Close())
	text, err := os.ReadFile(s.Path())
	must(t, err)
	for i := 4096; i < len(text); i += 64 { // all pages but the first
		text[i] ^= 0xff
	}
	must(t, os.WriteFile(s.Path(), text, 0o600))
	again, err := Open(bg, s.Path(), testOptions())
	if err == nil {
		defer again.Close()
		err = again.Check(bg)
	}
	wants(t, err, ErrCorrupt, "restore a backup")
}

func TestNewerSchema(t *testing.T) {
	s := open(t)
	must(t, s.Close())
	below(t, s.Path(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4242, true)")
	_, err := openPlain(t, s.Path(), testOptions())
	wants(t, err, ErrNewer, "4242", "start that build")
}

func TestDirectoryThatIsAFile(t *testing.T) {
	fileOnly(t)
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(bg, filepath.Join(file, "x.db"), testOptions())
	wants(t, err, ErrAccess, "directory")
	_, err = Open(bg, t.TempDir(), testOptions())
	wants(t, err, ErrAccess, "cannot write")
}

func TestOpenWithAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	path := filepath.Join(t.TempDir(), "test.db")
	if s, err := Open(ctx, place(t, path), testOptions()); err == nil {
		s.Close()
		t.Fatal("it opened")
	}
	openAt(t, path, testOptions()) // nothing of the failed one is in the way
}

// Every schema that was ever current is brought up to date.
func TestUpgradeFromEverySchema(t *testing.T) {
	fileOnly(t)
	for from := int64(1); from <= 7; from++ {
		path := filepath.Join(t.TempDir(), "old.db")
		db := shell(t, path)
		p, err := goose.NewProvider(goose.DialectSQLite3, db, schema.SQLite(), goose.WithLogger(goose.NopLogger()))
		must(t, err)
		_, err = p.UpTo(bg, from)
		must(t, err)
		must(t, db.Close())
		s := openAt(t, path, testOptions())
		c := player(t, s, "Anna")
		_, err = s.GiveItems(bg, test, Item{Owner: c.ID, Type: "isk", Quantity: 1})
		must(t, err)
	}
}

// A shard that was killed while it made its database begins anew; what was emptied by
// something else is refused.
func TestKilledWhileTheDatabaseIsMade(t *testing.T) {
	fileOnly(t)
	opt := testOptions()
	path := filepath.Join(t.TempDir(), "test.db")
	killed := &sqliteFile{path: path, opt: &opt}
	must(t, killed.prepareFile())
	must(t, killed.lock.Close()) // and nothing else of what close does
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Fatalf("%v %v", info, err)
	}
	s, err := Open(bg, path, opt)
	must(t, err)
	must(t, s.Close())
	must(t, os.Truncate(path, 0))
	_, err = Open(bg, path, opt)
	wants(t, err, ErrForeign, "0 bytes")
}
