-- A pilot's money and things, and their side of the market (services/market.lua). Money is
-- in hundredths everywhere.
local args = require "lib.args"
local money = require "lib.money"
local once = require "lib.once"
local market = {}

market.service = "market"
market.longest = 365     -- days that an order may stand
market.days = 90         -- where nothing is said
market.reaches = {station = true, system = true, region = true}
market.jumps = 40        -- the farthest range in jumps
market.lines = 100       -- of a wallet's history at once
market.remembered = 30   -- days for which orders that have ended are listed
market.patience = 3      -- s for an answer of the service
market.silent = false    -- it has not answered in that time
market.asked = 0         -- when it was asked last

-- Where a pilot is docked; refuses who is not.
function market.station(p)
  local at = player.station(p)
  if not at then error {code = "not_docked", message = "you can do that in a station only"} end
  return at
end

-- Where a pilot has what they keep in a station.
function market.hangar(station)
  return string.format("hangar %d %d", system.id(), station)
end

function market.call(name, ...)
  return service.call_within(market.patience, market.service, name, ...)
end

-- Asks the service. One that is down, or does not answer, is a refusal: nobody knows then
-- what came of it, and asking again with the same key finds out. While it is silent one
-- pilot at a time waits for it, and all others are told at once.
function market.ask(name, ...)
  local began = system.now()
  if market.silent and began - market.asked < market.patience then market.closed() end
  market.asked = began
  local ok, answer, message, code = task.try(market.call, name, ...)
  market.silent = not ok and system.now() - began >= market.patience
  if market.silent then market.asked = system.now() end
  if not ok then
    log.warn("the market does not answer: %s", tostring(answer))
    market.closed()
  end
  if answer == nil then error {code = code or "refused", message = message or "the market refuses"} end
  return answer
end

function market.closed()
  error {code = "market_closed", message = "the market does not answer just now. Ask again later; with the same key, what was done already is not done twice"}
end

-- wallet{}: how much money one has, in hundredths.
function command.wallet(p)
  for _, item in ipairs(items.list(p, money.wallet)) do
    if item.type == money.type then return {balance = item.quantity} end
  end
  return {balance = 0}
end

-- wallet_history{before=}: what came and went, the newest first, with what was traded on the
-- market. Go on with the last one's entry as before.
function command.wallet_history(p, from)
  local before = args.get(from, "before") ~= nil and market.count(from, "before") or nil
  return items.history(p, money.type, money.wallet, before, market.lines)
end

-- assets{}: all that one has besides money in the wallet.
function command.assets(p)
  local list = {}
  for _, item in ipairs(items.list(p)) do
    if item.location ~= money.wallet then list[#list + 1] = item end
  end
  return list
end

-- A type that is bought and sold.
function market.type(from)
  local name = args.text(from, "type", 60)
  local t, why = types.get(name)
  if not t then error {code = "no_type", message = why} end
  if t.name == money.type then args.refuse "money is what prices are in; it is not for sale" end
  return t.name
end

function market.count(from, name, default)
  local n = args.get(from, name)
  if n == nil and default then return default end
  if not money.counts(n, 1) then args.refuse("%s must be a whole number from 1 on", name) end
  return n
end

function market.price(from)
  local price = args.get(from, "price")
  if not money.price(price) then args.refuse "price must be a whole number of hundredths above 0, with at most 4 significant figures (12340, not 12345)" end
  return price
end

function market.range(from)
  local range = args.get(from, "range")
  if range == nil then return "region" end
  if market.reaches[range] then return range end
  local jumps = tonumber(range)
  if not jumps or jumps ~= math.floor(jumps) or jumps < 0 or jumps > market.jumps then
    args.refuse("range must be station, system, region, or 0 to %d jumps", market.jumps)
  end
  return jumps
end

-- What both kinds of orders say.
function market.order(p, from, side, asked)
  local station = market.station(p)
  local order = {owner = p, side = side, type = market.type(from), system = system.name(), station = station,
    price = market.price(from), quantity = market.count(from, "quantity"), min = 1, days = market.count(from, "days", market.days),
    key = asked.key, content = asked.content}
  if order.days > market.longest then args.refuse("days must be 1 to %d", market.longest) end
  if not money.cost(order.price, order.quantity) then args.refuse "that is more money than can be counted" end
  return order
end

-- market_sell{type=, quantity=, price=, days=, key=}: out of the hangar here, to whoever
-- would pay as much or more, and what is left stands. Answers {order=, filled=, left=, paid=}.
function command.market_sell(p, from)
  return once.run(p, "market_sell", from, function(asked)
    local answer = market.ask("place", market.order(p, from, "sell", asked))
    emit("offered", p)
    return answer
  end)
end

-- market_buy{type=, quantity=, price=, range=, min=, days=, key=}: from whoever sells within
-- range for as much or less; the goods are where they were sold.
function command.market_buy(p, from)
  return once.run(p, "market_buy", from, function(asked)
    local order = market.order(p, from, "buy", asked)
    order.range, order.min = market.range(from), market.count(from, "min", 1)
    if order.min > order.quantity then args.refuse "min is more than the quantity" end
    return market.ask("place", order)
  end)
end

-- market_change{order=, price=, key=}
function command.market_change(p, from)
  return once.run(p, "market_change", from, function(asked)
    return market.ask("change", p, market.count(from, "order"), market.price(from), asked)
  end)
end

-- market_cancel{order=, key=}
function command.market_cancel(p, from)
  return once.run(p, "market_cancel", from, function(asked) return market.ask("cancel", p, market.count(from, "order"), asked) end)
end

-- The region that is meant: this one, or the one that is named.
function market.region(from)
  if args.get(from, "region") == nil then return system.region() end
  local name = args.text(from, "region", 60)
  for _, region in ipairs(universe.regions()) do
    if string.lower(region) == string.lower(name) then return region end
  end
  error {code = "no_region", message = "there is no region called " .. name}
end

-- market_book{type=, region=}: {revision=, sells=, buys=}, the best first.
function command.market_book(p, from)
  return market.ask("show", market.region(from), market.type(from))
end

-- market_orders{}: one's own, those that ended lately with why.
function command.market_orders(p)
  local list = orders.of(p, os.time() - market.remembered * 86400, 500)
  for _, o in ipairs(list) do
    o.owner, o.rank = nil, nil
  end
  return list
end

-- market_history{type=, region=}: by day, the latest first.
function command.market_history(p, from)
  local list = orders.days(market.region(from), market.type(from), 400)
  for _, day in ipairs(list) do
    day.date = os.date("!%Y-%m-%d", day.day * 86400)
    day.average = math.floor(day.turnover / day.volume + 0.5)
    day.day, day.turnover = nil, nil
  end
  return list
end

return market
