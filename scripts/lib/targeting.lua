-- Locking a target.
local targeting = {}

targeting.shortest = 1  -- s
targeting.longest = 180 -- s

local function asinh(x)
  return math.log(x + math.sqrt(x * x + 1))
end

-- Seconds to lock a signature (m) with a scan resolution (mm): small things take
-- long, large ones are quick (EVE University: "Targeting").
function targeting.time(scan, signature)
  local s = 40000 / (scan * asinh(signature) ^ 2)
  return math.max(targeting.shortest, math.min(targeting.longest, s))
end

return targeting
