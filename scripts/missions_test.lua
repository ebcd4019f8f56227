local arena = require "testing.arena"
local dock = require "testing.dock"
local missions = require "missions"
local vessel = require "vessel"
require "cargo"
require "death"
require "scanner"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

local function offer(p, kind)
  for _, m in ipairs(p:run("missions").offers) do
    if m.kind == kind then return m end
  end
end

local function balance(p) return p:run("wallet").balance end

-- The pilot goes on to a station of another system, with what is in the hold: the service sees
-- where they say they are.
local function at(m)
  missions.here = function() return m end
end

function test.a_parcel_is_brought_and_paid_once()
  local ann = dock.pilot "Ann"
  local m = offer(ann, "courier")
  ok(m.to.system ~= "Alpha" and m.reward > 0)
  local taken = ann:run("mission_accept", {mission = m.mission, key = "a"})
  eq(taken.mission, m.mission)
  eq(ann:run("mission_accept", {mission = m.mission, key = "a"}), taken)
  eq(code_of(ann, "mission_accept", {mission = m.mission}), "taken")
  eq(dock.count(ann, "Parcel", dock.hangar(ann)), 1)
  local code, message = code_of(ann, "mission_done", {mission = m.mission})
  eq(code, "not_here")
  ok(string.find(message, m.to.system, 1, true), message)
  ok(ann:run("move", {from = "hangar", to = "hold", type = "Parcel"}))
  at(m.to)
  local paid = ann:run("mission_done", {mission = m.mission, key = "d"})
  eq(paid, {mission = m.mission, paid = m.reward})
  eq(ann:run("mission_done", {mission = m.mission, key = "d"}), paid)
  eq(code_of(ann, "mission_done", {mission = m.mission}), "done")
  eq(balance(ann), m.reward)
  eq(dock.count(ann, "Parcel"), 0)
end

function test.without_the_parcel_nothing_is_paid()
  local ann = dock.pilot "Ann"
  local m = offer(ann, "courier")
  ann:run("mission_accept", {mission = m.mission})
  at(m.to)
  eq(code_of(ann, "mission_done", {mission = m.mission}), "no_parcel")
  eq(balance(ann), 0)
end

function test.a_hunt_counts_what_one_destroys()
  local ann = dock.pilot "Ann"
  local m, home = offer(ann, "hunt"), missions.here(ann.id)
  ann:run("mission_accept", {mission = m.mission})
  eq(code_of(ann, "mission_done", {mission = m.mission}), "not_done")
  local ship = arena.seat(ann, "Halberd")
  advance(1)
  vessel.hurt(vessel.of(arena.npc("Customs Cutter", 0, 3000)), 1e6, vessel.of(ship)) -- no pirate
  for _ = 1, m.need + 1 do
    vessel.hurt(vessel.of(arena.npc("Jackal Stray", 0, 3000)), 1e6, vessel.of(ship))
    advance(1)
  end
  eq(ann:run("missions").missions[1].count, m.need)
  eq(player.data(ann.id).hunts, nil)
  local before = balance(ann)
  at(home)
  eq(ann:run("mission_done", {mission = m.mission}).paid, m.reward)
  eq(balance(ann), before + m.reward)
end

function test.what_is_over_is_not_paid()
  local ann = dock.pilot "Ann"
  local m = offer(ann, "courier")
  ann:run("mission_accept", {mission = m.mission})
  local kept = store.get("missions " .. ann.id)
  kept[1].due = 0
  store.put("missions " .. ann.id, kept)
  at(m.to)
  eq(code_of(ann, "mission_done", {mission = m.mission}), "expired")
  eq(ann:run("missions").missions, {})
  eq(balance(ann), 0)
end

function test.a_few_at_once_and_one_may_be_dropped()
  local ann = dock.pilot "Ann"
  local offers = ann:run("missions").offers
  eq(#offers, 4)
  for _, m in ipairs(offers) do ok(ann:run("mission_accept", {mission = m.mission})) end
  eq(ann:run("missions").offers, {})
  eq(ann:run("mission_drop", {mission = offers[1].mission}), {mission = offers[1].mission})
  eq(#ann:run("missions").missions, 3)
  eq(code_of(ann, "mission_drop", {mission = offers[1].mission}), "no_mission")
  eq(code_of(ann, "mission_accept", {mission = "1031-0-1"}), "no_mission")
end

function test.ore_is_fetched_from_hold_and_hangar()
  local ann = dock.pilot "Ann"
  local m = offer(ann, "fetch")
  eq(types.get(m.type).category, "ore")
  ok(string.find(m.text, m.type, 1, true), m.text)
  ann:run("mission_accept", {mission = m.mission})
  items.give(ann.id, m.type, m.need - 10, dock.hangar(ann), "test")
  eq(code_of(ann, "mission_done", {mission = m.mission}), "not_done")
  items.give(ann.id, m.type, 15, "hold", "test")
  eq(ann:run("mission_done", {mission = m.mission}).paid, m.reward)
  eq(dock.count(ann, m.type), 5)
  eq(balance(ann), m.reward)
end

function test.a_survey_is_a_scan_at_the_place()
  local ann = dock.pilot "Ann"
  local m, home = offer(ann, "survey"), missions.here(ann.id)
  ann:run("mission_accept", {mission = m.mission})
  eq(code_of(ann, "mission_done", {mission = m.mission}), "not_done")
  arena.seat(ann, "Wren")
  ok(ann:run("scan", {dir = {1, 0, 0}})) -- far from everything
  advance(5)
  eq(ann:run("missions").missions[1].count, 0)
  local place = system.celestial(m.place.id)
  space.teleport(player.ship(ann.id), {x = place.pos.x + place.radius + 5e5, y = place.pos.y, z = place.pos.z})
  ok(ann:run("scan", {dir = {1, 0, 0}}))
  advance(1)
  ok(string.find(ann:last("notice").text, m.place.name, 1, true), ann:last("notice").text)
  at(home)
  eq(ann:run("mission_done", {mission = m.mission}).paid, m.reward)
  advance(5)
  ok(ann:run("scan", {dir = {1, 0, 0}}))
  advance(1)
  eq(player.data(ann.id).surveys, nil)
end

function test.a_station_has_an_agent()
  local ann = dock.pilot "Ann"
  local shown = ann:run "missions"
  ok(#shown.agent > 0)
  for _, m in ipairs(shown.offers) do eq(m.agent, shown.agent) end
end

function test.docked_and_answered()
  local ann = dock.pilot "Ann"
  missions.service = "nowhere"
  eq(code_of(ann, "missions"), "no_agents")
  missions.service = "missions"
  ann:run "undock"
  eq(ann:run("missions"), {offers = {}, missions = {}})
  eq(code_of(ann, "mission_accept", {mission = "x"}), "not_docked")
end
