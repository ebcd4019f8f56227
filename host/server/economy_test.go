package server

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// What an operator gives comes from a faucet with a name, and lies where the player finds
// it; what somebody plants below the books is named while the shard runs.
func TestGrantsAndTheRunningAudit(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	login(t, s.Addr(), "Ada", wire.JSON).event("hello")
	amy := s.operator("amy", command.Admin)
	for _, c := range []struct{ line, want string }{
		{`grant ada money 1250 --why "lost in the outage"`, "Ada was given 1250 Money and has 501250 in the wallet"},
		{`grant Ada Ore 7 --why test`, "7 Ore and has 7 in the hangar "},
		{`wallet Ada`, "5012.50"},
		{`ledger Ada`, "lost in the outage"},
		{`ledger money --since 1h`, "faucet grant"},
		{`audit-books`, "audit: ok, 6 postings, 5 holdings"},
	} {
		has(t, c.line, amy.do(c.line), c.want)
	}
	amy.refused("grant Nobody money 1 --why x", "no character is called Nobody")
	rows, err := s.store.History(context.Background(), store.HistoryQuery{Type: "Ore"})
	if err != nil || len(rows) != 2 || rows[0].Why.Operator != "amy" || rows[0].Why.Content != "test" || rows[0].Holding.Holder.String() != "faucet grant" && rows[1].Holding.Holder.String() != "faucet grant" {
		t.Errorf("%+v, %v", rows, err)
	}
	ada, err := s.store.CharacterByName(context.Background(), "Ada")
	if err != nil {
		t.Fatal(err)
	}
	s.books.look(context.Background())
	if got := s.books.wrong(); got != "" {
		t.Error(got)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(cfg.Data, "hotshard.db")+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE holdings SET quantity = quantity * 2 WHERE location = 'wallet'`); err != nil {
		t.Fatal(err)
	}
	s.books.look(context.Background())
	want := fmt.Sprintf("(Money of character %d in wallet): it is 1002500, and its postings add up to 501250", ada.ID)
	for what, got := range map[string]string{"the notice": strings.Join(s.identify().Notices, "\n"), "the books": s.books.wrong()} {
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s", what, got)
		}
	}
	if got, err := amy.try("audit-books"); err == nil || !strings.Contains(got, want) || strings.Contains(got, "audit: ok") {
		t.Errorf("%s, %v", got, err)
	}
}

// The hangar of a station has one name, in the map's numbers.
func TestHangarsHaveNames(t *testing.T) {
	if got := world.Hangar(30000142, 60003760); got != "hangar 30000142 60003760" {
		t.Error(got)
	}
}
