local goods = require "services.goods"
local money = require "lib.money"

local region = "Proving Ground"

goods.busy = 1e9 -- the tests say when a region is looked after

-- The first good that the region both makes and wants: its type, and where. Of the others the
-- region knows nothing from then on.
local function route()
  for _, t in ipairs(goods.list()) do
    local places = goods.places(region, universe.stations(region), t.name)
    if places.made and places.wanted then
      goods.list = function() return {t} end
      goods.diggings = function() return {} end
      return t, places.made, places.wanted
    end
  end
end

-- What is asked and bid for a good by now.
local function prices(name)
  local kept = store.get("goods " .. region)[name]
  return kept.made.price, kept.wanted.price
end

local function balance(id)
  local item = items.list(id, money.wallet)[1]
  return item and item.quantity or 0
end

local function trade(id, side, name, place, price, n)
  return service.call("market", "place", {owner = id, side = side, type = name, system = place.system, station = place.station,
    range = side == "buy" and "station" or nil, price = price, quantity = n, min = 1, days = 1})
end

-- Buys all that is offered where a good is made, takes it along and sells it where it is
-- wanted. The way between is what flying is for; here the hold arrives at once.
local function haul(id, t, made, wanted)
  local ask, bid = prices(t.name)
  local n = math.floor(goods.worth / t.price)
  local before = balance(id)
  local bought = trade(id, "buy", t.name, made, ask, n).filled
  ok(items.move(id, t.name, bought, id, goods.hangar(made), goods.hangar(wanted), "test"))
  eq(trade(id, "sell", t.name, wanted, bid, bought).left, 0)
  return balance(id) - before
end

function test.prices_part_a_hauler_profits_and_the_gap_closes()
  local t, made, wanted = route()
  ok(made.system ~= wanted.system)
  goods.visit(region)
  local ask, bid = prices(t.name)
  eq({ask, bid}, {money.round(t.price), money.round(t.price)})
  for _ = 1, 10 do goods.visit(region) end
  ask, bid = prices(t.name)
  ok(ask < 0.75 * t.price and bid > 1.3 * t.price, ask .. " " .. bid)
  local hauler = 1
  items.give(hauler, money.type, 1e9, money.wallet, "test")
  local widest, profit = bid - ask, haul(hauler, t, made, wanted)
  ok(profit > 0, profit)
  local trips = 1
  repeat
    goods.visit(region)
    ask, bid = prices(t.name)
    profit = bid * (money.whole - 200) > ask * money.whole and haul(hauler, t, made, wanted) or 0
    trips = trips + 1
  until profit <= 0 or trips > 50
  ok(trips > 3 and trips <= 50, trips)
  ok(bid - ask < widest / 5, ask .. " " .. bid)
  ok(balance(hauler) > 1e9)
end

function test.prices_stay_within_bounds()
  local t, made = route()
  for _ = 1, 40 do goods.visit(region) end
  local ask, bid = prices(t.name)
  eq({ask, bid}, {goods.price(0, t.price), goods.price(1e15, t.price)})
  local page = service.call("market", "show", region, t.name)
  eq({#page.sells, page.sells[1].price, page.sells[1].system, #page.buys, page.buys[1].price}, {1, ask, made.system, 1, bid})
  items.give(1, money.type, 1e12, money.wallet, "test")
  for _ = 1, 60 do
    trade(1, "buy", t.name, made, money.round(3 * t.price), 1e6)
    for _, o in ipairs(orders.of(1, 0, 1)) do service.call("market", "cancel", 1, o.order) end
    goods.visit(region)
  end
  eq(prices(t.name), goods.price(1e15, t.price))
end

-- What is sold in part stays at its price, and what has come to an end stands anew.
function test.an_offer_goes_on()
  local t, made = route()
  goods.visit(region)
  local first = store.get("goods " .. region)[t.name].made
  items.give(1, money.type, 1e9, money.wallet, "test")
  trade(1, "buy", t.name, made, first.price, 1)
  goods.visit(region)
  local offer = store.get("goods " .. region)[t.name].made
  eq({offer.order, offer.price, offer.left}, {first.order, first.price, first.left - 1})
  ok(service.call("market", "cancel", goods.corporations[t.group], offer.order))
  goods.visit(region)
  local again = store.get("goods " .. region)[t.name].made
  ok(again.order ~= offer.order)
  eq({again.price, again.left}, {offer.price, first.left})
end

-- After a crash between the order and the note of it the same order is found again.
function test.an_offer_that_was_not_noted_is_one()
  goods.visit(region)
  local count = #orders.open(0, 1000)
  store.put("goods " .. region, nil)
  goods.visit(region)
  eq(#orders.open(0, 1000), count)
end

-- A market that does not answer costs nothing, and later all is as it should be.
function test.a_market_that_is_down()
  goods.market = "nowhere"
  goods.visit(region)
  eq(#orders.open(0, 1000), 0)
  goods.market = "market"
  goods.visit(region)
  eq(#orders.open(0, 1000), #goods.deals(region))
end

-- Whatever was traded, what a corporation keeps is bounded.
function test.what_is_earned_goes()
  local t, made = route()
  local before = goods.purse
  goods.purse = 100
  goods.visit(region)
  items.give(1, money.type, 1e9, money.wallet, "test")
  trade(1, "buy", t.name, made, (prices(t.name)), math.floor(goods.worth / t.price / 2))
  goods.visit(region)
  goods.purse = before
  eq(goods.has(goods.corporations[t.group], money.type, money.wallet), 100)
end

function test.one_region_after_the_other()
  route()
  goods.round()
  eq(#orders.open(0, 1000), 0)
  goods.busy = false
  advance(goods.look + 5)
  eq({#orders.open(0, 1000), goods.next, goods.busy}, {2, 1, false})
  goods.busy = system.now() - goods.patience -- one that was never answered
  store.put("goods " .. region, nil)
  goods.round()
  ok(store.get("goods " .. region))
end

function test.every_station_may_be_the_one()
  local seen, stations = {}, universe.stations(region)
  for _, t in ipairs(goods.list()) do
    local places = goods.places(region, stations, t.name)
    if places.made then seen[places.made.station] = true end
    ok(not places.made or not places.wanted or places.made.system ~= places.wanted.system)
  end
  for _, s in ipairs(stations) do ok(seen[s.station], s.name) end
  eq(goods.places(region, {stations[1]}, "Grain").wanted, nil)
end

-- What smelters bid for a type, and what their offer has left.
local function bid(name)
  local offer = store.get("goods " .. region)[name].dug
  return offer.price, orders.get(offer.order).left
end

function test.what_is_dug_is_wanted_in_every_station()
  goods.list = function() return {} end
  goods.visit(region)
  local miner, first = 1, (bid "Ferrite")
  ok(first < types.get("Ferrite").price, first)
  for i, s in ipairs(universe.stations(region)) do
    items.give(miner, "Ferrite", 10, goods.hangar(s), "test")
    eq(trade(miner, "sell", "Ferrite", s, money.round(first / 2), 10).paid, first * 10)
    eq(balance(miner), i * (first * 10 - money.share(first * 10, 200)))
  end
  ok(#items.places(goods.smelters, "hangar ") > 1)
  goods.visit(region) -- it is smelted
  eq(items.places(goods.smelters, "hangar "), {})
  eq(bid "Ferrite", first) -- some has come
end

-- Who brings all that is wanted is paid less next time, and more again once nobody comes.
function test.the_more_is_dug_the_less_it_is_paid()
  goods.list = function() return {} end
  goods.visit(region)
  local first, left = bid "Ferrite"
  local at = universe.stations(region)[1]
  items.give(1, "Ferrite", 1000000, goods.hangar(at), "test")
  eq(trade(1, "sell", "Ferrite", at, 1, left).filled, left)
  goods.visit(region)
  local next_one = bid "Ferrite"
  ok(next_one < first, next_one)
  for _ = 1, 60 do goods.visit(region) end
  local most = bid "Ferrite"
  ok(most > first and most < types.get("Ferrite").price, most) -- a factory pays more
end

-- An ore is paid less than what it is refined into, and a rare one not at all.
function test.smelters_know_what_ore_is_worth()
  local seen = {}
  for _, t in ipairs(goods.diggings()) do seen[t.name] = true end
  ok(seen.Grayrock and seen.Ferrite and not seen.Water)
  goods.list = function() return {} end
  goods.visit(region)
  for _, t in ipairs(goods.diggings()) do
    if t.category == "ore" then
      local refined = 0
      for name, n in pairs(t.refines) do refined = refined + bid(name) * math.floor(n * 0.7) end
      ok(bid(t.name) * t.portion < refined, t.name)
    end
  end
end
