-- Ships one owns. A ship is a thing like others until it is assembled in a hangar; then it
-- has a number, takes modules that one owns, is boarded, insured, and may be lost.
--
-- The store has "ship PILOT N" = {type=, name=, fit=, at=, insured=}; at is the hangar it
-- is parked in, false while it is flown; and "flies PILOT" = N, nothing for one of the
-- yard's. Whoever changes a ship expects it to be as they know it, so that two changes at
-- once are one and a refusal. The books have its hull and modules at "ship N",
-- and what is in its hold at "hold N" while it is parked. What a pilot flies is
-- pilot.hull(p), with id = N; a ship without one is the yard's.
local args = require "lib.args"
local containers = require "containers"
local fitting = require "fitting"
local loot = require "loot"
local market = require "market"
local money = require "lib.money"
local pilot = require "pilot"
local ship = require "ship"
local station = require "station"
local yard = require "yard"
local dockyard = {}

dockyard.most = 50       -- ships a pilot has at once
dockyard.premium = 500   -- of a ship's price, in parts of money.whole: 5 %
dockyard.cover = 6000    -- that is paid for a lost one: 60 %, less than it takes to build it

function dockyard.key(p, n)
  return string.format("ship %d %d", p, n)
end

function dockyard.place(n)
  return string.format("ship %d", n)
end

function dockyard.hold(n)
  return string.format("hold %d", n)
end

function dockyard.flies(p)
  return string.format("flies %d", p)
end

-- A ship that is flown, or was until now, as the store has it.
function dockyard.record(hull, at)
  return {type = hull.type, name = hull.name, fit = hull.fit, at = at or false, insured = hull.insured}
end

-- Does changes; says no where they are too many for one go, or not as they were. Until the
-- books have it the pilot stays in the station: what flies is what they say.
function dockyard.transact(p, changes, cause)
  if #changes > loot.most then return nil, "that is too many kinds of things for one go: empty the hold first", "too_many" end
  market.station(p) -- they may have left while the books were read
  pilot.changing[p] = (pilot.changing[p] or 0) + 1
  local ok, done, message, code = task.try(store.transact, changes, {cause = cause, actor = p})
  pilot.changing[p] = pilot.changing[p] > 1 and pilot.changing[p] - 1 or nil
  if not ok then error(done, 0) end
  if code == "conflict" then message = "your ships are not as they were a moment ago: ask again" end
  return done, message, code
end

-- The ships a pilot owns: {ship=, type=, name=, fit=, at=, insured=}.
function dockyard.list(p)
  local list = {}
  for _, entry in ipairs(store.list(string.format("ship %d ", p), dockyard.most)) do
    local s = entry.value
    s.ship = tonumber(string.match(entry.key, "(%d+)$"))
    list[#list + 1] = s
  end
  return list
end

-- A ship of a pilot's that is parked where they are docked.
function dockyard.parked(p, n)
  local hangar, s = market.hangar(market.station(p)), store.get(dockyard.key(p, n))
  if not s then error {code = "no_ship", message = string.format("you have no ship %d", n)} end
  if not s.at then error {code = "no_ship", message = "you are in that ship"} end
  if s.at ~= hangar then error {code = "not_here", message = string.format("ship %d is in another station", n)} end
  return s, hangar
end

-- ships{}: all one owns, and what one flies.
function command.ships(p)
  local list = dockyard.list(p)
  for _, s in ipairs(list) do
    s.location, s.flown, s.at = s.at or nil, not s.at, nil
  end
  local hull = pilot.hull(p)
  return {ships = list, flies = {ship = hull.id, type = hull.type, name = hull.name}}
end

-- hangar{}: what one has in the station one is docked in.
function command.hangar(p)
  local at = market.station(p)
  local hangar, ships = market.hangar(at), {}
  for _, s in ipairs(dockyard.list(p)) do
    if s.at == hangar then ships[#ships + 1] = s end
  end
  return {station = at, items = items.list(p, hangar), ships = ships, containers = containers.list(p, hangar)}
end

-- assemble{type=, name=}: of a ship in the hangar, one that can be boarded.
function command.assemble(p, from)
  local hangar = market.hangar(market.station(p))
  local t = types.get(market.type(from))
  if not yard.flies(t) then return nil, t.name .. " is no ship that pilots fly", "bad_type" end
  if #dockyard.list(p) >= dockyard.most then return nil, string.format("you have %d ships: that is all one may have", dockyard.most), "too_many" end
  local name = args.get(from, "name") ~= nil and args.text(from, "name", 40) or player.name(p) .. "'s " .. t.name
  local n = store.add("ships", 1)
  local done, message, code = store.transact({
    {move = p, type = t.name, n = 1, location = hangar, to = p, to_location = dockyard.place(n)},
    {put = dockyard.key(p, n), value = {type = t.name, name = name, fit = {}, at = hangar}},
  }, {cause = "assembly", actor = p})
  if not done then return nil, message, code end
  pilot.data(p).owns = true
  return {ship = n, type = t.name, name = name}
end

-- Moves all that is in one place to another, containers too, as steps of a transaction.
function dockyard.clear(p, from, to, changes)
  for _, item in ipairs(items.list(p, from)) do
    changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = from, to = p, to_location = to}
  end
  containers.carry(p, from, to, changes)
end

-- disassemble{ship=}: a parked ship goes back into the hangar in pieces: hull, modules,
-- and what was in its hold.
function command.disassemble(p, from)
  local n = args.id(from, "ship")
  local s, hangar = dockyard.parked(p, n)
  local changes = {{expect = dockyard.key(p, n), value = s}, {put = dockyard.key(p, n)}}
  dockyard.clear(p, dockyard.place(n), hangar, changes)
  dockyard.clear(p, dockyard.hold(n), hangar, changes)
  local done, message, code = dockyard.transact(p, changes, "assembly")
  if not done then return nil, message, code end
  return {ship = n}
end

-- Leaves the ship one flies: one's own is parked with what is in its hold; of one that is
-- the yard's, that goes into the hangar.
function dockyard.leave(p, hangar, changes)
  local hull = pilot.hull(p)
  if not hull.id then return dockyard.clear(p, loot.place, hangar, changes) end
  dockyard.clear(p, loot.place, dockyard.hold(hull.id), changes)
  changes[#changes + 1] = {expect = dockyard.key(p, hull.id), value = dockyard.record(hull)}
  changes[#changes + 1] = {put = dockyard.key(p, hull.id), value = dockyard.record(hull, hangar)}
end

-- Changes ships: the books first, then what is flown, and that is on the disk too.
function dockyard.change(p, hull, changes)
  local old = pilot.hull(p).id
  if old or hull.id then
    changes[#changes + 1] = {expect = dockyard.flies(p), value = old}
    changes[#changes + 1] = {put = dockyard.flies(p), value = hull.id}
  end
  if changes[1] then
    local done, message, code = dockyard.transact(p, changes, "boarding")
    if not done then return nil, message, code end
  end
  pilot.data(p).ship = hull
  pilot.data(p).hold = hull.id ~= nil or nil
  player.save(p)
  station.show(p)
  loot.show(p)
  emit("boarded", p)
  return {ship = hull.type, id = hull.id}
end

-- board{ship=}: one's own. board{type=}: one that the yard lends.
function command.board(p, from)
  local hangar, changes = market.hangar(market.station(p)), {}
  if args.get(from, "ship") == nil then
    local t, message, code = yard.lends(from)
    if not t then return nil, message, code end
    if pilot.data(p).hold or pilot.hull(p).id then dockyard.leave(p, hangar, changes) end
    return dockyard.change(p, {type = t.name, name = player.name(p) .. "'s " .. t.name}, changes)
  end
  local n = args.id(from, "ship")
  local s = dockyard.parked(p, n)
  changes[1] = {expect = dockyard.key(p, n), value = s}
  changes[2] = {put = dockyard.key(p, n), value = dockyard.record(s)}
  dockyard.leave(p, hangar, changes)
  dockyard.clear(p, dockyard.hold(n), loot.place, changes)
  return dockyard.change(p, {id = n, type = s.type, name = s.name, fit = dockyard.fitted(s.fit), insured = s.insured}, changes)
end

-- A list that was stored: an empty one comes back as a table all the same.
function dockyard.fitted(fit)
  local list = {}
  for i, name in ipairs(fit or {}) do list[i] = name end
  return list
end

-- How many of each a list names.
function dockyard.counts(list)
  local n = {}
  for _, name in ipairs(list) do n[name] = (n[name] or 0) + 1 end
  return n
end

-- Refits one's own ship: what comes in is taken out of the hangar, what goes out is put
-- there.
function dockyard.refit(p, hull, list)
  local hangar, fitted = market.hangar(market.station(p)), dockyard.place(hull.id)
  local before, after, changes = dockyard.counts(hull.fit or {}), dockyard.counts(list), {}
  for name, n in pairs(before) do
    local out = n - (after[name] or 0)
    if out > 0 then changes[#changes + 1] = {move = p, type = name, n = out, location = fitted, to = p, to_location = hangar} end
  end
  for name, n in pairs(after) do
    local more = n - (before[name] or 0)
    if more > 0 then changes[#changes + 1] = {move = p, type = name, n = more, location = hangar, to = p, to_location = fitted} end
  end
  changes[#changes + 1] = {expect = dockyard.key(p, hull.id), value = dockyard.record(hull)}
  changes[#changes + 1] = {put = dockyard.key(p, hull.id), value = dockyard.record {type = hull.type, name = hull.name, fit = list, insured = hull.insured}}
  return dockyard.transact(p, changes, "refit")
end

-- fit{modules={...}}: refits the ship in the station: one's own with modules out of the
-- hangar, one of the yard's with what the yard lends. fit{} tells.
function command.fit(p, from)
  local hull = pilot.hull(p)
  local list = args.get(from, "modules")
  if list == nil then return {ship = hull.type, modules = fitting.of(hull.type, hull)} end
  if not player.station(p) then error {code = "not_docked", message = "a ship is refitted in a station"} end
  hull = pilot.commission(p) -- a pod has room for no module
  local names = fitting.names(list)
  local ok, message = fitting.fits(hull.type, names)
  if not ok then return nil, message, "bad_fit" end
  local code
  if hull.id then
    ok, message, code = dockyard.refit(p, hull, names)
  else
    ok, message, code = fitting.borrow(names)
  end
  if not ok then return nil, message, code end
  hull.fit = names
  if hull.id then player.save(p) end
  emit("refitted", p)
  return {ship = hull.type, modules = names}
end

-- insure{}: the ship one flies, until it is lost.
function command.insure(p)
  market.station(p)
  local hull = pilot.hull(p)
  if not hull.id then return nil, "the yard sees to its own ships: insure one you own", "lent" end
  if hull.insured then return nil, "it is insured already", "insured" end
  local price = types.get(hull.type).price
  local premium, cover = money.share(price, dockyard.premium), money.share(price, dockyard.cover)
  local done, message, code = dockyard.transact(p, {
    {take = p, type = money.type, n = premium, location = money.wallet, to = "insurance premium"},
    {expect = dockyard.key(p, hull.id), value = dockyard.record(hull)},
    {put = dockyard.key(p, hull.id), value = dockyard.record {type = hull.type, name = hull.name, fit = hull.fit, insured = cover}},
  }, "insurance")
  if not done then return nil, message, code end
  hull.insured = cover
  player.save(p)
  return {ship = hull.id, premium = premium, cover = cover}
end

-- After a crash of the shard a pilot may come back in a ship that was lost or left in its
-- last seconds: what the store says holds.
function dockyard.settle(p)
  local data = player.data(p)
  if not data or not data.owns then return end
  local hull, n, s
  repeat -- they may board another while the store is asked
    hull = pilot.hull(p)
    n = store.get(dockyard.flies(p))
    s = n and store.get(dockyard.key(p, n))
    data = player.data(p)
    if not data then return end -- they have gone
  until data.ship == hull
  if s and (hull.id == n or player.station(p)) then
    data.ship = {id = n, type = s.type, name = s.name, fit = dockyard.fitted(s.fit), insured = s.insured, wear = hull.id == n and hull.wear or nil}
  elseif hull.id and player.station(p) then
    data.ship = nil
  elseif hull.id then
    return dockyard.strip(p)
  end
  if player.station(p) then station.show(p) end
end

-- The ship that somebody flies is not theirs any more: they are in their pod.
function dockyard.strip(p)
  local old = player.ship(p)
  local thing = old and space.get(old)
  player.data(p).ship = {type = pilot.capsule, name = player.name(p) .. "'s pod"}
  if not thing then return end
  ship.remove(old)
  pilot.launch(p, thing.pos, thing.vel)
end

function event.pilot_ready(p)
  dockyard.settle(p)
end

-- Whoever is here came back without coming in.
function event.system_resumed(killed)
  if not killed then return end
  for _, p in ipairs(player.all()) do task.spawn(dockyard.settle, p) end
end

return dockyard
