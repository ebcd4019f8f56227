local market = require "market"
local money = require "lib.money"
require "station"

-- A player who is docked, with money and with ore in the hangar.
local function trader(name, hundredths, ferrite)
  local p = player(name)
  player.dock(p.id, system.celestials("station")[1].id) -- all of them in one
  if hundredths > 0 then items.give(p.id, money.type, hundredths, money.wallet, "test") end
  if ferrite > 0 then items.give(p.id, "Ferrite", ferrite, market.hangar(player.station(p.id)), "test") end
  return p
end

local function sell(p, n, price, more)
  local ask = {type = "Ferrite", quantity = n, price = price}
  for k, v in pairs(more or {}) do ask[k] = v end
  return p:run("market_sell", ask)
end

local function buy(p, n, price, more)
  local ask = {type = "Ferrite", quantity = n, price = price}
  for k, v in pairs(more or {}) do ask[k] = v end
  return p:run("market_buy", ask)
end

local function balance(p) return p:run("wallet").balance end

local function has(p, location)
  local n = 0
  for _, item in ipairs(p:run "assets") do
    if item.type == "Ferrite" and (not location or item.location == location) then n = n + item.quantity end
  end
  return n
end

function test.a_sale_and_a_purchase_meet()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 10000, 0)
  eq(sell(ann, 100, 50), {order = 1001, filled = 0, left = 100, paid = 0, fee = 50, tax = 0})
  eq(balance(ann), 950)
  eq(has(ann, "escrow"), 100)
  eq(buy(ben, 40, 60), {order = 1002, filled = 40, left = 0, paid = 2000, fee = 0})
  eq(balance(ben), 8000)
  eq(has(ben, market.hangar(player.station(ann.id))), 40)
  eq(balance(ann), 950 + 2000 - 40)
  eq(ann:last("order"), {order = 1001, type = "Ferrite", side = "sell", n = 40, price = 50, left = 60})
  local page = ben:run("market_book", {type = "ferrite"})
  eq(page.sells[1].quantity, 60)
  eq(page.sells[1].price, 50)
  eq(#page.buys, 0)
  eq(ann:run("market_orders")[1].left, 60)
  eq(ben:run("market_orders")[1].reason, "filled")
end

function test.the_best_price_comes_first_then_who_stood_first()
  local ann, ben, cat = trader("Ann", 1000, 100), trader("Ben", 1000, 100), trader("Cat", 100000, 0)
  local dear = sell(ann, 10, 60).order
  local first = sell(ann, 10, 50).order
  sell(ben, 10, 50)
  eq(buy(cat, 15, 70).paid, 15 * 50)
  eq(#ann:heard("order"), 1)
  eq(ann:last("order").order, first)
  eq(ben:last("order").n, 5)
  eq(buy(cat, 10, 55), {order = 1005, filled = 5, left = 5, paid = 250, fee = 3})
  eq(ann:run("market_orders")[2].order, dear)
  eq(sell(ann, 5, 40).paid, 5 * 55)
end

function test.what_was_asked_twice_is_done_once()
  local ann = trader("Ann", 1000, 100)
  local first = sell(ann, 60, 50, {key = "a"})
  eq(sell(ann, 60, 50, {key = "a"}), first)
  eq(has(ann, "escrow"), 60)
  local _, message, code = sell(ann, 50, 50, {key = "a"})
  eq(code, "key_used")
  ok(string.find(message, "the key a was used for something else", 1, true))
  eq(has(ann, "escrow"), 60)
  ok(sell(ann, 10, 50, {key = "b"}).order ~= first.order)
  local ben = trader("Ben", 100000, 0)
  local bought = buy(ben, 10, 50, {key = "a"})
  eq(bought.filled, 10)
  eq(buy(ben, 10, 50, {key = "a"}), bought)
  eq(has(ben), 10)
  eq(balance(ben), 100000 - 500)
  eq(ann:run("market_book", {type = "Ferrite"}).sells[1].quantity, 50)
end

function test.what_one_has_not_got_is_refused()
  local ann = trader("Ann", 100, 10)
  local _, message, code = sell(ann, 11, 50)
  eq(message, "not enough Ferrite: there are 10")
  eq(code, "not_enough")
  _, message = buy(ann, 10, 50)
  eq(message, "not enough Money: there are 100")
  eq(balance(ann), 100)
  eq(#ann:run("market_orders"), 0)
end

function test.what_makes_no_sense_is_refused()
  local ann = trader("Ann", 1000, 10)
  for _, c in ipairs {
    {{type = "Ferritte", quantity = 1, price = 5}, "no_type", "there is no type called Ferritte, did you mean Ferrite?"},
    {{type = "money", quantity = 1, price = 5}, "bad_argument", "money is what prices are in; it is not for sale"},
    {{type = "Ferrite", quantity = 1.5, price = 5}, "bad_argument", "quantity must be a whole number from 1 on"},
    {{type = "Ferrite", quantity = 0, price = 5}, "bad_argument", "quantity must be a whole number from 1 on"},
    {{type = "Ferrite", price = 5}, "bad_argument", "quantity must be a whole number from 1 on"},
    {{type = "Ferrite", quantity = 1, price = 12345}, "bad_argument", "price must be a whole number of hundredths above 0, with at most 4 significant figures (12340, not 12345)"},
    {{type = "Ferrite", quantity = 1e15, price = 5}, "bad_argument", "that is more money than can be counted"},
    {{type = "Ferrite", quantity = 1, price = 5, days = 400}, "bad_argument", "days must be 1 to 365"},
    {{type = "Ferrite", quantity = 1, price = 5, key = 7}, "bad_argument", "key must be text"},
  } do
    local _, message, code = ann:run("market_sell", c[1])
    eq({code, message}, {c[2], c[3]})
  end
  local _, message = buy(ann, 1, 5, {range = 41})
  eq(message, "range must be station, system, region, or 0 to 40 jumps")
  _, message = buy(ann, 1, 5, {min = 2})
  eq(message, "min is more than the quantity")
  ann:run "undock"
  local _, _, code = sell(ann, 1, 5)
  eq(code, "not_docked")
end

function test.cancelling_gives_back()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 10000, 0)
  local sale, purchase = sell(ann, 100, 50).order, buy(ben, 10, 40).order
  local _, message, code = ben:run("market_cancel", {order = sale})
  eq(message, string.format("you have no order %d that stands", sale))
  eq(code, "no_order")
  eq(ann:run("market_cancel", {order = sale}), {order = sale, left = 100})
  eq(has(ann, "escrow"), 0)
  eq(has(ann), 100)
  eq(ben:run("market_cancel", {order = purchase}).left, 10)
  eq(balance(ben), 10000 - 4)
  _, message, code = ann:run("market_cancel", {order = sale})
  eq(message, string.format("order %d has ended: cancelled", sale))
  eq(code, "ended")
  _, message = ann:run("market_cancel", {order = 99})
  eq(message, "you have no order 99 that stands")
  eq(#ann:run("market_book", {type = "Ferrite"}).sells, 0)
end

function test.another_price_costs_a_fee_and_may_meet_somebody()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 10000, 0)
  local sale, purchase = sell(ann, 100, 50).order, buy(ben, 10, 40).order
  local _, _, code = ben:run("market_change", {order = sale, price = 10})
  eq(code, "no_order")
  eq(ann:run("market_change", {order = sale, price = 60}), {order = sale, price = 60, left = 100, fee = 30})
  eq(ben:run("market_change", {order = purchase, price = 60}), {order = purchase, price = 60, left = 0, fee = 0})
  eq(has(ben), 10)
  eq(balance(ben), 10000 - 4 - 600)
  eq(ann:run("market_orders")[1].left, 90)
end

function test.a_minimum_and_a_range()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 100000, 0)
  buy(ben, 50, 40, {min = 20, range = "station"})
  eq(sell(ann, 10, 40).filled, 0)
  eq(sell(ann, 30, 40).filled, 30)
  eq(ben:run("market_book", {type = "Ferrite"}).buys[1], {order = 1001, price = 40, quantity = 20, system = "Alpha", station = player.station(ben.id),
    range = "station", min = 20, expires = ben:run("market_orders")[1].expires})
  eq(buy(ben, 1, 10, {range = "3"}).left, 1)
  eq(ben:run("market_book", {type = "Ferrite"}).buys[2].range, 3)
end

function test.history_by_day()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 100000, 0)
  sell(ann, 10, 50)
  buy(ben, 10, 50)
  local day = ben:run("market_history", {type = "Ferrite"})[1]
  eq({day.order_count, day.volume, day.highest, day.lowest, day.average}, {1, 10, 50, 50, 50})
  ok(string.find(day.date, "^%d%d%d%d%-%d%d%-%d%d$"))
end

-- A key is looked up before anything else: what was done is answered, wherever one is by then
-- and whatever is left.
function test.a_key_is_answered_from_anywhere()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 10000, 0)
  local first = sell(ann, 100, 50, {key = "a"})
  buy(ben, 100, 50)
  eq(sell(ann, 100, 50, {key = "a"}), first)
  local code = select(3, sell(ann, 100, 50, {key = "b"}))
  eq(code, "not_enough")
  ann:run "undock"
  eq(sell(ann, 100, 50, {key = "a"}), first)
  eq(select(3, ann:run("market_cancel", {order = first.order, key = "a"})), "key_used")
  eq(select(3, sell(ann, 1, 50)), "not_docked")
end

function test.changed_and_cancelled_once_under_a_key()
  local ann = trader("Ann", 1000, 100)
  local id = sell(ann, 100, 50).order
  local changed = ann:run("market_change", {order = id, price = 60, key = "c"})
  ok(changed.fee > 0)
  ok(ann:run("market_change", {order = id, price = 50}))
  eq(ann:run("market_change", {order = id, price = 60, key = "c"}), changed)
  eq(ann:run("market_orders")[1].price, 50)
  local same = ann:run("market_change", {order = id, price = 50, key = "d"})
  eq(same.fee, 0)
  ok(ann:run("market_change", {order = id, price = 60}))
  eq(ann:run("market_change", {order = id, price = 50, key = "d"}), same)
  eq(ann:run("market_orders")[1].price, 60)
  local gone = ann:run("market_cancel", {order = id, key = "e"})
  eq(gone, {order = id, left = 100})
  eq(ann:run("market_cancel", {order = id, key = "e"}), gone)
  eq(select(3, ann:run("market_cancel", {order = id})), "ended")
  eq(select(3, ann:run("market_change", {order = id, price = 60, key = "e"})), "key_used")
end

function test.the_wallet_has_a_history()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 10000, 0)
  local id = sell(ann, 10, 50).order
  buy(ben, 10, 50)
  local line = ann:run("wallet_history")[1]
  eq({line.n, line.trades[1].order, line.trades[1].side, line.trades[1].quantity, line.trades[1].price}, {490, id, "sell", 10, 50})
  eq(ann:run("wallet_history", {before = line.entry}), {})
  eq(select(3, ann:run("wallet_history", {before = "x"})), "bad_argument")
end

function test.a_market_that_is_down_is_a_refusal()
  local ann = trader("Ann", 1000, 100)
  local before = market.service
  market.service = "nowhere"
  local _, message, code = sell(ann, 1, 5)
  market.service = before
  eq(code, "market_closed")
  ok(string.find(message, "with the same key", 1, true))
  eq(has(ann, "escrow"), 0)
  ok(ann:run "undock")
end

-- A market that hangs for a minute: who asks first waits for their patience alone, all others
-- are told at once but one now and then; flight goes on; and as soon as it answers again, all
-- is well.
function test.a_market_that_hangs_is_told_at_once()
  local ann, ben = trader("Ann", 1000, 100), trader("Ben", 1000, 100)
  local call, hangs = market.call, true
  function market.call(...)
    if not hangs then return call(...) end
    sleep(market.patience)
    error "did not answer in time"
  end
  local began, waited, told, slow = system.now(), 0, 0, 0
  while system.now() - began < 60 do
    for _, p in ipairs {ann, ben} do
      local asked = system.now()
      eq(select(3, sell(p, 1, 5)), "market_closed")
      local took = system.now() - asked
      waited, told = math.max(waited, took), told + 1
      if took > 0.2 then slow = slow + 1 end
    end
    advance(0.5)
  end
  ok(waited <= market.patience + 0.2, "somebody waited for " .. waited .. " s")
  ok(told > 20 and slow < told / 2, slow .. " of " .. told .. " waited")
  eq(has(ann, "escrow"), 0)
  ok(ann:run "undock")
  hangs = false
  advance(market.patience)
  ok(sell(ben, 1, 5).order)
  ok(sell(ben, 1, 5).order)
end

-- A region may be named in any case, and one that there is not is refused.
function test.the_book_of_another_region()
  local ann = trader("Ann", 1000, 100)
  sell(ann, 100, 50)
  eq(#ann:run("market_book", {type = "Ferrite", region = "proving GROUND"}).sells, 1)
  for _, name in ipairs {"market_book", "market_history"} do
    local _, message, code = ann:run(name, {type = "Ferrite", region = "Nowhere"})
    eq({message, code}, {"there is no region called Nowhere", "no_region"})
  end
end
