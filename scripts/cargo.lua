-- Places for things: the hold of the ship one flies, the hangar one has at each station,
-- and containers (containers.lua). What is moved is moved in one transaction, or not at all.
--
-- In the books a pilot's things are at
--   hold                of the ship that is flown      hold N    of a ship that is parked
--   hangar SYSTEM ID    at a station                   ship N    a ship's hull and modules
--   box N               in a container                 case N    the container itself
local args = require "lib.args"
local containers = require "containers"
local loot = require "loot"
local market = require "market"
local once = require "lib.once"
local pilot = require "pilot"
local cargo = {}

-- A place that a pilot names: where it is in the books, how much goes in, and what has to
-- be true meanwhile. A hold and what is in it are at hand in space, too.
function cargo.place(p, from, name)
  local where = args.get(from, name)
  if where == "hangar" then return market.hangar(market.station(p)) end
  if where == "hold" then return loot.place, loot.capacity(p) end
  if type(where) ~= "number" then args.refuse("%s must be hold, hangar, or the number of a container", name) end
  local n = args.id(from, name)
  local box = containers.named(p, n)
  return containers.inside(n), types.get(box.type).capacity, {expect = containers.key(p, n), value = box}
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

-- move{from=, to=, type=, quantity=, key=}: between hold, hangar and containers; without a
-- quantity all of the type, without a type all there is. move{container=, to=}: a container
-- with all that is in it.
function command.move(p, from)
  return once.run(p, "move", from, function(asked)
    if args.get(from, "container") ~= nil then return containers.move(p, from, asked) end
    return cargo.move(p, from, asked)
  end)
end

function cargo.move(p, from, asked)
  local source, _, guard = cargo.place(p, from, "from")
  local target, capacity, other = cargo.place(p, from, "to")
  if source == target then args.refuse "from and to are the same place" end
  local changes, moved = {}, {}
  for _, item in ipairs(cargo.list(p, from, source)) do
    if #moved == containers.kinds then break end
    moved[#moved + 1] = {type = item.type, quantity = item.quantity}
    changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = source, to = p, to_location = target}
  end
  if not moved[1] then return nil, "there is nothing to move", "empty" end
  for _, change in pairs {guard or false, other or false, capacity and {room = p, location = target, capacity = capacity} or false} do
    if change then changes[#changes + 1] = change end
  end
  if target == loot.place then pilot.data(p).hold = true end
  local done, message, code = store.transact(changes, {cause = "cargo", actor = p, key = asked.key, content = asked.content, answer = {items = moved}})
  if not done then return containers.refused(message, code) end
  if source == loot.place or target == loot.place then loot.show(p) end
  return done
end

-- hold{}: what is in it.
function command.hold(p)
  return {items = loot.hold(p), containers = containers.list(p, loot.place)}
end

return cargo
