-- The yard of a station: which ships and modules there are. It lends the small ones to
-- whoever has none: a pilot has one at a time, with its type's usual modules until fit
-- says otherwise, and nothing of it is left when it is lost. All others are built, bought
-- and owned: dockyard.lua.
local args = require "lib.args"
local pilot = require "pilot"
local ship = require "ship"
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
      ships[#ships + 1] = {type = name, group = t.group, high = t.high, mid = t.mid, low = t.low, lent = t.lent}
    elseif t.category == "module" then
      modules[#modules + 1] = {type = name, group = t.group, slot = t.slot, lent = t.lent}
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

-- The type of a ship that a pilot asks the yard for; nil with why not.
function yard.lends(from)
  local t = types.get(args.text(from, "type", 40))
  if not yard.flies(t) then return nil, "the yard has no such ship", "no_ship" end
  if not t.lent then
    return nil, string.format("the yard lends no %s: buy or build one, assemble it, and board it by its number", t.name), "not_lent"
  end
  return t
end

return yard
