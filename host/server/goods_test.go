package server

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
)

// What is said to the corporations, a step at a time.
const (
	// routeLua leaves them the first good that some region makes and wants.
	routeLua = `local goods = require "services.goods"
		for _, one in ipairs(goods.list()) do
			for _, name in ipairs(universe.regions()) do
				local stations = universe.stations(name)
				local found = stations[1] and goods.places(name, stations, one.name)
				if found and found.made and found.wanted then goods.trip = {region = name, type = one, places = found} end
			end
		end
		goods.list = function() return {goods.trip.type} end
		goods.diggings = function() return {} end`
	// visitLua lets prices move.
	visitLua = `local goods = require "services.goods" goods.visit(goods.trip.region)`
	// tradeLua buys or sells all there is, as a character: what they paid, or were paid.
	tradeLua = `local goods, who, side, as = require "services.goods", %d, %q, %q
		local t, place, offer = goods.trip.type, goods.trip.places[as], store.get("goods " .. goods.trip.region)[goods.trip.type.name][as]
		local done = service.call("market", "place", {owner = who, side = side, type = t.name, system = place.system, station = place.station,
			range = side == "buy" and "station" or nil, price = offer.price, quantity = math.floor(goods.worth / t.price), min = 1, days = 1})
		return done.paid - (done.tax or 0), done.left`
	// wayLua takes the goods along.
	wayLua = `local goods, who = require "services.goods", %d
		local t, places = goods.trip.type, goods.trip.places
		items.move(who, t.name, math.floor(goods.worth / t.price), who, goods.hangar(places.made), goods.hangar(places.wanted), "test")`
)

// Whatever corporations make, want and use up, and whoever hauls it, the books are right.
func TestCorporationsNeverBreakTheBooks(t *testing.T) {
	t.Parallel()
	cfg := gameConfig(t)
	file := filepath.Join(cfg.Scripts, "services", "goods.lua")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rest := bytes.Replace(text, []byte("goods.look = 10 "), []byte("goods.look = 1e9 "), 1) // the test says when a region is looked after
	if err := os.WriteFile(file, rest, 0o644); err != nil || bytes.Equal(rest, text) {
		t.Fatal(err, "goods.look is not where it was")
	}
	s := start(t, cfg)
	login(t, s.Addr(), "Ann", wire.JSON).event("hangar")
	ann, err := s.store.CharacterByName(context.Background(), "Ann")
	if err != nil {
		t.Fatal(err)
	}
	amy := s.operator("amy", command.Admin)
	amy.do("grant Ann money 100000000 --why test")
	lua := func(code string) string {
		return amy.do("lua --write @" + s.systemNames(1)[0] + " " + strings.Join(strings.Fields(code), " "))
	}
	trade := func(side, as string) (paid float64) {
		var left float64
		got := lua(fmt.Sprintf(tradeLua, ann.ID, side, as))
		if n, err := fmt.Sscan(got, &paid, &left); n != 2 || left != 0 {
			t.Fatalf("%s: %q: %v", side, got, err)
		}
		return paid
	}
	lua(routeLua)
	for range 5 {
		lua(visitLua)
	}
	for range 2 {
		cost := trade("buy", "made")
		lua(fmt.Sprintf(wayLua, ann.ID))
		if paid := trade("sell", "wanted"); paid <= cost {
			t.Errorf("bought for %.0f and sold for %.0f", cost, paid)
		}
		lua(visitLua)
	}
	rows, err := s.store.History(context.Background(), store.HistoryQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	accounts := map[string]bool{}
	for _, r := range rows {
		accounts[r.Holding.Holder.String()] = true
	}
	for _, want := range []string{"faucet npc production", "faucet npc spending", "sink npc consumption", "sink sales tax"} {
		if !accounts[want] {
			t.Errorf("nothing has to do with the %s: %v", want, accounts)
		}
	}
	has(t, "the books", amy.do("audit-books"), "audit: ok")
}
