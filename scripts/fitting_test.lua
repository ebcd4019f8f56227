local fitting = require "fitting"
local pilot = require "pilot"
require "station"
require "dockyard"

function test.every_usual_fit_fits()
  for type, list in pairs(fitting.usual) do
    ok(types.get(type), type)
    local fits, message = fitting.fits(type, list)
    ok(fits, message)
  end
end

function test.too_many_modules_do_not_fit()
  local _, message = fitting.fits("Wren", {"Light Railgun", "Light Railgun", "Light Railgun"})
  eq(message, "Wren has 2 high slots, these modules take 3")
end

function test.unknown_modules_do_not_fit()
  local _, message = fitting.fits("Wren", {"Doomsday Device"})
  eq(message, "there is no module called Doomsday Device")
  _, message = fitting.fits("Wren", {"Wren"})
  eq(message, "there is no module called Wren")
end

function test.a_ship_is_refitted_in_a_station()
  local ann = player "Ann"
  eq(#ann:run("fit").modules, 5)
  local answer = ann:run("fit", {modules = {"Light Autocannon", "Light Launcher"}})
  eq(answer, {ship = "Wren", modules = {"Light Autocannon", "Light Launcher"}})
  eq(#ann:run("fit").modules, 2)
  ann:run "undock"
  local _, message, code = ann:run("fit", {modules = {}})
  eq(message, "a ship is refitted in a station")
  eq(code, "not_docked")
end

function test.who_docked_in_a_pod_refits_a_rookie_ship()
  local ann = player "Ann"
  player.data(ann.id).ship = {type = pilot.capsule, name = "pod"}
  eq(ann:run("fit", {modules = {"Light Launcher"}}), {ship = pilot.rookie, modules = {"Light Launcher"}})
end

function test.nonsense_is_refused()
  local ann = player "Ann"
  local _, message = ann:run("fit", {modules = {5}})
  eq(message, "modules must be a list of module names")
  _, message = ann:run("fit", {modules = {"Heavy Railgun", "Heavy Railgun", "Heavy Railgun"}})
  eq(message, "Wren has 2 high slots, these modules take 3")
end

function test.a_refit_is_shown()
  require "station"
  local ann = player "Ann"
  ann:forget()
  ann:run("fit", {modules = {"Light Launcher"}})
  advance(0.2)
  eq(ann:last("hangar").items, {{type = "Light Launcher", quantity = 1, location = "fitted"}})
end
