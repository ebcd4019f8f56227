-- Planets: what lies in them, and extractors that dig it up. The core says how rich a
-- place is (planet.resources); what digging has taken is kept here, by planet and layer,
-- and comes back with time.
--
-- The store has "dug PLANET LAYER" = a list of {lat=, lon=, depth=, at=}, planets.places
-- of them at most, and "extractor PILOT PLANET" = {layer=, lat=, lon=, rich=, at=, hours=}.
-- The extractor itself is the keeper's until it is worn out.
local args = require "lib.args"
local calendar = require "lib.calendar"
local format = require "lib.format"
local loot = require "loot"
local pilot = require "pilot"
local planets = {}

planets.range = 2e6        -- m from a planet's surface within which one drops and collects
planets.head = types.name "Extractor"
planets.keeper = "planets"
planets.reach = 0.06       -- rad around an extractor that it digs out
planets.deep = 0.02        -- of what is there an hour's digging takes away
planets.recover = 7 * 86400 -- s in which a place that is dug out is as before
planets.places = 60        -- that one layer remembers
planets.longest = 72       -- hours that an extractor works
planets.groups = {"gas", "liquid", "solid"}

function planets.layers()
  local list = {}
  for _, group in ipairs(planets.groups) do
    for _, name in ipairs(types.list(group)) do
      if types.get(name).category == "raw" then list[#list + 1] = name end
    end
  end
  return list
end

function planets.key(id, layer)
  return string.format("dug %d %s", id, layer)
end

function planets.extractor(p, id)
  return string.format("extractor %d %d", p, id)
end

function planets.berth(p, id)
  return string.format("planet %d %d", p, id)
end

-- What was dug of a layer, as it is by now, and as the store has it.
function planets.dug(id, layer)
  local kept, now, list = store.get(planets.key(id, layer)), calendar.now(), {}
  for _, d in ipairs(kept or {}) do
    local depth = d.depth - math.max(0, now - d.at) / planets.recover
    if depth > 0 then list[#list + 1] = {lat = d.lat, lon = d.lon, depth = depth, at = now} end
  end
  return list, kept
end

-- Adds to what was dug. Places near each other are one; when there are too many, the
-- shallowest is forgotten.
function planets.dig(list, lat, lon, depth, now)
  for _, d in ipairs(list) do
    if math.abs(d.lat - lat) < 1 and math.abs(d.lon - lon) < 1 then
      d.depth = math.min(1, d.depth + depth)
      return list
    end
  end
  list[#list + 1] = {lat = lat, lon = lon, depth = math.min(1, depth), at = now}
  table.sort(list, function(a, b) return a.depth > b.depth end)
  list[planets.places + 1] = nil
  return list
end

-- The same, as planet.resources wants it.
function planets.felt(list)
  local felt = {}
  for i, d in ipairs(list) do felt[i] = {lat = d.lat, lon = d.lon, depth = d.depth, reach = planets.reach} end
  return felt
end

-- The planet that a pilot names.
function planets.named(from)
  local c = system.celestial(args.id(from, "id"))
  if not c or c.kind ~= "planet" then error {code = "bad_target", message = "that is no planet of " .. system.name()} end
  return c
end

-- The same, where the pilot's ship is near enough to it.
function planets.near(p, from)
  local me, c = pilot.in_space(p), planets.named(from)
  local d = space.distance(me, c.id)
  if d > planets.range then
    error {code = "too_far", message = string.format("%s is %s away: come within %s", c.name, format.distance(d), format.distance(planets.range))}
  end
  return c
end

-- The layer that a pilot names.
function planets.layer(from)
  local t, why = types.get(args.text(from, "type", 60))
  if not t then error {code = "no_type", message = why} end
  if t.category ~= "raw" then error {code = "bad_type", message = t.name .. " does not lie in planets"} end
  return t
end

-- survey{id=, type=, area=, columns=, rows=}: how rich a planet is, for a map: values from
-- 0 to 1 by rows from the north, each from the west. Without a type: what it may be asked for.
function command.survey(_, from)
  local c = planets.named(from)
  if args.get(from, "type") == nil then return {id = c.id, layers = planets.layers()} end
  local t = planets.layer(from)
  local columns, rows = args.number(from, "columns", 1, 64, 32), args.number(from, "rows", 1, 64, 16)
  columns, rows = math.floor(columns), math.floor(rows)
  local area
  if args.get(from, "area") ~= nil then
    local of = args.get(from, "area")
    area = {south = args.number(of, "south", -90, 90), west = args.number(of, "west", -180, 180),
      north = args.number(of, "north", -90, 90), east = args.number(of, "east", -180, 540)}
  end
  local felt = planets.felt((planets.dug(c.id, t.name)))
  return {id = c.id, type = t.name, columns = columns, rows = rows, values = planet.resources(c.id, t.name, area, columns, rows, felt)}
end

-- What an extractor has dug after some hours at a place of some richness: less and less,
-- as it digs the place out.
function planets.amount(richness, rich, hours)
  return math.floor(richness * rich * (1 - (1 - planets.deep) ^ hours) / planets.deep)
end

-- extract{id=, type=, lat=, lon=, hours=}: drops an extractor out of the hold.
function command.extract(p, from)
  local c, t = planets.near(p, from), planets.layer(from)
  local lat, lon = args.number(from, "lat", -90, 90), args.number(from, "lon", -180, 180)
  local hours = math.floor(args.number(from, "hours", 1, planets.longest, 24))
  local key = planets.extractor(p, c.id)
  if store.get(key) then return nil, "your extractor is there already: collect what it has dug", "busy" end
  local felt = planets.felt((planets.dug(c.id, t.name)))
  local rich = planet.richness(c.id, t.name, lat, lon, felt)
  local done, message, code = store.transact({
    {expect = key},
    {put = key, value = {layer = t.name, lat = lat, lon = lon, rich = rich, at = calendar.now(), hours = hours}},
    {move = p, type = planets.head, n = 1, location = loot.place, to = planets.keeper, to_location = planets.berth(p, c.id)},
  }, {cause = "extraction", actor = p})
  if not done then
    if code == "not_enough" then message = "there is no " .. planets.head .. " in the hold" end
    return nil, message, code
  end
  return {id = c.id, type = t.name, richness = rich, hours = hours, expected = planets.amount(t.richness, rich, hours)}
end

-- extractors{id=}: how the one on a planet does.
function command.extractors(p, from)
  local c = planets.named(from)
  local e = store.get(planets.extractor(p, c.id))
  if not e then return {id = c.id} end
  local hours = planets.worked(e)
  return {id = c.id, type = e.layer, lat = e.lat, lon = e.lon, hours = e.hours, worked = hours, dug = planets.amount(types.get(e.layer).richness, e.rich, hours)}
end

-- The hours that an extractor has worked by now.
function planets.worked(e)
  return math.max(0, math.min(e.hours, (calendar.now() - e.at) / 3600))
end

-- collect{id=}: what it has dug goes into the hold, and that ends it.
function command.collect(p, from)
  local c = planets.near(p, from)
  local key = planets.extractor(p, c.id)
  local e = store.get(key)
  if not e then return nil, "you have no extractor there", "no_extractor" end
  local hours, t = planets.worked(e), types.get(e.layer)
  local n = planets.amount(t.richness, e.rich, hours)
  local dug, kept = planets.dug(c.id, e.layer)
  planets.dig(dug, e.lat, e.lon, 1 - (1 - planets.deep) ^ hours, calendar.now())
  local changes = {
    {expect = key, value = e}, {put = key},
    {expect = planets.key(c.id, e.layer), value = kept}, {put = planets.key(c.id, e.layer), value = dug},
    {take = planets.keeper, type = planets.head, n = 1, location = planets.berth(p, c.id), to = "worn out"},
  }
  if n > 0 then
    changes[#changes + 1] = {give = p, type = e.layer, n = n, location = loot.place, from = "extraction"}
    changes[#changes + 1] = {room = p, location = loot.place, capacity = loot.capacity(p)}
  end
  player.data(p).hold = true
  local done, message, code = store.transact(changes, {cause = "extraction", actor = p})
  if not done then
    if string.find(message, "no room", 1, true) then code = "no_room" end
    return nil, message, code
  end
  loot.show(p)
  return {id = c.id, type = e.layer, quantity = n, hours = hours}
end

return planets
