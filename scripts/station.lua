-- Stations: docking and undocking.
local args = require "lib.args"
local errand = require "errand"
local fitting = require "fitting"
local pilot = require "pilot"
local ship = require "ship"
local station = {}

station.dock_range = 2500 -- metres from the surface

-- The station nearest to a ship; nil in a system without one.
function station.nearest(me)
  local best, nearest
  for _, c in ipairs(system.celestials("station")) do
    local d = space.distance(me, c.id)
    if not nearest or d < nearest then best, nearest = c, d end
  end
  return best
end

-- The station a pilot means: the one they name or, without a name, the nearest.
function station.find(me, from)
  local c
  if args.get(from, "station") == nil then
    c = station.nearest(me)
  else
    c = system.celestial(args.id(from, "station"))
  end
  if not c or c.kind ~= "station" then error {code = "no_station", message = "there is no such station in " .. system.name()} end
  return c
end

-- What a pilot who is docked sees of their own.
function station.show(p)
  local hull = pilot.hull(p)
  local items = {}
  for i, name in ipairs(fitting.of(hull.type, hull)) do
    items[i] = {type = name, quantity = 1, location = "fitted"}
  end
  player.send(p, "hangar", {ships = {{type = hull.type, name = hull.name, ship = hull.id}}, items = items})
end

function event.player_connected(p)
  if player.station(p) then station.show(p) end
end

function event.refitted(p)
  station.show(p)
end

function event.pilot_reborn(p)
  if player.station(p) then station.show(p) end
end

-- Takes a pilot who is near enough into a station.
function station.take_in(p, id)
  emit("ship_docking", player.ship(p), p, id)
  player.dock(p, id)
  pilot.commission(p)
  player.save(p) -- who is told that they are docked is so after a crash, too
  station.show(p)
  emit("pilot_docked", p, id)
  return true
end

errand.kinds.dock = {
  words = "dock",
  range = function() return station.dock_range end,
  act = function(p, id) return station.take_in(p, id) end,
}

-- dock{station=}: at once within station.dock_range; from afar one is flown there
-- first (errand.lua), and the answer has on_the_way.
function command.dock(p, from)
  local me = pilot.in_space(p)
  local c = station.find(me, from)
  if space.distance(me, c.id) > station.dock_range then return errand.start(p, "dock", c.id) end
  emit("helm_taken", p)
  station.take_in(p, c.id)
  return {station = c.id, name = c.name}
end

function command.undock(p)
  local at = player.station(p)
  if not at then error {code = "not_docked", message = "you are not docked"} end
  if pilot.changing[p] then error {code = "busy", message = "your ship is being changed: undock in a moment"} end
  player.undock(p)
  return {ship = pilot.launch(p, ship.point_near(system.celestial(at), 500, 2000))}
end

return station
