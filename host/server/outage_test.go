package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// outageLength is how long the market is down in a test: a moment, or what HOTSHARD_OUTAGE
// says, for `make outage`.
func outageLength(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("HOTSHARD_OUTAGE")
	if text == "" {
		return 700 * time.Millisecond
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("HOTSHARD_OUTAGE: %v", err)
	}
	return d
}

// outage is a market that is down, seen by a trader and by somebody who flies.
type outage struct {
	t        *testing.T
	ann, ben *pilot
	done     map[string]world.Value // answers by key
	open     []string               // keys that were refused
	refused  int
	station  float64 // in Ben's system
}

// TestTheMarketIsDown has the market killed again and again, hang, or wait for a store that
// stalls. Flight goes on, orders are refused in clear words while it is down, and not when
// that is over; it comes back by itself, nothing is lost, and whatever was acknowledged is
// there.
func TestTheMarketIsDown(t *testing.T) {
	t.Parallel()
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		cfg := outageConfig(t)
		s := start(t, cfg)
		o := beginOutage(t, s.Addr())
		o.lasts(func(ended func() bool) {
			for !ended() {
				if m := s.universe.Running("market"); m != nil {
					m.Stop("killed")
				}
				o.ask()
			}
		})
		o.comesBack()
		s.stop()
		o.right(cfg)
	})
	t.Run("hangs", func(t *testing.T) {
		t.Parallel()
		cfg := outageConfig(t)
		s := start(t, cfg)
		o := beginOutage(t, s.Addr())
		o.lasts(func(ended func() bool) {
			release := make(chan struct{})
			if err := s.universe.Running("market").Post(system.Between(func(*system.System) { <-release })); err != nil {
				t.Fatal(err)
			}
			for !ended() || o.refused < 3 {
				o.ask()
			}
			close(release)
		})
		o.comesBack()
		s.stop()
		o.right(cfg)
	})
	t.Run("the store stalls", func(t *testing.T) {
		t.Parallel()
		cfg, d := outageConfig(t), newDisk(t)
		p := launchWith(t, d.env, "--scripts", cfg.Scripts, "--data", cfg.Data, "--universe", crashMap(t))
		o := beginOutage(t, p.addr)
		o.lasts(func(ended func() bool) {
			d.fall(stalled)
			for !ended() || o.refused < 3 {
				o.ask()
			}
			d.fall(well)
		})
		o.comesBack()
		p.kill()
		o.right(cfg)
	})
}

// outageConfig is the game with a pilot's patience that a short outage outlasts.
func outageConfig(t *testing.T) Config {
	cfg := gameConfig(t)
	save(t, cfg, "stake.lua", `
		local market = require "market"
		local money = require "lib.money"
		function command.stake(p)
		  items.give(p, money.type, 1000000, money.wallet, "grant")
		  return items.give(p, "Ferrite", 1000, market.hangar(market.station(p)), "grant")
		end
		return {}`)
	edit(t, cfg, "main.lua", `require "news"`, "require \"news\"\nrequire \"stake\"")
	edit(t, cfg, "market.lua", "market.patience = 3 ", "market.patience = 0.3 ")
	return cfg
}

func beginOutage(t *testing.T, addr string) *outage {
	o := &outage{t: t, ann: login(t, addr, "Ann", wire.JSON), ben: login(t, addr, "Ben", wire.Binary), done: map[string]world.Value{}}
	o.ann.event("hangar")
	o.ann.do("stake", nil)
	for _, v := range o.ben.event("system")["celestials"].([]world.Value) {
		if c := v.(args); c["kind"] == "station" {
			o.station = c["id"].(float64)
		}
	}
	o.ben.do("undock", nil)
	o.done["before"] = o.ann.do("market_sell", o.order("before"))
	return o
}

func (o *outage) order(key string) args {
	return args{"type": "Ferrite", "quantity": 2.0, "price": 50.0, "key": key}
}

// lasts has it down for as long as the test says, while Ben flies.
func (o *outage) lasts(down func(ended func() bool)) {
	o.t.Helper()
	began, long := time.Now(), outageLength(o.t)
	at := o.place()
	down(func() bool { return time.Since(began) > long && o.flown(at) })
}

// flown says whether Ben has got anywhere.
func (o *outage) flown(from world.Value) bool { return !reflect.DeepEqual(o.place(), from) }

// place is where Ben is, after an order that is obeyed.
func (o *outage) place() world.Value {
	o.ben.do("direction", args{"dir": []world.Value{1.0, 0.0, 0.0}})
	return o.ben.do("look", args{"id": o.station}).(args)["distance"]
}

// ask gives an order, the one that was refused last where there is one. All that may come
// of it is an answer or a clear refusal.
func (o *outage) ask() {
	o.t.Helper()
	time.Sleep(60 * time.Millisecond) // within what the gate lets through
	key := fmt.Sprint("k", len(o.done))
	if len(o.done) > 50 { // no more orders stand than may
		key = fmt.Sprint("k", 1+len(o.open)%50)
	}
	v, err := o.ann.Request(o.ann.ctx, "market_sell", o.order(key))
	if err == nil {
		if was, found := o.done[key]; found && !reflect.DeepEqual(v, was) {
			o.t.Errorf("%s is answered %v, and was %v", key, v, was)
		}
		o.done[key] = v
		return
	}
	refusal, ok := err.(*wire.Error)
	if !ok || refusal.Code != "market_closed" || strings.Contains(refusal.Message, "lua") {
		o.t.Fatalf("%s: %v", key, err)
	}
	o.refused++
	o.open = append(o.open, key)
}

// comesBack waits until orders are taken again, and asks once more for all that was asked:
// what was answered is answered as before, and what was refused is done now, once.
func (o *outage) comesBack() {
	o.t.Helper()
	for _, key := range append([]string{"before"}, o.open...) {
		for o.t.Context().Err() == nil {
			v, err := o.ann.Request(o.ann.ctx, "market_sell", o.order(key))
			if err == nil {
				if was, found := o.done[key]; found && !reflect.DeepEqual(v, was) {
					o.t.Errorf("%s is answered %v afterwards, and was %v", key, v, was)
				}
				o.done[key] = v
				break
			}
			if refusal, ok := err.(*wire.Error); !ok || refusal.Code != "market_closed" {
				o.t.Fatalf("%s: %v", key, err)
			}
			time.Sleep(60 * time.Millisecond)
		}
	}
	left := 0.0
	for _, order := range o.ann.do("market_book", args{"type": "Ferrite"}).(args)["sells"].([]world.Value) {
		left += order.(args)["quantity"].(float64)
	}
	if left != 2*float64(len(o.done)) {
		o.t.Errorf("%v stand for sale, and %d orders of 2 were acknowledged", left, len(o.done))
	}
	o.t.Logf("%d orders refused, %d acknowledged", o.refused, len(o.done))
}

// right proves the books when all is over.
func (o *outage) right(cfg Config) {
	o.t.Helper()
	report, err := store.AuditFile(context.Background(), filepath.Join(cfg.Data, "hotshard.db"))
	if err != nil || !report.OK() {
		o.t.Errorf("%v, %v", err, report)
	}
}
