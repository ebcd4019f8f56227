package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store/postgrestest"
	"hotshard/runtime/world"
)

func TestRebind(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"SELECT 1", "SELECT 1"},
		{"a = ? AND b = ?", "a = $1 AND b = $2"},
		{"a = ?2 OR a = ?1 OR b = ?2", "a = $2 OR a = $1 OR b = $2"},
		{"a = ?12", "a = $12"},
		{`a = '?' AND "?" = ? AND b = 'it''s ?' -- why?`, `a = '?' AND "?" = $1 AND b = 'it''s ?' -- why?`},
		{"a - ? -- ?\n = ?", "a - $1 -- ?\n = $2"},
		{`x LIKE ? ESCAPE '\'`, `x LIKE $1 ESCAPE '\'`},
		{"'open ?", "'open ?"},
	} {
		for range 2 { // the second from memory
			if got := rebind(c.text); got != c.want {
				t.Errorf("%q became %q, want %q", c.text, got, c.want)
			}
		}
	}
}

// What a URL may say, and that no error repeats any of it.
func TestPostgresURLs(t *testing.T) {
	for _, c := range []struct {
		url  string
		kind Kind
		word string
	}{
		{"postgres://user:secret@[::1/db", ErrUnsupported, "cannot be read"},
		{"postgres://user:secret%zz@localhost/db", ErrUnsupported, "%2F"},
		{"postgres://user:secret@localhost:port/db", ErrUnsupported, "cannot be read"},
		{"postgres://user:secret@localhost/db?sslmode=secret", ErrUnsupported, "cannot be read"},
		{"postgres://user:secret@db.example.com/db?sslmode=disable", ErrUnsupported, "db.example.com is another machine"},
		{"postgres://user:secret@localhost,db.example.com/db?sslmode=disable", ErrUnsupported, "another machine"},
		{"postgres://user:secret@db.example.com/db?sslmode=disable&insecure=no", ErrUnsupported, "insecure is yes"},
		{"postgresql://user:secret@127.0.0.1:1/db", ErrLost, "127.0.0.1:1/db cannot be reached"},
	} {
		_, err := Open(bg, c.url, testOptions())
		wants(t, err, c.kind, c.word)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q repeats the URL's password", err)
		}
	}
	for _, fine := range []string{
		"postgres://u@db.example.com/db", "postgres://u@db.example.com/db?sslmode=verify-full", "postgres://u@localhost/db?sslmode=disable",
		"postgres://u@127.0.0.2/db?sslmode=disable", "postgres://u@[::1]/db?sslmode=disable", "postgres:///db?host=/run/postgresql&sslmode=disable",
		"postgres://u@db.example.com/db?sslmode=disable&insecure=yes",
	} {
		config, err := parsePostgres(fine)
		if err != nil || config.RuntimeParams[plainParam] != "" {
			t.Errorf("%s: %v", fine, err)
		}
	}
}

// onServer returns the URL of a database of its own.
func onServer(t *testing.T) string {
	t.Helper()
	if onPostgres {
		t.Skip("only once")
	}
	return postgrestest.Database(t)
}

func openServer(t *testing.T, url string) *Store {
	t.Helper()
	opt := testOptions()
	opt.Dir = t.TempDir()
	s, err := Open(bg, url, opt)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// What a server refuses is told as what it is, and the name of a store has no password.
func TestPostgresRefuses(t *testing.T) {
	at := onServer(t)
	u, err := url.Parse(at)
	must(t, err)
	for _, c := range []struct {
		change func(u *url.URL)
		kind   Kind
		words  string
	}{
		{func(u *url.URL) { u.Path = "/nothing_here" }, ErrAccess, "create it"},
		{func(u *url.URL) { u.User = url.UserPassword("nobody", "secret") }, ErrAccess, "name and password"},
		{func(u *url.URL) { q := u.Query(); q.Set("search_path", "nowhere"); u.RawQuery = q.Encode() }, ErrAccess, "no schema"},
	} {
		other := *u
		c.change(&other)
		_, err := Open(bg, other.String(), testOptions())
		wants(t, err, c.kind, c.words)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q repeats the password", err)
		}
	}
	postgrestest.Exec(t, at, "CREATE TABLE bookmarks (url TEXT)")
	_, err = Open(bg, at, testOptions())
	wants(t, err, ErrCorrupt, "some other program")
	postgrestest.Exec(t, at, "DROP TABLE bookmarks")
	s := openServer(t, at)
	if password, _ := u.User.Password(); strings.Contains(s.Path(), "@") || password != "" && strings.Contains(s.Path(), password) {
		t.Errorf("the store is called %s", s.Path())
	}
	_, err = Open(bg, at, hasty())
	wants(t, err, ErrBusy, "another server")
	wants(t, s.Put(bg, "w", "zero \x00", 1.0), ErrInvalid, "UTF-8")
	wants(t, s.Put(bg, "w", "not utf-8 \xff", 1.0), ErrInvalid, "UTF-8")
}

// cut ends all connections to a database, as a restart of the server does.
func cut(t *testing.T, at string) {
	t.Helper()
	u, err := url.Parse(at)
	must(t, err)
	postgrestest.Exec(t, postgrestest.Server(t), fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'", u.Path[1:]))
}

// A writer whose connection goes gets another one by itself, unless somebody else has
// written in between.
func TestLostConnection(t *testing.T) {
	at := onServer(t)
	s := openServer(t, at)
	for i := range 3 {
		must(t, s.Put(bg, "w", fmt.Sprint(i), 1.0))
		cut(t, at)
	}
	must(t, s.Put(bg, "w", "3", 1.0))
	for i := range 4 {
		if !has(t, s, fmt.Sprint(i)) {
			t.Errorf("%d was lost", i)
		}
	}
	// In the middle of a group, all of it is done again.
	first := true
	errs := together(t, s, put(s, "a"), func() error {
		return s.change(bg, "test", func(tx *tx) error {
			if first {
				first = false
				cut(t, at)
			}
			_, err := tx.exec(upsertValue, "w", "b", "1")
			return err
		})
	}, put(s, "c"))
	for i, key := range []string{"a", "b", "c"} {
		must(t, errs[i])
		if !has(t, s, key) {
			t.Errorf("%s was lost", key)
		}
	}
	postgrestest.Exec(t, at, "UPDATE writer SET epoch = epoch + 1") // as whoever opens it does
	cut(t, at)
	wants(t, s.Put(bg, "w", "stale", 1.0), ErrForeign, "another server since")
	wants(t, s.Put(bg, "w", "stale", 1.0), ErrForeign, "start this one again")
}

// The server lets go of a lock a moment after its owner has gone: whoever comes next waits for it.
func TestAServerThatIsJustGoingIsWaitedFor(t *testing.T) {
	at := onServer(t)
	must(t, openServer(t, at).Close())
	db, err := sql.Open("pgx", at)
	must(t, err)
	defer db.Close()
	old, err := db.Conn(bg)
	must(t, err)
	_, err = old.ExecContext(bg, strings.Replace(tryLock, "pg_try_", "pg_", 1)) // the store's is just going too
	must(t, err)
	_, err = Open(bg, at, hasty())
	wants(t, err, ErrBusy, "another server")
	opened := make(chan error, 1)
	go func() {
		s, err := Open(bg, at, testOptions())
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	time.Sleep(50 * time.Millisecond)
	discard(old)
	must(t, <-opened)
}

// A table that a shell has locked makes changes fail, and keeps nobody waiting for others' sake.
func TestLockedByAPostgresShell(t *testing.T) {
	at := onServer(t)
	opt := testOptions()
	opt.BusyTimeout = 1e6 // 1 ms
	s, err := Open(bg, at, opt)
	must(t, err)
	defer s.Close()
	m, err := s.start.BeginTx(bg, nil)
	must(t, err)
	_, err = m.Exec("LOCK TABLE kv")
	must(t, err)
	for _, err := range together(t, s, put(s, "a"), put(s, "b")) {
		wants(t, err, ErrBusy, "close the database shell")
	}
	must(t, m.Rollback())
	must(t, put(s, "a")())
}

// swallower passes on what goes between a store and its server; told to, it keeps the
// answer to a COMMIT to itself and hangs up, and lets nobody through while it is shut.
type swallower struct {
	to    string
	armed atomic.Bool
	shuts atomic.Bool // with that
	shut  atomic.Bool
}

func swallow(t *testing.T, at string) (*swallower, string) {
	t.Helper()
	u, err := url.Parse(at)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	w := &swallower{to: u.Host}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.pass(c)
		}
	}()
	u.Host = l.Addr().String()
	return w, u.String()
}

func (w *swallower) pass(client net.Conn) {
	defer client.Close()
	if w.shut.Load() {
		return
	}
	server, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer server.Close()
		buf := make([]byte, 1<<16)
		for {
			n, err := client.Read(buf)
			if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := server.Read(buf)
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) && w.armed.CompareAndSwap(true, false) {
			w.shut.Store(w.shuts.Load())
			return
		}
		if _, werr := client.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// A commit that was not answered is told as what it was, once the server can be asked.
// While it cannot, it is told as unknown, and the key of the request decides.
func TestCommitWithoutAnAnswer(t *testing.T) {
	w, at := swallow(t, onServer(t))
	s := openServer(t, at)
	who := player(t, s, "Anna").ID
	give := func(key string) (string, error) {
		return s.Transact(bg, Why{Cause: "gift", Actor: who, Key: key, Content: "5", Answer: "given"}, ChangeItem{who, "hangar", "Ore", 5})
	}
	ore := func() int64 {
		list, err := s.Items(bg, who)
		must(t, err)
		if len(list) == 0 {
			return 0
		}
		return list[0].Quantity
	}
	w.armed.Store(true)
	if answer, err := give("a"); err != nil || answer != "given" || ore() != 5 {
		t.Errorf("%q, %v, and there are %d", answer, err, ore())
	}
	release := hold(s)
	s.writer.patience = 0
	release()
	w.shuts.Store(true)
	w.armed.Store(true)
	_, err := give("b")
	wants(t, err, ErrUnknown, "ask again", "same key")
	wants(t, s.Put(bg, "w", "while away", 1.0), ErrLost, "cannot be reached", "by itself")
	w.shut.Store(false)
	if answer, err := give("b"); err != nil || answer != "given" || ore() != 10 {
		t.Errorf("%q, %v, and there are %d", answer, err, ore())
	}
	if got := books(t, s); got != "audit: ok, 4 postings, 2 holdings" {
		t.Error(got)
	}
}

// Trades under a server that is killed again and again: each
// is asked until it is answered, and is done once.
func TestServerKilledInTrades(t *testing.T) {
	if onPostgres {
		t.Skip("only once")
	}
	server := postgrestest.Start(t)
	s := openServer(t, server.URL)
	const workers, kills, between = 4, 3, 30
	seller := player(t, s, "Seller").ID
	must(t, s.ChangeItems(bg, test, Item{seller, world.Hangar(1, 7), "Ore", 1e6}))
	_, err := s.Transact(bg, test, OpenOrder{Order: Order{ID: 1, Rank: 1, Owner: seller, Side: Sell, Type: "Ore", Region: "R", System: 1, Station: 7, Price: 2, Quantity: 1e6, Least: 1}})
	must(t, err)
	var buyers []world.CharacterID
	for i := range workers {
		buyers = append(buyers, player(t, s, fmt.Sprint("Buyer ", i)).ID)
		must(t, s.ChangeItems(bg, test, Item{buyers[i], ledger.Wallet, ledger.Money, 1e9}))
	}
	var done atomic.Int64
	var troubled atomic.Int64
	stop := make(chan struct{})
	trades := make([]int64, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			for n := int64(1); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				id := n*100 + int64(i)
				for {
					answer, err := s.Transact(bg, Why{Cause: "market order", Actor: buyers[i], Key: fmt.Sprint(n), Content: "3 Ore", Answer: fmt.Sprint(n)},
						OpenOrder{Order: Order{ID: id, Rank: id, Owner: buyers[i], Side: Buy, Type: "Ore", Region: "R", System: 1, Station: 7, Price: 2, Quantity: 3, Least: 1}},
						TradeOrders{Comes: id, Stood: 1, N: 3, Price: 2, Tax: 1})
					if errors.Is(err, ErrLost) || errors.Is(err, ErrUnknown) {
						troubled.Add(1)
						time.Sleep(10 * time.Millisecond)
						continue
					}
					if err != nil || answer != fmt.Sprint(n) {
						t.Errorf("worker %d, trade %d: %q %v", i, n, answer, err)
						return
					}
					break
				}
				trades[i] = n
				done.Add(1)
			}
		})
	}
	wait := func(n int64) {
		for done.Load() < n && !t.Failed() {
			must(t, s.Probe(bg))
		}
	}
	for k := range int64(kills) {
		wait((k + 1) * between)
		server.Kill()
		server.Start(t)
	}
	wait((kills + 1) * between)
	close(stop)
	wg.Wait()
	for i, who := range buyers {
		var ore int64
		list, err := s.Items(bg, who)
		must(t, err)
		for _, item := range list {
			if item.Type == "Ore" {
				ore = item.Quantity
			}
		}
		if ore != 3*trades[i] {
			t.Errorf("worker %d was told of %d trades and has %d Ore", i, trades[i], ore)
		}
	}
	t.Logf("%d trades, %d errors on the way", done.Load(), troubled.Load())
	must(t, s.Check(bg))
}

// A production shard does not begin with nothing where there was something.
func TestEmptyPostgresWithALog(t *testing.T) {
	at := onServer(t)
	opt := testOptions()
	opt.Dir, opt.Owner = t.TempDir(), Owner{Shard: "nord", Production: true}
	s, err := Open(bg, at, opt)
	must(t, err)
	note(t, s, "amy", "one")
	must(t, s.Close())
	again, err := Open(bg, at, opt)
	must(t, err)
	must(t, again.Close())
	opt.Owner.Shard = "south"
	_, err = Open(bg, at, opt)
	wants(t, err, ErrForeign, "--shard nord")
	opt.Owner.Shard = "nord"
	_, err = Open(bg, postgrestest.Database(t), opt)
	wants(t, err, ErrForeign, "restore a backup", filepath.Base(mirrorName))
}
