-- Ships: putting a ship of a type into space. What a type is (mass, agility,
-- speed, ...) comes from types.get.
local vec = require "lib.vec"
local ship = {}

ship.fallback = "Wren" -- what a type that no longer exists flies as
ship.known = {}        -- by name: figures already asked for

-- The figures of a type, as in data/static/types.toml. The table is everybody's:
-- read it, do not change it.
function ship.type(name)
  local t = ship.known[name]
  if not t then
    t = types.get(name) or types.get(ship.fallback)
    ship.known[name] = t
  end
  return t
end

-- Puts a ship into space: {type=, pos=} and, if wanted, name=, owner=, kind=,
-- vel=. Returns its id.
function ship.spawn(s)
  local t = ship.type(s.type)
  return assert(space.spawn {
    kind = s.kind or "ship", type = s.type, name = s.name or s.type, owner = s.owner,
    pos = s.pos, vel = s.vel,
    mass = t.mass, agility = t.agility, speed = t.speed, radius = t.radius, warp = t.warp,
  })
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
