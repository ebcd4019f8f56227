-- Missions: what agents at stations pay for. A courier's parcel is brought to a station, so many
-- pirates are destroyed, so much ore is fetched, or a place is surveyed. A station's agent and
-- offers are made of its number and the hour, and so need no keeping. The players' side is
-- missions.lua. A function that refuses returns nil, a sentence and a code.
--
-- The store has "missions PILOT" = a list of {mission=, kind=, agent=, text=, from=, to=, place=,
-- type=, need=, count=, reward=, due=, done=}; from and to are {system=, station=, name=}, place
-- is {id=, name=}. One that is done stays in it until its time is over, so that it is done once.
-- Every change of the list expects it as it was, and goes with what is given or paid in one
-- transaction.
local calendar = require "lib.calendar"
local money = require "lib.money"
local missions = {}

missions.parcel = types.name "Parcel"
missions.given, missions.taken, missions.paid = "mission parcels", "missions", "mission reward"
missions.period = 3600  -- s for which offers stand
missions.kinds = {"courier", "hunt", "fetch", "survey"} -- a station has an offer of each
missions.most = 5       -- that a pilot has at once
missions.time = 86400   -- s in which one has to be done
missions.reach = 6      -- jumps to where a parcel goes, at most
missions.tries = 8      -- to find such a station
missions.hunts = 3      -- pirates, at least
missions.courier = {30000, 20000} -- hundredths, and for each jump
missions.hunt = {40000, 40000}    -- ... and for each pirate
missions.survey = 25000
missions.fetch = {15000, 13000}   -- ... and for what the ore is worth, in parts of money.whole
missions.loads = {20, 10, 4}      -- m3 of ore: at least, and so many more up to three times
missions.counted = {hunt = "destroyed", survey = "surveyed"} -- kinds of which somebody counts
missions.agents = { -- one of them is at each station
  "Ansel Groth", "Bettine Okafor", "Cyril Vane", "Dagny Holt", "Elis Marchetti", "Fenna Rusk", "Goran Petrie", "Hedda Lindqvist",
  "Ioan Cardei", "Jolanta Weir", "Kasimir Boone", "Lisbet Aune", "Matteo Sallow", "Nadia Thorne", "Odo Brandt", "Petra Vasilev",
}
missions.words = { -- what they say of it; a text of a few, by chance
  courier = {"Somebody at %s waits for this. Do not shake it.", "A parcel for %s. It does not tick, I have listened.", "%s has paid for this twice already. Be there before they ask a third time."},
  hunt = {"The Jackals have grown bold. %d of them fewer would do.", "I am told %d Jackals is a good number. I would like to see that number destroyed.", "A convoy was late. The reason was a Jackal. Let there be %d fewer reasons."},
  fetch = {"Our foundry is out of ore: %d units of %s, and nobody asks where you dug.", "Bring me %d units of %s. Dig it, buy it, I do not mind.", "%d %s, please. The last pilot brought gravel."},
  survey = {"Our charts of %s are older than I am. Fly there and run your scanner.", "Something moved near %s, or did not. Go and scan.", "The insurers want a scan of %s. You need not enjoy the view."},
}
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

-- How an offer of each kind is made: false where a station can have none.
missions.make = {}

function missions.make.courier(m, at, seed)
  local to, jumps = missions.target(at, seed)
  if not to then return false end
  m.to, m.reward = to, missions.courier[1] + missions.courier[2] * jumps
  return to.name
end

function missions.make.hunt(m, _, seed)
  m.need = missions.hunts + missions.chance(seed, 3)
  m.reward = missions.hunt[1] + missions.hunt[2] * m.need
  return m.need
end

-- The ores that every belt may have.
function missions.ores()
  local list = {}
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "ore" and t.below > 1 then list[#list + 1] = t end
  end
  return list
end

function missions.make.fetch(m, _, seed)
  local ores, load = missions.ores(), missions.loads
  if not ores[1] then return false end
  local ore = ores[missions.chance(seed, #ores) + 1]
  m.type = ore.name
  m.need = math.floor((load[1] + load[2] * missions.chance(seed + 1, load[3])) / ore.volume)
  m.reward = missions.fetch[1] + math.floor(ore.price * m.need * missions.fetch[2] / money.whole)
  return m.need, m.type
end

-- at.places are those of the system, where the caller knows them.
function missions.make.survey(m, at, seed)
  if not at.places or not at.places[1] then return false end
  m.place = at.places[missions.chance(seed, #at.places) + 1]
  m.need, m.reward = 1, missions.survey
  return m.place.name
end

-- One offer of a station in a period; where its kind cannot be, there is something to hunt.
function missions.offer(at, period, n)
  local seed = at.station * 7919 + period * 31 + n
  local m = {mission = string.format("%d-%d-%d", at.station, period, n), kind = missions.kinds[n],
    from = {system = at.system, station = at.station, name = at.name}, agent = missions.agent(at)}
  local a, b = missions.make[m.kind](m, at, seed)
  if not a then
    m.kind = "hunt"
    a = missions.make.hunt(m, at, seed)
  end
  local words = missions.words[m.kind]
  m.text = string.format(words[missions.chance(seed, #words) + 1], a, b)
  return m
end

-- The agent of a station.
function missions.agent(at)
  return missions.agents[missions.chance(at.station, #missions.agents) + 1]
end

-- What a station offers by now.
function missions.offers(at)
  local list, period = {}, math.floor(calendar.now() / missions.period)
  for n = 1, #missions.kinds do list[n] = missions.offer(at, period, n) end
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

-- A copy of a mission with another count, or done.
function missions.changed(m, count, done)
  local out = {}
  for key, value in pairs(m) do out[key] = value end
  out.count, out.done = count, done
  return out
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
  return {offers = offers, missions = mine, agent = at and missions.agent(at) or nil}
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
  m.due, m.count = math.ceil(calendar.now()) + missions.time, missions.counted[m.kind] and 0 or nil
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

-- What is taken for ore that was to be fetched, from the hold first.
function missions.ore(p, at, m)
  local changes, left = {}, m.need
  for _, place in ipairs {"hold", missions.hangar(at)} do
    for _, item in ipairs(items.list(p, place)) do
      local n = item.type == m.type and math.min(left, item.quantity) or 0
      if n > 0 then changes[#changes + 1] = {take = p, type = m.type, n = n, location = place, to = missions.taken} end
      left = left - n
    end
  end
  if left > 0 then return nil, string.format("%d of %d %s are in the hold and the hangar here", m.need - left, m.need, m.type), "not_done" end
  return changes
end

-- What stands in the way of a mission's reward, or what is taken for it.
function missions.check(p, at, m)
  local where = m.kind == "courier" and m.to or m.from
  if where.station ~= at.station then return nil, string.format("that is done at %s, in %s", where.name, where.system), "not_here" end
  if missions.counted[m.kind] then
    if m.count < m.need then return nil, string.format("%d of %d are %s", m.count, m.need, missions.counted[m.kind]), "not_done" end
    return {}
  end
  if m.kind == "fetch" then return missions.ore(p, at, m) end
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
  return missions.keep(p, missions.with(list, i, missions.changed(m, m.count, true)), kept, changes,
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

-- One more for the first mission of a kind that wants one and for which fits(m) is true. The
-- mission, or false where none does; more says whether another of the kind is not done yet.
function missions.count(p, kind, fits)
  local list, kept = missions.of(p)
  local more = false
  for i, m in ipairs(list) do
    local open = m.kind == kind and not m.done and m.count < m.need
    more = more or open
    if open and fits(m) then
      local now = missions.changed(m, m.count + 1)
      if not missions.keep(p, missions.with(list, i, now), kept, {}, {cause = "mission"}) then return missions.count(p, kind, fits) end
      return now, true
    end
  end
  return false, more
end

-- A pilot has destroyed a pirate.
function missions.destroyed(p)
  return missions.count(p, "hunt", function() return true end)
end

-- A pilot has scanned near some places: a list of their ids.
function missions.surveyed(p, near)
  return missions.count(p, "survey", function(m)
    for _, id in ipairs(near) do
      if m.place.id == id then return true end
    end
    return false
  end)
end

return missions
