-- The yard of a station: which ships and modules there are, and choosing a ship.
-- It lends them: a pilot has one at a time, with its type's usual modules until
-- fit says otherwise.
local args = require "lib.args"
local pilot = require "pilot"
local ship = require "ship"
local station = require "station"
local yard = {}

-- Does a pilot fly such a thing?
function yard.flies(t)
  return t ~= nil and t.category == "ship" and not t.npc and t.name ~= pilot.capsule
end

-- All it has: what a client needs to offer the choice; look{type=} tells the rest.
function yard.list()
  local ships, modules = {}, {}
  for _, name in ipairs(types.list()) do
    local t = ship.type(name)
    if yard.flies(t) then
      ships[#ships + 1] = {type = name, group = t.group, high = t.high, mid = t.mid, low = t.low}
    elseif t.category == "module" then
      modules[#modules + 1] = {type = name, group = t.group, slot = t.slot}
    end
  end
  return {ships = ships, modules = modules}
end

function yard.docked(p)
  if not player.station(p) then error {code = "not_docked", message = "you can do that in a station only"} end
end

function command.yard(p)
  yard.docked(p)
  return yard.list()
end

-- board{type=}: another ship instead of one's own.
function command.board(p, from)
  yard.docked(p)
  local t = types.get(args.text(from, "type", 40))
  if not yard.flies(t) then return nil, "the yard has no such ship", "no_ship" end
  player.data(p).ship = {type = t.name, name = player.name(p) .. "'s " .. t.name}
  station.show(p)
  emit("boarded", p)
  return {ship = t.name}
end

return yard
