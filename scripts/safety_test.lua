local arena = require "testing.arena"
local modules = require "modules"
local safety = require "safety"
local vessel = require "vessel"
require "death"
require "news"

-- Ann beside Ben, whom she has locked, in safe space (the tests begin in Alpha),
-- with their safeties as asked.
local function duel(ann_on, ben_on, type)
  local ann, a = arena.fighter("Ann", type or "Wren")
  local ben, b = arena.fighter("Ben", type or "Wren", 5000)
  if ann_on == false then ok(ann:run("safety", {on = false})) end
  if ben_on == false then ok(ben:run("safety", {on = false})) end
  advance(1)
  ann:run("lock", {id = b})
  advance(15)
  ann:forget()
  ben:forget()
  return ann, vessel.of(a), ben, vessel.of(b)
end

local function fire(p, b)
  return p:run("activate", {slot = 1, id = b.id})
end

function test.it_is_on_at_first()
  local ann = player "Ann"
  eq(ann:last("safety"), {on = true})
  eq(ann:run("safety"), {on = true})
end

function test.a_switch_tells_and_explains()
  local ann = player "Ann"
  eq(ann:run("safety", {on = false}), {on = false})
  eq(ann:last("safety"), {on = false})
  eq(ann:last("notice").text, "Safety off: in safe space, too, you may fire at pilots whose safety is off, and they at you.")
  eq(ann:run("safety", {on = true}), {on = true})
  eq(ann:last("safety"), {on = true})
  eq(ann:last("notice").text, "Safety on: in safe space you fire at no pilot, and no pilot fires at you.")
end

function test.the_same_again_says_nothing()
  local ann = player "Ann"
  ann:forget()
  eq(ann:run("safety", {on = true}), {on = true})
  eq(#ann:heard("safety") + #ann:heard("notice"), 0)
end

function test.nonsense_is_refused()
  local ann = player "Ann"
  local _, message, code = ann:run("safety", {on = "off"})
  eq(message, "on must be true or false")
  eq(code, "bad_argument")
end

function test.it_is_kept_with_the_character()
  local ann = player "Ann"
  ann:run("safety", {on = false})
  ann:forget()
  emit("player_connected", ann.id)
  advance(0)
  eq(ann:last("safety"), {on = false})
end

function test.safe_space_is_safe_with_the_safety_on()
  local ann, _, _, b = duel()
  local _, message, code = fire(ann, b)
  eq(code, "forbidden")
  eq(message, "Alpha is safe space: to fire at a pilot here, switch your safety off")
end

function test.nobody_fires_at_one_whose_safety_is_on()
  local ann, _, _, b = duel(false)
  local _, message, code = fire(ann, b)
  eq(code, "forbidden")
  eq(message, "Alpha is safe space, and Ben has the safety on")
end

function test.with_both_off_they_may_fire()
  local ann, _, ben, b = duel(false, false)
  ok(fire(ann, b))
  advance(0.2)
  eq(ann:last("notice").text, "You fire at Ben: your safety stays off until 60 seconds after the last shot.")
  eq(ben:last("notice").text, "Ann fires at you: your safety stays off until 60 seconds after the last shot.")
  advance(60)
  ok(b.shield < b.type.shield)
  eq(#ben:heard("notice"), 1, "said once")
end

function test.lawless_space_asks_no_switch()
  local before = safety.safe
  safety.safe = 2
  local ann, _, ben, b = duel()
  ok(fire(ann, b))
  advance(1)
  safety.safe = before
  eq(#ben:heard("notice"), 0)
  eq(safety.left(ben.id), 0, "an idle switch is not held")
end

function test.nobody_escapes_by_the_switch()
  local ann, _, ben, b = duel(false, false)
  ok(fire(ann, b))
  ann:run("deactivate", {slot = 1})
  advance(30)
  for _, p in ipairs {ann, ben} do
    local _, message, code = p:run("safety", {on = true})
    eq(code, "aggressed")
    ok(string.find(message, "^you are in a fight: you may switch your safety on in [23]%d s$"), message)
  end
  advance(31)
  eq(ann:run("safety", {on = true}), {on = true})
  eq(ben:run("safety", {on = true}), {on = true})
end

function test.a_module_that_waits_obeys_the_switch()
  local ann, a, ben, b = duel(false, false)
  local m = modules.of(a)[1]
  m.free = system.now() + 5 -- from an earlier shot
  ok(fire(ann, b))
  ok(ben:run("safety", {on = true}))
  advance(10)
  eq(m.on, false)
  eq(b.shield, b.type.shield)
end

function test.missiles_hold_the_switch_too()
  local ann, _, ben, b = duel(false, false, "Kestrane")
  ok(fire(ann, b))
  eq(select(3, ben:run("safety", {on = true})), "aggressed")
end

function test.one_takes_the_hold_along()
  local ann, _, ben, b = duel(false, false)
  ok(fire(ann, b))
  ann:run("deactivate", {slot = 1})
  advance(20)
  local data = player.data(ben.id)
  emit("player_left", ben.id, "jump")
  advance(0)
  near(data.safety_hold, 40, 1)
  eq(safety.left(ben.id), 0)
  emit("pilot_ready", ben.id)
  advance(0)
  near(safety.left(ben.id), 40, 1)
  eq(data.safety_hold, nil)
end

function test.npcs_are_anybodys()
  local ann = arena.fighter("Ann", "Wren")
  local id = arena.npc("Jackal Scout", 3000)
  advance(1)
  ann:run("lock", {id = id})
  advance(15)
  ok(ann:run("activate", {slot = 1, id = id}))
  eq(safety.left(ann.id), 0)
end
