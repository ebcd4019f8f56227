-- How things move.
local motion = {}

-- m/s of an entity.
function motion.speed(e)
  local v = e.vel
  return math.sqrt(v.x * v.x + v.y * v.y + v.z * v.z)
end

return motion
