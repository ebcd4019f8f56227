package simulation

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"hotshard/data/ledger"
	"hotshard/data/ledger/economy"
	"hotshard/data/store"
	"hotshard/host/report"
	"hotshard/runtime/world"
)

// cargo is what the ship that is lost has with it.
var cargo = map[string]int64{"Dray": 1, "Medicine": 30, "Pearls": 7}

// sail is the life of somebody who boards a ship of their own with cargo, and undocks.
func sail(a *Agent) {
	ship := a.table("assemble", args{"type": "Dray"})
	a.do("board", args{"ship": ship["ship"]})
	a.do("move", args{"from": "hangar", "to": "hold"})
	a.do("undock", nil)
}

// destroyed is what entries of a system put down to losses, read posting by posting.
func destroyed(t *testing.T, w *World, system world.Address) map[string]int64 {
	out := map[string]int64{}
	err := w.store.Books(context.Background(), func(b ledger.Books) error {
		rows, err := b.QueryContext(context.Background(), `SELECT h.type, p.quantity FROM postings p JOIN entries e ON e.id = p.entry JOIN holdings h ON h.id = p.holding
			JOIN ledger_accounts a ON a.id = h.owner WHERE a.kind = 'sink' AND a.name IN ('ship lost', 'wreck gone') AND e.system = ?`, string(system))
		if err != nil {
			return err
		}
		return each(rows, func(thing string, n int64) { out[thing] += n })
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func each(rows *sql.Rows, fn func(string, int64)) error {
	defer rows.Close()
	for rows.Next() {
		var thing string
		var n int64
		if err := rows.Scan(&thing, &n); err != nil {
			return err
		}
		fn(thing, n)
	}
	return rows.Err()
}

// pass lets game seconds go by.
func (w *World) pass(t *testing.T, seconds int) {
	t.Helper()
	for range seconds {
		w.now = w.now.Add(1e9)
		if err := w.tick(); err != nil {
			t.Fatal(err)
		}
	}
}

// In an economy that digs, builds and trades in two regions a ship is destroyed with all it
// carries: the report has it, to the last unit, in the region where that was, and adds up.
func TestABattleIsInTheReport(t *testing.T) {
	if raced {
		t.Skip("only without the race detector: one goroutine plays it all")
	}
	t.Parallel()
	dir := t.TempDir()
	w, err := newWorld(Config{Seed: 9, Hz: 1, Traders: 6, Miners: 6, Haulers: 2, Makers: 2, Scripts: "../../scripts"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	hubs := w.hubs()
	if len(hubs) != 2 || hubs[0].system.Region == hubs[1].system.Region {
		t.Fatalf("%+v", hubs)
	}
	at := hubs[1]
	victim, err := w.join("Victim", at.system, at.station)
	if err != nil {
		t.Fatal(err)
	}
	for thing, n := range cargo {
		if _, err := w.store.GiveItems(context.Background(), store.Why{Cause: ledger.FaucetGrant}, store.Item{Owner: victim.id, Location: world.Hangar(at.system.ID, at.station), Type: thing, Quantity: n}); err != nil {
			t.Fatal(err)
		}
	}
	victim.live(sail, 5)
	w.pass(t, 60)
	address := world.SystemAddress(at.system.Name)
	before := destroyed(t, w, address)
	w.by[address].State().Eval(fmt.Sprintf(`local vessel = require "vessel" vessel.hurt(vessel.of(player.ship(%d)), 1e9)`, victim.id), "test", func(_ []world.Value, err error) {
		if err != nil {
			t.Error(err)
		}
	})
	w.pass(t, 700) // the wreck goes, and with it what nobody took
	lost := destroyed(t, w, address)
	for thing, n := range cargo {
		if got := lost[thing] - before[thing]; got < n {
			t.Errorf("%d %s are lost, and there were %d", got, thing, n)
		}
	}
	known, r := report.Known(w.m, w.types), (*economy.Report)(nil)
	err = w.store.Books(context.Background(), func(b ledger.Books) (err error) {
		r, err = economy.Read(context.Background(), b, known, economy.Query{Prove: true})
		return err
	})
	if err != nil || !r.OK() {
		t.Fatal(err, r)
	}
	w.compare(t, r, hubs)
	books, err := w.store.AuditBooks(context.Background())
	if err != nil || !books.OK() || len(w.faults) > 0 {
		t.Errorf("%v, %v, %v", books, err, w.faults)
	}
}

// compare holds what the report says was destroyed against the postings, and asks that
// things happened in both regions, and nothing that the report has no name for.
func (w *World) compare(t *testing.T, r *economy.Report, hubs []hub) {
	prices := map[string]int64{}
	for _, f := range r.Types {
		prices[f.Type] = f.Price
	}
	for _, x := range r.Regions {
		var want economy.Value
		for i := range w.m.Systems {
			if s := &w.m.Systems[i]; s.Region == x.Region {
				for thing, n := range destroyed(t, w, world.SystemAddress(s.Name)) {
					want.Add(n, prices[thing])
				}
			}
		}
		if x.Destroyed.Compare(&want) != 0 {
			t.Errorf("%s: %s destroyed, and the postings say %s", x.Region, x.Destroyed, want)
		}
		if x.Other.String() != "0" {
			t.Errorf("%s: %s at accounts that the ledger has no activity for", x.Region, x.Other)
		}
	}
	for _, c := range r.Causes {
		if c.Activity == ledger.Other {
			t.Errorf("the ledger has no activity for the %s %s", c.Kind, c.Account)
		}
	}
	for _, h := range hubs {
		for _, x := range r.Regions {
			if x.Region == h.system.Region && (x.Mined.String() == "0" || x.Made.String() == "0" || x.Trades == 0) {
				t.Errorf("hardly anything happened in %s: %+v", x.Region, x)
			}
		}
	}
}
