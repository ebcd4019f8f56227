-- Pirates: whoever comes to a belt is not alone for long. In safe space it is a lone
-- stray that a rookie can beat; where security is low a band comes in. They attack
-- pilots, defend their own, and go again when nobody is left to rob. Where a system
-- has no belt they lurk at its outermost planet, so that there is something to hunt
-- wherever one begins; whoever comes in is told.
local brain = require "brain"
local pilot = require "pilot"
local ship = require "ship"
local pirates = {}

pirates.below = 0.5      -- security below which they come in bands
pirates.groups = {"pirate frigate", "pirate cruiser", "pirate battleship"} -- of types
pirates.near = 100e3     -- m from a lair's surface that count as being there
pirates.delay = {3, 10}  -- s until a band comes
pirates.again = 300      -- s until the next band comes to the same lair, a stray in a third of it
pirates.look = 20        -- s between looks around for somebody to rob
pirates.bands = {}       -- by the lair's name: {ships = {id = true}, since =, belt =}

-- Who comes: the types of a band, by security and chance (0..1).
function pirates.roster(security, chance)
  if security >= pirates.below then return {"Jackal Stray"} end
  if security > 0.2 then return {"Jackal Scout", "Jackal Scout"} end
  if security > -0.3 then return {"Jackal Scout", "Jackal Scout", chance < 0.5 and "Jackal Raider" or "Jackal Scout"} end
  return {"Jackal Raider", "Jackal Raider", chance < 0.3 and "Jackal Warlord" or "Jackal Raider"}
end

-- Where they lurk: the belts or, in a system without any, the outermost planet. In safe
-- space the last of several belts is left to those who dig.
function pirates.lairs(celestials, safe)
  celestials = celestials or system.celestials
  if safe == nil then safe = system.security() >= pirates.below end
  local belts = celestials("belt")
  if safe and belts[2] then table.remove(belts) end
  if belts[1] then return belts end
  local planets = celestials("planet")
  return {planets[#planets]}
end

-- The lair that a ship is at, or nil.
function pirates.belt(id)
  for _, lair in ipairs(pirates.lairs()) do
    local d = space.distance(id, lair.id)
    if d and d < pirates.near then return lair end
  end
end

-- How long a lair stays empty after a band has come.
function pirates.rest()
  return system.security() >= pirates.below and pirates.again / 3 or pirates.again
end

-- What a pilot who comes in is told: where they lurk, and what to expect.
function pirates.warning()
  local lairs = pirates.lairs()
  if not lairs[1] then return nil end
  local places = {}
  for i, lair in ipairs(lairs) do places[i] = lair.id end
  local text = "Lone strays lurk at the marked places: a fair fight for one ship."
  if system.security() < pirates.below then text = "Bands of pirates come to the marked places: do not go there alone." end
  return {places = places, text = text, bands = system.security() < pirates.below}
end

function pirates.warn(p)
  local warning = pirates.warning()
  if warning then player.send(p, "pirates", warning) end
end

function event.player_arrived(p)
  pirates.warn(p)
end

function event.player_connected(p)
  pirates.warn(p)
end

-- The names of the types that pirates fly.
function pirates.types()
  local list = {}
  for _, group in ipairs(pirates.groups) do
    for _, name in ipairs(types.list(group)) do list[#list + 1] = name end
  end
  return list
end

-- Somebody has come to a lair: is a band due?
function pirates.notice(id)
  local belt = pirates.belt(id)
  if not belt then return end
  local band = pirates.bands[belt.name]
  if band and (next(band.ships) or system.now() - band.since < pirates.rest()) then return end
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
