package store

import (
	"errors"
	"path/filepath"
	"testing"
)

// What is written while another has the database waits, and is written afterwards.
func TestAStoreIsLentAndTakenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openAt(t, path, testOptions())
	must(t, s.Put(bg, "a", "before", 1.0))
	if _, err := openPlain(t, path, hasty()); !errors.Is(err, ErrBusy) {
		t.Errorf("a second store: %v", err)
	}
	for range 2 {
		must(t, s.Lend(bg))
		if err := s.Lend(bg); err == nil {
			t.Error("it is lent twice")
		}
		waited := make(chan error, 1)
		go func() { waited <- s.Put(bg, "a", "meanwhile", 2.0) }()
		other, err := openPlain(t, path, testOptions())
		must(t, err)
		if v, err := other.Get(bg, "a", "before"); err != nil || v != 1.0 {
			t.Errorf("the other reads %v, %v", v, err)
		}
		if v, err := s.Get(bg, "a", "before"); err != nil || v != 1.0 {
			t.Errorf("this one reads %v, %v", v, err)
		}
		select {
		case err := <-waited:
			t.Errorf("it was written while the other had it: %v", err)
		default:
		}
		must(t, other.Close())
		must(t, s.TakeBack(bg))
		must(t, <-waited)
		must(t, s.TakeBack(bg)) // nothing is lent
		if v, err := s.Get(bg, "a", "meanwhile"); err != nil || v != 2.0 {
			t.Errorf("what waited is %v, %v", v, err)
		}
		must(t, s.Put(bg, "a", "meanwhile", nil))
	}
	if _, err := openPlain(t, path, hasty()); !errors.Is(err, ErrBusy) {
		t.Errorf("after it was taken back, a second store: %v", err)
	}
}

// A store that is lent for good, because another process goes on, closes.
func TestAStoreThatIsLentCloses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := openPlain(t, path, testOptions())
	must(t, err)
	must(t, s.Put(bg, "a", "k", 1.0))
	must(t, s.Lend(bg))
	other := openAt(t, path, testOptions())
	must(t, s.Close())
	if v, err := other.Get(bg, "a", "k"); err != nil || v != 1.0 {
		t.Errorf("the other reads %v, %v", v, err)
	}
	must(t, other.Put(bg, "a", "k", 2.0))
}

func TestWhatFitsIsKnownWithoutOpening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openAt(t, path, testOptions())
	must(t, Fits(bg, place(t, path)))
	must(t, s.change(bg, "test", func(t *tx) error {
		_, err := t.exec(`UPDATE goose_db_version SET version_id = version_id + 1 WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
		return err
	}))
	if err := Fits(bg, place(t, path)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
	must(t, s.change(bg, "test", func(t *tx) error {
		_, err := t.exec(`UPDATE goose_db_version SET version_id = version_id - 2 WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
		return err
	}))
	if err := Fits(bg, place(t, path)); !errors.Is(err, ErrConflict) {
		t.Errorf("an older schema: %v", err)
	}
	must(t, s.change(bg, "test", func(t *tx) error {
		_, err := t.exec(`UPDATE goose_db_version SET version_id = version_id + 1 WHERE id = (SELECT max(id) FROM goose_db_version)`)
		return err
	}))
}
