-- For tests: a pilot who is docked, with things in the hangar there.
local market = require "market"
local money = require "lib.money"
local dock = {}

-- A new player at a station with things = {["Ferrite"] = 100, ...}.
function dock.pilot(name, things, hundredths)
  local p = player(name)
  for type, n in pairs(things or {}) do items.give(p.id, type, n, dock.hangar(p), "test") end
  if hundredths then items.give(p.id, money.type, hundredths, money.wallet, "test") end
  return p
end

function dock.hangar(p)
  return market.hangar(player.station(p.id))
end

-- How many of a type a player has in a place, or everywhere.
function dock.count(p, type, location)
  local n = 0
  for _, item in ipairs(items.list(p.id, location)) do
    if item.type == type then n = n + item.quantity end
  end
  return n
end

return dock
