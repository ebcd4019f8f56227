local arena = require "testing.arena"
local containers = require "containers"
local dock = require "testing.dock"
local loot = require "loot"
local loss = require "loss"
local vessel = require "vessel"
require "cargo"
require "death"
require "dockyard"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

-- A pilot with a container that has so much Water in it.
local function packed(type, n)
  local ann = dock.pilot("Ann", {[type] = 1, Water = n > 0 and n or nil})
  local box = ann:run("container_open", {type = type}).container
  if n > 0 then ok(ann:run("move", {from = "hangar", to = box})) end
  return ann, box
end

function test.a_container_keeps_things_together()
  local ann = dock.pilot("Ann", {["Small Crate"] = 1, Water = 20})
  local n = ann:run("container_open", {type = "Small Crate"}).container
  eq(dock.count(ann, "Small Crate", dock.hangar(ann)), 0)
  ok(ann:run("move", {from = "hangar", to = n, type = "Water", quantity = 13}))
  eq(code_of(ann, "move", {from = "hangar", to = n, type = "Water", quantity = 1}), "no_room")
  local list = ann:run("hangar")
  eq(list.containers[1].items, {{location = containers.inside(n), type = "Water", quantity = 13}})
  eq(list.containers[1].volume, 13)
  eq(code_of(ann, "container_close", {container = n}), "not_empty")
  ok(ann:run("move", {from = n, to = "hangar"}))
  eq(ann:run("container_close", {container = n}), {container = n})
  eq(dock.count(ann, "Small Crate", dock.hangar(ann)), 1)
  eq(dock.count(ann, "Water", dock.hangar(ann)), 20)
  eq(code_of(ann, "move", {from = "hangar", to = n}), "no_container")
end

function test.somebody_elses_container_is_not_there()
  local ann, ben = dock.pilot("Ann", {Crate = 1, Water = 5}), dock.pilot("Ben", {Water = 5})
  local n = ann:run("container_open", {type = "Crate"}).container
  ann:run("move", {from = "hangar", to = n})
  eq(code_of(ben, "move", {from = n, to = "hangar"}), "no_container")
  eq(code_of(ben, "container_close", {container = n}), "no_container")
  eq(code_of(ben, "container_open", {type = "Water"}), "bad_type")
end

-- A container that is closed while somebody puts something into it: one of the two.
function test.closed_while_it_is_filled()
  local ann = dock.pilot("Ann", {Crate = 1, Water = 5})
  local n = ann:run("container_open", {type = "Crate"}).container
  for _, run in ipairs {{"container_close", {container = n}}, {"move", {from = "hangar", to = n, type = "Water"}}} do
    task.spawn(function() player.run(ann.id, run[1], run[2]) end)
  end
  advance(1)
  local inside = dock.count(ann, "Water", containers.inside(n))
  eq(inside + dock.count(ann, "Water", dock.hangar(ann)), 5)
  eq(store.get(containers.key(ann.id, n)) ~= nil, inside > 0)
  eq(dock.count(ann, "Crate"), 1)
end

function test.it_goes_into_the_hold_with_all_that_is_in_it()
  local ann, n = packed("Crate", 60)
  eq(ann:run("move", {container = n, to = "hold"}), {container = n})
  eq(dock.count(ann, "Crate", "hold/case " .. n), 1)
  eq(dock.count(ann, "Water", containers.inside(n)), 60)
  eq(ann:run("hangar").containers, {})
  eq(ann:run("hold").containers[1].items[1].quantity, 60)
  eq(items.volume(ann.id, loot.place), 50) -- the room it takes, whatever is in it
  ann:run "undock"
  eq(code_of(ann, "move", {container = n, to = "hangar"}), "not_docked")
  eq(ann:run("move", {from = n, to = "hold", quantity = 10, type = "Water"}).items, {{type = "Water", quantity = 10}})
  eq(dock.count(ann, "Water", loot.place), 10)
  ok(ann:run("move", {from = "hold", to = n}))
  player.dock(ann.id, system.celestials("station")[1].id)
  ok(ann:run("move", {container = n, to = "hangar"}))
  ok(ann:run("move", {from = n, to = "hangar"}))
  eq(ann:run("container_close", {container = n}), {container = n})
  eq(dock.count(ann, "Water", dock.hangar(ann)), 60)
end

function test.it_takes_room_in_the_hold()
  local ann, n = packed("Crate", 0)
  items.give(ann.id, "Water", 100, dock.hangar(ann), "test")
  ok(ann:run("move", {container = n, to = "hold"}))
  eq(code_of(ann, "move", {from = "hangar", to = "hold", type = "Water", quantity = 81}), "no_room")
  ok(ann:run("move", {from = "hangar", to = "hold", type = "Water", quantity = 80}))
  items.give(ann.id, "Small Crate", 1, dock.hangar(ann), "test")
  local small = ann:run("container_open", {type = "Small Crate"}).container
  eq(code_of(ann, "move", {container = small, to = "hold"}), "no_room")
  eq(dock.count(ann, "Small Crate", containers.case(small, dock.hangar(ann))), 1)
end

function test.none_goes_into_another()
  local ann, n = packed("Crate", 0)
  items.give(ann.id, "Small Crate", 2, dock.hangar(ann), "test")
  local small = ann:run("container_open", {type = "Small Crate"}).container
  eq(code_of(ann, "move", {container = small, to = n}), "nested")
  eq(code_of(ann, "move", {container = small, to = small}), "nested")
  eq(code_of(ann, "move", {container = small, to = "attic"}), "bad_argument")
  eq(code_of(ann, "move", {container = small, to = "hangar"}), "bad_argument")
  eq(code_of(ann, "move", {container = 99, to = "hold"}), "no_container")
  ok(ann:run("move", {from = "hangar", to = n, type = "Small Crate"})) -- one that is packed is a thing like others
end

function test.a_vault_stands_where_it_is()
  local ann, n = packed("Vault", 1)
  local code, message = code_of(ann, "move", {container = n, to = "hold"})
  eq(code, "fixed")
  ok(string.find(message, "empty it", 1, true))
end

function test.it_stays_in_the_hold_of_the_ship_that_is_left()
  local ann = dock.pilot("Ann", {Halberd = 1, Crate = 1, Water = 9})
  local ship = ann:run("assemble", {type = "Halberd"}).ship
  ok(ann:run("board", {ship = ship}))
  local n = ann:run("container_open", {type = "Crate"}).container
  ok(ann:run("move", {from = "hangar", to = n}))
  ok(ann:run("move", {container = n, to = "hold"}))
  ok(ann:run("board", {type = "Stiletto"}))
  eq(dock.count(ann, "Crate", string.format("hold %d/case %d", ship, n)), 1)
  eq(ann:run("hold").containers, {})
  eq(code_of(ann, "move", {from = n, to = "hangar"}), "not_here")
  ok(ann:run("board", {ship = ship}))
  eq(ann:run("hold").containers[1].container, n)
  ok(ann:run("board", {type = "Stiletto"}))
  ok(ann:run("disassemble", {ship = ship}))
  eq(ann:run("hangar").containers[1].items[1].quantity, 9)
end

function test.one_of_a_lent_ship_goes_into_the_hangar()
  local ann, n = packed("Crate", 9)
  ok(ann:run("move", {container = n, to = "hold"}))
  ok(ann:run("board", {type = "Stiletto"}))
  eq(ann:run("hangar").containers[1].container, n)
end

-- What was in it, and the crate, float or are gone, and nothing of it is left behind.
function test.it_bursts_when_the_ship_is_lost()
  loss.chance = 1
  local ann, n = packed("Crate", 9)
  ok(ann:run("move", {container = n, to = "hold"}))
  local id = arena.seat(ann, "Wren")
  vessel.hurt(vessel.of(id), 1e6, nil)
  advance(1)
  eq(containers.of(ann.id), {})
  eq(dock.count(ann, "Crate") + dock.count(ann, "Water"), 0)
  local wreck
  for each in pairs(loot.wrecks) do wreck = each end
  eq(items.kept(loot.keeper, loot.berth(wreck)), {
    {location = loot.berth(wreck), type = "Crate", quantity = 1}, {location = loot.berth(wreck), type = "Water", quantity = 9}})
end

-- Whatever of it is on its way while the ship is lost, there is as much as before.
function test.moved_while_the_ship_is_lost()
  loss.chance = 1
  local ann, n = packed("Crate", 20)
  ok(ann:run("move", {container = n, to = "hold"}))
  local id = arena.seat(ann, "Wren")
  for _ = 1, 3 do task.spawn(function() player.run(ann.id, "move", {from = n, to = "hold", type = "Water", quantity = 5}) end) end
  vessel.hurt(vessel.of(id), 1e6, nil)
  advance(2)
  local floats = 0
  for wreck in pairs(loot.wrecks) do
    for _, item in ipairs(items.kept(loot.keeper, loot.berth(wreck))) do
      if item.type == "Water" then floats = floats + item.quantity end
    end
  end
  eq(floats + dock.count(ann, "Water"), 20)
  eq(dock.count(ann, "Water", containers.inside(n)), 0)
  eq(containers.of(ann.id), {})
end

function test.asked_twice_is_done_once()
  local ann = dock.pilot("Ann", {Crate = 2})
  local one = ann:run("container_open", {type = "Crate", key = "o"})
  eq(ann:run("container_open", {type = "Crate", key = "o"}), one)
  eq(dock.count(ann, "Crate", dock.hangar(ann)), 1)
  for _ = 1, 2 do eq(ann:run("move", {container = one.container, to = "hold", key = "m"}), {container = one.container}) end
  for _ = 1, 2 do eq(ann:run("container_close", {container = one.container, key = "c"}), {container = one.container}) end
  eq(dock.count(ann, "Crate", dock.hangar(ann)), 2)
end
