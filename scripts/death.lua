-- The end of a ship: a wreck, and for a pilot the pod; the end of a pod: a new
-- body in a station.
local args = require "lib.args"
local fitting = require "fitting"
local pilot = require "pilot"
local ship = require "ship"
local vessel = require "vessel"
local death = {}

death.wreck_time = 600 -- s that a wreck stays
death.loud = 3         -- losses a second that everybody around is told of; of more than that, those concerned
death.most_causes = 5  -- told of one loss
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

-- Who did how much to a ship, the worst first.
function death.causes(v)
  local list = {}
  for name, points in pairs(v.wounds or {}) do
    list[#list + 1] = {name = name, points = math.floor(points + 0.5)}
  end
  table.sort(list, function(a, b) return a.points > b.points or a.points == b.points and a.name < b.name end)
  while #list > death.most_causes do list[#list] = nil end
  return list
end

-- What a pilot has to know of a loss. It is kept until they have read it, so that
-- it is on the screen after a reload of the page too.
function death.record(p, v, by)
  local hull = pilot.hull(p)
  player.data(p).death = {
    ship = v.type.name, pod = hull.type == pilot.capsule or nil, by = by and by.name, by_type = by and by.type.name,
    causes = death.causes(v), lost = fitting.of(hull.type, hull), system = system.name(), at = system.now(),
  }
end

function death.show(p)
  local last = player.data(p).death
  if last then player.send(p, "death", last) end
end

function event.player_connected(p)
  death.show(p)
end

-- death{} tells of one's last loss, death{read=true} puts it away.
function command.death(p, from)
  local last = player.data(p).death
  if args.get(from, "read") == true then player.data(p).death = nil end
  return last or false
end

-- What is left in space where a ship was.
function death.wreck(v, thing)
  local hull = v.pilot and pilot.hull(v.pilot)
  local id = space.spawn {
    kind = "wreck", type = v.type.name, name = v.name .. " (wreck)", pos = thing.pos, vel = thing.vel,
    mass = v.type.mass, agility = v.type.agility, radius = v.type.radius,
  }
  if id then after(death.wreck_time, function() ship.remove(id) end) end
  emit("wreck_left", id or 0, v, hull)
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
  if v.pilot then death.record(v.pilot, v, by) end
  ship.remove(v.id)
  if v.kind ~= "missile" and v.type.name ~= pilot.capsule then death.wreck(v, thing) end
  if v.pilot then
    death.eject(v.pilot, v, thing)
    death.show(v.pilot)
  end
  emit("ship_lost", v, by)
end

return death
