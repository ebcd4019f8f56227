-- The minds of ships nobody flies: whom they fight and how. Where they go when
-- nobody bothers them is their keepers' business (patrol.lua, pirates.lua), who
-- hear npc_idle when a fight is over.
--
-- A mind has no loop: it acts when it is shot at, when a lock is done or lost.
local modules = require "modules"
local targets = require "targets"
local vessel = require "vessel"
local brain = {}

brain.minds = {}     -- by the ship's id: {faction=, enemy= the id of a ship or nil}
brain.call = 60e3    -- m within which friends come to help
brain.press = 0.7    -- of a gun's optimal range: how near they like to be
brain.patience = 20  -- s after which a lock that is not done is no use
brain.breath = 2     -- s between the end of a fight and whatever comes next

-- Gives a ship a mind of a faction.
function brain.enlist(id, faction)
  brain.minds[id] = {faction = faction}
end

function brain.fighting(id)
  local mind = brain.minds[id]
  return mind ~= nil and mind.enemy ~= nil
end

-- The distance at which a vessel fights, by its first weapon.
function brain.distance(v)
  for _, m in ipairs(modules.of(v)) do
    local f = m.figures
    if f.group == "gun" then return math.max(1000, f.optimal * brain.press) end
    if f.group == "launcher" then return 15e3 end
  end
  return 5e3
end

-- Turns a ship against another; nothing happens to one that has an enemy.
function brain.engage(id, enemy)
  local mind = brain.minds[id]
  if not mind or mind.enemy or id == enemy then return end
  local v, other = vessel.of(id), vessel.of(enemy)
  if not v or not other then return end
  mind.enemy = enemy
  space.orbit(id, enemy, brain.distance(v))
  if targets.lock(v, other) then
    after(brain.patience, function() brain.check(id, enemy) end)
  else
    after(brain.patience / 4, function() brain.retry(id, enemy) end)
  end
end

-- Out of the sensors' reach at first: chase and try again, or let it be.
function brain.retry(id, enemy)
  local mind = brain.minds[id]
  if not mind or mind.enemy ~= enemy then return end
  mind.enemy = nil
  local distance = space.distance(id, enemy)
  if distance and distance < brain.call then
    brain.engage(id, enemy)
  else
    brain.rest(id)
  end
end

-- No lock after all this time: the enemy is gone.
function brain.check(id, enemy)
  local mind = brain.minds[id]
  if mind and mind.enemy == enemy and not vessel.of(id).locks[enemy] then brain.rest(id) end
end

-- Peace, until the next shot.
function brain.rest(id)
  local mind = brain.minds[id]
  if not mind then return end
  mind.enemy = nil
  after(brain.breath, function()
    if brain.minds[id] == mind and not mind.enemy then emit("npc_idle", id) end
  end)
end

-- Friends of one who is shot at, near enough to come, and it itself.
function brain.rally(id, enemy)
  local faction = brain.minds[id].faction
  brain.engage(id, enemy)
  for _, friend in ipairs(space.near(id, brain.call, "npc")) do
    local mind = brain.minds[friend]
    if mind and mind.faction == faction then brain.engage(friend, enemy) end
  end
end

function event.vessel_hurt(v, by)
  if by and brain.minds[v.id] and not brain.fighting(v.id) then brain.rally(v.id, by.id) end
end

-- Fire!
function event.target_locked(v, id)
  local mind = brain.minds[v.id]
  if not mind or mind.enemy ~= id then return end
  for _, m in ipairs(modules.of(v)) do
    if modules.kind(m).needs_target then modules.start(v, m, id) end
  end
end

function event.target_unlocked(v, id)
  local mind = brain.minds[v.id]
  if mind and mind.enemy == id then brain.rest(v.id) end
end

function event.vessel_going(v)
  brain.minds[v.id] = nil
end

function event.ship_removed(id)
  brain.minds[id] = nil
end

return brain
