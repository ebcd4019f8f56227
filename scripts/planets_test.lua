local calendar = require "lib.calendar"
local dock = require "testing.dock"
local loot = require "loot"
local planets = require "planets"
local ship = require "ship"
require "cargo"
require "dockyard"
require "station"

local world = 1011 -- Alpha I

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

-- Ann near the planet, with extractors in the hold.
local function prospector(metres, heads)
  local ann = dock.pilot("Ann", {[planets.head] = heads or 3})
  ann:run("move", {from = "hangar", to = "hold"})
  player.undock(ann.id)
  local c = system.celestial(world)
  player.set_ship(ann.id, ship.spawn {type = "Wren", name = "w", owner = ann.id, pos = {x = c.pos.x + c.radius + (metres or 1e5), y = c.pos.y, z = c.pos.z}})
  advance(0.2)
  return ann
end

-- The richest place of a survey.
local function best(ann, type)
  local map = ann:run("survey", {id = world, type = type})
  local at = 1
  for i, v in ipairs(map.values) do
    if v > map.values[at] then at = i end
  end
  local row, column = math.floor((at - 1) / map.columns), (at - 1) % map.columns
  return 90 - (row + 0.5) * 180 / map.rows, -180 + (column + 0.5) * 360 / map.columns, map.values[at]
end

local drop = function(ann, lat, lon, hours)
  return ann:run("extract", {id = world, type = "Hydrane", lat = lat, lon = lon, hours = hours or 1})
end

function test.a_survey_is_a_map()
  local ann = prospector()
  ok(#ann:run("survey", {id = world}).layers >= 10)
  local map = ann:run("survey", {id = world, type = "Hydrane", columns = 8, rows = 4})
  eq(#map.values, 32)
  for _, v in ipairs(map.values) do ok(v >= 0 and v <= 1, v) end
  eq(ann:run("survey", {id = world, type = "Hydrane", columns = 8, rows = 4}), map)
  ne(ann:run("survey", {id = world, type = "Brine", columns = 8, rows = 4}).values, map.values)
  eq(code_of(ann, "survey", {id = world, type = "Water"}), "bad_type")
  eq(code_of(ann, "survey", {id = 1001, type = "Hydrane"}), "bad_target")
  eq(code_of(ann, "survey", {id = world, type = "Hydrane", columns = 1e9}), "bad_argument")
  eq(code_of(ann, "survey", {id = world, type = "Hydrane", area = {south = 1}}), "bad_argument")
end

function test.an_extractor_digs_and_is_worn_out()
  local ann = prospector()
  local lat, lon, rich = best(ann, "Hydrane")
  local told = drop(ann, lat, lon, 2)
  near(told.richness, rich, 1e-9)
  eq(dock.count(ann, planets.head, loot.place), 2)
  advance(10)
  local half = ann:run("extractors", {id = world})
  ok(half.worked > 0 and half.dug < told.expected)
  calendar.anchor = calendar.anchor + 3 * 3600
  -- What there is for a Wren is more than it carries.
  eq(code_of(ann, "collect", {id = world}), "no_room")
  eq(ann:run("extractors", {id = world}).dug, told.expected)
end

function test.collected_into_the_hold()
  local ann = prospector(nil, 1)
  drop(ann, 0, 0)
  calendar.anchor = calendar.anchor + 600
  local got = ann:run("collect", {id = world})
  ok(got and got.quantity > 0)
  eq(loot.hold(ann.id), {{type = "Hydrane", quantity = got.quantity}})
  eq(items.kept(planets.keeper, planets.berth(ann.id, world)), {})
  eq(code_of(ann, "collect", {id = world}), "no_extractor")
  eq(ann:run("extractors", {id = world}), {id = world})
end

function test.a_place_is_dug_out_and_recovers()
  local ann = prospector(nil, 1)
  local before = planet.richness(world, "Hydrane", 0, 0)
  drop(ann, 0, 0)
  calendar.anchor = calendar.anchor + 600
  ok(ann:run("collect", {id = world}))
  local function now() return planet.richness(world, "Hydrane", 0, 0, planets.felt((planets.dug(world, "Hydrane")))) end
  local after = now()
  ok(after < before)
  calendar.anchor = calendar.anchor + planets.recover
  eq(now(), before)
end

function test.one_extractor_at_a_time()
  local ann = prospector()
  drop(ann, 0, 0)
  local _, _, code = drop(ann, 10, 10)
  eq(code, "busy")
  eq(dock.count(ann, planets.head, loot.place), 2)
end

function test.refusals()
  local ann = prospector(1e8)
  eq(code_of(ann, "extract", {id = world, type = "Hydrane", lat = 0, lon = 0}), "too_far")
  eq(code_of(ann, "collect", {id = world}), "too_far")
  local ben = dock.pilot "Ben"
  eq(code_of(ben, "extract", {id = world, type = "Hydrane", lat = 0, lon = 0}), "docked")
  ann = prospector(1e5, 1)
  eq(code_of(ann, "extract", {id = world, type = "Hydrane", lat = 91, lon = 0}), "bad_argument")
  items.take(ann.id, planets.head, 1, loot.place)
  local code, message = code_of(ann, "extract", {id = world, type = "Hydrane", lat = 0, lon = 0})
  eq(code, "not_enough")
  eq(message, "there is no Extractor in the hold")
end

function test.what_is_remembered_is_bounded()
  local list = {}
  for i = 1, 500 do planets.dig(list, i % 90, i * 7 % 180, 0.001 * i, 0) end
  eq(#list, planets.places)
  for _, d in ipairs(list) do ok(d.depth <= 1) end
end
