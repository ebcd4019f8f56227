-- How two ships move past each other.
local motion = {}

-- The distance between two centres in m, and the angle in rad/s by which b moves
-- across for somebody at a who turns with it. Takes two entities of space.get.
function motion.between(a, b)
  local x, y, z = b.pos.x - a.pos.x, b.pos.y - a.pos.y, b.pos.z - a.pos.z
  local u, v, w = b.vel.x - a.vel.x, b.vel.y - a.vel.y, b.vel.z - a.vel.z
  local r2 = x * x + y * y + z * z
  if r2 == 0 then return 0, 0 end
  -- |r x v| / r^2
  local i, j, k = y * w - z * v, z * u - x * w, x * v - y * u
  return math.sqrt(r2), math.sqrt(i * i + j * j + k * k) / r2
end

-- m/s of an entity.
function motion.speed(e)
  local v = e.vel
  return math.sqrt(v.x * v.x + v.y * v.y + v.z * v.z)
end

return motion
