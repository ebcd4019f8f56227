local pilot = require "pilot"
require "station"

function test.a_new_character_starts_docked_with_a_rookie_ship()
  local ann = player "Ann"
  local at = player.station(ann.id)
  eq(system.celestial(at).kind, "station")
  eq(player.data(ann.id).ship.type, pilot.rookie)
  eq(player.data(ann.id).ship.name, "Ann's " .. pilot.rookie)
  eq(player.ship(ann.id), nil)
end

function test.a_login_is_greeted()
  local ann = player "Ann"
  ok(string.find(ann:last("notice").text, "Welcome, Ann. You are docked at Alpha II", 1, true))
end

function test.somebody_with_a_place_keeps_it()
  local ann = player "Ann"
  ann:run "undock"
  local before = player.ship(ann.id)
  emit("player_entered", ann.id, "restore")
  eq(player.ship(ann.id), before)
end

function test.the_hull_is_kept()
  local ann = player "Ann"
  player.data(ann.id).ship = {type = "Stiletto", name = "Needle"}
  ann:run "undock"
  eq(space.get(player.ship(ann.id)).type, "Stiletto")
  eq(space.get(player.ship(ann.id)).name, "Needle")
end

function test.a_docked_pilot_gives_no_orders_to_a_ship()
  local ann = player "Ann"
  local refusal = fails(function() pilot.in_space(ann.id) end)
  eq(refusal.code, "docked")
end

function test.without_a_station_one_starts_in_space_by_a_planet()
  local ann = player "Ann"
  ann:run "undock"
  local old = player.ship(ann.id)
  player.set_ship(ann.id, nil)
  space.remove(old)
  local planet = system.celestials("planet")[1]
  local id = pilot.launch(ann.id, planet.pos)
  eq(player.ship(ann.id), id)
  eq(space.get(id).owner, ann.id)
end
