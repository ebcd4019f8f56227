local cargo = require "cargo"
local dock = require "testing.dock"
local loot = require "loot"
require "dockyard"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

function test.between_hangar_and_hold_and_back()
  local ann = dock.pilot("Ann", {Ferrite = 500, Water = 40})
  eq(ann:run("move", {from = "hangar", to = "hold", type = "Ferrite", quantity = 200}).items, {{type = "Ferrite", quantity = 200}})
  eq(dock.count(ann, "Ferrite", loot.place), 200)
  eq(ann:last("hold").items, {{type = "Ferrite", quantity = 200}})
  ok(ann:run("move", {from = "hangar", to = "hold", type = "Water"}))
  eq(#ann:run("move", {from = "hold", to = "hangar"}).items, 2)
  eq(dock.count(ann, "Ferrite", dock.hangar(ann)), 500)
  eq(dock.count(ann, "Water"), 40)
end

function test.too_much_does_not_fit_and_nothing_is_moved()
  local ann = dock.pilot("Ann", {Water = 131, Ferrite = 10})
  local code, message = code_of(ann, "move", {from = "hangar", to = "hold"})
  eq(code, "no_room")
  ok(string.find(message, "130 fit", 1, true), message)
  eq(dock.count(ann, "Water", loot.place), 0)
  eq(dock.count(ann, "Ferrite", loot.place), 0)
end

function test.what_one_has_not_is_not_moved()
  local ann = dock.pilot("Ann", {Ferrite = 10})
  eq(code_of(ann, "move", {from = "hangar", to = "hold", type = "Ferrite", quantity = 11}), "not_enough")
  eq(code_of(ann, "move", {from = "hangar", to = "hold", type = "Grain"}), "empty")
  eq(code_of(ann, "move", {from = "hangar", to = "hangar"}), "bad_argument")
  eq(code_of(ann, "move", {from = "attic", to = "hangar"}), "bad_argument")
  eq(code_of(ann, "move", {from = "hangar", to = "hold", type = "Ferrite", quantity = -1}), "bad_argument")
  eq(code_of(ann, "move", {from = "hangar", to = "hold", type = "Unobtainium"}), "no_type")
end

function test.in_a_station_only()
  local ann = dock.pilot "Ann"
  ann:run "undock"
  eq(code_of(ann, "move", {from = "hold", to = "hangar"}), "not_docked")
  eq(code_of(ann, "hangar"), "not_docked")
end

function test.a_container_keeps_things_together()
  local ann = dock.pilot("Ann", {["Small Crate"] = 1, Water = 20})
  local n = ann:run("container_open", {type = "Small Crate"}).container
  eq(dock.count(ann, "Small Crate", dock.hangar(ann)), 0)
  ok(ann:run("move", {from = "hangar", to = n, type = "Water", quantity = 13}))
  eq(code_of(ann, "move", {from = "hangar", to = n, type = "Water", quantity = 1}), "no_room")
  local list = ann:run("hangar")
  eq(list.containers[1].items, {{location = cargo.inside(n), type = "Water", quantity = 13}})
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
  local inside = dock.count(ann, "Water", cargo.inside(n))
  eq(inside + dock.count(ann, "Water", dock.hangar(ann)), 5)
  eq(store.get(cargo.key(ann.id, n)) ~= nil, inside > 0)
  eq(dock.count(ann, "Crate"), 1)
end
