-- Target locks. A module that needs a target takes only a locked one; locking
-- takes time, by how large the target looks and how good the sensors are.
--
-- A vessel's locks: v.locks[id] = {id=, due= game time, done= true once it is one}.
-- v.locked_by[id] is the other end.
local args = require "lib.args"
local flight = require "flight"
local format = require "lib.format"
local pilot = require "pilot"
local targeting = require "lib.targeting"
local vessel = require "vessel"
local targets = {}

targets.warnings = 20 -- locks on a pilot that they are warned of
targets.heeded = 40   -- ships that a pilot watches for its locks and those on it

-- Is the lock done?
function targets.locked(v, id)
  local lock = v.locks[id]
  return lock ~= nil and lock.done
end

function targets.count(v)
  local n = 0
  for _ in pairs(v.locks) do n = n + 1 end
  return n
end

-- Tells the pilot, if there is one.
function targets.tell(v, id, state, seconds)
  if v.pilot then player.send(v.pilot, "lock", {id = id, state = state, seconds = seconds}) end
end

-- Warns the pilot who is locked; of more than targets.warnings at once nobody
-- could keep count.
function targets.warn(other, v, state, seconds)
  if other.pilot then player.send(other.pilot, "aimed", {id = v.id, name = v.name, state = state, seconds = seconds}) end
end

-- Its pilot is told of every move of what it aims at and what aims at it, in the
-- largest fight too.
function targets.heed(v)
  if not v.pilot then return end
  local list = {}
  for id in pairs(v.locks) do list[#list + 1] = id end
  for id in pairs(v.locked_by) do
    if #list >= targets.heeded then break end
    list[#list + 1] = id
  end
  player.heed(v.pilot, "locks", list)
end

-- Begins to lock; the number of seconds it takes, or nil with a refusal's message
-- and code.
function targets.lock(v, other)
  if v.locks[other.id] then return math.max(0, v.locks[other.id].due - system.now()) end
  if not flight.sees(v.id, other.id) then return nil, other.name .. " is not to be seen", "no_target" end
  local distance = space.distance(v.id, other.id)
  if distance > v.type.target_range then
    return nil, string.format("%s is %s away: the sensors reach %s", other.name, format.distance(distance),
      format.distance(v.type.target_range)), "too_far"
  end
  if targets.count(v) >= v.type.targets then
    return nil, "the ship can hold " .. format.count(v.type.targets, "target"), "too_many"
  end
  local seconds = targeting.time(v.type.scan, math.max(1, other.type.signature))
  local lock = {id = other.id, due = system.now() + seconds, done = false}
  v.locks[other.id] = lock
  other.locked_by[v.id] = true
  other.aims = (other.aims or 0) + 1
  lock.warned = other.aims <= targets.warnings
  targets.tell(v, other.id, "locking", seconds)
  if lock.warned then targets.warn(other, v, "locking", seconds) end
  targets.heed(v)
  targets.heed(other)
  after(seconds, function() targets.done(v, lock) end)
  return seconds
end

-- The time is up; it is a lock unless it was given up meanwhile.
function targets.done(v, lock)
  if v.locks[lock.id] ~= lock then return end
  if not space.exists(lock.id) then return targets.unlock(v, lock.id) end
  lock.done = true
  targets.tell(v, lock.id, "locked")
  if lock.warned then targets.warn(vessel.of(lock.id), v, "locked") end
  emit("target_locked", v, lock.id)
end

-- Gives a lock up, for whatever reason.
function targets.unlock(v, id)
  local lock = v.locks[id]
  if not lock then return false end
  v.locks[id] = nil
  local other = vessel.all[id]
  if other then
    other.locked_by[v.id] = nil
    other.aims = math.max(0, (other.aims or 1) - 1)
    if lock.warned then targets.warn(other, v, "lost") end
    targets.heed(other)
  end
  targets.heed(v)
  targets.tell(v, id, "lost")
  emit("target_unlocked", v, id)
  return true
end

-- Gives up all locks of a vessel and on it; with a test, only those for which it
-- says so (of the two vessels' ids).
function targets.release(v, test)
  for id in pairs(v.locks) do
    if not test or test(v.id, id) then targets.unlock(v, id) end
  end
  for id in pairs(v.locked_by) do
    if vessel.all[id] and (not test or test(id, v.id)) then targets.unlock(vessel.all[id], v.id) end
  end
end

function command.lock(p, from)
  local me, id = flight.pair(p, from)
  local other = vessel.of(id)
  if not other then error {code = "bad_target", message = "that cannot be locked"} end
  local seconds, message, code = targets.lock(vessel.of(me), other)
  if not seconds then return nil, message, code end
  return {id = id, seconds = seconds}
end

function command.unlock(p, from)
  local me = pilot.in_space(p)
  return targets.unlock(vessel.of(me), args.id(from, "id"))
end

-- A page that comes again hears of all locks, its ship's and those on it.
function event.player_connected(p)
  local v = vessel.all[player.ship(p) or 0]
  if not v then return end
  for id, lock in pairs(v.locks) do
    targets.tell(v, id, lock.done and "locked" or "locking", not lock.done and lock.due - system.now() or nil)
  end
  for id in pairs(v.locked_by) do
    local by = vessel.all[id]
    local lock = by and by.locks[v.id]
    if lock and lock.warned then
      targets.warn(v, by, lock.done and "locked" or "locking", not lock.done and lock.due - system.now() or nil)
    end
  end
end

-- Two who no longer see each other hold no locks on each other.
function targets.apart(a, b)
  return not flight.sees(a, b)
end

function event.bubble_left(id)
  if vessel.all[id] then targets.release(vessel.all[id], targets.apart) end
end

-- A ship that hides is in nobody's sights; it keeps its own locks.
function event.ship_hidden(id)
  if vessel.all[id] then targets.release(vessel.all[id], targets.apart) end
end

function event.warp_started(id)
  if vessel.all[id] then targets.release(vessel.all[id]) end
end

function event.vessel_going(v)
  targets.release(v)
end

return targets
