local arena = require "testing.arena"
local brain = require "brain"
local vessel = require "vessel"

test.system = "Beta"

function test.who_is_shot_at_fights_back()
  local _, a = arena.fighter("Ann", "Halberd")
  local b = arena.npc("Jackal Raider", 10e3)
  brain.enlist(b, "jackals")
  eq(brain.fighting(b), false)
  vessel.hurt(vessel.of(b), 10, vessel.of(a))
  eq(brain.fighting(b), true)
  advance(60)
  local v = vessel.of(a)
  ok(v.shield < v.type.shield, "it fires")
end

function test.friends_come_to_help()
  local _, a = arena.fighter("Ann", "Halberd")
  local b, friend, stranger = arena.npc("Jackal Scout", 5e3), arena.npc("Jackal Scout", 9e3), arena.npc("Customs Cutter", 7e3)
  brain.enlist(b, "jackals")
  brain.enlist(friend, "jackals")
  brain.enlist(stranger, "customs")
  vessel.hurt(vessel.of(b), 10, vessel.of(a))
  eq(brain.fighting(friend), true)
  eq(brain.fighting(stranger), false)
end

function test.peace_when_the_enemy_is_gone()
  local ann, a = arena.fighter("Ann", "Halberd")
  local b = arena.npc("Jackal Raider", 10e3)
  brain.enlist(b, "jackals")
  brain.engage(b, a)
  advance(20)
  ann:leave()
  advance(0.2)
  eq(brain.fighting(b), false)
end

function test.out_of_reach_they_give_up()
  local _, a = arena.fighter("Ann", "Halberd")
  local b = arena.npc("Jackal Scout", 100e3)
  brain.enlist(b, "jackals")
  brain.engage(b, a)
  advance(30)
  eq(brain.fighting(b), false)
end

function test.a_mind_goes_with_its_ship()
  local b = arena.npc("Jackal Raider", 10e3)
  brain.enlist(b, "jackals")
  emit("ship_removed", b)
  eq(brain.minds[b], nil)
  brain.engage(b, 5)
end
