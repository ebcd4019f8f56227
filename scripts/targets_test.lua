local arena = require "testing.arena"
local targeting = require "lib.targeting"
local targets = require "targets"
local vessel = require "vessel"

test.system = "Beta"

local function two(distance)
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", distance or 5000)
  advance(1)
  return ann, a, ben, b
end

function test.locking_takes_its_time()
  local ann, a, _, b = two()
  local t = vessel.of(a).type
  local seconds = targeting.time(t.scan, t.signature)
  local answer = ann:run("lock", {id = b})
  near(answer.seconds, seconds)
  eq(ann:last("lock").state, "locking")
  eq(targets.locked(vessel.of(a), b), false)
  advance(seconds + 0.2)
  eq(targets.locked(vessel.of(a), b), true)
  eq(ann:last("lock"), {id = b, state = "locked"})
end

function test.a_second_order_changes_nothing()
  local ann, a, _, b = two()
  local first = ann:run("lock", {id = b}).seconds
  advance(1)
  ok(ann:run("lock", {id = b}).seconds < first)
  eq(targets.count(vessel.of(a)), 1)
end

function test.out_of_reach()
  local ann, _, _, b = two(40e3)
  local _, message, code = ann:run("lock", {id = b})
  eq(code, "too_far")
  ok(string.find(message, "the sensors reach 25 km", 1, true), message)
end

function test.too_many()
  local ann = arena.fighter("Ann", "Wren")
  local most = types.get("Wren").targets
  for i = 1, most do
    ok(ann:run("lock", {id = arena.npc("Jackal Scout", 1000 * i)}))
  end
  local _, message, code = ann:run("lock", {id = arena.npc("Jackal Scout", -3000)})
  eq(code, "too_many")
  eq(message, "the ship can hold 3 targets")
end

function test.nobody_holds_a_lock_on_a_hidden_ship()
  local ann, a, ben, b = two()
  ann:run("lock", {id = b})
  ben:run("lock", {id = a})
  advance(10)
  eq(targets.locked(vessel.of(a), b), true)
  eq(space.hide(b), true)
  eq(space.get(b).hidden, true)
  advance(0.2)
  eq(ann:last("lock"), {id = b, state = "lost"})
  eq(targets.locked(vessel.of(b), a), true) -- it sees
  local _, _, code = ann:run("lock", {id = b})
  eq(code, "no_target")
  _, _, code = ann:run("approach", {id = b})
  eq(code, "no_target")
  local seconds, _, why = targets.lock(vessel.of(a), vessel.of(b)) -- as an NPC does
  eq(seconds, nil)
  eq(why, "no_target")
  eq(space.near(a, 50e3, "ship"), {})
  eq(space.near(b, 50e3, "ship"), {a})
  eq(space.show(b), true)
  advance(0.2)
  ok(ann:run("lock", {id = b}))
end

function test.a_ship_that_is_teleported_away_is_not_locked()
  local ann, a, ben, b = two()
  ann:run("lock", {id = b})
  ann:run("approach", {id = b})
  ben:run("lock", {id = a})
  advance(10)
  eq(space.teleport(b, arena.point(5e3, 2e3)), true) -- within sight
  advance(1)
  eq(targets.locked(vessel.of(a), b), true)
  eq(space.get(a).target, b)
  eq(space.teleport(b, arena.point(1e9)), true)
  advance(1)
  eq(targets.locked(vessel.of(a), b), false)
  eq(targets.locked(vessel.of(b), a), false)
  eq(space.get(a).target, nil)
  eq(space.get(a).mode, "stop")
end

function test.planets_cannot_be_locked()
  local ann = arena.fighter("Ann", "Wren")
  local _, message = ann:run("lock", {id = 2011})
  eq(message, "that cannot be locked")
end

function test.unlock()
  local ann, a, _, b = two()
  ann:run("lock", {id = b})
  eq(ann:run("unlock", {id = b}), true)
  advance(10)
  eq(targets.locked(vessel.of(a), b), false)
  eq(vessel.of(b).locked_by, {})
  eq(ann:last("lock").state, "lost")
end

function test.a_target_that_goes_is_lost()
  local ann, a, ben, b = two()
  ann:run("lock", {id = b})
  advance(10)
  ben:leave()
  eq(vessel.of(a).locks, {})
  eq(ann:last("lock"), {id = b, state = "lost"})
end

function test.a_target_that_warps_is_lost()
  local ann, a, ben, b = two()
  ann:run("lock", {id = b})
  advance(10)
  eq(targets.locked(vessel.of(a), b), true)
  ok(space.warp(b, 2021))
  advance(30)
  eq(vessel.of(a).locks, {})
  ok(ben)
end

function test.whoever_is_locked_is_warned()
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  advance(1)
  local seconds = ann:run("lock", {id = b}).seconds
  local warned = ben:last "aimed"
  eq(warned.id, a)
  eq(warned.name, "Ann's Wren")
  eq(warned.state, "locking")
  near(warned.seconds, seconds)
  advance(seconds + 0.2)
  eq(ben:last("aimed").state, "locked")
  ann:run("unlock", {id = b})
  eq(ben:last("aimed").state, "lost")
  eq(#ann:heard("aimed"), 0)
end

function test.of_a_whole_fleet_that_locks_only_some_are_told()
  local ben, b = arena.fighter("Ben", "Wren")
  for i = 1, targets.warnings + 3 do
    targets.lock(vessel.of(arena.npc("Jackal Scout", 0, 0, 100 * i)), vessel.of(b))
  end
  eq(#ben:heard("aimed"), targets.warnings)
end

function test.a_page_that_comes_again_hears_of_all_locks()
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  advance(1)
  ann:run("lock", {id = b})
  ben:run("lock", {id = a})
  advance(30)
  ann:forget()
  emit("player_connected", ann.id)
  eq(ann:last("lock"), {id = b, state = "locked"})
  eq(ann:last("aimed"), {id = b, name = "Ben's Wren", state = "locked"})
end
