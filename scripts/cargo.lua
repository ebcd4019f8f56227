-- Places for things: the hold of the ship one flies, the hangar one has at each station,
-- and containers that stand in a hangar. What is moved is moved in one transaction, or
-- not at all.
--
-- In the books a pilot's things are at
--   hold                of the ship that is flown      hold N    of a ship that is parked
--   hangar SYSTEM ID    at a station                   ship N    a ship's hull and modules
--   box N               in a container                 case N    the container itself
-- The store has "box PILOT N" = {type=, at=} for each container.
local args = require "lib.args"
local loot = require "loot"
local market = require "market"
local cargo = {}

cargo.most_boxes = 50 -- containers a pilot has at once

function cargo.key(p, n)
  return string.format("box %d %d", p, n)
end

function cargo.inside(n)
  return string.format("box %d", n)
end

function cargo.case(n)
  return string.format("case %d", n)
end

-- A container of a pilot's that stands in the hangar of the station they are in.
function cargo.box(p, n)
  local box = store.get(cargo.key(p, n))
  if not box then error {code = "no_container", message = string.format("you have no container %d", n)} end
  if box.at ~= market.hangar(market.station(p)) then
    error {code = "not_here", message = string.format("container %d stands in another station", n)}
  end
  return box
end

-- A place that a pilot names: where it is in the books, how much goes in, and what has to
-- be true meanwhile.
function cargo.place(p, from, name)
  local where = args.get(from, name)
  if where == "hangar" then return market.hangar(market.station(p)) end
  if where == "hold" then
    market.station(p)
    return loot.place, loot.capacity(p)
  end
  if type(where) ~= "number" then args.refuse("%s must be hold, hangar, or the number of a container", name) end
  local n = args.id(from, name)
  local box = cargo.box(p, n)
  return cargo.inside(n), types.get(box.type).capacity, {expect = cargo.key(p, n), value = box}
end

-- What is to be moved: so many of one type, all of it, or all that is there.
function cargo.list(p, from, place)
  local only = args.get(from, "type") ~= nil and market.type(from)
  if only and args.get(from, "quantity") ~= nil then return {{type = only, quantity = market.count(from, "quantity")}} end
  local list = items.list(p, place)
  if not only then return list end
  for _, item in ipairs(list) do
    if item.type == only then return {item} end
  end
  return {}
end

-- What the books say no with, for a pilot.
function cargo.refused(message, code)
  if string.find(message, "no room", 1, true) then code = "no_room" end
  return nil, message, code
end

-- move{from=, to=, type=, quantity=}: between hold, hangar and containers; without a
-- quantity all of the type, without a type all there is.
function command.move(p, from)
  market.station(p)
  local source, _, guard = cargo.place(p, from, "from")
  local target, capacity, other = cargo.place(p, from, "to")
  if source == target then args.refuse "from and to are the same place" end
  local changes, moved = {}, {}
  for _, item in ipairs(cargo.list(p, from, source)) do
    if #moved == loot.most - 3 then break end
    moved[#moved + 1] = {type = item.type, quantity = item.quantity}
    changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = source, to = p, to_location = target}
  end
  if not moved[1] then return nil, "there is nothing to move", "empty" end
  for _, change in pairs {guard or false, other or false, capacity and {room = p, location = target, capacity = capacity} or false} do
    if change then changes[#changes + 1] = change end
  end
  if target == loot.place then player.data(p).hold = true end
  local done, message, code = store.transact(changes, {cause = "cargo", actor = p})
  if not done then return cargo.refused(message, code) end
  if source == loot.place or target == loot.place then loot.show(p) end
  return {items = moved}
end

-- The containers a pilot has, everywhere or in one hangar.
function cargo.boxes(p, at)
  local list = {}
  for _, entry in ipairs(store.list(string.format("box %d ", p), cargo.most_boxes)) do
    if not at or entry.value.at == at then
      local n = tonumber(string.match(entry.key, "(%d+)$"))
      list[#list + 1] = {container = n, type = entry.value.type, location = entry.value.at, items = items.list(p, cargo.inside(n)),
        capacity = types.get(entry.value.type).capacity, volume = items.volume(p, cargo.inside(n))}
    end
  end
  return list
end

-- containers{}: all one has.
function command.containers(p)
  return cargo.boxes(p)
end

-- container_open{type=}: sets one of the hangar up there; things may be put into it.
function command.container_open(p, from)
  local hangar = market.hangar(market.station(p))
  local t = types.get(market.type(from))
  if t.category ~= "container" then return nil, t.name .. " is no container", "bad_type" end
  if #store.list(string.format("box %d ", p), cargo.most_boxes) >= cargo.most_boxes then
    return nil, string.format("you have %d containers standing about: close one first", cargo.most_boxes), "too_many"
  end
  local n = store.add("boxes", 1)
  local done, message, code = store.transact({
    {move = p, type = t.name, n = 1, location = hangar, to = p, to_location = cargo.case(n)},
    {put = cargo.key(p, n), value = {type = t.name, at = hangar}},
  }, {cause = "container", actor = p})
  if not done then return cargo.refused(message, code) end
  return {container = n, type = t.name, capacity = t.capacity}
end

-- container_close{container=}: an empty one, which goes back into the hangar.
function command.container_close(p, from)
  local n = args.id(from, "container")
  local box = cargo.box(p, n)
  local done, message = store.transact({
    {expect = cargo.key(p, n), value = box},
    {room = p, location = cargo.inside(n), capacity = 0},
    {move = p, type = box.type, n = 1, location = cargo.case(n), to = p, to_location = box.at},
    {put = cargo.key(p, n)},
  }, {cause = "container", actor = p})
  if not done then
    if items.list(p, cargo.inside(n))[1] then return nil, "empty it first", "not_empty" end
    return nil, message, "refused"
  end
  return {container = n}
end

return cargo
