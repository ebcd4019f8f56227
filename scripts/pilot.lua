-- Pilots: who enters the world, in which ship, and where.
--
-- What a pilot keeps is player.data(p), saved with the character:
--   ship = {type=, name=}   the ship they fly or have parked in the station
local ship = require "ship"
local pilot = {}

pilot.rookie = types.name "Wren"     -- what a new character flies
pilot.capsule = types.name "Capsule" -- what is left to one who has lost their ship
pilot.changing = {}                  -- how many changes of a pilot's ship the books are at just now

-- What a pilot keeps. It refuses the command of one who has gone while it waited for the
-- books: they have what it did, and nobody is left to hear of it.
function pilot.data(p)
  return player.data(p) or error {code = "gone", message = "you have left the system"}
end

-- The ship a pilot has, docked or not; a new character gets a rookie one.
function pilot.hull(p)
  local data = pilot.data(p)
  if not data.ship then
    data.ship = {type = pilot.rookie, name = player.name(p) .. "'s " .. pilot.rookie}
  end
  return data.ship
end

-- The ship a player flies; refuses the command of one who has none in space.
function pilot.in_space(p)
  local id = player.ship(p)
  if id then return id end
  if player.station(p) then error {code = "docked", message = "you are docked: undock first"} end
  error {code = "no_ship", message = "you have no ship here"}
end

-- A pilot who comes to a station in a pod leaves it in a rookie ship.
function pilot.commission(p)
  if pilot.hull(p).type == pilot.capsule then player.data(p).ship = nil end
  return pilot.hull(p)
end

-- Puts a pilot's ship into space at a point, with the pilot in it.
function pilot.launch(p, pos, vel)
  local hull = pilot.hull(p)
  local id = ship.spawn {type = hull.type, name = hull.name, owner = p, pos = pos, vel = vel}
  player.set_ship(p, id)
  emit("ship_launched", id, p)
  return id
end

-- Where somebody begins who is nowhere yet: docked, or in space by a planet
-- where the system has no station.
function pilot.begin(p)
  local stations = system.celestials("station")
  if #stations > 0 then
    player.dock(p, stations[system.random(#stations)].id)
    return
  end
  local by = system.celestials("planet")[1] or system.celestials()[1]
  pilot.launch(p, ship.point_near(by, 20e3, 60e3))
end

function pilot.greet(p)
  local where = player.station(p) and "docked at " .. system.celestial(player.station(p)).name or "in space"
  player.send(p, "notice", {text = string.format("Welcome, %s. You are %s, in %s.", player.name(p), where, system.name())})
end

-- Others who want to know that a pilot has come handle pilot_ready: by then the
-- pilot is docked or has a ship.
function event.player_entered(p, reason)
  pilot.hull(p)
  if not player.station(p) and not player.ship(p) then pilot.begin(p) end
  if reason == "login" then pilot.greet(p) end
  emit("pilot_ready", p)
end

return pilot
