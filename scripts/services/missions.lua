-- Missions: what agents at stations pay for. A courier's parcel is brought to a station, or so
-- many pirates are destroyed. A station's offers are made of its number and the hour, and so
-- need no keeping. The players' side is missions.lua. A function that refuses returns nil, a
-- sentence and a code.
--
-- The store has "missions PILOT" = a list of {mission=, kind=, from=, to=, need=, count=,
-- reward=, due=, done=}; from and to are {system=, station=, name=}. One that is done stays in
-- it until its time is over, so that it is done once. Every change of the list expects it as
-- it was, and goes with what is given or paid in one transaction.
local calendar = require "lib.calendar"
local money = require "lib.money"
local missions = {}

missions.parcel = types.name "Parcel"
missions.given, missions.taken, missions.paid = "mission parcels", "missions", "mission reward"
missions.period = 3600  -- s for which offers stand
missions.offered = 3    -- at a station
missions.most = 5       -- that a pilot has at once
missions.time = 86400   -- s in which one has to be done
missions.reach = 6      -- jumps to where a parcel goes, at most
missions.tries = 8      -- to find such a station
missions.hunts = 3      -- pirates, at least
missions.courier = {30000, 20000} -- hundredths, and for each jump
missions.hunt = {40000, 40000}    -- ... and for each pirate
missions.refused = {conflict = "your missions are not as they were a moment ago: ask again"}

-- A number that a seed always gives, 0 to n - 1.
function missions.chance(seed, n)
  local state = seed % 2147483646 + 1
  for _ = 1, 3 do state = state * 16807 % 2147483647 end
  return state % n
end

-- A station to bring a parcel to, and how many jumps it is; nil where none is near enough.
function missions.target(at, seed)
  local stations = universe.stations(universe.system(at.system).region)
  for i = 1, missions.tries do
    local to = stations[missions.chance(seed + i, #stations) + 1]
    local way = to.system ~= at.system and universe.route(at.system, to.system)
    if way and #way - 1 <= missions.reach then return to, #way - 1 end
  end
end

-- One offer of a station in a period.
function missions.offer(at, period, n)
  local seed = at.station * 7919 + period * 31 + n
  local mission = {mission = string.format("%d-%d-%d", at.station, period, n), from = at}
  local to, jumps = missions.target(at, seed)
  if n % 2 == 1 and to then
    mission.kind, mission.to, mission.reward = "courier", to, missions.courier[1] + missions.courier[2] * jumps
  else
    local need = missions.hunts + missions.chance(seed, 3)
    mission.kind, mission.need, mission.reward = "hunt", need, missions.hunt[1] + missions.hunt[2] * need
  end
  return mission
end

-- What a station offers by now.
function missions.offers(at)
  local list, period = {}, math.floor(calendar.now() / missions.period)
  for n = 1, missions.offered do list[n] = missions.offer(at, period, n) end
  return list
end

function missions.key(p)
  return string.format("missions %d", p)
end

-- A pilot's missions whose time is not over, and the list as the store has it.
function missions.of(p)
  local kept, list = store.get(missions.key(p)), {}
  for _, m in ipairs(kept or {}) do
    if m.due > calendar.now() then list[#list + 1] = m end
  end
  return list, kept
end

function missions.find(list, id)
  for i, m in ipairs(list) do
    if m.mission == id then return m, i end
  end
end

-- A copy of a list in which one mission is another.
function missions.with(list, at, changed)
  local out = {}
  for i, m in ipairs(list) do out[i] = m end
  out[at] = changed
  return out
end

-- Keeps a list, with what belongs to that.
function missions.keep(p, list, kept, changes, why)
  changes[#changes + 1] = {expect = missions.key(p), value = kept}
  changes[#changes + 1] = {put = missions.key(p), value = list}
  local done, message, code = store.transact(changes, why)
  if not done then return nil, missions.refused[code] or message, code end
  return done
end

-- What a pilot may take at a station, and what they have.
function missions.show(p, at)
  local mine = missions.of(p)
  local offers = {}
  for _, m in ipairs(at and missions.offers(at) or {}) do
    if not missions.find(mine, m.mission) then offers[#offers + 1] = m end
  end
  return {offers = offers, missions = mine}
end

-- A pilot takes an offer of the station they are in.
function missions.accept(p, at, id, asked)
  local list, kept = missions.of(p)
  if missions.find(list, id) then return nil, "you have taken that already", "taken" end
  local m = missions.find(missions.offers(at), id)
  if not m then return nil, "that is not offered here, or not any more", "no_mission" end
  local open = 0
  for _, one in ipairs(list) do open = open + (one.done and 0 or 1) end
  if open >= missions.most then return nil, string.format("you have %d missions: that is all one may have", open), "too_many" end
  m.due, m.count = math.ceil(calendar.now()) + missions.time, m.kind == "hunt" and 0 or nil
  local changes = {}
  if m.kind == "courier" then changes[1] = {give = p, type = missions.parcel, n = 1, location = missions.hangar(at), from = missions.given} end
  return missions.keep(p, missions.with(list, #list + 1, m), kept, changes,
    {cause = "mission accepted", actor = p, system = at.system, key = asked.key, content = asked.content, answer = m})
end

function missions.hangar(at)
  return string.format("hangar %d %d", universe.system(at.system).id, at.station)
end

-- Where a pilot has a parcel who is docked at a station; nil where they have none.
function missions.parcel_at(p, at)
  for _, place in ipairs {"hold", missions.hangar(at)} do
    for _, item in ipairs(items.list(p, place)) do
      if item.type == missions.parcel then return place end
    end
  end
end

-- What stands in the way of a mission's reward, or what is taken for it.
function missions.check(p, at, m)
  local where = m.kind == "courier" and m.to or m.from
  if where.station ~= at.station then return nil, string.format("that is done at %s, in %s", where.name, where.system), "not_here" end
  if m.kind == "hunt" then
    if m.count < m.need then return nil, string.format("%d of %d are destroyed", m.count, m.need), "not_done" end
    return {}
  end
  local place = missions.parcel_at(p, at)
  if not place then return nil, "the parcel is neither in the hold nor in the hangar here", "no_parcel" end
  return {{take = p, type = missions.parcel, n = 1, location = place, to = missions.taken}}
end

-- A pilot wants to be paid.
function missions.finish(p, at, id, asked)
  local list, kept = missions.of(p)
  local m, i = missions.find(list, id)
  if not m and kept and missions.find(kept, id) then return nil, "its time is over", "expired" end
  if not m or m.done then return nil, m and "that is done" or "you have no such mission", m and "done" or "no_mission" end
  local changes, message, code = missions.check(p, at, m)
  if not changes then return nil, message, code end
  changes[#changes + 1] = {give = p, type = money.type, n = m.reward, location = money.wallet, from = missions.paid}
  local done = {mission = id, kind = m.kind, from = m.from, to = m.to, need = m.need, count = m.count, reward = m.reward, due = m.due, done = true}
  return missions.keep(p, missions.with(list, i, done), kept, changes,
    {cause = "mission done", actor = p, system = at.system, key = asked.key, content = asked.content, answer = {mission = id, paid = m.reward}})
end

-- A pilot gives one up; a parcel stays with them, worth nothing.
function missions.drop(p, id)
  local list, kept = missions.of(p)
  local m, i = missions.find(list, id)
  if not m or m.done then return nil, "you have no such mission", "no_mission" end
  table.remove(list, i)
  return missions.keep(p, list, kept, {}, {cause = "mission dropped", actor = p, answer = {mission = id}})
end

-- A pilot has destroyed a pirate: it counts for the first hunt that wants one.
function missions.destroyed(p)
  local list, kept = missions.of(p)
  for i, m in ipairs(list) do
    if m.kind == "hunt" and not m.done and m.count < m.need then
      local now = {mission = m.mission, kind = m.kind, from = m.from, need = m.need, count = m.count + 1, reward = m.reward, due = m.due}
      if not missions.keep(p, missions.with(list, i, now), kept, {}, {cause = "mission"}) then return missions.destroyed(p) end
      return now
    end
  end
  return false
end

return missions
