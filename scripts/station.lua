-- Stations: docking and undocking.
local args = require "lib.args"
local fitting = require "fitting"
local format = require "lib.format"
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
  player.send(p, "hangar", {ships = {{type = hull.type, name = hull.name}}, items = items})
end

function event.pilot_ready(p)
  if player.station(p) then station.show(p) end
end

function command.dock(p, from)
  local me = pilot.in_space(p)
  local c = station.find(me, from)
  local distance = space.distance(me, c.id)
  if distance > station.dock_range then
    error {code = "too_far", message = string.format("%s is %s away: dock within %s", c.name,
      format.distance(distance), format.distance(station.dock_range))}
  end
  emit("ship_docking", me, p, c.id)
  player.dock(p, c.id)
  pilot.commission(p)
  station.show(p)
  return {station = c.id, name = c.name}
end

function command.undock(p)
  local at = player.station(p)
  if not at then error {code = "not_docked", message = "you are not docked"} end
  player.undock(p)
  return {ship = pilot.launch(p, ship.point_near(system.celestial(at), 500, 2000))}
end

return station
