local arena = require "testing.arena"
local loot = require "loot"
local loss = require "loss"
local ship = require "ship"
local vessel = require "vessel"
require "cargo"
require "death"
require "station"

local function wreck_beside(type, metres)
  local ann, a = arena.fighter("Ann", "Wren")
  local victim = arena.npc(type, metres or 1000)
  vessel.hurt(vessel.of(victim), 1e6, vessel.of(a))
  advance(0.2)
  return ann, space.near(a, 50e3, "wreck")[1], a
end

function test.a_wreck_holds_a_module_at_least()
  local ann, wreck = wreck_beside "Jackal Scout"
  local taken = ann:run("loot", {id = wreck}).items
  ok(#taken >= 1)
  eq(taken[1], {type = "Light Autocannon", quantity = 1})
  eq(ann:last("hold").items[1].type, "Light Autocannon")
  local _, message, code = ann:run("loot", {id = wreck})
  eq(message, "there is nothing left in it")
  eq(code, "empty")
end

function test.from_afar_one_flies_there_first()
  local ann, wreck = wreck_beside("Jackal Scout", 12e3)
  eq(ann:run("loot", {id = wreck}).on_the_way, true)
  eq(ann:run("hold").items, {})
  advance(90)
  ok(#ann:last("hold").items >= 1)
  ok(string.find(ann:last("notice").text, "^Taken: "))
end

function test.what_is_no_wreck_holds_nothing()
  local ann, a = arena.fighter("Ann", "Wren")
  local other = arena.npc("Jackal Scout", 1000)
  local _, message, code = ann:run("loot", {id = other})
  eq(message, "that is no wreck")
  eq(code, "bad_target")
  ok(a)
end

function test.the_hold_goes_with_the_ship()
  loss.chance = 1
  local ann, a = arena.fighter("Ann", "Wren")
  local ben = arena.fighter("Ben", "Wren", 800)
  loot.stow(ann.id, 0, {{type = "Wasp Light Missile", quantity = 40}})
  vessel.hurt(vessel.of(a), 1e6, nil)
  advance(1)
  eq(loot.hold(ann.id), {})
  local wreck = space.near(player.ship(ben.id), 50e3, "wreck")[1]
  eq(items.kept(loot.keeper, loot.berth(wreck)), {{location = loot.berth(wreck), type = "Wasp Light Missile", quantity = 40}})
  local taken = ben:run("loot", {id = wreck}).items
  eq(taken[#taken], {type = "Wasp Light Missile", quantity = 40})
  eq(items.kept(loot.keeper, loot.berth(wreck)), {})
end

function test.two_at_once_do_not_double_it()
  local ann, wreck = wreck_beside "Jackal Scout"
  local ben = arena.fighter("Ben", "Wren", 500)
  local got = 0
  for _, p in ipairs {ann, ben} do
    task.spawn(function()
      local list = loot.take(p.id, wreck)
      if list then got = got + 1 end
    end)
  end
  advance(1)
  eq(got, 1)
end

function test.what_finds_no_room_in_the_hold_stays()
  local ann = arena.fighter("Ann", "Wren", 0, 0, 0)
  local big, small = {type = "Dray", quantity = 1}, {type = "Light Railgun", quantity = 2}
  local list = {big, small}
  eq(loot.stow(ann.id, 0, list), {small})
  eq(list, {big})
  eq(items.volume(ann.id, loot.place), 10)
end

function test.what_nobody_took_goes_with_the_wreck()
  loss.chance = 1
  local ann, a = arena.fighter("Ann", "Wren")
  loot.stow(ann.id, 0, {{type = "Wasp Light Missile", quantity = 40}})
  vessel.hurt(vessel.of(a), 1e6, nil)
  advance(1)
  local wreck
  for id in pairs(loot.wrecks) do wreck = id end
  eq(#items.kept(loot.keeper, loot.berth(wreck)), 1)
  ship.remove(wreck)
  advance(1)
  eq(items.kept(loot.keeper, loot.berth(wreck)), {})
end

-- What the books have in wrecks after a start: of those that are gone it goes, those that float
-- have it, and other systems' is left alone.
function test.after_a_crash_the_books_know_what_floats()
  local floats = space.spawn {kind = "wreck", pos = {x = 7e11, y = 0, z = 0}}
  local function keep(place)
    ok(store.transact {{give = loot.keeper, type = "Ferrite", n = 5, location = place, from = "test"}})
    return function() return #items.kept(loot.keeper, place) end
  end
  local gone, there, elsewhere = keep(loot.berth(99)), keep(loot.berth(floats)), keep "wreck Alphabet 99"
  loot.recover()
  eq({gone(), there(), elsewhere()}, {0, 1, 1})
  eq(loot.wrecks[floats], {{type = "Ferrite", quantity = 5, kept = true}})
  loot.recover()
  eq(loot.wrecks[floats][1].quantity, 5)
end
