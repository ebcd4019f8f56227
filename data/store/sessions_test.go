package store

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func wantKind(t *testing.T, err error, k Kind) {
	t.Helper()
	if !errors.Is(err, k) {
		t.Errorf("got %v, want %s", err, k)
	}
}

func TestTokensOutliveTheProcess(t *testing.T) {
	clock := newClock()
	opt := testOptions()
	opt.Now = clock.now
	path := filepath.Join(t.TempDir(), "test.db")
	s := openAt(t, path, opt)
	ada, bob := player(t, s, "Ada"), player(t, s, "Bob")
	token, err := s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	other, err := s.NewSession(bg, bob, "192.0.2.2")
	must(t, err)
	must(t, s.Close())

	if !onPostgres {
		file, err := os.ReadFile(path)
		must(t, err)
		if strings.Contains(string(file), token) {
			t.Error("the token itself is in the database")
		}
	}
	s = openAt(t, path, opt)
	c, err := s.Resume(bg, token)
	must(t, err)
	if c.ID != ada.ID {
		t.Errorf("it is the token of %s", c.Name)
	}
	_, err = s.Resume(bg, token+"x")
	wantKind(t, err, ErrToken)
	must(t, s.RevokeToken(bg, other))
	_, err = s.Resume(bg, other)
	wantKind(t, err, ErrToken)
	// A new one takes the place of the old one.
	second, err := s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	_, err = s.Resume(bg, token)
	wantKind(t, err, ErrToken)
	_, err = s.Resume(bg, second)
	must(t, err)
}

func TestTokensExpire(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	ada := player(t, s, "Ada")
	token, err := s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	for range 6 { // used now and then, it lasts
		clock.advance(13 * 24 * time.Hour)
		_, err = s.Resume(bg, token)
		must(t, err)
	}
	clock.advance(13 * 24 * time.Hour) // but not for ever
	_, err = s.Resume(bg, token)
	wantKind(t, err, ErrToken)
	token, err = s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	clock.advance(14*24*time.Hour + time.Second)
	_, err = s.Resume(bg, token)
	wantKind(t, err, ErrToken)
	_, err = s.NewSession(bg, player(t, s, "Bob"), "192.0.2.1")
	must(t, err)
	var n int
	must(t, s.read.QueryRow(`SELECT count(*) FROM sessions`).Scan(&n))
	if n != 1 {
		t.Errorf("%d sessions are kept", n)
	}
}

func TestAChangeOfPasswordRevokes(t *testing.T) {
	s := production(t, nil)
	ada := player(t, s, "Ada")
	token, err := s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	wantKind(t, s.ChangePassword(bg, ada.Account, "wrong", "another one"), ErrCredentials)
	wantKind(t, s.ChangePassword(bg, ada.Account, "long enough", "short"), ErrPassword)
	_, err = s.Resume(bg, token)
	must(t, err)
	must(t, s.ChangePassword(bg, ada.Account, "long enough", "another one"))
	_, err = s.Resume(bg, token)
	wantKind(t, err, ErrToken)
	_, err = s.Login(bg, "Ada", "long enough", Character{})
	wantKind(t, err, ErrCredentials)
	_, err = s.Login(bg, "Ada", "another one", Character{})
	must(t, err)
	wantKind(t, s.SetPassword(bg, 999, "long enough"), ErrNotFound)
}

func TestKnownNetworks(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	ada := player(t, s, "Ada")
	for i := range 20 {
		clock.advance(time.Minute)
		_, err := s.NewSession(bg, ada, "192.0.2."+string(rune('a'+i)))
		must(t, err)
	}
	known := func(network string) bool {
		ok, err := s.KnownFrom(bg, "ADA", network)
		must(t, err)
		return ok
	}
	if !known("192.0.2.t") || known("192.0.2.a") || known("198.51.100.1") {
		t.Error("the latest networks are not those that are known")
	}
	if all, err := s.Origins(bg, ada.Account); err != nil || len(all) != mostOrigins || all[0] != "192.0.2.t" {
		t.Errorf("%v, %v", all, err)
	}
}

func TestBans(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	ada := player(t, s, "Ada")
	token, err := s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	ban, err := s.Impose(bg, Sanction{Kind: Ban, Account: ada.Account, Subject: "Ada", Reason: "spam", Author: "amy", Until: clock.t.Add(72 * time.Hour)})
	must(t, err)
	_, err = s.Resume(bg, token)
	wantKind(t, err, ErrToken)
	_, err = s.Login(bg, "Ada", "wrong", Character{})
	wantKind(t, err, ErrCredentials) // only who knows the password learns of it
	_, err = s.Login(bg, "Ada", "long enough", Character{})
	wantKind(t, err, ErrBanned)
	if err == nil || !strings.Contains(err.Error(), "banned until 2030-01-05 03:04 UTC: spam") {
		t.Errorf("it says %v", err)
	}
	// Another ban takes its place; when that is over, so is all.
	_, err = s.Impose(bg, Sanction{Kind: Ban, Account: ada.Account, Subject: "Ada", Reason: "again", Author: "bob", Until: clock.t.Add(time.Hour)})
	must(t, err)
	if all, err := s.Sanctions(bg); err != nil || len(all) != 1 || all[0].Reason != "again" {
		t.Errorf("%+v, %v", all, err)
	}
	clock.advance(time.Hour)
	_, err = s.Login(bg, "Ada", "long enough", Character{})
	must(t, err)
	wantKind(t, s.Lift(bg, ban.ID, "amy"), ErrNotFound) // the other took its place
	ban, err = s.Impose(bg, Sanction{Kind: Ban, Account: ada.Account, Subject: "Ada", Author: "amy"})
	must(t, err)
	_, err = s.Login(bg, "Ada", "long enough", Character{})
	wantKind(t, err, ErrBanned)
	must(t, s.Lift(bg, ban.ID, "bob"))
	_, err = s.Login(bg, "Ada", "long enough", Character{})
	must(t, err)
	if all, err := s.SanctionsOf(bg, ada.Account); err != nil || len(all) != 3 || all[2].LiftedBy != "bob" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestRenameAndDelete(t *testing.T) {
	s := production(t, nil)
	ada, bob := player(t, s, "Ada"), player(t, s, "Bob")
	wantKind(t, s.Rename(bg, ada, "bob"), ErrNameTaken)
	wantKind(t, s.Rename(bg, ada, "x"), ErrName)
	must(t, s.Rename(bg, ada, "Adele"))
	for _, who := range []string{"adele", "1000001"} {
		if a, err := s.FindAccount(bg, who); err != nil || a.ID != ada.Account || a.Name != "Adele" {
			t.Errorf("%s: %+v, %v", who, a, err)
		}
	}
	_, err := s.FindAccount(bg, "Ada")
	wantKind(t, err, ErrNotFound)
	_, err = s.Login(bg, "Adele", "long enough", Character{})
	must(t, err)
	_, err = s.GiveItems(bg, test, Item{Owner: ada.ID, Location: "x", Type: "Ore", Quantity: 3})
	must(t, err)
	_, err = s.NewSession(bg, ada, "192.0.2.1")
	must(t, err)
	must(t, s.DeleteAccount(bg, ada.Account))
	_, err = s.Login(bg, "Adele", "long enough", Character{})
	wantKind(t, err, ErrCredentials)
	wantKind(t, s.DeleteAccount(bg, ada.Account), ErrNotFound)
	if _, err := s.Character(bg, bob.ID); err != nil {
		t.Error(err)
	}
}

func TestWhoseDataItIs(t *testing.T) {
	fileOnly(t)
	path := filepath.Join(t.TempDir(), "test.db")
	try := func(o Owner) error {
		opt := testOptions()
		opt.Owner = o
		s, err := Open(bg, path, opt)
		if err == nil {
			must(t, s.Close())
		}
		return err
	}
	must(t, try(Owner{Shard: "nord", Production: true}))
	must(t, try(Owner{Shard: "nord", Production: true}))
	for _, o := range []Owner{{Shard: "south", Production: true}, {Shard: "nord"}, {Shard: "dev"}} {
		err := try(o)
		wantKind(t, err, ErrForeign)
		if err == nil || !strings.Contains(err.Error(), "--accept-data") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	must(t, try(Owner{Shard: "nord", Accept: true}))
	must(t, try(Owner{Shard: "nord"}))
	must(t, try(Owner{Shard: "nord", Production: true})) // a development shard may become one for real

	must(t, os.WriteFile(path, nil, 0o600))
	wantKind(t, try(Owner{Shard: "nord", Production: true}), ErrForeign)
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("it was touched: %v, %v", info, err)
	}
	must(t, os.Remove(path))
	wantKind(t, try(Owner{Shard: "nord", Production: true}), ErrForeign) // the audit log is still there
	must(t, try(Owner{Shard: "nord", Production: true, Accept: true}))

	// A database of an earlier build says nothing of whose it is.
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	_, err = db.Exec(`DELETE FROM shard`)
	must(t, err)
	must(t, db.Close())
	must(t, try(Owner{Shard: "south"}))
}
