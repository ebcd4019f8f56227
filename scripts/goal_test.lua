local arena = require "testing.arena"
local dock = require "testing.dock"
local goal = require "goal"
require "cargo"
require "chat"
require "fleet"
require "loot"
require "loss"
require "market"
require "missions"
require "overview"
local pirates = require "pirates"
local vessel = require "vessel"
require "death"
require "modules"
require "station"

-- The first hunt with nothing but commands, as a new pilot's page sends them, in a rookie's
-- ship: the guns are switched on, and that is all that is done in the fight.
function test.a_rookie_can_do_it()
  local ann = player "Ann"
  eq(ann:last("goal").name, "undock")
  ann:run "undock"
  advance(0.2)
  local look = ann:last "goal"
  eq(look.name, "look")
  ok(ann:run("look", {id = look.id}))
  eq(ann:last("goal").name, "fly")
  ok(ann:run("orbit", {id = ann:last("goal").id}))
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
  ok(string.find(ann:last("goal").text, "keys 1 and 2", 1, true), ann:last("goal").text)
  ok(ann:run("activate", {slot = 1}))
  ok(ann:run("activate", {slot = 2}))
  advance(goal.look)
  ok(string.find(ann:last("goal").text, "Keep", 1, true), ann:last("goal").text)
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
  eq(ann:last("goal").name, "sell")
  eq(ann:last("notice").text, goal.hunt_text)
end

-- From the hunt to the end.
function test.the_rest_of_the_hour()
  local ann = dock.pilot("Ann", {Ferrite = 100}, 1e6)
  player.data(ann.id).goal = 8
  emit("player_connected", ann.id)
  eq(ann:last("goal").order, "cargo")
  ok(ann:run("market_sell", {type = "Ferrite", quantity = 100, price = 100}))
  advance(1)
  eq(ann:last("goal").name, "mission")
  ok(ann:run("mission_accept", {mission = ann:run("missions").offers[1].mission}))
  eq(ann:last("goal").name, "jump")
  emit("player_arrived", ann.id, "Beta", 1041)
  eq(ann:last("goal").name, "company")
  ann:run("say", {text = "hello"})
  eq(ann:last("goal"), {})
  eq(ann:last("notice").text, goal.done_text)
end

-- What was done before its time is not asked for again.
function test.nobody_is_told_to_do_what_they_have_done()
  local ann = player "Ann"
  ann:run("say", {text = "hello"})
  eq(ann:last("goal").name, "undock")
  player.data(ann.id).goal = 10
  emit("player_arrived", ann.id, "Beta", 1041)
  eq(ann:last("goal"), {})
  eq(player.data(ann.id).done, nil)
end

function test.who_goes_straight_to_the_pirates_is_past_the_beginning()
  local ann = player "Ann"
  ann:run "undock"
  ann:run("warp", {id = pirates.lairs()[1].id})
  advance(120)
  eq(ann:last("goal").name, "beat")
end

function test.who_flies_without_a_look_is_past_it()
  local ann = player "Ann"
  ann:run "undock"
  ann:run("orbit", {id = 1031})
  eq(ann:last("goal").name, "find")
end

function test.a_dock_before_the_fight_is_not_the_end()
  local ann = player "Ann"
  ann:run "undock"
  ann:run "dock"
  eq(ann:last("goal").name, "look")
end

function test.whoever_does_not_loot_may_go_home()
  local ann, a = arena.fighter("Ann", "Wren")
  vessel.hurt(vessel.of(arena.npc("Jackal Scout", 3000)), 1e6, vessel.of(a))
  advance(0.2)
  eq(ann:last("goal").name, "loot")
  emit("pilot_docked", ann.id, 1031)
  eq(ann:last("goal").name, "sell")
end

function test.in_a_pod_one_is_sent_home()
  local ann, a = arena.fighter("Ann", "Wren")
  player.data(ann.id).goal = 5
  emit("player_connected", ann.id)
  vessel.hurt(vessel.of(a), 1e6)
  advance(goal.look + 0.2)
  ok(string.find(ann:last("goal").text, "pod", 1, true), ann:last("goal").text)
end

function test.another_pilots_loss_is_no_hunt()
  local ann, a = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  vessel.hurt(vessel.of(b), 1e6, vessel.of(a))
  advance(0.2)
  eq(ann:last("goal").name, "undock")
end

function test.a_step_is_left_out()
  local ann = player "Ann"
  eq(ann:run("goal", {skip = true}), {step = 2, of = #goal.steps})
  eq(ann:last("goal").name, "look")
  for _ = 2, #goal.steps do ann:run("goal", {skip = true}) end
  eq(ann:last("goal"), {})
end

function test.it_can_be_put_away_and_begun_again()
  local ann = player "Ann"
  eq(ann:run("goal", {off = true}), {step = 0, of = #goal.steps})
  eq(ann:last("goal"), {})
  ann:run "undock"
  eq(ann:last("goal"), {})
  emit("player_connected", ann.id)
  eq(ann:last("goal"), {})
  eq(ann:run("goal", {again = true}).step, 1)
  eq(ann:last("goal").name, "undock")
end
