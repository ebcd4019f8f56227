-- Looking around: what a thing is, and who is here.
local args = require "lib.args"
local flight = require "flight"
local overview = {}

overview.most = 200 -- names in one answer to who

-- A celestial as a pilot sees it; with a ship in space, how far it is.
function overview.celestial(c, me)
  return {id = c.id, kind = c.kind, name = c.name, radius = c.radius, dest = c.dest_name,
    distance = me and space.distance(me, c.id)}
end

-- The figures of a type that say anything, for a pilot; of a launcher with those of
-- what it launches. range is how far a missile flies.
function overview.type(name)
  local t = types.get(name)
  if not t then error {code = "no_type", message = "there is no type called " .. name} end
  local figures = overview.figures(t)
  if t.launches and t.launches ~= "" then
    local charge = types.get(types.list(t.launches)[1])
    figures.charge = overview.figures(charge)
    figures.charge.range = charge.speed * charge.flight_time
  end
  return figures
end

function overview.figures(t)
  local figures = {}
  for key, value in pairs(t) do
    if value ~= 0 and value ~= "" and value ~= false then figures[key] = value end
  end
  return figures
end

-- look{id}: one thing. look{type}: the figures of a type. look{}: the system.
function command.look(p, from)
  local me = player.ship(p)
  if args.get(from, "type") ~= nil then return overview.type(args.text(from, "type", 40)) end
  if args.get(from, "id") == nil then return overview.system() end
  local id = args.id(from, "id")
  emit("looked", p, id)
  local c = system.celestial(id)
  if c then return overview.celestial(c, me) end
  if not me or not flight.sees(me, id) then error {code = "no_target", message = "there is nothing like that here"} end
  local thing = space.get(id)
  local kind = types.get(thing.type)
  return {
    id = id, kind = thing.kind, name = thing.name, type = thing.type, group = kind and kind.group,
    owner = thing.owner, pilot = thing.owner and player.name(thing.owner),
    mode = thing.mode, speed = thing.speed, distance = id ~= me and space.distance(me, id) or 0,
  }
end

-- The system in figures.
function overview.system()
  local counts = {}
  for _, c in ipairs(system.celestials()) do
    counts[c.kind] = (counts[c.kind] or 0) + 1
  end
  return {name = system.name(), security = system.security(), region = system.region(),
    players = system.population(), celestials = counts}
end

-- Who is in this system, in the order of their coming.
function command.who()
  local all = system.players()
  local list = {}
  for i = 1, math.min(#all, overview.most) do
    list[i] = {id = all[i], name = player.name(all[i]), docked = player.station(all[i]) ~= nil}
  end
  return {players = list, count = #all}
end

return overview
