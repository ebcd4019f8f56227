-- A time that goes on when a system is unloaded or the shard restarts: game time while
-- the system runs, the shard's clock meanwhile. For what is kept in the store and ripens:
-- jobs, belts, planets. It never goes back.
local calendar = {}

calendar.anchor = nil -- what game time 0 of this system is

-- Seconds since 1970, as far as this system is concerned.
function calendar.now()
  if not calendar.anchor then calendar.anchor = os.time() - system.now() end
  return calendar.anchor + system.now()
end

return calendar
