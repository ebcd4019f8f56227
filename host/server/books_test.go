package server

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hotshard/data/ledger"
	"hotshard/data/store"
	"hotshard/data/store/storetest"
	"hotshard/runtime/world"
)

// planted is what each of the duplications that games like this one have had leaves behind,
// put below the ledger, and the holding that the running audit has to name.
var planted = []struct{ name, sql, names string }{
	{"a cargo in two systems at their border", `INSERT INTO holdings (owner, location, type, quantity) SELECT owner, 'hold in @Beta', type, quantity FROM holdings WHERE location = 'hold' AND type = 'Ore'`,
		"Ore of character 1000001 in hold in @Beta"},
	{"gold that a failed save brings back", `UPDATE holdings SET quantity = quantity + 40 WHERE owner = 1000001 AND type = 'Money'`, "Money of character 1000001 in wallet"},
	{"a factory that makes something from nothing", `UPDATE holdings SET quantity = quantity + 2, sum = sum + 2 WHERE owner = 1000002 AND type = 'Ore'`, "Ore of character 1000002 in hangar 1 7"},
	{"a gift whose packet came twice", `UPDATE holdings SET quantity = quantity + 10 WHERE owner = 1000002 AND type = 'Ore'`, "Ore of character 1000002 in hangar 1 7"},
	{"a swap whose partner has dropped", `UPDATE holdings SET quantity = quantity - 10 WHERE owner = 1000001 AND location = 'hold' AND type = 'Ore'`, "Ore of character 1000001 in hold"},
	{"a container that moved while it was open", `INSERT INTO holdings (owner, location, type, quantity) SELECT 1000002, 'hold/case 1', type, quantity FROM holdings WHERE location = 'hold/case 1'`,
		"Crate of character 1000002 in hold/case 1"},
	{"what was in it, at another's", `INSERT INTO holdings (owner, location, type, quantity) SELECT 1000002, location, type, quantity FROM holdings WHERE location = 'box 1'`, "Ore of character 1000002 in box 1"},
}

// Whatever is doubled or lost below the ledger is found by the audit of a running shard
// within a minute, by its clock, and told by the name of the holding; once, and again when
// it is right.
func TestWhatIsPlantedIsFoundWithinAMinute(t *testing.T) {
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			synctest.Test(t, func(t *testing.T) {
				s, err := store.Open(t.Context(), path, storetest.Options())
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				settle(t, s)
				var log strings.Builder
				b := newBooks(s, slog.New(slog.NewTextHandler(&log, nil)))
				ctx, cancel := context.WithCancel(t.Context())
				go b.run(ctx)
				time.Sleep(50 * time.Second) // any moment between two looks
				if b.wrong() != "" {
					t.Fatalf("before anything is planted: %s", b.wrong())
				}
				plant(t, path, p.sql)
				time.Sleep(time.Minute)
				cancel()
				synctest.Wait()
				if !strings.Contains(b.wrong(), "holding ") || !strings.Contains(strings.Join(b.report.Wrong, "\n"), p.names) {
					t.Errorf("the audit says %q:\n%s", b.wrong(), strings.Join(b.report.Wrong, "\n"))
				}
				if n := strings.Count(log.String(), p.names); n == 0 || n > len(b.report.Wrong) {
					t.Errorf("the log names it %d times:\n%s", n, log.String())
				}
			})
		})
	}
}

// settle gives two characters something: money, ore, and a container with some in it.
func settle(t *testing.T, s *store.Store) {
	t.Helper()
	why := store.Why{Cause: "mining"}
	for _, name := range []string{"Anna", "Berta"} {
		if _, err := s.Register(t.Context(), name, "long enough", store.Character{}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(n int, location, thing string, quantity int64) store.Item {
		return store.Item{Owner: world.CharacterID(1_000_000 + n), Location: location, Type: thing, Quantity: quantity}
	}
	if err := s.ChangeItems(t.Context(), why, has(1, ledger.Wallet, ledger.Money, 100), has(1, world.Hold, "Ore", 30), has(1, "hold/case 1", "Crate", 1),
		has(1, "box 1", "Ore", 5), has(2, world.Hangar(1, 7), "Ore", 10)); err != nil {
		t.Fatal(err)
	}
}

// plant changes a database behind its store's back.
func plant(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite3", fmt.Sprintf("file:%s?_busy_timeout=5000", path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}
