local dock = require "testing.dock"
local loot = require "loot"
require "cargo"
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

function test.a_move_asked_twice_is_one()
  local ann = dock.pilot("Ann", {Water = 20})
  local ask = {from = "hangar", to = "hold", type = "Water", quantity = 5, key = "m1"}
  local moved = ann:run("move", ask)
  eq(ann:run("move", ask), moved)
  eq(dock.count(ann, "Water", loot.place), 5)
  ask.quantity = 6
  eq(code_of(ann, "move", ask), "key_used")
end
