-- What weapons do: the formulas of EVE Online, as its players have published them
-- (EVE University: "Turret mechanics", "Missile mechanics"). Plain numbers in,
-- plain numbers out; chance comes in as an argument.
local damage = {}

damage.signature_unit = 40000 -- m: the signature for which a gun's tracking is stated
damage.wrecking = 0.01        -- of all shots hit perfectly ...
damage.perfect = 3            -- ... and do three times their damage
damage.reduction = 0.882      -- how strongly a missile minds speed

-- The chance in 0..1 that a gun hits.
--   gun: optimal m, falloff m, tracking rad/s, resolution m
--   distance m, angular rad/s (as the gunner sees the target move), signature m
-- Half the shots miss at optimal + falloff, or at a target that moves across as
-- fast as the gun turns, in proportion to how large it looks to that gun.
function damage.hit_chance(gun, distance, angular, signature)
  local turn = angular * gun.resolution / (gun.tracking * signature)
  local reach = math.max(0, distance - gun.optimal) / gun.falloff
  return 0.5 ^ (turn * turn + reach * reach)
end

-- What of its damage one shot does, for a chance to hit and a roll in 0..1: 0 for
-- a miss, 0.5 to 1.49 for a hit (better the less it was by luck), 3 for a
-- perfect one.
function damage.quality(chance, roll)
  if roll >= chance then return 0 end
  if roll < damage.wrecking then return damage.perfect end
  return roll + 0.49
end

-- The part of a missile's damage that arrives, in 0..1.
--   missile: blast_radius m, blast_speed m/s
--   signature m, speed m/s of the target
-- A ship larger than the blast takes all of it; a small one less, and one that
-- outruns the blast less still.
function damage.blast(missile, signature, speed)
  local size = signature / missile.blast_radius
  if speed <= 0 then return math.min(1, size) end
  return math.min(1, size, (size * missile.blast_speed / speed) ^ damage.reduction)
end

-- Takes hit points off {shield=, armour=, hull=}, outermost first, in place.
-- Returns how many were taken, and whether nothing is left.
function damage.apply(health, points)
  local left = points
  for _, layer in ipairs(damage.layers) do
    local taken = math.min(health[layer], left)
    health[layer] = health[layer] - taken
    left = left - taken
  end
  return points - left, health.hull <= 0
end

damage.layers = {"shield", "armour", "hull"}

return damage
