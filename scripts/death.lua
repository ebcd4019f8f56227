-- The end of a ship: a wreck, and for a pilot the pod; the end of a pod: a new
-- body in a station.
local pilot = require "pilot"
local ship = require "ship"
local death = {}

death.wreck_time = 600 -- s that a wreck stays

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
  bubble_send(v.id, "destroyed", {id = v.id, name = v.name, type = v.type.name, by = by and by.id, by_name = by and by.name})
  ship.remove(v.id)
  if v.kind ~= "missile" and v.type.name ~= pilot.capsule then death.wreck(v, thing) end
  if v.pilot then death.eject(v.pilot, v, thing) end
  emit("ship_lost", v, by)
end

return death
