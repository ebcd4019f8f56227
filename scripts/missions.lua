-- Missions, as pilots ask for them; services/missions.lua has them.
local args = require "lib.args"
local market = require "market"
local once = require "lib.once"
local missions = {}

missions.service = "missions"

function missions.ask(name, ...)
  local ok, answer, message, code = task.try(service.call, missions.service, name, ...)
  if not ok then
    log.warn("the agents do not answer: %s", tostring(answer))
    error {code = "no_agents", message = "the agents do not answer just now: ask again later"}
  end
  if answer == nil then error {code = code or "refused", message = message or "the agents refuse"} end
  return answer
end

-- The station a pilot is docked at, as the service knows it.
function missions.here(p)
  local at = market.station(p)
  return {system = system.name(), station = at, name = system.celestial(at).name}
end

-- missions{}: what one has and, in a station, what is offered there.
function command.missions(p)
  return missions.ask("show", p, player.station(p) and missions.here(p) or nil)
end

-- mission_accept{mission=, key=}: in a station, one of its offers; a parcel comes into the hangar.
function command.mission_accept(p, from)
  return once.run(p, "mission_accept", from, function(asked)
    local mission = missions.ask("accept", p, missions.here(p), args.text(from, "mission", 60), asked)
    if mission.kind == "hunt" then player.data(p).hunts = true end
    return mission
  end)
end

-- mission_done{mission=, key=}: where a parcel is to go to, or where a hunt was given: pays.
function command.mission_done(p, from)
  return once.run(p, "mission_done", from, function(asked)
    return missions.ask("finish", p, missions.here(p), args.text(from, "mission", 60), asked)
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

return missions
