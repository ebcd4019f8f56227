local arena = require "testing.arena"
local belts = require "belts"
local dock = require "testing.dock"
local loot = require "loot"
local modules = require "modules"
local ship = require "ship"
local vessel = require "vessel"
require "dockyard"
require "station"

local belt = 1014 -- of the test map's Alpha

-- Ann beside the belt, in a Wren with a mining laser.
local function miner(metres)
  local ann = dock.pilot "Ann"
  ok(ann:run("fit", {modules = {"Small Mining Laser", "Afterburner"}}))
  player.undock(ann.id)
  local c = system.celestial(belt)
  local id = ship.spawn {type = "Wren", name = "w", owner = ann.id, pos = {x = c.pos.x + c.radius + (metres or 2000), y = c.pos.y, z = c.pos.z}}
  player.set_ship(ann.id, id)
  advance(0.2)
  return ann, id
end

local function mined(ann)
  local n = 0
  for _, item in ipairs(loot.hold(ann.id)) do n = n + item.quantity * types.get(item.type).volume end
  return n
end

function test.ore_comes_into_the_hold_by_cycles()
  local ann = miner()
  local ore = belts.most(belts.of(belt))
  local before = belts.left(belts.of(belt), ore)
  eq(ann:run("activate", {slot = 1, id = belt}).target, belt)
  advance(10)
  eq(mined(ann), 0)
  advance(11)
  local n = math.floor(types.get("Small Mining Laser").yield / types.get(ore).volume)
  eq(loot.hold(ann.id), {{type = ore, quantity = n}})
  eq(ann:last("mined").type, ore)
  local grown = 22 / belts.regrow * before
  ok(belts.left(belts.of(belt), ore) <= before - n + grown)
  advance(20)
  eq(loot.hold(ann.id)[1].quantity, 2 * n)
end

function test.a_full_hold_stops_it()
  local ann, id = miner()
  ok(ann:run("activate", {slot = 1}))
  advance(20 * 9)
  ok(string.find(ann:last("notice").text, "the hold is full", 1, true))
  eq(modules.of(vessel.of(id))[1].on, false)
  local hold, volume = types.get("Wren").cargo, mined(ann)
  ok(volume <= hold and volume > hold - 5, volume)
end

function test.which_ore_is_said()
  local ann = miner()
  local full, wanted = belts.of(belt).full, nil
  for ore in pairs(full) do
    if ore ~= belts.most(belts.of(belt)) then wanted = ore end
  end
  ok(ann:run("activate", {slot = 1, id = belt, ore = wanted}))
  advance(21)
  eq(loot.hold(ann.id)[1].type, wanted)
end

function test.refusals()
  local ann = miner(50e3)
  local _, message, code = ann:run("activate", {slot = 1, id = belt})
  eq(code, "too_far")
  ok(string.find(message, "the laser reaches 10000 m", 1, true), message)
  _, _, code = ann:run("activate", {slot = 1, id = 1011})
  eq(code, "no_target")
  _, _, code = ann:run("activate", {slot = 1})
  eq(code, "no_target")
  local near = miner()
  _, message, code = near:run("activate", {slot = 1, id = belt, ore = "Deepcore"})
  eq(message, "there is no Deepcore in this belt")
  eq(code, "no_ore")
end

function test.who_drifts_away_digs_no_more()
  local ann, id = miner()
  ok(ann:run("activate", {slot = 1}))
  advance(1)
  player.set_ship(ann.id, nil)
  ship.remove(id)
  local c = system.celestial(belt)
  player.set_ship(ann.id, ship.spawn {type = "Wren", name = "w", owner = ann.id, pos = {x = c.pos.x + 1e6, y = c.pos.y, z = c.pos.z}})
  advance(40)
  eq(mined(ann), 0)
end

function test.a_belt_is_dug_out_and_grows_back()
  local b = belts.of(belt)
  local ore = belts.most(b)
  local full = b.full[ore]
  store.transact({belts.take(b, ore, full)})
  eq(belts.left(belts.of(belt), ore), 0)
  belts.all[belt] = nil -- the shard starts again
  eq(belts.left(belts.of(belt), ore), 0)
  belts.all[belt].at = belts.all[belt].at - belts.regrow / 2
  near(belts.left(belts.of(belt), ore), full / 2, full * 0.01)
  belts.all[belt].at = belts.all[belt].at - belts.regrow
  eq(belts.left(belts.of(belt), ore), full)
  eq(belts.of(belt).left[ore], nil)
end

function test.a_belt_that_is_dug_out_stops_it()
  belts.regrow = 1e9
  local ann = miner()
  local b = belts.of(belt)
  for ore, n in pairs(b.full) do belts.take(b, ore, n) end
  belts.take(b, (next(b.full)), -3)
  ok(ann:run("activate", {slot = 1}))
  advance(50)
  eq(loot.hold(ann.id)[1].quantity, 3)
  ok(string.find(ann:last("notice").text, "the belt is dug out", 1, true))
end

-- Many lasers at one belt never get more than there is.
function test.no_more_than_there_is()
  local b = belts.of(belt)
  for ore, n in pairs(b.full) do belts.take(b, ore, n) end
  local ore = next(b.full)
  belts.take(b, ore, -40)
  local all = {}
  for i = 1, 4 do
    local p = arena.fighter("Miner" .. i, "Wren")
    all[i] = p
    task.spawn(function()
      local m = {figures = types.get "Small Mining Laser", type = "Small Mining Laser"}
      require("miner").dig(p.id, m, b)
    end)
  end
  advance(1)
  local sum = 0
  for _, p in ipairs(all) do sum = sum + dock.count(p, ore) end
  ok(sum <= 40, sum)
  eq(sum + belts.left(b, ore), 40)
end

function test.the_better_ores_are_where_the_law_is_weak()
  local safe, wild = belts.roll(77, 0.9), belts.roll(77, -0.9)
  ok(next(safe) and next(wild))
  eq(belts.roll(77, 0.9), safe)
  for id = 1, 50 do
    for ore in pairs(belts.roll(id, 0.9)) do ok(types.get(ore).below > 0.9, ore) end
    for _, n in pairs(belts.roll(id, -0.5)) do ok(n > 0) end
  end
end

function test.what_a_belt_holds_is_told()
  local ann = miner()
  local told = ann:run("belt", {id = belt})
  ok(#told.ores >= 2)
  eq(told.ores[1].left, told.ores[1].full)
  local _, _, code = ann:run("belt", {id = 1011})
  eq(code, "bad_target")
end
