-- Guns: each shot hits at once or not at all. Range, how fast the target moves
-- across, and how large it looks decide (lib/damage.lua).
local damage = require "lib.damage"
local vessel = require "vessel"
local gun = {needs_target = true}

-- The chance that v's gun hits other, from where both are now.
function gun.chance(v, m, other)
  local distance, angular = space.distance(v.id, other.id), space.angular(v.id, other.id)
  if not distance or not angular then return 0 end
  return damage.hit_chance(m.figures, distance, angular, math.max(1, other.type.signature))
end

function gun.begin(v, m)
  local other = vessel.of(m.target)
  if not other then return end
  local quality = damage.quality(gun.chance(v, m, other), system.random())
  local points = m.figures.damage * quality
  if points > 0 then points = vessel.hurt(other, points, v) end
  emit("shot", v, other, m, points, quality)
end

return gun
