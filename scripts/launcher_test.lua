local arena = require "testing.arena"
local launcher = require "launcher"
local vessel = require "vessel"
require "modules"
require "death"

test.system = "Beta"

local function count(list)
  local n = 0
  for _ in pairs(list) do n = n + 1 end
  return n
end

local function duel(distance)
  local ann, a = arena.fighter("Ann", "Kestrane")
  local b = arena.npc("Jackal Raider", distance or 5000)
  advance(0.2)
  ok(ann:run("lock", {id = b}))
  advance(10)
  return ann, vessel.of(a), vessel.of(b)
end

function test.a_missile_flies_and_hits()
  local ann, a, b = duel()
  ok(ann:run("activate", {slot = 1}))
  eq(count(launcher.flying), 1)
  eq(b.shield, b.type.shield, "it takes a while")
  local id = next(launcher.flying)
  eq(space.get(id).kind, "missile")
  ann:run("deactivate", {slot = 1})
  advance(4)
  eq(count(launcher.flying), 0)
  near(b.shield, b.type.shield - 83, 2)
  eq(space.exists(id), false)
  ok(a)
end

function test.a_missile_runs_out_of_fuel()
  local ann, _, b = duel(30e3)
  ok(ann:run("activate", {slot = 1}))
  ann:run("deactivate", {slot = 1})
  advance(10)
  eq(count(launcher.flying), 0)
  eq(b.shield, b.type.shield)
end

function test.missiles_end_with_their_ship()
  local ann, a, b = duel(15e3)
  ok(ann:run("activate", {slot = 1}))
  advance(0.5)
  vessel.hurt(a, 1e6, b)
  advance(1)
  eq(count(launcher.flying), 0)
  eq(b.shield, b.type.shield)
end

function test.a_missile_can_be_shot_down()
  local ann, _, b = duel(15e3)
  ok(ann:run("activate", {slot = 1}))
  local id = next(launcher.flying)
  vessel.hurt(vessel.of(id), 100, b)
  advance(0.2)
  eq(space.exists(id), false)
  eq(count(launcher.flying), 0)
  eq(#space.near(b.id, 50e3, "wreck"), 0, "missiles leave no wrecks")
end
