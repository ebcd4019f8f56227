-- Vessels: what a fight makes of a ship. Shields, armour, hull and capacitor of
-- everything that can be shot at, pilots' ships, NPCs and missiles alike.
--
-- A ship has a vessel from the moment somebody asks for it, so that peaceful
-- flight costs nothing. Shield and capacitor recharge by a closed form: kept is
-- what they were at the moment `at`; settle brings them up to now.
--
-- What wears off between systems is kept in player.data(p).ship.wear, and mended
-- by docking.
local damage = require "lib.damage"
local pilot = require "pilot"
local recharge = require "lib.recharge"
local ship = require "ship"
local vessel = {}

vessel.all = {} -- by the ship's id
vessel.parts = {"shield", "armour", "hull", "capacitor"}
vessel.remembered = 300 -- s without a hit after which it no longer matters who hit a ship

-- The vessel of a thing in space; nil for what is not there or cannot be shot at.
function vessel.of(id)
  local v = vessel.all[id]
  if v then return v end
  local thing = space.get(id)
  if not thing then return nil end
  local t = types.get(thing.type) and ship.type(thing.type)
  if not t or t.hull <= 0 then return nil end
  v = {id = id, type = t, kind = thing.kind, name = thing.name, pilot = nil,
    shield = t.shield, armour = t.armour, hull = t.hull, capacitor = t.capacitor, at = system.now(),
    modules = {}, locks = {}, locked_by = {}}
  vessel.man(v, thing.owner)
  vessel.all[id] = v
  return v
end

-- A pilot's own ship bears the marks of its last fight.
function vessel.man(v, owner)
  if not owner or player.ship(owner) ~= v.id then return end
  v.pilot = owner
  local wear = pilot.hull(owner).wear
  if not wear then return end
  for _, what in ipairs(vessel.parts) do
    v[what] = math.min(v[what], wear[what] or v[what])
  end
end

-- Brings shield and capacitor up to now; by the figures of its type, if no others are
-- named.
function vessel.settle(v, figures)
  local t = figures or v.type
  local now = system.now()
  local passed = now - v.at
  if passed <= 0 then return end
  v.at = now
  if t.shield > 0 then v.shield = recharge.after(v.shield, t.shield, t.shield_time, passed) end
  if t.capacitor > 0 then v.capacitor = recharge.after(v.capacitor, t.capacitor, t.capacitor_time, passed) end
end

-- Takes energy (GJ) from the capacitor; false, and nothing taken, where there is
-- not enough.
function vessel.spend(v, energy)
  vessel.settle(v)
  if energy > v.capacitor then return false end
  v.capacitor = v.capacitor - energy
  if energy > 0 then emit("vessel_changed", v) end
  return true
end

-- Gives hit points back to the shield or the armour.
function vessel.mend(v, layer, points)
  vessel.settle(v)
  v[layer] = math.min(v.type[layer], v[layer] + points)
  vessel.forgive(v)
  emit("vessel_changed", v)
end

-- Who has hit a ship is forgotten once it is whole again, or when that was long ago:
-- what it is lost to later was another fight.
function vessel.forgive(v)
  if not v.wounds then return end
  local whole = v.shield >= v.type.shield and v.armour >= v.type.armour and v.hull >= v.type.hull
  if whole or system.now() - (v.wounded or system.now()) > vessel.remembered then v.wounds, v.wounded = nil, nil end
end

-- Takes hit points off a vessel; by is the vessel that did it. Returns how many.
function vessel.hurt(v, points, by)
  vessel.settle(v)
  vessel.forgive(v)
  local taken, dead = damage.apply(v, points)
  if v.pilot and by then
    v.wounds, v.wounded = v.wounds or {}, system.now()
    v.wounds[by.name] = (v.wounds[by.name] or 0) + taken
  end
  emit("vessel_changed", v)
  emit("vessel_hurt", v, by, taken)
  if dead and vessel.all[v.id] == v then emit("vessel_destroyed", v, by) end
  return taken
end

-- Scripts that know nothing of vessels harm a ship with space.damage.
function event.ship_harmed(id, points, by)
  local v = vessel.of(id)
  if v then vessel.hurt(v, points, by and vessel.of(by)) end
end

-- What is left, as fractions: shield, armour, hull, capacitor.
function vessel.condition(v)
  vessel.settle(v)
  local function part(what)
    return v.type[what] > 0 and v[what] / v.type[what] or 0
  end
  return part "shield", part "armour", part "hull", part "capacitor"
end

-- A type has other figures since a release: of what a vessel of it has, the same part
-- is left. A shield at half is at half of the new one, and none is hurt by it.
function vessel.refigure(v, before)
  vessel.settle(v, before)
  for _, what in ipairs(vessel.parts) do
    local part = before[what] > 0 and math.min(1, v[what] / before[what]) or 1
    v[what] = v.type[what] * part
  end
  emit("vessel_changed", v)
end

function event.types_changed(_, before)
  for _, v in pairs(vessel.all) do
    if before[v.type.name] then vessel.refigure(v, before[v.type.name]) end
  end
end

-- Forgets a vessel whose ship is about to go.
function vessel.forget(id)
  local v = vessel.all[id]
  if not v then return end
  emit("vessel_going", v)
  vessel.all[id] = nil
end

-- Keeps the marks of a fight with the pilot.
function vessel.keep(p)
  local v = vessel.all[player.ship(p) or 0]
  if not v then return end
  vessel.settle(v)
  pilot.hull(p).wear = {shield = v.shield, armour = v.armour, hull = v.hull, capacitor = v.capacitor}
end

-- A pilot goes, through a gate or out of the game: the ship goes with them.
function event.player_left(p)
  local id = player.ship(p)
  if not id then return end
  vessel.keep(p)
  vessel.forget(id)
end

function event.ship_docking(id, p)
  vessel.forget(id)
  pilot.hull(p).wear = nil
end

function event.ship_removed(id)
  vessel.forget(id)
end

return vessel
