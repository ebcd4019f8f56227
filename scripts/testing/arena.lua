-- For tests: somewhere far from everything, with pilots in ships of one's choice.
local ship = require "ship"
local vec = require "lib.vec"
local arena = {}

arena.centre = vec.new(7e11, 3e9, 5e9)

-- A point so many metres from the centre.
function arena.point(x, y, z)
  return vec.add(arena.centre, vec.new(x or 0, y or 0, z or 0))
end

-- Puts a player's pilot into a ship of a type at x, y, z metres from the centre.
-- Returns the ship's id.
function arena.seat(p, type, x, y, z)
  local old = player.ship(p.id)
  if old then ship.remove(old) end
  if player.station(p.id) then player.undock(p.id) end
  player.data(p.id).ship = {type = type, name = p.name .. "'s " .. type}
  local id = ship.spawn {type = type, name = p.name .. "'s " .. type, owner = p.id, pos = arena.point(x, y, z)}
  player.set_ship(p.id, id)
  space.stop(id)
  return id
end

-- A new player in such a ship.
function arena.fighter(name, type, x, y, z)
  local p = player(name)
  local id = arena.seat(p, type, x, y, z)
  advance(0)
  return p, id
end

-- An NPC ship of a type.
function arena.npc(type, x, y, z)
  local id = ship.spawn {kind = "npc", type = type, name = type, pos = arena.point(x, y, z)}
  advance(0)
  return id
end

return arena
