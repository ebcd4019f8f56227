local pilot = require "pilot"
local yard = require "yard"
require "dockyard"
require "fitting"

function test.it_lists_what_pilots_fly_and_fit()
  local ann = player "Ann"
  local list = ann:run "yard"
  local names = {}
  for _, s in ipairs(list.ships) do names[s.type] = s end
  eq(names.Halberd.group, "cruiser")
  eq(names.Halberd.high, 5)
  eq(names.Capsule, nil)
  eq(names["Jackal Scout"], nil)
  local launcher
  for _, m in ipairs(list.modules) do
    if m.type == "Light Launcher" then launcher = m end
  end
  eq(launcher, {type = "Light Launcher", group = "launcher", slot = "high", lent = true})
end

function test.another_ship()
  local ann = player "Ann"
  ann:run("fit", {modules = {"Light Launcher"}})
  eq(ann:run("board", {type = "stiletto"}), {ship = "Stiletto"})
  eq(pilot.hull(ann.id), {type = "Stiletto", name = "Ann's Stiletto"})
  eq(ann:last("hangar").ships[1].type, "Stiletto")
  local id = ann:run("undock").ship
  eq(space.get(id).type, "Stiletto")
end

function test.the_large_ones_are_not_lent()
  local ann = player "Ann"
  local _, message, code = ann:run("board", {type = "Halberd"})
  eq(message, "the yard lends no Halberd: buy or build one, assemble it, and board it by its number")
  eq(code, "not_lent")
  _, message, code = ann:run("fit", {modules = {"Medium Railgun"}})
  ok(string.find(message, "the yard lends no Medium Railgun", 1, true))
  eq(code, "not_lent")
end

function test.not_just_anything()
  local ann = player "Ann"
  for _, name in ipairs {"Jackal Scout", "Capsule", "Light Launcher", "Atlantis"} do
    local _, _, code = ann:run("board", {type = name})
    eq(code, "no_ship", name)
  end
end

function test.in_a_station_only()
  local ann = player "Ann"
  ann:run "undock"
  local _, message, code = ann:run("board", {type = "Halberd"})
  eq(message, "you can do that in a station only")
  eq(code, "not_docked")
  _, _, code = ann:run "yard"
  eq(code, "not_docked")
  ok(yard)
end
