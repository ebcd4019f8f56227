package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/record"
	"hotshard/runtime/world"
)

// database opens the store of a shard that does not run.
func database(t *testing.T, cfg Config) *store.Store {
	t.Helper()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), filepath.Join(cfg.Data, "hotshard.db"), store.Options{HashCost: cfg.HashCost})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// marketRecorded waits until what the market has done so far is on disk.
func (p *pilot) marketRecorded(cfg Config) {
	p.t.Helper()
	for now := time.Now(); p.ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		p.do("market_book", args{"type": "Ferrite"}) // or it would sleep
		if rec, err := record.Open(RecordDir(cfg.Data), "market"); err == nil {
			if span, err := rec.Span(); err == nil && span.Until.After(now) {
				return
			}
		}
	}
	p.t.Fatal("nothing is recorded of the market")
}

// TestAfterAKillTheBookGoesOnAndTheDatabaseDecides kills the real program twice. First the market
// goes on with its book as it was, which its revision tells. Then somebody has been at the
// database meanwhile, as one whose answer the shard did not live to hear: an order has ended, and
// a pilot who never left their seat has boarded another ship.
func TestAfterAKillTheBookGoesOnAndTheDatabaseDecides(t *testing.T) {
	t.Parallel()
	cfg := gameConfig(t)
	start := []string{"--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", mapFile(t)}
	s := database(t, cfg)
	m, err := smallMap()
	if err != nil {
		t.Fatal(err)
	}
	captain, err := s.Register(context.Background(), "Ann", "secret secret", store.Character{System: m.Systems[0].ID, Data: `{"owns":true}`})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	p := launch(t, start...)
	ann, ben := login(t, p.addr, "Ann", wire.JSON), login(t, p.addr, "Ben", wire.Binary)
	home := world.SystemAddress(ann.event("system")["name"].(string))
	buy := func(price float64) float64 {
		return ben.do("market_buy", args{"type": "Ferrite", "quantity": 10.0, "price": price, "key": fmt.Sprint(price)}).(args)["order"].(float64)
	}
	first, _, third := buy(50), buy(40), buy(30)
	ben.do("market_cancel", args{"order": third})
	page := ben.do("market_book", args{"type": "Ferrite"})
	ben.marketRecorded(cfg)
	ann.recorded(cfg, home)
	p.kill()

	p = launch(t, start...)
	ben = login(t, p.addr, "Ben", wire.JSON)
	if now := ben.do("market_book", args{"type": "Ferrite"}); !reflect.DeepEqual(now, page) {
		t.Errorf("after a kill the book is %v, and was %v", now, page)
	}
	p.kill()

	s = database(t, cfg)
	if _, err := s.Transact(context.Background(), store.Why{Cause: "test"}, store.EndOrder{ID: int64(first), Reason: "behind its back"}); err != nil {
		t.Fatal(err)
	}
	for key, v := range map[string]world.Value{fmt.Sprint("flies ", captain.ID): 7.0, fmt.Sprintf("ship %d 7", captain.ID): args{"type": "Wren", "name": "Mine", "fit": args{}, "at": false}} {
		if err := s.Put(context.Background(), scriptSpace, key, v); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	p = launch(t, start...)
	ann, ben = login(t, p.addr, "Ann", wire.JSON), login(t, p.addr, "Ben", wire.JSON)
	buys := ben.do("market_book", args{"type": "Ferrite"}).(args)["buys"].([]world.Value)
	if len(buys) != 1 || buys[0].(args)["price"] != 40.0 {
		t.Errorf("there stand %v, and the order at 50 has ended", buys)
	}
	for ann.ctx.Err() == nil {
		if flies := ann.do("ships", nil).(args)["flies"].(args); flies["ship"] == 7.0 {
			return
		}
	}
	t.Errorf("Ann flies %v, and the books say 7", ann.do("ships", nil))
}
