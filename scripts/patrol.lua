-- Patrols: ships nobody flies, on their rounds between the places of a system,
-- so that an empty universe moves. They are there while somebody is there to see
-- them: they come with the first pilot and go some time after the last.
--
-- A patrol has no loop of its own: each leg begins when the last one ended (a
-- warp landed, a pause is over), so a change to this file reaches it at once.
local brain = require "brain"
local ship = require "ship"
local patrol = {}

patrol.type = types.name "Customs Cutter"
patrol.most = 6          -- ships in a safe system; fewer where it is less safe
patrol.pause = {15, 60}  -- seconds at each place
patrol.linger = 30       -- seconds after the last pilot has left
patrol.ships = {}        -- by id: the id of the place it is at or bound for

-- How many a system of that security has: 0 in lawless space.
function patrol.strength(security)
  if security <= 0 then return 0 end
  return math.ceil(patrol.most * security)
end

-- The places worth a visit.
function patrol.places()
  local list = {}
  for _, kind in ipairs {"station", "gate", "planet"} do
    for _, c in ipairs(system.celestials(kind)) do
      list[#list + 1] = c
    end
  end
  return list
end

-- Sets out a new patrol ship somewhere on its round.
function patrol.spawn(number, places)
  local at = places[system.random(#places)]
  local id = ship.spawn {
    kind = "npc", type = patrol.type, name = string.format("%s Patrol %d", system.name(), number),
    pos = ship.point_near(at, 3e3, 12e3),
  }
  patrol.ships[id] = at.id
  brain.enlist(id, "customs")
  patrol.visit(id, at)
end

-- Brings the number of ships up to what the system has.
function patrol.muster()
  local places = patrol.places()
  if #places == 0 then return end
  local count = 0
  for _ in pairs(patrol.ships) do count = count + 1 end
  for number = count + 1, patrol.strength(system.security()) do
    patrol.spawn(number, places)
  end
end

-- Circles a place for a while, then goes on.
function patrol.visit(id, place)
  space.orbit(id, place.id, 5e3 + 10e3 * system.random())
  local low, high = patrol.pause[1], patrol.pause[2]
  after(low + (high - low) * system.random(), function() patrol.depart(id) end)
end

-- Warps to another place; one too near for a warp is flown to.
function patrol.depart(id)
  if not patrol.ships[id] or brain.fighting(id) then return end
  local places = patrol.places()
  local to = places[system.random(#places)]
  patrol.ships[id] = to.id
  if not space.warp(id, to.id, 2e3) then patrol.visit(id, to) end
end

-- Everybody is gone: nobody to patrol for.
function patrol.disband()
  if system.population() > 0 then return end
  for id in pairs(patrol.ships) do
    ship.remove(id)
  end
end

-- A fight is over: back to the round.
function event.npc_idle(id)
  if patrol.ships[id] then patrol.depart(id) end
end

function event.ship_removed(id)
  patrol.ships[id] = nil
end

function event.warp_landed(id)
  if patrol.ships[id] then patrol.visit(id, system.celestial(patrol.ships[id])) end
end

function event.player_entered()
  patrol.muster()
end

function event.player_left()
  after(patrol.linger, function() patrol.disband() end)
end

return patrol
