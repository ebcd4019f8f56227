-- A time that goes on when a system is unloaded or the shard restarts: game time while
-- the system runs, the shard's clock meanwhile. For what is kept in the store and ripens:
-- jobs, belts, planets. It never goes back.
local calendar = {}

calendar.anchor = nil -- what game time 0 of this system is

-- Does the system know the date? One that has only just been woken does not before its first
-- tick.
function calendar.known()
  return os.time() > 0
end

-- Seconds since 1970, as far as this system is concerned.
function calendar.now()
  if calendar.anchor then return calendar.anchor + system.now() end
  if calendar.known() then calendar.anchor = os.time() - system.now() end
  return os.time()
end

return calendar
