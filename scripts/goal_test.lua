local arena = require "testing.arena"
local goal = require "goal"
require "loot"
require "loss"
local pirates = require "pirates"
local vessel = require "vessel"
require "death"
require "modules"
require "station"

-- The whole of it with nothing but commands, as a new pilot's page sends them, in a
-- rookie's ship: the guns are switched on, and that is all that is done in the fight.
function test.a_rookie_can_do_it()
  local ann = player "Ann"
  eq(ann:last("goal").name, "undock")
  ann:run "undock"
  advance(0.2)
  local find = ann:last "goal"
  eq(find.name, "find")
  ok(ann:run("warp", {id = find.id}))
  advance(120)
  eq(ann:last("goal").name, "beat")
  local me = player.ship(ann.id)
  advance(pirates.delay[2])
  local jackal = space.near(me, 60e3, "npc")[1]
  eq(space.get(jackal).type, "Jackal Stray")
  for _ = 1, 20 do
    if ann:run("lock", {id = jackal}) then break end
    advance(2)
  end
  advance(10)
  ok(ann:run("activate", {slot = 1}))
  ok(ann:run("activate", {slot = 2}))
  advance(150)
  eq(space.exists(jackal), false, "the stray is beaten")
  eq(player.ship(ann.id), me, "and she lives")
  eq(ann:last("goal").name, "loot")
  local wreck = space.near(me, 60e3, "wreck")[1]
  ok(ann:run("loot", {id = wreck}))
  advance(120)
  eq(ann:last("goal").name, "home")
  ann:run("dock")
  advance(400)
  eq(ann:last("goal"), {})
  eq(goal.step(ann.id), nil)
  eq(ann:last("notice").text, goal.done_text)
end

function test.a_dock_before_the_fight_is_not_the_end()
  local ann = player "Ann"
  ann:run "undock"
  ann:run "dock"
  eq(ann:last("goal").name, "find")
end

function test.whoever_does_not_loot_may_go_home()
  local ann, a = arena.fighter("Ann", "Wren")
  vessel.hurt(vessel.of(arena.npc("Jackal Scout", 3000)), 1e6, vessel.of(a))
  advance(0.2)
  eq(ann:last("goal").name, "loot")
  emit("pilot_docked", ann.id, 1031)
  eq(ann:last("goal"), {})
end

function test.another_pilots_loss_is_no_hunt()
  local ann, a = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  vessel.hurt(vessel.of(b), 1e6, vessel.of(a))
  advance(0.2)
  eq(ann:last("goal").name, "undock")
end

function test.it_can_be_put_away()
  local ann = player "Ann"
  eq(ann:run("goal", {off = true}), {step = 0, of = 5})
  eq(ann:last("goal"), {})
  ann:run "undock"
  eq(ann:last("goal"), {})
  emit("player_connected", ann.id)
  eq(ann:last("goal"), {})
end
