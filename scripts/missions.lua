-- Missions, as pilots ask for them; services/missions.lua has them.
local args = require "lib.args"
local market = require "market"
local once = require "lib.once"
local missions = {}

missions.service = "missions"
missions.near = 1000e3                  -- metres to the surface of a place that is surveyed
missions.surveyed = {"planet", "moon", "belt"} -- kinds of places
missions.watched = {hunt = "hunts", survey = "surveys"} -- what a pilot's data say of a kind that they have taken

function missions.ask(name, ...)
  local ok, answer, message, code = task.try(service.call, missions.service, name, ...)
  if not ok then
    log.warn("the agents do not answer: %s", tostring(answer))
    error {code = "no_agents", message = "the agents do not answer just now: ask again later"}
  end
  if answer == nil then error {code = code or "refused", message = message or "the agents refuse"} end
  return answer
end

-- The places of this system that an agent may want to know more of.
function missions.places()
  local list = {}
  for _, kind in ipairs(missions.surveyed) do
    for _, c in ipairs(system.celestials(kind)) do list[#list + 1] = {id = c.id, name = c.name} end
  end
  return list
end

-- The station a pilot is docked at, as the service knows it.
function missions.here(p)
  local at = market.station(p)
  return {system = system.name(), station = at, name = system.celestial(at).name, places = missions.places()}
end

-- missions{}: what one has and, in a station, its agent and what they offer.
function command.missions(p)
  return missions.ask("show", p, player.station(p) and missions.here(p) or nil)
end

-- mission_accept{mission=, key=}: in a station, one of its offers; a parcel comes into the hangar.
function command.mission_accept(p, from)
  return once.run(p, "mission_accept", from, function(asked)
    local mission = missions.ask("accept", p, missions.here(p), args.text(from, "mission", 60), asked)
    local data, watched = player.data(p), missions.watched[mission.kind]
    if data and watched then data[watched] = true end
    emit("mission_accepted", p, mission)
    return mission
  end)
end

-- mission_done{mission=, key=}: where a parcel is to go to, or where anything else was given: pays.
function command.mission_done(p, from)
  return once.run(p, "mission_done", from, function(asked)
    local answer = missions.ask("finish", p, missions.here(p), args.text(from, "mission", 60), asked)
    emit("mission_paid", p, answer.paid)
    return answer
  end)
end

-- mission_drop{mission=}
function command.mission_drop(p, from)
  return missions.ask("drop", p, args.text(from, "mission", 60))
end

-- Counts a pirate; who has never taken a hunt is not asked about.
function event.ship_lost(v, by)
  local p = by and by.pilot
  local data = p and player.data(p)
  if not data or not data.hunts or v.pilot or (v.type.bounty or 0) == 0 then return end
  local m = missions.ask("destroyed", p)
  if not m then
    data.hunts = nil
  elseif player.name(p) then
    player.send(p, "notice", {text = string.format("Your mission: %d of %d are destroyed.", m.count, m.need)})
  end
end

-- The ids of the places that a ship is near enough to for a survey.
function missions.around(ship)
  local near = {}
  for _, place in ipairs(missions.places()) do
    local d = space.distance(ship, place.id)
    if d and d <= missions.near then near[#near + 1] = place.id end
  end
  return near
end

-- A scan beside a place is a survey of it, for who has taken one.
function event.scanned(p, ship)
  local data = player.data(p)
  local near = data and data.surveys and missions.around(ship)
  if not near or not near[1] then return end
  local m, more = missions.ask("surveyed", p, near)
  if not more then data.surveys = nil end
  if m and player.name(p) then
    player.send(p, "notice", {text = string.format("Your mission: %s is surveyed. %s, at %s, pays for it.", m.place.name, m.agent, m.from.name)})
  end
end

return missions
