package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hotshard/data/ledger"
	"hotshard/data/store/postgrestest"
)

// lived returns a store in which something of everything has happened.
func lived(t *testing.T, path string) *Store {
	t.Helper()
	opt := testOptions()
	opt.Owner = Owner{Shard: "nord"}
	s := openAt(t, path, opt)
	for i := range 8 {
		c := player(t, s, fmt.Sprint("Pilot ", i))
		must(t, s.ChangeItems(bg, test, Item{c.ID, "", "isk", 15}, Item{c.ID, "hangar 1 7", "Ore", 1000}, Item{c.ID, ledger.Wallet, ledger.Money, 1e9}))
		_, err := s.NewSession(bg, c, "192.0.2.1")
		must(t, err)
		if i%2 == 0 {
			_, err := s.Transact(bg, test, OpenOrder{Order: Order{ID: int64(i/2 + 1), Rank: 1, Owner: c.ID, Side: Sell, Type: "Ore", Region: "R", System: 1, Station: 7, Price: 2, Quantity: 1000, Least: 1}})
			must(t, err)
		}
	}
	for name, do := range jobs {
		for worker := range 2 {
			if err := do(s, worker, 1); err != nil {
				t.Fatal(name, err)
			}
		}
	}
	_, err := s.Impose(bg, Sanction{Kind: Ban, Account: 8, Subject: "Pilot 7", Author: "amy"})
	must(t, err)
	_, err = s.AddPatch(bg, Patch{Function: "m.f", Author: "amy", Code: "return 1", Sticky: true})
	must(t, err)
	must(t, s.DeleteAccount(bg, 8)) // its number is not given again
	return s
}

// A backup is what the store had at one moment, while changes go on; what is restored from
// it is that, and goes on with the numbers that come next.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	s := lived(t, path)
	file := filepath.Join(dir, "shard.backup")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 2; ; i++ {
			select {
			case <-stop:
				return
			default:
				if i < 300 { // an order has no more
					fine(t, jobs["trade"](s, 0, i))
				} else {
					fine(t, s.ChangeItems(bg, test, Item{1_000_001, "hangar 1 7", "Silicate", 1}))
				}
			}
		}
	})
	done, err := Backup(bg, place(t, path), file)
	close(stop)
	wg.Wait()
	must(t, err)
	if !done.Books.OK() || done.Backup.Shard != "nord" || done.Bytes == 0 {
		t.Errorf("%+v", done)
	}
	_, err = Backup(bg, place(t, path), file)
	wants(t, err, ErrConflict, "another name")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != done.Bytes {
		t.Errorf("%v %v", info, err)
	}

	to := emptyPlace(t, filepath.Join(dir, "restored", "test.db"))
	again, err := Restore(bg, file, to)
	must(t, err)
	if again.Books.String() != done.Books.String() || again.Bytes != done.Bytes || !again.Backup.Made.Equal(done.Backup.Made) {
		t.Errorf("%+v was restored, of %+v", again, done)
	}
	_, err = Restore(bg, file, to)
	wants(t, err, ErrConflict, "give")
	opt := testOptions()
	opt.Dir, opt.Owner = t.TempDir(), Owner{Shard: "nord"}
	r, err := Open(bg, to, opt)
	must(t, err)
	defer r.Close()
	must(t, r.Check(bg))
	c := player(t, r, "Late")
	if c.ID != 1_000_009 || c.Account != 9 {
		t.Errorf("the next one is %+v", c)
	}
	_, err = r.Login(bg, "Pilot 3", "long enough", Character{})
	must(t, err)
	must(t, r.ChangeItems(bg, test, Item{c.ID, "", "isk", 1}))
	must(t, r.Check(bg))
	if list, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(list) > 0 {
		t.Errorf("left over: %v", list)
	}
}

// emptyPlace is where a store may be restored to.
func emptyPlace(t *testing.T, path string) string {
	t.Helper()
	if onPostgres {
		return postgrestest.Database(t)
	}
	return path
}

// What is no backup, or not a whole one, is told as that, and nothing comes of it.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "test.db"), testOptions())
	player(t, s, "Anna")
	good := filepath.Join(dir, "good")
	_, err := Backup(bg, place(t, s.Path()), good)
	must(t, err)
	text, err := os.ReadFile(good)
	must(t, err)
	to := emptyPlace(t, filepath.Join(dir, "new", "test.db"))
	try := func(what string, text []byte, kind Kind, word string) {
		t.Helper()
		file := filepath.Join(dir, "bad")
		must(t, os.WriteFile(file, text, 0o600))
		if _, err := Restore(bg, file, to); !errors.Is(err, kind) || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", what, err)
		}
		if !onPostgres {
			if list, _ := filepath.Glob(filepath.Join(dir, "new", "*")); len(list) > 0 {
				t.Errorf("%s: there is %v", what, list)
			}
		}
	}
	try("nothing", nil, ErrInvalid, "is no backup")
	try("a text", []byte("hello, I am a text"), ErrInvalid, "is no backup")
	try("a database", []byte("SQLite format 3\x00 and so on"), ErrInvalid, "--store")
	try("of a later format", bytes.Replace(text, []byte("backup 1"), []byte("backup 9"), 1), ErrNewer, "the build that made it")
	for _, n := range []int{8, 40, len(text) / 2, len(text) - 49, len(text) - 48, len(text) - 1} {
		try(fmt.Sprint("cut at ", n), text[:n], ErrCorrupt, "cut off or damaged")
	}
	head := bytes.IndexByte(text, '}') + 1
	for i := head; i < len(text); i += max(1, len(text)/20) {
		bad := bytes.Clone(text)
		bad[i] ^= 0x10
		if same := unpacked(t, bad); same != nil && bytes.Equal(same, unpacked(t, text)) {
			continue // a copy from elsewhere of the same bytes: no harm
		}
		try(fmt.Sprint("a bit at ", i), bad, ErrCorrupt, "cut off or damaged")
	}
	_, err = Restore(bg, filepath.Join(dir, "not there"), to)
	wants(t, err, ErrAccess, "check the name")
	_, err = Restore(bg, good, place(t, s.Path()))
	if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrBusy) {
		t.Errorf("into a store that is open: %v", err)
	}
	_, err = Backup(bg, place(t, s.Path()), filepath.Join(dir, "no", "such", "folder"))
	wants(t, err, ErrAccess, "directory")
	_, err = Backup(bg, filepath.Join(dir, "none.db"), filepath.Join(dir, "b"))
	wants(t, err, ErrAccess, "there is no database")
	_, err = Restore(bg, good, to) // nothing of all that is in the way
	must(t, err)
}

// unpacked is the database of a backup, or nil for one that is damaged.
func unpacked(t *testing.T, backup []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	must(t, os.WriteFile(from, backup, 0o600))
	if err := unpack("test", from, to); err != nil {
		return nil
	}
	text, err := os.ReadFile(to)
	must(t, err)
	return text
}

// What is left of another database beside the place would become part of what is restored.
func TestRestoreBesideALog(t *testing.T) {
	fileOnly(t)
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "test.db"), testOptions())
	file, to := filepath.Join(dir, "b"), filepath.Join(dir, "to.db")
	_, err := Backup(bg, s.Path(), file)
	must(t, err)
	must(t, os.WriteFile(to+"-wal", []byte("x"), 0o600))
	_, err = Restore(bg, file, to)
	wants(t, err, ErrConflict, "to.db-wal is there", "move it away")
	must(t, os.Remove(to+"-wal"))
	must(t, os.WriteFile(to, nil, 0o600)) // a loss, for which a backup is the mend
	_, err = Restore(bg, file, to)
	must(t, err)
}

// From a file to PostgreSQL and back: row for row the same.
func TestMoveThereAndBack(t *testing.T) {
	server := onServer(t)
	dir := t.TempDir()
	s := lived(t, filepath.Join(dir, "old.db"))
	_, err := MoveStore(bg, s.Path(), server)
	wants(t, err, ErrBusy, "another server")
	want := everything(t, s.read, s.read)
	must(t, s.Close())
	moved, err := MoveStore(bg, s.Path(), server)
	must(t, err)
	if !moved.Books.OK() || moved.Backup.Shard != "nord" {
		t.Errorf("%+v", moved)
	}
	back := filepath.Join(dir, "back", "new.db")
	_, err = MoveStore(bg, server, back)
	must(t, err)
	db, err := sql.Open("sqlite3", "file:"+back)
	must(t, err)
	defer db.Close()
	if got := everything(t, db, db); got != want {
		t.Errorf("what came back is\n%s\nand not\n%s", got, want)
	}
	sequence, err := texts(bg, db, `SELECT name || ' ' || seq FROM sqlite_sequence WHERE name = 'accounts'`)
	if err != nil || strings.Join(sequence, "") != "accounts 8" {
		t.Errorf("%v, %v", sequence, err)
	}
	_, err = MoveStore(bg, back, server)
	wants(t, err, ErrConflict, "empty")
	_, err = MoveStore(bg, filepath.Join(dir, "none.db"), server)
	wants(t, err, ErrAccess, "there is no database")
}

// Of a backup that PostgreSQL cannot hold nothing is left there.
func TestRestoreIsAllOrNothing(t *testing.T) {
	server := onServer(t)
	s := open(t)
	must(t, s.Put(bg, "w", "fits", 1.0))
	must(t, s.Put(bg, "w", "does not \x00", 1.0))
	file := filepath.Join(t.TempDir(), "b")
	_, err := Backup(bg, s.Path(), file)
	must(t, err)
	_, err = Restore(bg, file, server)
	wants(t, err, ErrInvalid, "table kv", "UTF-8")
	must(t, s.Put(bg, "w", "does not \x00", nil))
	must(t, os.Remove(file))
	_, err = Backup(bg, s.Path(), file)
	must(t, err)
	postgrestest.Exec(t, server, "CREATE TABLE numbers (proof TEXT)", "DROP TABLE numbers") // no table of ours is left
	_, err = Restore(bg, file, server)
	must(t, err)
}
