-- Ships: putting a ship of a type into space. What a type is (mass, agility,
-- speed, ...) is said in types/ and comes from types.get; when a release changes it,
-- what flies already follows.
local vec = require "lib.vec"
local ship = {}

ship.fallback = types.name "Wren" -- what a type that no longer exists flies as

-- The figures of a type. The table is the release's: nobody can assign to it, and
-- whoever keeps it sees what a later release says.
function ship.type(name)
  local t, message = types.get(name)
  if t then return t end
  log.warn("%s: it flies as a %s", message, ship.fallback)
  return types.get(ship.fallback)
end

-- Puts a ship into space: {type=, pos=} and, if wanted, name=, owner=, kind=,
-- vel=. Returns its id.
function ship.spawn(s)
  local t = ship.type(s.type)
  return assert(space.spawn {
    kind = s.kind or "ship", type = t.name, name = s.name or s.type, owner = s.owner,
    pos = s.pos, vel = s.vel,
    mass = t.mass, agility = t.agility, speed = t.speed, radius = t.radius, warp = t.warp,
  })
end

-- Ships are as heavy and as fast as their type says now; what makes one faster for a
-- while (engine.lua) says so again.
function event.types_changed(names)
  for _, name in ipairs(names) do
    local t = types.get(name)
    for _, id in ipairs(space.of_type(name)) do
      if space.engine(id).speed > 0 then
        space.set_engine(id, {mass = t.mass, agility = t.agility, speed = t.speed, warp = t.warp})
      end
    end
  end
end

-- Takes a ship out of space that no pilot takes with them.
function ship.remove(id)
  emit("ship_removed", id)
  return space.remove(id)
end

-- Where a thing in space is, as a point, or nil.
function ship.place(id)
  local x, y, z = space.position(id)
  if not x then return nil end
  return vec.new(x, y, z)
end

-- A point between low and high metres off the surface of a celestial, in a
-- random direction.
function ship.point_near(celestial, low, high)
  local away = celestial.radius + low + (high - low) * system.random()
  return vec.add(celestial.pos, vec.scale(vec.direction(system.random(), system.random()), away))
end

return ship
