local arena = require "testing.arena"
local containers = require "containers"
local dock = require "testing.dock"
local jetsam = require "jetsam"
local loot = require "loot"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

-- Ann, in space in a Wren, with a crate of Water in the hold and some Ferrite beside it.
local function hauler(water, ferrite, name)
  local ann = dock.pilot(name or "Ann", {Crate = 1, Water = water or 30, Ferrite = ferrite})
  local n = ann:run("container_open", {type = "Crate"}).container
  ok(ann:run("move", {from = "hangar", to = n, type = "Water"}))
  ok(ann:run("move", {container = n, to = "hold"}))
  if ferrite then ok(ann:run("move", {from = "hangar", to = "hold"})) end
  arena.seat(ann, "Wren")
  advance(0)
  return ann, n
end

-- What floats beside a pilot.
local function afloat(p)
  return space.near(player.ship(p.id), 10e3, "container")
end

function test.thrown_out_and_taken_up_by_another()
  local ann, n = hauler()
  eq(ann:run("jettison", {container = n}), {container = n})
  eq(dock.count(ann, "Water") + dock.count(ann, "Crate"), 0)
  local ben = arena.fighter("Ben", "Wren", 500)
  local id = afloat(ben)[1]
  eq(space.get(id).name, "Ann's Crate")
  eq(ben:run("take_up", {id = id}), {container = n, type = "Crate"})
  eq(space.exists(id), false)
  eq(ben:run("hold").containers[1].items, {{location = containers.inside(n), type = "Water", quantity = 30}})
  eq(items.kept(loot.keeper, containers.inside(n)), {})
  eq(code_of(ann, "take_up", {id = id}), "no_target")
  eq(code_of(ann, "jettison", {container = n}), "no_container")
end

function test.looted_bit_by_bit()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  local ben = arena.fighter("Ben", "Wren", 500)
  local id = afloat(ben)[1]
  eq(ben:run("loot", {id = id}).items, {{type = "Water", quantity = 30}})
  eq(code_of(ben, "loot", {id = id}), "empty")
  eq(ann:run("take_up", {id = id}).container, n) -- the crate is there still
  eq(ann:run("hold").containers[1].items, {})
end

function test.loose_things_float_in_a_canister()
  local ann = hauler(1, 40)
  ok(ann:run("jettison", {type = "Ferrite", quantity = 15}))
  eq(dock.count(ann, "Ferrite", loot.place), 25)
  local id = afloat(ann)[1]
  eq(code_of(ann, "take_up", {id = id}), "bad_target")
  eq(ann:run("loot", {id = id}).items, {{type = "Ferrite", quantity = 15}})
  advance(1)
  eq(space.exists(id), false)
  eq(store.list "adrift ", {})
  eq(code_of(ann, "jettison", {type = "Ferrite", quantity = 41}), "not_enough")
  eq(code_of(ann, "jettison", {type = "Grain"}), "empty")
end

function test.from_afar_one_flies_there_first()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  local ben = arena.fighter("Ben", "Wren", 12e3)
  eq(ben:run("take_up", {id = space.near(player.ship(ben.id), 50e3, "container")[1]}).on_the_way, true)
  advance(90)
  eq(ben:run("hold").containers[1].container, n)
end

function test.where_it_cannot_be_thrown_out()
  local ann = dock.pilot("Ann", {Crate = 1})
  local n = ann:run("container_open", {type = "Crate"}).container
  eq(code_of(ann, "jettison", {container = n}), "docked")
  ann:run "undock"
  eq(code_of(ann, "jettison", {container = n}), "not_docked")
  eq(code_of(ann, "jettison", {}), "empty")
  eq(code_of(ann, "take_up", {id = player.ship(ann.id)}), "bad_target")
end

function test.what_finds_no_room_is_not_taken_up()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  local ben = arena.fighter("Ben", "Wren", 500)
  items.give(ben.id, "Water", 100, loot.place, "test")
  eq(code_of(ben, "take_up", {id = afloat(ben)[1]}), "no_room")
  eq(#items.kept(loot.keeper, containers.inside(n)), 1)
end

function test.asked_twice_it_floats_once()
  local ann, n = hauler()
  for _ = 1, 2 do eq(ann:run("jettison", {container = n, key = "j"}), {container = n}) end
  for _ = 1, 2 do task.spawn(function() player.run(ann.id, "take_up", {id = afloat(ann)[1], key = "t"}) end) end
  advance(1)
  eq(#ann:run("hold").containers, 1)
end

function test.nobody_comes_for_it()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  advance(jetsam.lasts + 2)
  eq(afloat(ann), {})
  eq(store.list "adrift ", {})
  eq(items.places(loot.keeper, ""), {})
end

-- The world has forgotten what floats, and the store has not: it is there again, where it was
-- and with what the books have.
function test.it_floats_again_after_a_start()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  local id = afloat(ann)[1]
  local was = space.get(id).pos
  jetsam.gone(id)
  eq(afloat(ann), {})
  jetsam.recover()
  eq(space.get(afloat(ann)[1]).pos, was)
  jetsam.recover()
  eq(#afloat(ann), 1)
  eq(ann:run("take_up", {id = afloat(ann)[1]}).container, n)
end

-- After a crash something floats that somebody has taken up: it holds nothing.
function test.what_the_books_do_not_know_is_gone()
  local ann, n = hauler()
  ann:run("jettison", {container = n})
  local id = afloat(ann)[1]
  local list = loot.wrecks[id]
  ok(ann:run("take_up", {id = id}))
  local ghost = space.spawn {kind = "container", type = "Crate", pos = arena.point(100)}
  jetsam.afloat[ghost], loot.wrecks[ghost] = n, list
  advance(0)
  eq(code_of(ann, "loot", {id = ghost}), "empty")
  eq(dock.count(ann, "Water"), 30)
  jetsam.recover()
  eq(space.exists(ghost), false)
end

-- Moved while it is opened: one takes it up whole while another takes out what is in it, and
-- its owner, and both again. Whoever has what, there is as much as before, in one place.
function test.moved_while_it_is_opened()
  for round = 1, 6 do
    local ann, n = hauler(30, nil, "Ann" .. round)
    ann:run("jettison", {container = n})
    local ben = arena.fighter("Ben" .. round, "Wren", 500)
    local id = afloat(ben)[1]
    local asks = {{ben, "loot"}, {ann, "take_up"}, {ben, "take_up"}, {ann, "loot"}}
    for i = 1, #asks do
      local ask = asks[(i + round) % #asks + 1]
      task.spawn(function() player.run(ask[1].id, ask[2], {id = id}) end)
    end
    advance(1)
    local crates, water = 0, 0
    for _, p in ipairs {ann, ben} do
      crates, water = crates + dock.count(p, "Crate"), water + dock.count(p, "Water")
    end
    eq({crates, water}, {1, 30})
    eq(items.places(loot.keeper, ""), {})
    eq(space.exists(id), false)
    ann:leave()
    ben:leave()
  end
end

-- All stacks of some pilots and of what floats.
local function stacks(pilots)
  local list = {}
  for _, p in ipairs(pilots) do
    for _, item in ipairs(items.list(p.id)) do list[#list + 1] = {who = p.name, item = item} end
  end
  for _, place in ipairs(items.places(loot.keeper, "", 1000)) do
    for _, item in ipairs(items.kept(loot.keeper, place)) do list[#list + 1] = {who = loot.keeper, item = item} end
  end
  return list
end

-- There is as much as before, each container is in one place, and what is in it is there too.
local function sound(pilots, totals)
  local sums, cases, inside = {}, {}, {}
  for _, stack in ipairs(stacks(pilots)) do
    local item = stack.item
    sums[item.type] = (sums[item.type] or 0) + item.quantity
    local case, box = string.match(item.location, "case (%d+)$"), string.match(item.location, "^box (%d+)$")
    if case then
      eq(cases[case], nil)
      cases[case] = stack.who
    end
    if box then inside[box] = stack.who end
  end
  eq(sums, totals)
  for n, who in pairs(inside) do eq(cases[n], who) end
end

-- Two pilots do what they like with two crates, several things at once.
function test.whatever_is_done_there_is_as_much_as_before()
  local ann, a = hauler(30, 20, "Ann")
  local ben, b = hauler(30, 20, "Ben")
  local both, boxes, running = {ann, ben}, {a, b}, 0
  local function ask(p)
    local n, there = boxes[math.random(2)], afloat(p)
    local id = there[math.random(math.max(1, #there))]
    local asks = {
      {"move", {from = n, to = "hold", type = "Water", quantity = math.random(9)}}, {"move", {from = "hold", to = n}},
      {"jettison", {container = n}}, {"jettison", {type = "Ferrite", quantity = math.random(9)}}, {"jettison", {}},
      {"take_up", {id = id}}, {"take_up", {id = id}}, {"loot", {id = id}},
    }
    local one = asks[math.random(#asks)]
    running = running + 1
    task.spawn(function()
      player.run(p.id, one[1], one[2])
      running = running - 1
    end)
  end
  for _ = 1, 40 do
    for _ = 1, math.random(4) do ask(both[math.random(2)]) end
    while running > 0 do advance(0.1) end
    sound(both, {Crate = 2, Water = 60, Ferrite = 40})
  end
end
