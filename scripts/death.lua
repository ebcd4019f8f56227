-- The end of a ship: a wreck, and for a pilot the pod; the end of a pod: a new
-- body in a station.
local pilot = require "pilot"
local ship = require "ship"
local vessel = require "vessel"
local death = {}

death.wreck_time = 600 -- s that a wreck stays
death.loud = 3         -- losses a second that everybody around is told of; of more than that, those concerned
death.second = 0       -- in which the last loss was
death.told = 0         -- of how many everybody was told in it

-- Tells of a loss. In a great battle, where ships are lost by the dozen, nobody
-- could read all of it, and it would be most of what is sent; that the ship is gone
-- everybody sees anyway.
function death.tell(v, by)
  local fields = {id = v.id, name = v.name, type = v.type.name, by = by and by.id, by_name = by and by.name}
  local second = math.floor(system.now())
  if death.second ~= second then
    death.second, death.told = second, 0
  end
  death.told = death.told + 1
  if death.told <= death.loud then
    bubble_send(v.id, "destroyed", fields)
  else
    death.tell_concerned(v, by, fields)
  end
end

-- Those who lost it, who did it, and who had it in their sights.
function death.tell_concerned(v, by, fields)
  if v.pilot then player.send(v.pilot, "destroyed", fields) end
  if by and by.pilot and by ~= v then player.send(by.pilot, "destroyed", fields) end
  for id in pairs(v.locked_by) do
    local other = vessel.all[id]
    if other and other.pilot and other ~= by and other ~= v then player.send(other.pilot, "destroyed", fields) end
  end
end

-- What is left in space where a ship was.
function death.wreck(v, thing)
  local id = space.spawn {
    kind = "wreck", type = v.type.name, name = v.name .. " (wreck)", pos = thing.pos, vel = thing.vel,
    mass = v.type.mass, agility = v.type.agility, radius = v.type.radius,
  }
  if id then after(death.wreck_time, function() ship.remove(id) end) end
end

-- The pilot of a lost ship is left in a pod; one whose pod is lost wakes in a
-- station of this system or, where it has none, begins again in space.
function death.eject(p, v, thing)
  local lost = pilot.hull(p)
  if lost.type == pilot.capsule then
    player.data(p).ship = nil
    pilot.begin(p)
    emit("pilot_ready", p)
    emit("pilot_reborn", p)
    player.send(p, "notice", {text = "Your pod is lost. You wake in a new body."})
    return
  end
  player.data(p).ship = {type = pilot.capsule, name = player.name(p) .. "'s pod"}
  pilot.launch(p, thing.pos, thing.vel)
  player.send(p, "notice", {text = string.format("Your %s is lost. You are in your pod.", v.type.name)})
end

function event.vessel_destroyed(v, by)
  local thing = space.get(v.id)
  if not thing then return end
  death.tell(v, by)
  ship.remove(v.id)
  if v.kind ~= "missile" and v.type.name ~= pilot.capsule then death.wreck(v, thing) end
  if v.pilot then death.eject(v.pilot, v, thing) end
  emit("ship_lost", v, by)
end

return death
