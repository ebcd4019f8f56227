-- Pirates: in systems where security is low, whoever comes to a belt is not
-- alone for long. A band comes in, attacks pilots and defends its own, and goes
-- again when nobody is left to rob.
local brain = require "brain"
local pilot = require "pilot"
local ship = require "ship"
local pirates = {}

pirates.below = 0.5      -- security in which they dare to show up
pirates.near = 100e3     -- m from a belt's surface that count as being there
pirates.delay = {3, 10}  -- s until a band comes
pirates.again = 300      -- s until the next band comes to the same belt
pirates.look = 20        -- s between looks around for somebody to rob
pirates.bands = {}       -- by the belt's name: {ships = {id = true}, since =, belt =}

-- Who comes: the types of a band, by security and chance (0..1).
function pirates.roster(security, chance)
  if security > 0.2 then return {"Jackal Scout", "Jackal Scout"} end
  if security > -0.3 then return {"Jackal Scout", "Jackal Scout", chance < 0.5 and "Jackal Raider" or "Jackal Scout"} end
  return {"Jackal Raider", "Jackal Raider", chance < 0.3 and "Jackal Warlord" or "Jackal Raider"}
end

-- The belt that a ship is at, or nil.
function pirates.belt(id)
  for _, belt in ipairs(system.celestials("belt")) do
    local d = space.distance(id, belt.id)
    if d and d < pirates.near then return belt end
  end
end

-- Somebody has come to a belt: is a band due?
function pirates.notice(id)
  if system.security() >= pirates.below then return end
  local belt = pirates.belt(id)
  if not belt then return end
  local band = pirates.bands[belt.name]
  if band and (next(band.ships) or system.now() - band.since < pirates.again) then return end
  pirates.bands[belt.name] = {ships = {}, since = system.now(), belt = belt.id}
  local low, high = pirates.delay[1], pirates.delay[2]
  after(low + (high - low) * system.random(), function() pirates.come(belt, id) end)
end

-- A band comes in around a ship.
function pirates.come(belt, id)
  local place = ship.place(id)
  if not place or not pirates.belt(id) then return end
  local band = pirates.bands[belt.name]
  for _, type in ipairs(pirates.roster(system.security(), system.random())) do
    local pirate = ship.spawn {kind = "npc", type = type, name = type,
      pos = ship.point_near({pos = place, radius = 0}, 15e3, 30e3)}
    band.ships[pirate] = true
    brain.enlist(pirate, "jackals")
    space.orbit(pirate, belt.id, 10e3)
  end
  pirates.look_around(belt)
end

-- Those of a band who have nothing to do look for somebody to rob; with nobody
-- in sight the band goes.
function pirates.look_around(belt)
  local band = pirates.bands[belt.name]
  if not band or not next(band.ships) then return end
  local seen = false
  for id in pairs(band.ships) do
    local prey = pirates.prey(id)
    if prey then
      seen = true
      brain.engage(id, prey)
    end
  end
  if seen then
    after(pirates.look, function() pirates.look_around(belt) end)
  else
    pirates.go(band)
  end
end

-- The pilot's ship nearest to a pirate, or nil. There is nothing to gain from a
-- pod.
function pirates.prey(id)
  local best, nearest
  for _, other in ipairs(space.near(id, pirates.near, "ship")) do
    local d = space.distance(id, other)
    if space.get(other).type ~= pilot.capsule and (not nearest or d < nearest) then best, nearest = other, d end
  end
  return best
end

function pirates.go(band)
  for id in pairs(band.ships) do
    ship.remove(id)
  end
end

function event.npc_idle(id)
  for _, band in pairs(pirates.bands) do
    if band.ships[id] then
      space.orbit(id, band.belt, 10e3)
      local prey = pirates.prey(id)
      if prey then brain.engage(id, prey) end
    end
  end
end

function event.ship_removed(id)
  for _, band in pairs(pirates.bands) do
    band.ships[id] = nil
  end
end

function event.warp_landed(id)
  local thing = space.get(id)
  if thing and thing.kind == "ship" then pirates.notice(id) end
end

return pirates
