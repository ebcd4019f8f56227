-- Flight: a pilot's orders to their ship. The core flies; this says what may be
-- ordered and answers in words.
local args = require "lib.args"
local format = require "lib.format"
local pilot = require "pilot"
local ship = require "ship"
local vec = require "lib.vec"
local flight = {}

flight.warp_from = 150e3  -- metres: nearer than this there is nothing to warp for
flight.warp_range = 100e3 -- metres off the target one may ask to land at
flight.orbit = 5e3        -- metres, where the order names none
flight.keep = 2.5e3
flight.watched = {}       -- by player: somebody wants to hear of their next order (flown)

-- May this ship know of the thing with the id? Celestials are on every map;
-- ships are known to those who see them.
function flight.sees(me, id)
  if system.celestial(id) then return true end
  local mine, other = space.get(me), space.get(id)
  return mine ~= nil and other ~= nil and mine.bubble == other.bubble and not other.hidden
end

-- Brings a ship nearer to a thing: from afar by warp, else under its own power. One
-- that aligns for a warp or is in one goes on with that. True, or nil with why not.
function flight.towards(me, id)
  local thing = space.get(me)
  if thing.mode == "warp" or thing.mode == "tunnel" then return true end
  if space.distance(me, id) >= flight.warp_from then return space.warp(me, id, 0) end
  if thing.mode == "approach" and thing.target == id then return true end
  return space.approach(me, id)
end

-- The ship of a player, and the thing that their order names.
function flight.pair(p, from)
  local me, target = pilot.in_space(p), args.id(from, "id")
  if target == me then error {code = "bad_target", message = "that is your own ship"} end
  if not flight.sees(me, target) then error {code = "no_target", message = "there is nothing like that here"} end
  return me, target
end

-- The ship of a player, and what their order names: an id or a point.
function flight.aim(p, from)
  if args.get(from, "id") == nil then return pilot.in_space(p), args.point(from, "point") end
  return flight.pair(p, from)
end

-- Metres from a ship to an id (to its surface) or a point.
function flight.distance(me, target)
  if type(target) == "number" then return space.distance(me, target) end
  return vec.distance(ship.place(me), target)
end

-- Refuses a warp to what is too near.
function flight.far_enough(me, target)
  local distance = flight.distance(me, target)
  if distance >= flight.warp_from then return end
  error {code = "too_close", message = string.format("%s away: too close to warp, which takes %s at least",
    format.distance(distance), format.distance(flight.warp_from))}
end

-- Passes the outcome of an order on. Whoever wants to know that a pilot has
-- taken the helm (the autopilot lets go) hears of it here.
function flight.ordered(p, ok, message)
  if ok then emit("helm_taken", p) end
  if ok and flight.watched[p] then emit("flown", p) end
  return ok, message
end

function command.stop(p)
  return flight.ordered(p, space.stop(pilot.in_space(p)))
end

command["goto"] = function(p, from) -- goto is a word of Lua's own
  return flight.ordered(p, space.go_to(pilot.in_space(p), args.point(from, "point")))
end

function command.direction(p, from)
  return flight.ordered(p, space.direction(pilot.in_space(p), args.direction(from, "dir")))
end

function command.approach(p, from)
  local me, target = flight.pair(p, from)
  return flight.ordered(p, space.approach(me, target))
end

function command.orbit(p, from)
  local me, target = flight.pair(p, from)
  return flight.ordered(p, space.orbit(me, target, args.number(from, "range", 100, 250e3, flight.orbit)))
end

function command.keep(p, from)
  local me, target = flight.pair(p, from)
  return flight.ordered(p, space.keep(me, target, args.number(from, "range", 0, 250e3, flight.keep)))
end

function command.align(p, from)
  local me, target = flight.aim(p, from)
  return flight.ordered(p, space.align(me, target))
end

function command.warp(p, from)
  local me, target = flight.aim(p, from)
  local range = args.number(from, "range", 0, flight.warp_range, 0)
  flight.far_enough(me, target)
  return flight.ordered(p, space.warp(me, target, range))
end

return flight
