package store

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
	"pgregory.net/rapid"

	"hotshard/data/ledger"
	"hotshard/data/schema"
	"hotshard/data/store/postgrestest"
	"hotshard/runtime/world"
)

// holding is a character's stack in the hangar.
func holding(who world.CharacterID, thing string) ledger.Holding {
	return Item{Owner: who, Location: "hangar", Type: thing}.holding()
}

func named(kind ledger.Kind, name, thing string) ledger.Holding {
	return ledger.Holding{Holder: ledger.Holder{Kind: kind, Name: name}, Type: thing}
}

// books returns the last line of an audit, and what is wrong.
func books(t testing.TB, s *Store) string {
	t.Helper()
	r, err := s.AuditBooks(bg)
	must(t, err)
	return strings.Join(append(r.Wrong, r.String()), "\n")
}

// What comes into the world comes from a faucet, what leaves it goes into a sink, and in
// between it is somebody's.
func TestLedger(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	move := func(why Why, from, to ledger.Holding, n int64) {
		t.Helper()
		_, err := s.Transact(bg, why, Move{from, to, n})
		must(t, err)
	}
	move(Why{Cause: "dug", Actor: a, System: "@Alpha", Tick: 7, Release: 3}, named(ledger.Faucet, "mining", "Ore"), holding(a, "Ore"), 10)
	move(Why{Cause: "gift", Actor: a}, holding(a, "Ore"), holding(b, "Ore"), 4)
	move(Why{Cause: "burnt"}, holding(b, "Ore"), named(ledger.Sink, "fire", "Ore"), 3)
	move(Why{Cause: "wreck"}, holding(b, "Ore"), ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}, Location: "wreck 5", Type: "Ore"}, 1)
	// Without an account named, what an entry makes or destroys is the cause's.
	must(t, s.ChangeItems(bg, Why{Cause: "refining"}, Item{a, "hangar", "Ore", -5}, Item{a, "hangar", "Metal", 2}))

	rows, err := s.History(bg, HistoryQuery{})
	must(t, err)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s %d (%s)", r.ID, r.Holding, r.Quantity, r.Why.Cause))
	}
	want := []string{
		fmt.Sprintf("5 Ore of character %d in hangar -5 (refining)", a), fmt.Sprintf("5 Metal of character %d in hangar 2 (refining)", a),
		"5 Ore of sink refining 5 (refining)", "5 Metal of faucet refining -2 (refining)",
		fmt.Sprintf("4 Ore of character %d in hangar -1 (wreck)", b), "4 Ore of keeper wrecks in wreck 5 1 (wreck)",
		fmt.Sprintf("3 Ore of character %d in hangar -3 (burnt)", b), "3 Ore of sink fire 3 (burnt)",
		fmt.Sprintf("2 Ore of character %d in hangar -4 (gift)", a), fmt.Sprintf("2 Ore of character %d in hangar 4 (gift)", b),
		"1 Ore of faucet mining -10 (dug)", fmt.Sprintf("1 Ore of character %d in hangar 10 (dug)", a),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the history is\n%s", strings.Join(got, "\n"))
	}
	if w := rows[len(rows)-1].Why; w != (Why{Cause: "dug", Actor: a, System: "@Alpha", Tick: 7, Release: 3}) {
		t.Errorf("the first entry says %+v", w)
	}
	if of, err := s.History(bg, HistoryQuery{Owner: b, Type: "Ore", Limit: 2}); err != nil || len(of) != 2 || of[0].ID != 4 {
		t.Errorf("of one character: %v %v", of, err)
	}
	if got := books(t, s); got != "audit: ok, 12 postings, 7 holdings" {
		t.Error(got)
	}
}

func TestLedgerRefuses(t *testing.T) {
	s := open(t)
	a := player(t, s, "Anna").ID
	must(t, s.ChangeItems(bg, test, Item{a, "hangar", "Ore", 10}))
	for _, c := range []struct {
		why  Why
		step Step
		kind Kind
		says string
	}{
		{test, Move{holding(a, "Ore"), named(ledger.Faucet, "mining", "Ore"), 1}, ErrInvalid, "a faucet takes nothing"},
		{test, Move{named(ledger.Sink, "fire", "Ore"), holding(a, "Ore"), 1}, ErrInvalid, "what is in a sink stays there"},
		{test, Move{holding(a, "Ore"), holding(a, "Gold"), 1}, ErrInvalid, "Ore does not turn into Gold"},
		{test, Move{holding(a, "Ore"), named(ledger.Sink, "Fire!", "Ore"), 1}, ErrInvalid, "small letters"},
		{test, Move{holding(a, "Ore"), holding(a+1, "Ore"), 1}, ErrNotFound, "there is no character"},
		{test, Move{holding(a, "Ore"), holding(5, "Ore"), 1}, ErrNotFound, "there is no character 5"},
		{test, Move{holding(a, "Ore"), named(ledger.Sink, "fire", "Ore"), 11}, ErrNotEnough, "there are 10"},
		{test, Move{holding(a, "Ore"), named(ledger.Sink, "fire", "Ore"), 0}, ErrInvalid, "a quantity is 1 to"},
		{test, Move{ledger.Holding{Holder: ledger.Holder{Kind: ledger.Keeper, Name: "wrecks"}, Type: "Ore"}, holding(a, "Ore"), 1}, ErrNotEnough, "not enough Ore"},
		{Why{}, ChangeItem{a, "hangar", "Ore", 1}, ErrInvalid, "the cause"},
		{Why{Cause: "x", Key: strings.Repeat("k", 129)}, ChangeItem{a, "hangar", "Ore", 1}, ErrInvalid, "a key has at most"},
	} {
		_, err := s.Transact(bg, c.why, PutValue{"x", "x", 1.0}, c.step)
		wants(t, err, c.kind, c.says)
	}
	if got := books(t, s); got != "audit: ok, 2 postings, 2 holdings" {
		t.Error(got)
	}
	if v, _ := s.Get(bg, "x", "x"); v != nil {
		t.Errorf("a refused transaction left %v", v)
	}
}

// The same request twice, or a hundred times from everywhere, is done once and answered
// every time; another under its key is refused.
func TestOneKeyIsDoneOnce(t *testing.T) {
	s := open(t)
	a, b := player(t, s, "Anna").ID, player(t, s, "Berta").ID
	ask := func(actor world.CharacterID, content string) (string, error) {
		return s.Transact(bg, Why{Cause: "gift", Actor: actor, Key: "k1", Content: content, Answer: "done " + content}, ChangeItem{b, "hangar", "Ore", 5})
	}
	release := hold(s)
	type result struct {
		answer string
		err    error
	}
	results := make(chan result)
	for range 100 {
		go func() {
			answer, err := ask(a, "5 Ore")
			results <- result{answer, err}
		}()
	}
	queued(s, 100)
	release()
	for range 100 {
		if r := <-results; r.err != nil || r.answer != "done 5 Ore" {
			t.Errorf("%+v", r)
		}
	}
	_, err := ask(a, "6 Ore")
	wants(t, err, ErrKeyUsed, "the key k1 was used for something else")
	if answer, err := ask(b, "6 Ore"); err != nil || answer != "done 6 Ore" { // a key is its actor's
		t.Error(answer, err)
	}
	if list, _ := s.Items(bg, b); len(list) != 1 || list[0].Quantity != 10 {
		t.Errorf("b has %v", list)
	}
	// What was refused was not done: the key is free.
	fails := Why{Cause: "gift", Actor: a, Key: "k2", Content: "x", Answer: "y"}
	_, err = s.Transact(bg, fails, ChangeItem{b, "hangar", "Ore", -50})
	wants(t, err, ErrNotEnough)
	answer, err := s.Transact(bg, fails, ChangeItem{b, "hangar", "Ore", -10})
	if err != nil || answer != "y" {
		t.Error(answer, err)
	}
}

// faults are what somebody might do to the file below the ledger, and what the audit says.
var faults = []struct{ name, sql, says string }{
	{"a stack grows", `UPDATE holdings SET quantity = quantity + 1 WHERE location = 'hangar' AND type = 'Ore'`, "(Ore of character 1000001 in hangar): it is 8, and its postings add up to 7"},
	{"a stack is gone", `DELETE FROM holdings WHERE location = 'hangar' AND type = 'Ore'`, "postings of the holding number"},
	{"a stack is doubled", `INSERT INTO holdings (owner, location, type, quantity) SELECT owner, 'hold', type, quantity FROM holdings WHERE location = 'hangar'`, "(Ore of character 1000001 in hold): it is 7, and its postings add up to 0"},
	{"a stack changes hands", `UPDATE holdings SET owner = 1000009 WHERE location = 'hangar'`, "(Ore of character 1000009 in hangar): it is 7, and its owner is not there"},
	{"a stack turns into another", `UPDATE holdings SET type = 'Gold' WHERE location = 'hangar'`, "Gold: all holdings add up to 7"},
	{"what an entry knew is gone", `UPDATE holdings SET sum = 3 WHERE location = 'hangar'`, "(Ore of character 1000001 in hangar): its postings add up to 7, and the last of them knew of 3"},
	{"a posting is gone", `DROP TRIGGER postings_no_delete; DELETE FROM postings WHERE quantity = 10`, "(Ore of character 1000001 in hangar): it is 7, and its postings add up to -3"},
	{"a posting is forged", `INSERT INTO postings SELECT id, 99, 5 FROM holdings WHERE location = 'hangar'`, "there are postings of the entry 99"},
	{"an entry is gone", `DROP TRIGGER entries_no_delete; DELETE FROM entries WHERE id = 1`, "entries are missing"},
	{"an owner is gone", `DELETE FROM characters`, "its owner is not there"},
}

func TestAuditFindsWhatIsPlanted(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			s, err := openPlain(t, path, testOptions())
			must(t, err)
			defer s.Close()
			a := player(t, s, "Anna").ID
			must(t, s.ChangeItems(bg, test, Item{a, "hangar", "Ore", 10}))
			must(t, s.ChangeItems(bg, test, Item{a, "hangar", "Ore", -3}))
			if got := books(t, s); got != "audit: ok, 4 postings, 3 holdings" {
				t.Fatal(got)
			}
			below(t, path, f.sql)
			if got := books(t, s); !strings.Contains(got, f.says) || strings.Contains(got, "audit: ok") {
				t.Errorf("the audit says\n%s", got)
			}
		})
	}
}

// What is in a container is in one that there is, once, and whose it is: the ledger lets
// scripts say otherwise, and the audit does not.
func TestAuditKnowsContainers(t *testing.T) {
	for _, c := range []struct{ name, has, says string }{
		{"one in a hangar", "case 7 Crate 1, box 7 Ore 5", ""},
		{"one in a hold", "hold/case 7 Crate 1, box 7 Ore 5", ""},
		{"an empty one", "hold 12/case 7 Crate 1", ""},
		{"another's place", "suitcase 7 Crate 1, hold/suitcase 7 Crate 1, my box 7 Ore 1", ""},
		{"none", "box 7 Ore 5", "(Ore of character 1000001 in box 7): there is no container 7 that it could be in"},
		{"another one", "case 70 Crate 1, box 7 Ore 5", "there is no container 7"},
		{"in two places", "case 7 Crate 1, hold/case 7 Crate 1, box 7 Ore 5", "container 7 is one thing, and there are 2: holding "},
		{"two in one", "case 7 Crate 2", "container 7 is one thing, and there are 2: holding"},
		{"two kinds", "case 7 Crate 1, case 7 Vault 1", "container 7 is one thing, and there are 2: holding"},
		{"somebody else's", "case 7 Crate 1, box 7 Ore 5@2", "(Ore of character 1000002 in box 7): the container is another's, holding"},
		{"two owners", "case 7 Crate 1, case 7 Crate 1@2", "container 7 is one thing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := openPlain(t, filepath.Join(t.TempDir(), "test.db"), testOptions())
			must(t, err)
			defer s.Close()
			player(t, s, "Anna")
			player(t, s, "Berta")
			for stack := range strings.SplitSeq(c.has, ", ") {
				text, owner, found := strings.Cut(stack, "@")
				if !found {
					owner = "1"
				}
				words := strings.Fields(text)
				n := len(words)
				i := Item{Location: strings.Join(words[:n-2], " "), Type: words[n-2]}
				_, err := fmt.Sscan(words[n-1]+" "+owner, &i.Quantity, &i.Owner)
				must(t, err)
				i.Owner += 1_000_000
				must(t, s.ChangeItems(bg, test, i))
			}
			got := books(t, s)
			if right := strings.HasPrefix(got, "audit: ok"); right != (c.says == "") || !strings.Contains(got, c.says) {
				t.Errorf("the audit says\n%s", got)
			}
		})
	}
}

// below changes a database behind its store's back.
func below(t testing.TB, path, text string) {
	t.Helper()
	if onPostgres {
		for _, table := range []string{"postings", "entries"} {
			text = strings.ReplaceAll(text, "DROP TRIGGER "+table+"_no_delete", "DROP TRIGGER "+table+"_append_only ON "+table)
		}
		postgrestest.Exec(t, place(t, path), strings.Split(text, ";")...)
		return
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	_, err = db.Exec(text)
	must(t, err)
}

// Whatever moves, at random, and whatever fails: the books are right, and there is of each
// type what came from the faucets less what went into the sinks.
func TestBooksAreAlwaysRight(t *testing.T) {
	s := open(t)
	owners := []world.CharacterID{player(t, s, "Anna").ID, player(t, s, "Berta").ID}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 20).Draw(r, "transactions") {
			var steps []Step
			for range rapid.IntRange(1, 5).Draw(r, "steps") {
				n := rapid.Int64Range(1, 20).Draw(r, "n")
				from, to := drawSlot(r, owners), drawSlot(r, owners)
				switch rapid.IntRange(0, 3).Draw(r, "kind") {
				case 0:
					to.kind = from.kind
					steps = append(steps, Move{from.item(0).holding(), to.item(0).holding(), n})
				case 1:
					steps = append(steps, Move{named(ledger.Faucet, "f", to.kind), to.item(0).holding(), n})
				case 2:
					steps = append(steps, Move{from.item(0).holding(), named(ledger.Sink, "s", from.kind), n})
				case 3:
					steps = append(steps, ChangeItem(from.item(rapid.SampledFrom([]int64{-n, n}).Draw(r, "by"))))
				}
			}
			if _, err := s.Transact(bg, test, steps...); err != nil && !errors.Is(err, ErrNotEnough) {
				r.Fatal(err)
			}
		}
		if report, err := s.AuditBooks(bg); err != nil || !report.OK() {
			r.Fatal(err, report.Wrong)
		}
	})
}

// A database of an older build has what it had, from a faucet of its own.
func TestMigrationOpensTheBooks(t *testing.T) {
	fileOnly(t)
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_foreign_keys=on")
	must(t, err)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, schema.SQLite(), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = p.UpTo(bg, 11)
	must(t, err)
	_, err = db.Exec(`INSERT INTO accounts VALUES (1, 'Anna', 'anna', '', 0, 0);
		INSERT INTO characters (id, account, name, name_key, system, station, px, py, pz, vx, vy, vz, ship, data, release, created, last_seen)
			VALUES (1000001, 1, 'Anna', 'anna', 1, 0, 0, 0, 0, 0, 0, 0, '', '{}', 1, 0, 0);
		INSERT INTO items VALUES (1000001, 'hold', 'Ore', 12), (1000001, 'hangar', 'Ore', 30), (1000001, 'hangar', 'Wasp', 1)`)
	must(t, err)
	must(t, db.Close())
	s := openAt(t, path, testOptions())
	list, err := s.Items(bg, 1000001)
	must(t, err)
	if got := fmt.Sprint(list); got != "[{1000001 hangar Ore 30} {1000001 hangar Wasp 1} {1000001 hold Ore 12}]" {
		t.Error(got)
	}
	if got := books(t, s); got != "audit: ok, 5 postings, 5 holdings" {
		t.Error(got)
	}
}

// What a deleted account had is in a sink.
func TestDeletedAccountsThingsAreAccountedFor(t *testing.T) {
	s := open(t)
	c := player(t, s, "Anna")
	must(t, s.ChangeItems(bg, test, Item{c.ID, "hangar", "Ore", 10}, Item{c.ID, "hold", "Ore", 2}))
	must(t, s.DeleteAccount(bg, c.Account))
	rows, err := s.History(bg, HistoryQuery{Limit: 1})
	must(t, err)
	if len(rows) != 1 || rows[0].Why.Cause != "account deleted" {
		t.Errorf("%+v", rows)
	}
	if got := books(t, s); got != "audit: ok, 6 postings, 2 holdings" {
		t.Error(got)
	}
}

// A new character has a purse, from its faucet, or there is no such character.
func TestStarterPurse(t *testing.T) {
	opt := testOptions()
	opt.Purse = 500
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	a := player(t, s, "Anna").ID
	if n, err := s.Wallet(bg, a); err != nil || n != 500 {
		t.Errorf("%d %v", n, err)
	}
	_, err := s.Login(bg, "Anna", "long enough", Character{})
	must(t, err)
	if n, _ := s.Wallet(bg, a); n != 500 {
		t.Errorf("after another login: %d", n)
	}
	if got := books(t, s); got != "audit: ok, 2 postings, 2 holdings" {
		t.Error(got)
	}
}

var postings = flag.Int("postings", 200_000, "how many BenchmarkAudit reads")

// BenchmarkAudit proves books of -postings postings in 40,000 holdings.
func BenchmarkAudit(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.db")
	fileOnly(b)
	s, err := Open(bg, path, testOptions())
	must(b, err)
	defer s.Close()
	fillBooks(b, path, *postings/2)
	for b.Loop() {
		r, err := s.AuditBooks(context.Background())
		must(b, err)
		if !r.OK() || r.Postings < int64(*postings) {
			b.Fatal(r.Wrong, r)
		}
	}
	b.ReportMetric(float64(*postings)*float64(b.N)/b.Elapsed().Seconds(), "postings/s")
}

// fillBooks makes a world of 10,000 characters, with 4 types each, who pass one another
// things in n entries.
func fillBooks(b *testing.B, path string, n int) {
	b.Helper()
	below(b, path, fmt.Sprintf(`
		PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
		BEGIN;
		INSERT INTO accounts VALUES (1, 'all', 'all', '', 0, 0);
		INSERT INTO ledger_accounts VALUES (-2, 'faucet', 'start');
		WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 10000)
		INSERT INTO characters (id, account, name, name_key, system, station, px, py, pz, vx, vy, vz, ship, data, release, created, last_seen)
			SELECT 1000000 + i, 1, 'P' || i, 'p' || i, 1, 0, 0, 0, 0, 0, 0, 0, '', '{}', 1, 0, 0 FROM c;
		WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 39999)
		INSERT INTO holdings (id, owner, location, type, quantity) SELECT i + 1, 1000001 + i / 4, 'hangar', 'T' || (i %% 4), 0 FROM c;
		INSERT INTO holdings (id, owner, location, type, quantity) VALUES (40001, -2, '', 'T0', 0), (40002, -2, '', 'T1', 0), (40003, -2, '', 'T2', 0), (40004, -2, '', 'T3', 0);
		INSERT INTO entries (id, at, cause, actor, operator, system, tick, release) VALUES (1, 0, 'start', 0, '', '', 0, 0);
		WITH RECURSIVE c(e) AS (SELECT 2 UNION ALL SELECT e + 1 FROM c WHERE e < %[1]d)
		INSERT INTO entries (id, at, cause, actor, operator, system, tick, release) SELECT e, e, 'trade', 1000001, '', '@Alpha', e, 1 FROM c;
		INSERT INTO postings (holding, entry, quantity) SELECT id, 1, CASE WHEN id > 40000 THEN -10000000000 ELSE 1000000 END FROM holdings;
		WITH RECURSIVE c(e) AS (SELECT 2 UNION ALL SELECT e + 1 FROM c WHERE e < %[1]d)
		INSERT INTO postings (holding, entry, quantity)
			SELECT 1 + 4 * ((e * 7919) %% 10000) + e %% 4, e, -1 FROM c UNION ALL SELECT 1 + 4 * ((e * 7919 + 1 + e %% 9999) %% 10000) + e %% 4, e, 1 FROM c ORDER BY 1, 2;
		UPDATE holdings SET quantity = (SELECT sum(p.quantity) FROM postings p WHERE p.holding = id), sum = (SELECT sum(p.quantity) FROM postings p WHERE p.holding = id);
		COMMIT`, n+1))
}

// A file is audited from outside, open or not; one of another age is told apart.
func TestAuditFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := openPlain(t, path, testOptions())
	must(t, err)
	must(t, s.ChangeItems(bg, test, Item{player(t, s, "Anna").ID, "hangar", "Ore", 10}))
	audit := func() string {
		t.Helper()
		r, err := AuditFile(bg, place(t, path))
		must(t, err)
		return r.String()
	}
	if got := audit(); got != "audit: ok, 2 postings, 2 holdings" {
		t.Errorf("of a store that is open: %s", got)
	}
	must(t, s.Close())
	if got := audit(); got != "audit: ok, 2 postings, 2 holdings" {
		t.Errorf("of a store that is closed: %s", got)
	}
	below(t, path, `UPDATE holdings SET quantity = 11 WHERE location = 'hangar'`)
	if got := audit(); got != "audit: 2 wrong, 2 postings, 2 holdings" {
		t.Errorf("of a store that was tampered with: %s", got)
	}
	below(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
	_, err = AuditFile(bg, place(t, path))
	wants(t, err, ErrNewer, "schema 999")
	below(t, path, `DELETE FROM goose_db_version WHERE version_id > 12`)
	_, err = AuditFile(bg, place(t, path))
	wants(t, err, ErrConflict, "from before there were books")
	_, err = AuditFile(bg, filepath.Join(t.TempDir(), "not.db"))
	wants(t, err, ErrAccess, "there is no database")
}
