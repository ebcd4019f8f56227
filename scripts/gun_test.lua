local arena = require "testing.arena"
local gun = require "gun"
local modules = require "modules"
local vessel = require "vessel"

local function chance(distance, type)
  local _, a = arena.fighter("Ann", "Wren")
  local b = arena.npc(type or "Jackal Scout", distance)
  local v = vessel.of(a)
  return gun.chance(v, modules.of(v)[1], vessel.of(b))
end

function test.near_and_still_is_a_sure_hit()
  near(chance(5000), 1, 1e-6)
end

function test.far_is_a_miss()
  ok(chance(30e3) < 0.05)
end

function test.what_crosses_is_hard_to_hit()
  local _, a = arena.fighter("Ann", "Wren")
  local b = arena.npc("Jackal Scout", 2000)
  space.direction(b, {x = 0, y = 1, z = 0})
  advance(3)
  local v = vessel.of(a)
  ok(gun.chance(v, modules.of(v)[1], vessel.of(b)) < 0.7)
end

function test.what_is_gone_is_not_hit()
  local _, a = arena.fighter("Ann", "Wren")
  local b = arena.npc("Jackal Scout", 2000)
  local v, other = vessel.of(a), vessel.of(b)
  space.remove(b)
  eq(gun.chance(v, modules.of(v)[1], other), 0)
end

-- Two ships in a fight that a shard has recorded while a patch read a field that is none.
function test.a_recorded_fight_goes_on_without_an_error()
  local run = replay "gun.rec"
  eq(run:errors(), {})
end
