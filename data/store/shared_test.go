package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hotshard/data/ownership"
	"hotshard/data/store/postgrestest"
	"hotshard/runtime/world"
)

// shared opens a database as one of several processes.
func shared(t testing.TB, url string) *Store {
	t.Helper()
	opt := testOptions()
	opt.Dir, opt.Shared = t.TempDir(), true
	s, err := Open(bg, url, opt)
	must(t, err)
	t.Cleanup(func() { fine(t, s.Close()) })
	return s
}

func TestAFileIsNotShared(t *testing.T) {
	opt := testOptions()
	opt.Shared = true
	_, err := Open(bg, filepath.Join(t.TempDir(), "test.db"), opt)
	wants(t, err, ErrUnsupported, "postgres://")
}

// Several processes write, or one that has the database for itself, and never both.
func TestWhoSharesAndWhoDoesNot(t *testing.T) {
	at := onServer(t)
	var opened sync.WaitGroup
	stores := make([]*Store, 3)
	for i := range stores { // all at once: one of them makes the tables
		opened.Go(func() {
			opt := testOptions()
			opt.Dir, opt.Shared = t.TempDir(), true
			s, err := Open(bg, at, opt)
			fine(t, err)
			stores[i] = s
		})
	}
	opened.Wait()
	alone, hurry := testOptions(), hasty()
	_, err := Open(bg, at, hurry)
	wants(t, err, ErrBusy, "in use by another server")
	for _, s := range stores {
		must(t, s.Close())
	}
	s, err := Open(bg, at, alone)
	must(t, err)
	alone.Shared, hurry.Shared = true, true
	_, err = Open(bg, at, hurry)
	wants(t, err, ErrBusy, "does not share it")
	must(t, s.Close())

	postgrestest.Exec(t, at, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	postgrestest.Exec(t, at, `DROP TABLE ownership`, `DROP FUNCTION ownership_grows`) // as a build before this one left it
	first := shared(t, at)                                                            // who is alone brings it up to date
	postgrestest.Exec(t, at, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	_, err = Open(bg, at, alone)
	wants(t, err, ErrConflict, "stop them all first")
	must(t, first.Put(Free(bg), "x", "key", 1.0))
}

// What is written to a shared database says in whose name.
func TestASharedStoreWantsFences(t *testing.T) {
	s := shared(t, onServer(t))
	wants(t, s.Put(bg, "x", "key", 1.0), ErrNoFence, "in which system's name")
	must(t, s.Put(Free(bg), "x", "key", 1.0))
	must(t, s.Put(Under(bg, claim(t, s, ann, jita, 0)), "x", "key", 2.0))
}

// What is no system's by its nature needs nobody's name: accounts, sessions, releases, the audit log.
func TestWhatIsNobodysNeedsNoFence(t *testing.T) {
	s := shared(t, onServer(t))
	anna, err := s.Register(bg, "Anna", "long enough", Character{System: 30000142})
	must(t, err)
	_, err = s.NewSession(bg, anna, "10.0.0.0/8")
	must(t, err)
	_, err = s.Audit(bg, AuditEntry{Who: "amy", Command: "status"})
	must(t, err)
	wants(t, s.SaveCharacters(bg, []Character{anna}), ErrNoFence, "in which system's name")
}

// Nodes that begin at once with the same scripts begin with one release, and what follows is
// another, also where the same files were live before.
func TestNodesShareARelease(t *testing.T) {
	at := onServer(t)
	stores := []*Store{shared(t, at), shared(t, at), shared(t, at)}
	one, two := map[string][]byte{"main.lua": []byte("one")}, map[string][]byte{"main.lua": []byte("two")}
	numbers := make([]int, len(stores))
	var all sync.WaitGroup
	for i, s := range stores {
		all.Go(func() {
			n, err := s.ShareRelease(bg, Release{Author: "disk", Files: one})
			fine(t, err)
			numbers[i] = n
		})
	}
	all.Wait()
	if numbers[0] == 0 || numbers[1] != numbers[0] || numbers[2] != numbers[0] {
		t.Errorf("they begin with %v", numbers)
	}
	must(t, stores[0].FinishRelease(bg, numbers[0], ReleaseLive, ""))
	for _, files := range []map[string][]byte{two, one} {
		n, err := stores[1].ShareRelease(bg, Release{Author: "disk", Files: files})
		must(t, err)
		if n <= numbers[0] {
			t.Errorf("another release has the number %d, and the one before %d", n, numbers[0])
		}
		must(t, stores[1].FinishRelease(bg, n, ReleaseLive, ""))
		again, err := stores[2].ShareRelease(bg, Release{Author: "disk", Files: files})
		must(t, err)
		if again != n {
			t.Errorf("what is live as %d is begun again as %d", n, again)
		}
		numbers[0] = n
	}
}

// Two processes trade at once, and entries and money come out as with one.
func TestTwoWritersKeepTheBooks(t *testing.T) {
	at := onServer(t)
	stores := []*Store{shared(t, at), shared(t, at)}
	anna, err := stores[0].Register(Free(bg), "Anna", "long enough", Character{System: 30000142})
	must(t, err)
	var all sync.WaitGroup
	const each = 100
	for i, s := range stores {
		ctx := Under(bg, claim(t, s, world.NodeID(fmt.Sprint("n", i)), world.Address(fmt.Sprint("@", i)), 0))
		for n := range each {
			all.Go(func() {
				why := Why{Cause: fmt.Sprint("cause ", n%7), Actor: anna.ID, Key: fmt.Sprint(i, " ", n), Content: "c"}
				_, err := s.Transact(ctx, why, ChangeItem{Owner: anna.ID, Location: "here", Type: fmt.Sprint("Ore ", n%3), Quantity: 1})
				fine(t, err)
			})
		}
	}
	all.Wait()
	report, err := stores[1].AuditBooks(bg)
	must(t, err)
	if !report.OK() || report.Postings != 4*each {
		t.Errorf("%s %v", report, report.Wrong)
	}
}

// pause stops a store's writer between two transactions, until the returned function is
// called.
func pause(s *Store) (resume func()) {
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.writer.do(bg, &request{run: func(*tx) error { return nil }, after: func() { close(entered); <-leave }})
	}()
	<-entered
	return func() { close(leave); <-done }
}

// A process that was stopped, whose systems are another's by now, goes on as if nothing had
// been: nothing of what it writes is done, with the lease over or not.
func TestAPausedOwnerWritesLate(t *testing.T) {
	at := onServer(t)
	a, b := shared(t, at), shared(t, at)
	f, kept := claim(t, a, ann, jita, 0), claim(t, a, ann, perim, 0)
	resume := pause(a) // what it asks for stands in its queue
	late := make(chan error)
	go func() { late <- a.Put(Under(bg, f), "x", "key", "ann's") }()
	fate := make(chan error)
	go func() { fate <- a.Put(Under(bg, kept), "x", "other", "ann's") }()
	queued(a, 2)
	expire(t, b, jita)
	g := claim(t, b, ben, jita, f.Epoch)
	must(t, b.Put(Under(bg, g), "x", "key", "ben's"))
	resume()
	refusal(t, <-late, "@Jita is worker-2/b's in epoch 2")
	must(t, <-fate)
	v, err := b.Get(bg, "x", "key")
	if must(t, err); v != "ben's" {
		t.Errorf("there is %v", v)
	}
	lost, err := a.Owners().Renew(bg, ann, []world.Fence{f, kept}, time.Hour)
	must(t, err)
	if len(lost) != 1 || lost[0].Owner != ben {
		t.Errorf("lost are %+v", lost)
	}
}

// inGroup runs a function in the middle of a group of changes that are made under a fence.
func inGroup(s *Store, f world.Fence, do func()) error {
	return s.change(Under(bg, f), "test", func(tx *tx) error {
		_, err := tx.exec(`UPDATE kv SET value = '1' WHERE namespace = 'nothing'`)
		do()
		return err
	})
}

// An epoch is not raised in the middle of a write: who wants to waits for its end. Renewals
// wait for nobody.
func TestAcquisitionsWaitForWrites(t *testing.T) {
	at := onServer(t)
	a, b := shared(t, at), shared(t, at)
	f := claim(t, a, ann, jita, 0)
	taken := make(chan error, 1)
	must(t, inGroup(a, f, func() {
		lost, err := a.Owners().Renew(bg, ann, []world.Fence{f}, time.Hour)
		if err != nil || len(lost) > 0 {
			t.Errorf("a renewal in the middle of a write: %v, %v", lost, err)
		}
		go func() {
			_, err := b.Owners().Transfer(bg, f, ann, ben, time.Hour)
			taken <- err
		}()
		waits := `SELECT count(*) FROM pg_locks WHERE NOT granted`
		for n := 0; n == 0; {
			if len(taken) > 0 {
				t.Error("who wants the system has not waited")
				return
			}
			if err := b.read.QueryRowContext(bg, waits).Scan(&n); err != nil {
				t.Error(err)
				return
			}
		}
		if r := row(t, b, jita); r.Epoch != f.Epoch {
			t.Errorf("in the middle of a write the epoch is %d", r.Epoch)
		}
	}))
	must(t, <-taken)
	refusal(t, inGroup(a, f, func() { t.Error("it is written under an epoch that is over") }))
}

// A process that is stopped in the middle of a transaction does not keep its systems from
// others for longer than a second, nor the others from writing.
func TestAPauseInTheMiddleOfAWrite(t *testing.T) {
	at := onServer(t)
	a, b := shared(t, at), shared(t, at)
	f := claim(t, a, ann, jita, 0)
	other := claim(t, b, ben, perim, 0)
	entered := false
	err := a.change(Under(bg, f), "test", func(tx *tx) error {
		if _, err := tx.exec(upsertValue, "x", "key", `"ann's"`); err != nil || entered {
			return err
		}
		entered = true
		must(t, b.Put(Under(bg, other), "x", "other", 1.0)) // when the server has given ours up
		_, err := b.Owners().Transfer(bg, f, ann, ben, time.Hour)
		return err
	})
	refusal(t, err, "worker-2/b's in epoch 2") // it was tried again over another connection
	v, err := b.Get(bg, "x", "key")
	if err != nil || v != nil {
		t.Errorf("there is %v, %v", v, err)
	}
	must(t, a.Put(Free(bg), "x", "key", 2.0))
}

// The database is restarted: owners keep what they had, and what they had been told is done.
func TestOwnersOverARestart(t *testing.T) {
	if onPostgres {
		t.Skip("only once")
	}
	server := postgrestest.Start(t)
	s := shared(t, server.URL)
	f := claim(t, s, ann, jita, 0)
	must(t, s.Put(Under(bg, f), "x", "key", 1.0))
	server.Kill()
	ctx, cancel := context.WithTimeout(bg, 30*time.Second)
	defer cancel()
	renew := func() ([]ownership.Row, error) { return s.Owners().Renew(ctx, ann, []world.Fence{f}, time.Hour) }
	_, err := renew()
	for err == nil { // the last of the server's processes notice late
		_, err = renew()
	}
	if !errors.Is(err, ErrLost) && !errors.Is(err, ErrUnknown) {
		t.Errorf("while it is down: %v", err)
	}
	server.Start(t)
	lost, err := renew()
	for err != nil && ctx.Err() == nil {
		lost, err = renew()
	}
	must(t, err)
	must(t, s.Put(Under(bg, f), "x", "key", 2.0))
	if r := row(t, s, jita); len(lost) > 0 || r.Owner != ann || r.Epoch != f.Epoch {
		t.Errorf("after the restart it is %+v, and lost are %v", r, lost)
	}
	if _, err := s.Owners().Acquire(bg, ownership.Claim{Subject: jita, Owner: ben, After: 1, Lease: time.Hour}); !errors.Is(err, ErrStale) {
		t.Errorf("somebody else acquires it: %v", err)
	}
}

// A server that crashes gives the numbers of transactions of which nothing had reached its disk to
// others. What became of ours is not what became of those.
func TestATransactionThatACrashTookIsNotTakenForAnother(t *testing.T) {
	server := postgrestest.Start(t)
	postgrestest.Exec(t, server.URL, "CREATE DATABASE marks TEMPLATE template0 ENCODING 'UTF8'")
	at := postgrestest.In(server.URL, "marks")
	p := shared(t, at).dialect.(*postgres)
	begin := func() session {
		db := p.open(map[string]string{}, false, nil)
		t.Cleanup(func() { _ = db.Close() })
		conn, err := db.Conn(bg)
		must(t, err)
		return p.over(conn)
	}
	one := begin()
	_, err := one.conn.ExecContext(bg, "BEGIN")
	must(t, err)
	var number int64
	must(t, one.conn.QueryRowContext(bg, "SELECT txid_current()").Scan(&number))
	mark, err := one.mark(bg)
	must(t, err)
	server.Kill()
	server.Start(t)
	again := begin()
	for now := int64(0); now < number; { // others take that number, and commit
		must(t, again.conn.QueryRowContext(bg, "SELECT txid_current()").Scan(&now))
	}
	var status string
	must(t, again.conn.QueryRowContext(bg, "SELECT txid_status(?)", number).Scan(&status))
	t.Logf("by its number it was %s", status)
	what, err := again.fate(bg, mark)
	if err != nil || what != fateNot {
		t.Errorf("it is taken for %v (%v)", what, err)
	}
}
