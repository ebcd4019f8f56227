-- The market: one for the whole universe, a book for each region and type. The database
-- decides: what an order may have is kept for it in the book, then everything is done in
-- one transaction or not at all, and the book follows. So nothing that is answered is
-- ever lost. The book goes on with the shard after a stop or a crash, and is held against
-- the database then, as it is when nobody knows what came of a transaction.
--
-- Players' side is market.lua. A function that refuses returns nil, a sentence and a code.
local money = require "lib.money"
local market = {}

market.broker = 100       -- of what an order leaves standing, in parts of money.whole: 1 %
market.tax = 200          -- of what is sold: 2 %
market.change_fee = 50    -- of what an order leaves standing, when its price changes
market.most = 90          -- orders that one transaction trades with
market.page = 1000        -- orders read at once
market.standing = 100     -- orders that a player may have at once
market.tries = 5          -- of an order that finds another gone
market.look = 10          -- s between looks for orders whose time is over
market.day = 86400        -- s
market.number, market.rank = 0, 0 -- the last that were given out
market.busy = 0           -- orders that are under way
market.opening = false    -- the book is being made
market.whole = false      -- it has all orders that stand
market.doubted = {}       -- numbers of orders of which nobody knows how they stand

-- Calls fn when the book is there, and no other is being made meanwhile.
function market.within(fn, ...)
  market.open()
  market.busy = market.busy + 1
  local ok, a, b, c = task.try(fn, ...)
  market.busy = market.busy - 1
  if not ok then error(a, 0) end
  return a, b, c
end

-- Makes the book of the orders that stand, unless it is there.
function market.open()
  while market.opening do sleep(0.05) end
  if market.whole and book.ready() then return end
  market.opening = true
  local ok, why = task.try(market.read)
  market.opening = false
  if not ok then error(why, 0) end
end

function market.read()
  while market.busy > 0 do sleep(0.05) end
  local last = orders.last()
  -- Whoever was here before may have an order on the way to the database.
  market.number, market.rank = last.order + market.page, last.rank + market.page
  market.whole, market.doubted = false, {} -- what follows may fail in the middle
  book.begin()
  local after = 0
  repeat -- those that stood first come first
    local some = orders.open(after, market.page)
    for _, o in ipairs(some) do
      after = o.rank
      market.stand(o)
    end
  until #some < market.page
  market.whole = true
end

-- Does something with the book while nobody else does; where that fails it is made anew when
-- somebody asks for it.
function market.alone(fn)
  if market.opening then return end
  market.opening = true
  task.spawn(function()
    local ok, why = task.try(fn)
    market.opening = false
    if ok then return end
    market.whole = false
    log.error("the book cannot be made: %s", tostring(why))
  end)
end

-- The book is not what the database has: it is made anew.
function market.mistrust()
  log.warn("the book of the market is not what the database has: it is made anew")
  market.alone(market.read)
end

-- Nobody knows how these orders stand, or whether any do as the book says: the database does.
function market.doubt(...)
  for _, id in ipairs {...} do market.doubted[#market.doubted + 1] = id end
  market.alone(market.check)
end

-- Orders in doubt stand anew, as the database has them. If the book is something else even
-- then, all of it is made anew.
function market.check()
  while market.busy > 0 do sleep(0.05) end
  if market.whole and book.ready() then
    local ids = market.doubted
    market.doubted = {}
    table.sort(ids)
    for _, id in ipairs(ids) do book.remove(id) end -- none of them trades with another that is gone
    for _, id in ipairs(ids) do market.again(id) end
    if book.sum() == orders.sum() then return end
  end
  log.warn("the book of the market is not what the database has: it is made anew")
  market.read()
end

-- The shard was down, and others may have been at the database.
function event.system_resumed()
  if book.ready() then market.doubt() end
end

-- All that an order may have of those that stand, best first, in as many lists as it takes
-- transactions to trade with them. What is kept for it stays so until each is settled; left
-- is what it leaves standing.
function market.take(order)
  local parts = {}
  while order.left > 0 do
    local fills = book.match(order, market.most)
    if not fills[1] then break end
    parts[#parts + 1] = fills
    for _, f in ipairs(fills) do order.left = order.left - f.n end
  end
  return parts
end

-- What a list of fills is, in changes of a transaction. Adds up what was paid and taxed.
function market.trades(order, fills, changes)
  local n, paid, tax = 0, 0, 0
  for _, f in ipairs(fills) do
    local cost = money.cost(f.price, f.n)
    local share = money.share(cost, market.tax)
    changes[#changes + 1] = {trade = order, with = f.order, n = f.n, price = f.price, tax = share}
    n, paid, tax = n + f.n, paid + cost, tax + share
  end
  return n, paid, tax
end

-- Tells the owners of orders that stood what has become of them.
function market.tell(order, fills)
  for _, f in ipairs(fills) do
    market.send(f.owner, {order = f.order, type = order.type, side = order.side == "buy" and "sell" or "buy", n = f.n, price = f.price, left = book.left(f.order) or 0})
  end
end

-- News of an order for its owner; a keeper hears none.
function market.send(owner, news)
  local p = market.player(owner)
  if p then character.send(p, "order", news) end
end

-- The owner of an order, where that is a player.
function market.player(owner)
  return type(owner) == "number" and owner > 0 and owner or nil
end

-- Does a transaction, in which an order that comes trades with one of the parts of what is
-- kept for it. That is traded, or it and all behind it are given back.
function market.transact(order, parts, at, changes, why)
  local ok, done, message, code = task.try(store.transact, changes, why)
  if ok and done and (done == true or done.order == order.order) then
    book.settle(parts[at] or {})
    market.tell(order, parts[at] or {})
    return done
  end
  for i = at, #parts do book.back(parts[i]) end
  if not ok or code == "unknown" then -- nobody knows whether it was done
    market.doubt(order.order)
    for _, f in ipairs(parts[at] or {}) do market.doubt(f.order) end
    if not ok then error(done, 0) end
    return nil, message, code
  end
  for i = at, #parts do
    for _, f in ipairs(parts[i]) do market.back(f.order) end
  end
  return done, message, code
end

-- Trades an order that is in the database with the parts from one on. What could not be
-- traded is left again.
function market.finish(order, parts, from)
  for at = from, #parts do
    local changes = {}
    market.trades(order.order, parts[at], changes)
    local ok, done, message, code = task.try(market.transact, order, parts, at, changes, {cause = "trade", actor = market.player(order.owner), system = order.system})
    if not ok or not done then
      for i = at, #parts do
        for _, f in ipairs(parts[i]) do order.left = order.left + f.n end
      end
      if not ok then error(done, 0) end
      return nil, message, code
    end
  end
  return true
end

-- An order stands again that was kept for another: whoever came meanwhile and did not see it
-- trades with it now.
function market.back(id)
  if market.crosses(id) and market.grasp(id) then market.again(id) end
end

-- Whether an order may have somebody to trade with: the best prices of the two sides meet.
function market.crosses(id)
  local o = orders.get(id)
  if not o or o.ended then return false end
  local page = book.page(o.region, o.type, 1)
  return page.sells[1] and page.buys[1] and page.sells[1].price <= page.buys[1].price
end

-- An order that was held stands anew, as the database has it, and trades with whom it can.
function market.again(id)
  local o = orders.get(id)
  book.remove(id)
  if o and not o.ended then market.stand(o) end
end

-- Lets an order stand that is in the database: it trades with all that have come meanwhile,
-- and what is left goes into the book.
function market.stand(order)
  for try = 1, market.tries do
    local parts = market.take(order)
    if not parts[1] then break end
    local done, message, code = market.finish(order, parts, 1)
    if not done and (code ~= "conflict" or try == market.tries) then
      log.error("order %d stands, and cannot be traded: %s", order.order, message)
      if not market.opening then return market.mistrust() end
      break -- the book that is being made has it all the same
    end
  end
  if order.left > 0 then book.add(order) end
end

-- ask = {owner=, side=, type=, system=, station=, range=, price=, quantity=, min=, days=,
-- key=, content=}; content is what the owner asked, which the key stands for.
function market.place(ask)
  return market.within(market.placing, ask)
end

function market.placing(ask)
  local message, code
  for _ = 1, market.tries do
    local order = market.new(ask)
    local answer
    answer, message, code = market.try(order, ask)
    if answer then return answer end
    if code ~= "conflict" or not order.met then return nil, message, code end
  end
  market.mistrust()
  return nil, message, code
end

function market.new(ask)
  market.number, market.rank = market.number + 1, market.rank + 1
  return {order = market.number, rank = market.rank, owner = ask.owner, side = ask.side, type = ask.type, system = ask.system, station = ask.station,
    range = ask.range, price = ask.price, quantity = ask.quantity, left = ask.quantity, min = ask.min, expires = os.time() + ask.days * market.day}
end

-- What an order is answered that trades with parts and lets the rest stand.
function market.answer(order, parts)
  local paid, tax = 0, 0
  for _, fills in ipairs(parts) do
    local _, cost, share = market.trades(order.order, fills, {})
    paid, tax = paid + cost, tax + share
  end
  local fee = market.player(order.owner) and money.share(money.cost(order.price, order.left), market.broker) or 0
  return {order = order.order, filled = order.quantity - order.left, left = order.left, paid = paid, tax = order.side == "sell" and tax or nil, fee = fee}
end

-- The first transaction opens the order, pays for what will stand and says what is answered;
-- the others trade with what is kept for it already. After a crash in between the start
-- trades the rest, with the same orders.
function market.try(order, ask)
  local parts = market.take(order)
  local answer, changes = market.answer(order, parts), {{open = order}}
  order.met, changes[1].fee = parts[1] ~= nil, answer.fee
  market.trades(order.order, parts[1] or {}, changes)
  if order.left > 0 and market.player(ask.owner) then changes[#changes + 1] = {standing = ask.owner, most = market.standing} end
  local done, message, code = market.transact(order, parts, 1, changes,
    {cause = "market order", actor = market.player(ask.owner), system = ask.system, key = ask.key, content = ask.content, answer = answer})
  if not done or done.order ~= order.order then return done, market.too_many(message, code), code end
  if not market.finish(order, parts, 2) then
    log.warn("order %d could not be traded as it was answered", order.order)
    done = {order = order.order, filled = order.quantity - order.left, left = order.left, paid = done.paid, tax = done.tax, fee = done.fee}
  end
  market.stand(order)
  return done
end

-- The books say no for a figure of ours: in words for a player.
function market.too_many(message, code)
  if code ~= "too_many" then return message end
  return string.format("you have %d orders standing, and that is all one may have: cancel one, or wait until one has ended", market.standing)
end

-- How much is left of an order that is out of the matching from here on; nil where it does
-- not stand, or is being traded all the time.
function market.grasp(id)
  for _ = 1, 20 do
    local left, kept = book.hold(id)
    if not left then return nil end
    if kept == 0 then return left end
    book.release(id) -- it is being traded just now
    sleep(0.05)
  end
end

-- An order of somebody's, out of the matching; or nil with why not. What is not one's own
-- stays where it is.
function market.hold(owner, id)
  local o = orders.get(id)
  if o and o.owner == owner and not o.ended then
    local left = market.grasp(id)
    if left then return left end
    o = orders.get(id)
  end
  if o and o.owner == owner and o.ended then return nil, string.format("order %d has ended: %s", id, o.reason), "ended" end
  return nil, string.format("you have no order %d that stands", id), "no_order"
end

-- The order as the database has it, where it is the owner's and stands.
function market.of(owner, id)
  local o = orders.get(id)
  if o and o.owner == owner and not o.ended then return o end
end

-- Does something with an order of somebody's that is held meanwhile: fn(left, order) returns
-- what is to be answered, or nil and why not, and then the order stands again.
function market.holding(owner, id, fn)
  local left, message, code = market.hold(owner, id)
  if not left then return nil, message, code end
  local ok, answer, why, kind = task.try(function()
    local order = market.of(owner, id)
    if not order then
      market.again(id)
      return nil, string.format("you have no order %d that stands", id), "no_order"
    end
    local answer, why, kind = fn(left, order)
    if not answer then market.again(id) end
    return answer, why, kind
  end)
  if not ok then
    market.doubt(id) -- it would stay held
    error(answer, 0)
  end
  return answer, why, kind
end

-- Ends an order: what it promised goes back. asked = {key=, content=} is what the owner asked.
function market.cancel(owner, id, asked)
  return market.within(market.ending, owner, id, "cancelled", asked or {})
end

function market.ending(owner, id, reason, asked)
  return market.holding(owner, id, function(left)
    local done, message, code = store.transact({{close = id, reason = reason}},
      {cause = "order " .. reason, actor = market.player(owner), key = asked.key, content = asked.content, answer = {order = id, left = left}})
    if not done then return nil, message, code end
    book.remove(id)
    return done
  end)
end

-- Gives an order another price; it trades with whom that meets, and the rest stands last
-- among those of that price. The price it has costs nothing, and so asking twice does not
-- cost twice.
function market.change(owner, id, price, asked)
  return market.within(market.changing, owner, id, price, asked or {})
end

function market.changing(owner, id, price, asked)
  return market.holding(owner, id, function(_, order)
    local why = {cause = "order changed", actor = market.player(owner), system = order.system, key = asked.key, content = asked.content}
    if order.price == price then return market.unchanged(order, why) end
    if not money.cost(price, order.left) then return nil, "that is more money than can be counted", "bad_argument" end
    market.rank = market.rank + 1
    order.price, order.rank = price, market.rank
    return market.reprice(order, why)
  end)
end

-- The price is what it was: that is remembered where the owner gave it a key. Where it has
-- this price by the same request, which came twice at a time, the first answer is the answer.
function market.unchanged(order, why)
  why.answer = {order = order.order, price = order.price, left = order.left, fee = 0}
  local done, message, code = true, nil, nil
  if why.key then done, message, code = store.transact({}, why) end
  if not done then return nil, message, code end
  market.again(order.order)
  return done == true and why.answer or done
end

function market.reprice(order, why)
  local parts = market.take(order)
  local fee = market.player(order.owner) and money.share(money.cost(order.price, order.left), market.change_fee) or 0
  local changes = {{reprice = order.order, price = order.price, rank = order.rank, fee = fee}}
  market.trades(order.order, parts[1] or {}, changes)
  why.answer = {order = order.order, price = order.price, left = order.left, fee = fee}
  local done, message, code = market.transact(order, parts, 1, changes, why)
  if not done then return nil, message, code end
  book.remove(order.order)
  if not market.finish(order, parts, 2) then log.warn("order %d could not be traded as it was answered", order.order) end
  market.stand(order)
  return done
end

-- The best orders of a type in a region.
function market.show(region, type)
  market.open()
  return book.page(region, type, 100)
end

-- How much is left of each of a list of orders; false for one that does not stand.
function market.left(ids)
  market.open()
  local list = {}
  for i, id in ipairs(ids) do list[i] = book.left(id) or false end
  return list
end

-- Ends the orders whose time is over.
function market.expire()
  for _, o in ipairs(orders.expired(market.page)) do
    local done, message = market.within(market.ending, o.owner, o.order, "expired", {})
    if done then
      market.send(o.owner, {order = o.order, type = o.type, side = o.side, n = 0, price = o.price, left = o.left, reason = "expired"})
    else
      log.info("order %d is over and stands: %s", o.order, message)
    end
  end
end

reload.first(function()
  every(market.look, market.expire)
end)

return market
