-- Launchers: a missile flies by itself, follows its target and does its damage
-- when it gets there. It collides with nobody else, can be outrun, and ends with
-- the ship that launched it.
local damage = require "lib.damage"
local loot = require "loot"
local motion = require "lib.motion"
local pilot = require "pilot"
local ship = require "ship"
local vessel = require "vessel"
local launcher = {needs_target = true}

launcher.flying = {}  -- by the missile's id: {from = vessel, figures =, module =}; v.missiles has the ids of one ship's
launcher.charges = {} -- by group: the type that launchers of it use

-- The charge a launcher of the yard's, or of a ship that nobody flies, uses: the first type
-- of the group it launches. It never runs out.
function launcher.usual(m)
  local group = m.figures.launches
  if not launcher.charges[group] then launcher.charges[group] = assert(types.list(group)[1], "nothing to launch") end
  return ship.type(launcher.charges[group])
end

-- Takes a charge out of the hold of one's own ship: of the type that was chosen or used
-- last, else of any that fits. nil where there is none.
function launcher.take(p, m)
  if m.charge and items.take(p, m.charge, 1, loot.place, "fired") then return ship.type(m.charge) end
  for _, item in ipairs(items.list(p, loot.place)) do
    local t = types.get(item.type)
    if t and t.category == "charge" and t.group == m.figures.launches and items.take(p, t.name, 1, loot.place, "fired") then
      m.charge = t.name
      return t
    end
  end
end

function launcher.charge(v, m)
  if not v.pilot or not pilot.hull(v.pilot).id then return launcher.usual(m) end
  local t = launcher.take(v.pilot, m)
  if t then return t end
  m.stopping = true
  player.send(v.pilot, "notice", {text = string.format("The %s has nothing to launch: there is no %s in the hold.", m.type, m.figures.launches)})
end

function launcher.begin(v, m)
  if not vessel.of(m.target) then return end
  local t = launcher.charge(v, m)
  if not t or not space.exists(v.id) or not m.target or not space.exists(m.target) then return end
  local id = space.launch {
    ship = v.id, target = m.target, kind = "missile", type = t.name, name = t.name,
    mass = t.mass, agility = t.agility, speed = t.speed, radius = t.radius, life = t.flight_time,
  }
  if not id then return end
  launcher.flying[id] = {from = v, figures = t, module = m}
  v.missiles = v.missiles or {}
  v.missiles[id] = true
end

-- A missile is gone; returns what was known of it.
function launcher.forget(id)
  local flown = launcher.flying[id]
  if not flown then return nil end
  launcher.flying[id] = nil
  flown.from.missiles[id] = nil
  vessel.forget(id)
  return flown
end

-- The first of a group may be another one.
function event.types_changed()
  launcher.charges = {}
end

function event.missile_hit(id, target)
  local flown = launcher.forget(id)
  local other = flown and vessel.of(target)
  if not other then return end
  local t = flown.figures
  local part = damage.blast(t, math.max(1, other.type.signature), motion.speed(space.get(target)))
  local points = vessel.hurt(other, t.damage * part, flown.from)
  emit("shot", flown.from, other, flown.module, points, part)
end

function event.missile_expired(id)
  launcher.forget(id)
end

-- A ship's missiles go with it; one that has been shot down goes alone.
function event.vessel_going(v)
  launcher.forget(v.id)
  for id in pairs(v.missiles or {}) do
    launcher.forget(id)
    space.remove(id)
  end
end

return launcher
