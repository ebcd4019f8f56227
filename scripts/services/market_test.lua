local money = require "lib.money"
local market = require "services.market"

local station = 1031

local function trader(id, hundredths, ferrite)
  if hundredths > 0 then items.give(id, money.type, hundredths, money.wallet, "test") end
  if ferrite > 0 then items.give(id, "Ferrite", ferrite, "hangar 1 " .. station, "test") end
  return id
end

local function order(owner, side, n, price, more)
  local ask = {owner = owner, side = side, type = "Ferrite", system = "Alpha", station = station, price = price, quantity = n, min = 1, days = 1}
  if side == "buy" then ask.range = "region" end
  for k, v in pairs(more or {}) do ask[k] = v end
  return market.place(ask)
end

local function all(type)
  local n = 0
  for id = 1, 9 do
    for _, item in ipairs(items.list(id)) do
      if item.type == type then n = n + item.quantity end
    end
  end
  return n
end

local function standing()
  local page = market.show("Proving Ground", "Ferrite")
  return page.sells, page.buys
end

function test.the_book_is_made_anew_of_what_stands()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  order(ann, "sell", 60, 50)
  order(ann, "sell", 40, 45)
  order(ben, "buy", 50, 40)
  local sells, buys = standing()
  book.begin() -- as after a crash
  market.mistrust()
  advance(1)
  local s, b = standing()
  eq(s, sells)
  eq(b, buys)
  eq(order(ben, "buy", 100, 50).filled, 100)
end

-- Orders that crossed in the database, after a crash in the middle, trade when the book is
-- made.
function test.orders_that_cross_trade_at_the_start()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  ok(store.transact {
    {open = {order = 7, owner = ann, side = "sell", type = "Ferrite", system = "Alpha", station = station, price = 30, quantity = 10, rank = 7, expires = os.time() + 9000}},
    {open = {order = 8, owner = ben, side = "buy", type = "Ferrite", system = "Alpha", station = station, range = "station", price = 35, quantity = 4, rank = 8, expires = os.time() + 9000}},
  })
  local sells, buys = standing()
  eq(sells[1].quantity, 6)
  eq(#buys, 0)
  eq(all("Ferrite"), 100)
end

function test.many_at_once_lose_nothing()
  local done = 0
  for id = 1, 8 do trader(id, 100000, 100) end
  for round = 1, 5 do
    for id = 1, 8 do
      task.spawn(function()
        local side = (id + round) % 2 == 0 and "sell" or "buy"
        order(id, side, 3 + id, side == "sell" and 40 + round or 47 - round)
        done = done + 1
      end)
    end
  end
  advance(5)
  eq(done, 40)
  eq(all("Ferrite"), 800)
  local sells, buys = standing()
  ok(#sells == 0 or #buys == 0 or sells[1].price > buys[1].price)
  for _, o in ipairs(orders.open(0, 1000)) do
    eq(book.left(o.order), o.left)
    market.cancel(o.owner, o.order)
  end
  for id = 1, 8 do
    for _, item in ipairs(items.list(id)) do ok(item.location ~= "escrow") end
  end
end

-- An order that the database does not have any more: whoever meets it gets another, and
-- the book is mended.
function test.a_stale_book_is_mended()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  local gone = order(ann, "sell", 10, 40).order
  order(ann, "sell", 10, 45)
  ok(store.transact {{close = gone, reason = "behind its back"}})
  local _, _, code = order(ben, "buy", 5, 50)
  eq(code, "conflict")
  advance(1)
  local sells = standing()
  eq(#sells, 1)
  eq(order(ben, "buy", 5, 50).paid, 5 * 45)
end

-- The shard goes on after a stop or a crash: the book does, where it is what the database has.
-- What somebody has done at the database meanwhile counts.
function test.after_a_crash_the_book_is_held_against_the_database()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  local gone = order(ann, "sell", 10, 40).order
  order(ann, "sell", 10, 45)
  order(ben, "buy", 4, 45)
  order(ben, "buy", 5, 20, {min = 2})
  local before = market.show("Proving Ground", "Ferrite")
  emit("system_resumed", true)
  advance(1)
  eq(market.show("Proving Ground", "Ferrite"), before) -- and its revision
  ok(store.transact {{close = gone, reason = "behind its back"}})
  emit("system_resumed", false)
  advance(1)
  local now = market.show("Proving Ground", "Ferrite")
  eq(#now.sells, 1)
  eq(now.sells[1].price, 45)
  eq(now.buys, before.buys)
end

-- Nobody knows what came of a transaction: its orders stand as the database has them, and the
-- rest of the book is left alone.
function test.orders_of_which_nobody_knows_are_looked_up()
  local ann, ben, cat = trader(1, 1000, 100), trader(2, 10000, 0), trader(3, 1000, 10)
  local first, second = order(ann, "sell", 10, 40).order, order(cat, "sell", 10, 41).order
  local comes = {order = 999, rank = 999, owner = ben, side = "buy", type = "Ferrite", system = "Alpha", station = station, range = "region", price = 41,
    quantity = 25, left = 25, min = 1, expires = os.time() + 9000}
  local fills = book.match(comes, 90)
  eq(#fills, 2)
  -- It was done, and the answer is lost.
  ok(store.transact {{open = comes}, {trade = 999, with = first, n = 10, price = 40}, {trade = 999, with = second, n = 10, price = 41}})
  local held = false
  task.spawn(function() market.within(function() held = not task.try(market.transact, comes, {fills}, 1, {{nonsense = true}}, {cause = "test"}) end) end)
  advance(1)
  ok(held)
  eq({book.left(first) == nil, book.left(second) == nil, book.left(999)}, {true, true, 5})
  local before = market.show("Proving Ground", "Ferrite")
  eq({#before.sells, #before.buys}, {0, 1})
end

-- Who holds an order and fails in the middle leaves it in the matching.
function test.what_was_held_stands_again_after_a_fault()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  local id = order(ann, "sell", 10, 40).order
  local revision = market.show("Proving Ground", "Ferrite").revision
  task.spawn(function() market.within(task.try, market.holding, ann, id, function() error "as it must" end) end)
  advance(1)
  eq(order(ben, "buy", 4, 45).filled, 4)
  ok(market.show("Proving Ground", "Ferrite").revision > revision)
end

-- An order is out of the matching while its owner changes it, or while it is kept for one
-- who then cannot pay. Afterwards it trades with whoever came meanwhile.
function test.who_comes_in_that_moment_trades_afterwards()
  local ann, ben, cat = trader(1, 1000, 100), trader(2, 10000, 0), trader(3, 1000, 0)
  local id = order(ann, "sell", 10, 40).order
  local message = select(2, market.holding(ann, id, function()
    eq(order(ben, "buy", 4, 45).filled, 0)
    return nil, "the books say no", "no"
  end))
  eq(message, "the books say no")
  eq({book.left(id), #items.list(ben)}, {6, 2})
  local poor = {order = 999, rank = 999, owner = cat, side = "buy", type = "Ferrite", system = "Alpha", station = station, range = "region", price = 400,
    quantity = 6, left = 6, min = 1, expires = os.time() + 9000}
  local fills = book.match(poor, 90)
  eq(order(ben, "buy", 4, 45).filled, 0)
  eq(select(3, market.transact(poor, {fills}, 1, {{take = cat, type = money.type, n = 1e6, location = money.wallet}}, {cause = "test"})), "not_enough")
  eq(book.left(id), 2)
  local sells, buys = standing()
  eq({#sells, #buys, all("Ferrite")}, {1, 0, 100})
end

-- Another's order stays in the matching, whatever one asks of it.
function test.what_is_anothers_is_not_held()
  local ann, ben, cat = trader(1, 1000, 100), trader(2, 10000, 0), trader(3, 1000, 0)
  local id = order(ann, "sell", 10, 40).order
  local code, came
  task.spawn(function() code = select(3, market.cancel(cat, id)) end)
  task.spawn(function() came = order(ben, "buy", 10, 40) end)
  advance(1)
  eq(code, "no_order")
  eq(came.filled, 10)
end

-- The price it has costs nothing; with another it trades with those it crosses.
function test.changed_twice_costs_once()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  local id = order(ann, "sell", 10, 40).order
  order(ben, "buy", 4, 30)
  ok(market.change(ann, id, 50).fee > 0)
  eq(market.change(ann, id, 50), {order = id, price = 50, left = 10, fee = 0})
  eq(market.change(ann, id, 30).left, 6)
end

-- A request that comes twice at a time is answered twice with what was done once.
function test.one_change_has_one_answer()
  local ann = trader(1, 1000, 100)
  local id = order(ann, "sell", 10, 40).order
  local asked = {key = "a change", content = "50"}
  local first = market.change(ann, id, 50, asked)
  ok(first.fee > 0)
  eq(market.change(ann, id, 50, asked), first)
end

function test.what_is_over_ends()
  local ann = trader(1, 1000, 100)
  local id = order(ann, "sell", 10, 40).order
  local before = market.day
  market.day = 0
  local short = order(ann, "sell", 10, 40).order
  market.day = before
  market.expire()
  eq(book.left(short), nil)
  eq(book.left(id), 10)
  local list = orders.of(ann, 0, 10)
  eq(list[1].reason, "expired")
  eq(all("Ferrite"), 100)
end

function test.what_was_kept_for_who_cannot_pay_is_free_again()
  local ann, ben = trader(1, 1000, 100), trader(2, 10000, 0)
  local id = order(ann, "sell", 10, 40).order
  local answer, message, code = order(ben, "buy", 500, 400)
  eq(answer, nil)
  eq(message, "not enough Money: there are 10000")
  eq(code, "not_enough")
  eq(book.left(id), 10)
end

-- Calls fn while market.NAME is another, and puts it back whatever comes.
local function with(name, value, fn)
  local before = market[name]
  market[name] = value
  local done, message = task.try(fn)
  market[name] = before
  if not done then error(message, 0) end
end

-- An order that meets more than one transaction trades with is answered what became of it, and
-- pays for what stands in the end.
function test.a_sweep_is_answered_whole()
  local ann, ben = trader(1, 100000, 100), trader(2, 100000, 0)
  for _ = 1, 25 do order(ann, "sell", 2, 40) end
  with("most", 10, function()
    local done = order(ben, "buy", 60, 50, {key = "k", content = {"buy", 60}})
    eq(done, {order = done.order, filled = 50, left = 10, paid = 2000, fee = money.share(500, market.broker)})
    eq(order(ben, "buy", 60, 50, {key = "k", content = {"buy", 60}}), done)
    eq(book.left(done.order), 10)
    eq(orders.get(done.order).left, 10)
    local whole = order(ann, "sell", 10, 50)
    eq({whole.filled, whole.left, whole.fee}, {10, 0, 0})
  end)
  eq(all("Ferrite"), 100)
  for _, item in ipairs(items.list(ben)) do ok(item.location ~= "escrow") end
end

-- A change of the price that meets many, too.
function test.a_change_sweeps()
  local ann, ben = trader(1, 100000, 100), trader(2, 100000, 0)
  for _ = 1, 25 do order(ann, "sell", 2, 40) end
  local id = order(ben, "buy", 60, 30).order
  with("most", 10, function()
    eq(market.change(ben, id, 40), {order = id, price = 40, left = 10, fee = money.share(400, market.change_fee)})
  end)
  eq({book.left(id), orders.get(id).left}, {10, 10})
  eq(#select(1, standing()), 0)
end

-- What cannot be traded in the middle of a sweep stands, and the answer says what was done.
function test.a_sweep_that_is_cut_off()
  local ann, ben = trader(1, 100000, 100), trader(2, 100000, 0)
  local gone
  for n = 1, 25 do
    local id = order(ann, "sell", 2, 40).order
    if n == 15 then gone = id end
  end
  ok(store.transact {{close = gone, reason = "behind its back"}})
  with("most", 10, function()
    local done = order(ben, "buy", 60, 50)
    eq(done.filled, 20)
    advance(1)
    eq(orders.get(done.order).left, 12)
    eq(book.left(done.order), 12)
  end)
  eq(all("Ferrite"), 100)
end

function test.standing_orders_are_bounded()
  local ann, ben = trader(1, 100000, 100), trader(2, 100000, 0)
  with("standing", 3, function()
    for _ = 1, 3 do order(ann, "sell", 1, 40) end
    local answer, message, code = order(ann, "sell", 1, 40)
    eq({answer or "none", code}, {"none", "too_many"})
    ok(string.find(message, "you have 3 orders standing", 1, true))
    order(ben, "buy", 1, 30)
    eq(order(ann, "sell", 1, 30).filled, 1) -- it does not stand
    eq(order(ben, "buy", 2, 40).filled, 2)
    ok(order(ann, "sell", 1, 40).order)
  end)
end

-- Who is nobody buys and sells like others, pays no fee and hears nothing.
function test.a_keeper_trades()
  local ann = trader(1, 100000, 100)
  ok(store.transact {
    {give = "works", type = money.type, n = 1000, location = money.wallet, from = "test"},
    {give = "works", type = "Ferrite", n = 10, location = "hangar 1 " .. station, from = "test"},
  })
  local sale = order("works", "sell", 10, 50)
  eq(sale.fee, 0)
  eq(order(ann, "buy", 4, 50).filled, 4)
  local bought = order("works", "buy", 5, 20)
  eq(order(ann, "sell", 5, 20).paid, 100)
  eq(orders.get(sale.order).owner, "works")
  ok(orders.get(bought.order).ended)
  ok(market.cancel("works", sale.order))
  eq(items.kept("works", "hangar 1 " .. station), {{location = "hangar 1 " .. station, type = "Ferrite", quantity = 11}})
end
