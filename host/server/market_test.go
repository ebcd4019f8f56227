package server

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// gameConfig is a shard of the game itself.
func gameConfig(t testing.TB) Config {
	cfg := config(t)
	cfg.Scripts = t.TempDir()
	copyTree(t, "../../scripts", cfg.Scripts)
	return cfg
}

type args = map[string]world.Value

// TestTheGameTrades is a sale from the first grant to the books, over real sockets and the
// real store, with a restart in between and everything asked twice.
func TestTheGameTrades(t *testing.T) {
	t.Parallel()
	cfg := gameConfig(t)
	s := start(t, cfg)
	ann, ben := login(t, s.Addr(), "Ann", wire.JSON), login(t, s.Addr(), "Ben", wire.JSON)
	ann.event("hangar")
	ben.event("hangar")
	amy := s.operator("amy", command.Admin)
	amy.do("grant Ann Ferrite 100 --why test")
	amy.do("grant Ann money 1000 --why test")
	amy.do("grant Ben money 10000 --why test")

	sale := args{"type": "Ferrite", "quantity": 100.0, "price": 50.0, "key": "s1"}
	sold := ann.do("market_sell", sale).(args)
	if again := ann.do("market_sell", sale); !reflect.DeepEqual(again, sold) {
		t.Errorf("asked again: %v, and %v before", again, sold)
	}
	ann.refused("market_sell", "key_used", args{"type": "Ferrite", "quantity": 99.0, "price": 50.0, "key": "s1"})
	page := ben.do("market_book", args{"type": "Ferrite"}).(args)

	s.stop()
	s = start(t, cfg)
	ann, ben = login(t, s.Addr(), "Ann", wire.Binary), login(t, s.Addr(), "Ben", wire.Binary)
	ann.event("hangar")
	ben.event("hangar")
	if now := ben.do("market_book", args{"type": "Ferrite"}).(args); !reflect.DeepEqual(now["sells"], page["sells"]) {
		t.Errorf("after a restart there stand %v, and before %v", now["sells"], page["sells"])
	}
	if again := ann.do("market_sell", sale); !reflect.DeepEqual(again, sold) {
		t.Errorf("asked again after a restart: %v, and %v before", again, sold)
	}
	bought := ben.do("market_buy", args{"type": "Ferrite", "quantity": 40.0, "price": 60.0, "key": "b1"}).(args)
	if bought["filled"] != 40.0 || bought["paid"] != 2000.0 {
		t.Errorf("bought %v", bought)
	}
	ann.until("news of the sale", func(m *wire.Message) bool { return m.Event == "order" && m.Fields["n"] == 40.0 })
	if has := ben.do("wallet", nil).(args); has["balance"] != 8000.0+StarterPurse {
		t.Errorf("Ben has %v", has)
	}
	if mine := ben.do("assets", nil).([]world.Value); len(mine) != 1 || mine[0].(args)["quantity"] != 40.0 {
		t.Errorf("Ben has %v", mine)
	}
	if day := ben.do("market_history", args{"type": "Ferrite"}).([]world.Value); len(day) != 1 || day[0].(args)["volume"] != 40.0 {
		t.Errorf("traded %v", day)
	}
	amy = s.operator("amy", command.Admin)
	has(t, "the ledger of the order", amy.do(fmt.Sprintf("ledger %.0f", sold["order"])), "sales tax", "market order", "@")
	ann.do("market_cancel", args{"order": sold["order"]})
	s.stop()
	report, err := store.AuditFile(context.Background(), filepath.Join(cfg.Data, "hotshard.db"))
	if err != nil || !report.OK() {
		t.Errorf("%v, %v", err, report)
	}
}

// A list with nothing in it is a list, in both protocols.
func TestEmptyListsAreLists(t *testing.T) {
	t.Parallel()
	s := start(t, gameConfig(t))
	for name, codec := range map[string]wire.Codec{"Ann": wire.JSON, "Ben": wire.Binary} {
		p := login(t, s.Addr(), name, codec)
		p.event("hangar")
		for command, a := range map[string]args{
			"assets": nil, "market_orders": nil, "jobs": nil, "containers": nil, "wallet_history": {"before": 1.0}, "market_history": {"type": "Ferrite"},
		} {
			if got := p.do(command, a); !isEmptyList(got) {
				t.Errorf("%s: %s answers %#v", name, command, got)
			}
		}
		for command, members := range map[string][]string{"market_book": {"sells", "buys"}, "hangar": {"items", "ships", "containers"}, "ships": {"ships"}, "hold": {"items"}} {
			got := p.do(command, args{"type": "Ferrite"}).(args)
			for _, m := range members {
				if !isEmptyList(got[m]) {
					t.Errorf("%s: %s answers %s: %#v", name, command, m, got[m])
				}
			}
		}
	}
}

func isEmptyList(v world.Value) bool {
	list, ok := v.([]world.Value)
	return ok && len(list) == 0
}

// refusedOr gives a command, and returns why it was refused, if it was.
func (p *pilot) refusedOr(command string, a args) *wire.Error {
	p.t.Helper()
	_, err := p.Request(p.ctx, command, a)
	if refusal, ok := err.(*wire.Error); ok {
		return refusal
	}
	return nil
}
