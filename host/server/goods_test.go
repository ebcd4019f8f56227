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

// haulLua lets the corporations offer the first good that some region makes and wants, waits
// until prices have parted, and hauls it a few times as the character %d.
const haulLua = `local goods, who = require "services.goods", %d
	local region, t, places
	for _, one in ipairs(goods.list()) do
		for _, name in ipairs(universe.regions()) do
			local stations = universe.stations(name)
			local found = stations[1] and goods.places(name, stations, one.name)
			if found and found.made and found.wanted and not t then region, t, places = name, one, found end
		end
	end
	goods.list = function() return {t} end
	for _ = 1, 8 do goods.visit(region) end
	local profit = 0
	for _ = 1, 4 do
		local offer = store.get("goods " .. region)[t.name]
		local n = math.floor(goods.worth / t.price)
		local function trade(side, place, price)
			return service.call("market", "place", {owner = who, side = side, type = t.name, system = place.system, station = place.station,
				range = side == "buy" and "station" or nil, price = price, quantity = n, min = 1, days = 1})
		end
		local bought = trade("buy", places.made, offer.made.price)
		items.move(who, t.name, n, who, goods.hangar(places.made), goods.hangar(places.wanted), "test")
		local sold = trade("sell", places.wanted, offer.wanted.price)
		profit = profit + sold.paid - sold.tax - bought.paid
		goods.visit(region)
	end
	return profit, #orders.open(0, 1000)`

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
	var profit, standing int
	got := amy.do("lua --write @" + s.systemNames(1)[0] + " " + strings.Join(strings.Fields(fmt.Sprintf(haulLua, ann.ID)), " "))
	if n, err := fmt.Sscan(got, &profit, &standing); n != 2 || profit <= 0 || standing != 2 {
		t.Errorf("%q: %v", got, err)
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
