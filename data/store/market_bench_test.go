package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// bazaar is 1,000 traders with money, and a seller with a sale of each of 100 types.
const bazaarTraders, bazaarTypes = 1000, 100

func openBazaar(b *testing.B, path string) *Store {
	b.Helper()
	s := openAt(b, path, testOptions())
	first := player(b, s, "Seller")
	var items []Item
	for i := range bazaarTraders {
		c, err := s.CreateCharacter(bg, Character{Account: first.Account, Name: fmt.Sprint("Trader ", i)})
		must(b, err)
		items = append(items, Item{c.ID, ledger.Wallet, ledger.Money, 1e9})
	}
	for len(items) > 0 {
		n := min(len(items), MaxSteps)
		must(b, s.ChangeItems(bg, test, items[:n]...))
		items = items[n:]
	}
	for i := range bazaarTypes {
		thing := fmt.Sprint("Ore ", i)
		must(b, s.ChangeItems(bg, test, Item{first.ID, world.Hangar(1, 7), thing, 1e9}))
		_, err := s.Transact(bg, test, OpenOrder{Order: Order{ID: int64(i + 1), Rank: 1, Owner: first.ID, Side: Sell, Type: thing, Region: "R", System: 1, Station: 7, Price: 5, Quantity: 1e9, Least: 1}})
		must(b, err)
	}
	return s
}

// trades has 256 callers buy n times between them, of so many types, and returns how many
// trades that were a second.
func trades(b *testing.B, s *Store, next *atomic.Int64, n, types int) float64 {
	const callers = 256
	start := time.Now()
	var wg sync.WaitGroup
	var done atomic.Int64
	for range callers {
		wg.Go(func() {
			for done.Add(1) <= int64(n) {
				id := next.Add(1)
				buyer := world.CharacterID(1_000_002 + id%bazaarTraders)
				kind := id % int64(types)
				_, err := s.Transact(bg, Why{Cause: "market order", Actor: buyer, System: "@Alpha", Tick: 5, Release: 1, Key: fmt.Sprint(id), Content: "buy 3", Answer: "bought"},
					OpenOrder{Order: Order{ID: id, Rank: id, Owner: buyer, Side: Buy, Type: fmt.Sprint("Ore ", kind), Region: "R", System: 1, Station: 7, Price: 5, Quantity: 3, Least: 1}},
					TradeOrders{Comes: id, Stood: kind + 1, N: 3, Price: 5, Tax: 1})
				fine(b, err)
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(start).Seconds()
}

// byHand is the statements that a trade comes down to, written down for one buyer of one
// type: what the database itself takes for it.
type byHand struct {
	entry, order, filled, stood, about, trade, day, comes, goes, postings *sql.Stmt
}

func newByHand(b *testing.B, c *sql.Conn) *byHand {
	prepare := func(text string) *sql.Stmt {
		s, err := c.PrepareContext(bg, text)
		must(b, err)
		return s
	}
	return &byHand{
		entry:  prepare(`INSERT INTO entries (at, cause, actor, operator, system, tick, release, key, content, answer) VALUES (?, 'market order', ?, '', '@Alpha', 5, 1, ?, 'buy 3', 'bought') RETURNING id`),
		order:  prepare(`INSERT INTO orders (` + orderColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')`),
		filled: prepare(`UPDATE orders SET "left" = 0, ended = ?, reason = 'filled' WHERE id = ?`),
		stood:  prepare(`UPDATE orders SET "left" = "left" - 3 WHERE id = ?`),
		about:  prepare(`INSERT INTO order_entries (id, entry) VALUES (?, ?)`),
		trade:  prepare(`INSERT INTO trades (entry, at, type, region, system, station, price, quantity, buyer, seller, bought, sold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		day: prepare(`INSERT INTO market_days (region, type, day, orders, volume, turnover, highest, lowest) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?6)
			ON CONFLICT (region, type, day) DO UPDATE SET orders = market_days.orders + 1, volume = market_days.volume + ?4, turnover = market_days.turnover + ?5`),
		comes:    prepare(`INSERT INTO holdings (owner, location, type, quantity) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (owner, location, type) DO UPDATE SET quantity = holdings.quantity + CAST(?4 AS BIGINT) RETURNING id`),
		goes:     prepare(`UPDATE holdings SET quantity = quantity + CAST(?4 AS BIGINT) WHERE owner = ?1 AND location = ?2 AND type = ?3 RETURNING id`),
		postings: prepare(`INSERT INTO postings (holding, entry, quantity) VALUES (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?)`),
	}
}

func (h *byHand) do(id, tax int64) error {
	seller, buyer, kind, now := int64(1_000_001), 1_000_002+id%bazaarTraders, id%bazaarTypes, int64(7)
	thing := fmt.Sprint("Ore ", kind)
	args := make([]any, 0, 15)
	var entry int64
	if err := h.entry.QueryRow(now, buyer, fmt.Sprint(id)).Scan(&entry); err != nil {
		return err
	}
	for _, m := range []struct {
		owner    int64
		location string
		thing    string
		by       int64
	}{{buyer, ledger.Wallet, ledger.Money, -15}, {seller, ledger.Wallet, ledger.Money, 14}, {tax, "", ledger.Money, 1}, {seller, Escrow, thing, -3}, {buyer, "hangar 1 7", thing, 3}} {
		var holding int64
		stmt := h.goes
		if m.by > 0 {
			stmt = h.comes
		}
		if err := stmt.QueryRow(m.owner, m.location, m.thing, m.by).Scan(&holding); err != nil {
			return err
		}
		args = append(args, holding, entry, m.by)
	}
	for _, step := range []struct {
		s    *sql.Stmt
		args []any
	}{
		{h.order, []any{id, buyer, "buy", thing, "R", 1, 7, 0, 5, 3, 3, 1, id, now, 0}},
		{h.filled, []any{now, id}}, {h.stood, []any{kind + 1}}, {h.about, []any{id, entry}}, {h.about, []any{kind + 1, entry}},
		{h.trade, []any{entry, now, thing, "R", 1, 7, 5, 3, buyer, seller, id, kind + 1}}, {h.day, []any{"R", thing, 0, 3, 15, 5}}, {h.postings, args},
	} {
		if _, err := step.s.Exec(step.args...); err != nil {
			return err
		}
	}
	return nil
}

// tradesByHand does n trades in groups of 256 over a connection.
func tradesByHand(b *testing.B, conn *sql.Conn, begin string, next *atomic.Int64, n int) float64 {
	h := newByHand(b, conn)
	var tax int64
	must(b, conn.QueryRowContext(bg, `SELECT id FROM ledger_accounts WHERE name = ?`, ledger.SinkTax).Scan(&tax))
	exec := func(text string) { _, err := conn.ExecContext(bg, text); must(b, err) }
	start := time.Now()
	for done := 0; done < n; {
		exec(begin)
		for range min(256, n-done) {
			must(b, h.do(next.Add(1), tax))
			done++
		}
		exec("COMMIT")
	}
	return float64(n) / time.Since(start).Seconds()
}

// BenchmarkTrades is durable trades a second: an order that comes and is traded whole, with
// its key, ledger, taxes and history. It is compared with the same statements written down
// by hand, and with all traders after one type; one run, one file.
func BenchmarkTrades(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bazaar.db")
	s := openBazaar(b, path)
	var next atomic.Int64
	next.Store(1_000_000)
	trades(b, s, &next, 2000, bazaarTypes)
	n := max(b.N, 8000)
	b.ResetTimer()
	var rate [3]float64
	const rounds = 3
	for range rounds { // by turns: the machine is not always as fast
		rate[0] += trades(b, s, &next, n/rounds, bazaarTypes) / rounds
		rate[1] += trades(b, s, &next, n/rounds, 1) / rounds
	}
	must(b, s.Close())
	hand := openHand(b, path)
	for range rounds {
		rate[2] += tradesByHand(b, hand, "BEGIN IMMEDIATE", &next, n/rounds) / rounds
	}
	b.ReportMetric(rate[0], "spread/s")
	b.ReportMetric(rate[1], "one-type/s")
	b.ReportMetric(rate[2], "by-hand/s")
	b.ReportMetric(rate[0]/rate[2], "ratio")
	b.ReportMetric(rate[1]/rate[0], "one-type-ratio")
}

// openHand opens the file as the store does, and starts no writer.
func openHand(b *testing.B, path string) *sql.Conn {
	var opt Options
	opt.fill()
	db, err := sql.Open("sqlite3", (&sqliteFile{path: path, opt: &opt}).dsn(writerParams))
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	return handConn(b, db, writerPragmas)
}

// handConn is a connection on which the statements are written down by hand.
func handConn(b *testing.B, db *sql.DB, first string) *sql.Conn {
	conn, err := db.Conn(bg)
	must(b, err)
	b.Cleanup(func() { must(b, conn.Close()) })
	_, err = conn.ExecContext(bg, first)
	must(b, err)
	return conn
}
