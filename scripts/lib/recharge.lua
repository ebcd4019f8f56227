-- Shields and capacitors fill up by themselves: slowly when nearly empty or
-- nearly full, fastest at a quarter. The differential equation
--   dc/dt = 10 max / time * (sqrt(c / max) - c / max)
-- (EVE University: "Capacitor recharge rate") has a closed form, so nothing needs
-- to run while it happens: what is kept is a value and the moment it was true.
local recharge = {}

-- The value some seconds after it was c.
--   max: full, in the value's unit; time: seconds from (almost) empty to full
function recharge.after(c, max, time, seconds)
  if c >= max then return max end
  if time <= 0 then return max end
  local root = 1 + (math.sqrt(math.max(0, c) / max) - 1) * math.exp(-5 * seconds / time)
  return max * root * root
end

-- How much comes per second at a value.
function recharge.rate(c, max, time)
  local full = math.max(0, math.min(1, c / max))
  return 10 * max / time * (math.sqrt(full) - full)
end

return recharge
