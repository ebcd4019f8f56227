-- Goods of every day: made in one station and wanted in another, by corporations that are
-- keepers in the books. Each region has for each good where it is made, where it is wanted,
-- or both, for ever the same. They are orders of the market like any other: what is offered
-- becomes cheaper while nobody buys it and dearer when it is sold out; what is wanted is paid
-- better while nobody brings it and worse when enough has come. So prices part until it is
-- worth somebody's while to haul, and close again.
--
-- What is dug they want everywhere: smelters buy minerals, and the ores that every belt has, in
-- all stations of a region, for a part of what factories would pay. So whoever has dug something
-- can sell it, also where nobody else plays yet; and the more they bring, the less it is paid.
--
-- What is made comes from the faucet goods.made, what is used up goes into the sink
-- goods.used; money that a corporation lacks comes from goods.spent, and what it has too much
-- of goes into goods.earned. The store has "goods REGION" = {[type] = {made = offer, wanted =
-- offer}}, an offer being {price=, count=, order=, left=}.
local money = require "lib.money"
local goods = {}

goods.market = "market"
goods.corporations = { -- by the group of a good
  provision = "harvest combine", household = "hearth and home", luxury = "velvet trading house",
  science = "institute of applied light", industry = "foundry guild",
}
goods.smelters = "smelters union"
goods.pays = {mineral = 1500, ore = 800} -- in parts of what one is worth, to begin with; refining is worth its while
goods.made, goods.used = "npc production", "npc consumption"
goods.spent, goods.earned = "npc spending", "npc earnings"
goods.look = 10         -- s until the next region is looked after
goods.step = 400        -- in parts of money.whole: 4 % dearer or cheaper at a look
goods.low, goods.high = 5000, 20000 -- bounds of a price, in parts of what one is worth
goods.worth = 2000000   -- hundredths that an offer is about
goods.purse = 1e9       -- hundredths that a corporation keeps
goods.days = 30         -- that an offer stands
goods.next = 0          -- region
goods.busy = false      -- since when a region is looked after
goods.patience = 600    -- s for one; after that whoever waits has been forgotten, as in a restart

-- A number that a text always has, 0 to n - 1.
function goods.chance(text, n)
  local h = 7
  for i = 1, #text do h = (h * 31 + string.byte(text, i)) % 2147483647 end
  return math.floor(h / 7) % n
end

-- The goods that are traded so.
function goods.list()
  local list = {}
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "good" and goods.corporations[t.group] and t.price > 0 then list[#list + 1] = t end
  end
  return list
end

-- What smelters buy.
function goods.diggings()
  local list = {}
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if goods.pays[goods.dug(t)] and t.price > 0 then list[#list + 1] = t end
  end
  return list
end

-- What a type that is dug counts as; an ore that some belts lack is nothing to smelters.
function goods.dug(t)
  if t.category == "ore" then return t.below > 1 and "ore" end
  return t.group
end

-- Where a good of a region is made and where it is wanted: {made=, wanted=}, each {system=,
-- station=}; a region may lack either.
function goods.places(region, stations, name)
  local at = goods.chance(region .. name, #stations) + 1
  local made = stations[at]
  local others = {}
  for _, s in ipairs(stations) do
    if s.system ~= made.system then others[#others + 1] = s end
  end
  local wanted = others[goods.chance(name .. region, math.max(1, #others)) + 1]
  local role = goods.chance(region .. " " .. name, 4)
  return {made = role ~= 1 and made or nil, wanted = role ~= 0 and wanted or nil}
end

-- A price that is nearest to n, within the bounds for what one is worth.
function goods.price(n, worth)
  return money.round(math.max(worth * goods.low / money.whole, math.min(worth * goods.high / money.whole, n)))
end

-- The next price: better for the other side while nobody comes, worse when all was taken.
function goods.move(side, price, taken, worth)
  local step = math.max(1, price * goods.step / money.whole) -- also of what costs next to nothing
  return goods.price((side == "sell") == taken and price + step or price - step, worth)
end

function goods.hangar(place)
  return string.format("hangar %d %d", universe.system(place.system).id, place.station)
end

-- How many of a type a corporation has in a place.
function goods.has(who, name, place)
  for _, item in ipairs(items.kept(who, place)) do
    if item.type == name then return item.quantity end
  end
  return 0
end

-- Sees to it that a corporation has so many of a type in a place. where is the system that
-- the books say it was in; a wallet is in none.
function goods.provide(who, name, n, place, faucet, where)
  local missing = n - goods.has(who, name, place)
  if missing > 0 then
    store.transact({{give = who, type = name, n = missing, location = place, from = faucet}}, {cause = faucet, system = where})
  end
end

-- What corporations keep of money: what they have above that goes.
function goods.spare(who)
  local more = goods.has(who, money.type, money.wallet) - goods.purse
  if more > 0 then store.transact({{take = who, type = money.type, n = more, location = money.wallet, to = goods.earned}}, {cause = goods.earned}) end
end

-- Asks the market; nil where it says no or does not answer.
function goods.ask(name, ...)
  local ok, answer, message = task.try(service.call, goods.market, name, ...)
  if not ok or not answer then log.info("the market: %s: %s", name, tostring(ok and message or answer)) end
  return ok and answer or nil
end

-- Gives the order that an offer is to be. Under its key it is one, whatever happens before
-- the offer is kept.
function goods.place(region, deal, offer)
  local n, who = math.max(1, math.floor(goods.worth / deal.type.price)), deal.who
  if deal.side == "sell" then
    goods.provide(who, deal.type.name, n, goods.hangar(deal.place), goods.made, deal.place.system)
  else
    goods.provide(who, money.type, money.cost(offer.price, n), money.wallet, goods.spent, deal.place.system)
  end
  local key = string.format("%s %s %s %d", region, deal.side, deal.type.name, offer.count + 1)
  local done = goods.ask("place", {owner = who, side = deal.side, type = deal.type.name, system = deal.place.system, station = deal.place.station,
    range = deal.range, price = offer.price, quantity = n, min = 1, days = goods.days, key = key, content = {offer.price, n}})
  if done then offer.order, offer.left, offer.count = done.order, done.left, offer.count + 1 end
end

-- Looks after one offer, and returns it as it is to be kept. standing is what is left of the
-- orders that stand, by number.
function goods.tend(region, deal, offer, standing)
  local worth = deal.worth
  offer = offer or {price = goods.price(worth, worth), count = 0}
  local left = standing[offer.order]
  if not left then
    local o = offer.order and orders.get(offer.order)
    if o and not o.ended then return offer end -- it is being changed just now
    if o and o.reason == "filled" then offer.price = goods.move(deal.side, offer.price, true, worth) end
    offer.order = nil
    goods.place(region, deal, offer)
  elseif left == offer.left then
    goods.lure(deal, offer, worth)
  else
    offer.left = left
  end
  return offer
end

-- Nobody has come: the price moves towards them.
function goods.lure(deal, offer, worth)
  local price, who = goods.move(deal.side, offer.price, false, worth), deal.who
  if price == offer.price then return end
  if deal.side == "buy" then goods.provide(who, money.type, money.cost(price, offer.left) - money.cost(offer.price, offer.left), money.wallet, goods.spent, deal.place.system) end
  local done = goods.ask("change", who, offer.order, price)
  if done then offer.price, offer.left = price, done.left end
end

-- What a region makes and wants, as a list of {type=, worth=, who=, side=, as=, place=, range=}.
function goods.deals(region)
  local list, stations = {}, universe.stations(region)
  if not stations[1] then return list end
  local function add(t, worth, who, side, as, place, range)
    if place then list[#list + 1] = {type = t, worth = worth, who = who, side = side, as = as, place = place, range = range} end
  end
  for _, t in ipairs(goods.list()) do
    local places, who = goods.places(region, stations, t.name), goods.corporations[t.group]
    add(t, t.price, who, "sell", "made", places.made)
    add(t, t.price, who, "buy", "wanted", places.wanted, "station")
  end
  for _, t in ipairs(goods.diggings()) do
    local at = stations[goods.chance(region .. t.name, #stations) + 1]
    add(t, t.price * goods.pays[goods.dug(t)] / money.whole, goods.smelters, "buy", "dug", at, "region")
  end
  return list
end

-- Uses up what a corporation has been brought: what it wanted there, and of smelters all.
-- systems are those of the hangars of a region, wanted the types by corporation and hangar.
function goods.consume(who, systems, wanted)
  for _, place in ipairs(items.places(who, "hangar ", 1000)) do
    local changes = {}
    for _, item in ipairs(systems[place] and items.kept(who, place) or {}) do
      if who == goods.smelters or wanted[who .. place .. item.type] then
        changes[#changes + 1] = {take = who, type = item.type, n = item.quantity, location = place, to = goods.used}
      end
    end
    if changes[1] then store.transact(changes, {cause = goods.used, system = systems[place]}) end
  end
end

-- All corporations.
function goods.everybody()
  local list = {goods.smelters}
  for _, who in pairs(goods.corporations) do list[#list + 1] = who end
  table.sort(list)
  return list
end

-- How much is left of a region's orders, by number; nil where the market does not answer.
function goods.standing(kept)
  local ids, standing = {}, {}
  for _, offers in pairs(kept) do
    for _, offer in pairs(offers) do ids[#ids + 1] = offer.order end
  end
  table.sort(ids)
  local left = goods.ask("left", ids)
  for i, id in ipairs(left and ids or {}) do standing[id] = left[i] end
  return left and standing
end

-- Looks after all offers of a region. What they all are is asked at once: there are a
-- hundred of them, and most are as they were.
function goods.visit(region)
  local key = "goods " .. region
  local kept = store.get(key) or {}
  local standing = goods.standing(kept)
  if not standing then return end
  local deals, systems, wanted = goods.deals(region), {}, {}
  for _, s in ipairs(universe.stations(region)) do systems[goods.hangar(s)] = s.system end
  for _, deal in ipairs(deals) do
    if deal.range == "station" then wanted[deal.who .. goods.hangar(deal.place) .. deal.type.name] = true end
  end
  for _, who in ipairs(goods.everybody()) do goods.consume(who, systems, wanted) end
  for _, deal in ipairs(deals) do
    local offers = kept[deal.type.name] or {}
    kept[deal.type.name] = offers
    offers[deal.as] = goods.tend(region, deal, offers[deal.as], standing)
  end
  store.put(key, kept)
  for _, who in ipairs(goods.everybody()) do goods.spare(who) end
end

-- One region after the other, and one at a time.
function goods.round()
  if goods.busy and system.now() - goods.busy < goods.patience then return end
  goods.busy = system.now()
  local regions = universe.regions()
  goods.next = goods.next % #regions + 1
  local ok, why = task.try(goods.visit, regions[goods.next])
  goods.busy = false
  if not ok then error(why, 0) end
end

reload.first(function()
  every(goods.look, function() goods.round() end)
end)

return goods
