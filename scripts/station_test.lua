local ship = require "ship"
local station = require "station"
local vec = require "lib.vec"
require "flight"

function test.undock_puts_the_ship_outside()
  local ann = player "Ann"
  local at = player.station(ann.id)
  local answer = ann:run "undock"
  eq(answer.ship, player.ship(ann.id))
  eq(player.station(ann.id), nil)
  ok(space.distance(answer.ship, at) < station.dock_range)
end

function test.the_hangar_is_shown()
  local ann = player "Ann"
  advance(0.2)
  eq(ann:last("hangar").ships, {{type = "Wren", name = "Ann's Wren"}})
  eq(#ann:last("hangar").items, 5)
end

function test.undock_twice_is_refused()
  local ann = player "Ann"
  ann:run "undock"
  local _, message, code = ann:run "undock"
  eq(message, "you are not docked")
  eq(code, "not_docked")
end

function test.dock_beside_the_station()
  local ann = player "Ann"
  local at = player.station(ann.id)
  local me = ann:run("undock").ship
  eq(ann:run("dock", {station = at}), {station = at, name = system.celestial(at).name})
  eq(player.station(ann.id), at)
  eq(player.ship(ann.id), nil)
  eq(space.exists(me), false)
end

function test.dock_takes_the_nearest_where_none_is_named()
  local ann = player "Ann"
  local at = player.station(ann.id)
  ann:run "undock"
  eq(ann:run("dock").station, at)
end

function test.dock_wants_a_station()
  local ann = player "Ann"
  ann:run "undock"
  local _, message = ann:run("dock", {station = 1011})
  eq(message, "there is no such station in Alpha")
end

function test.docking_a_docked_ship_is_refused()
  local ann = player "Ann"
  local _, message = ann:run "dock"
  eq(message, "you are docked: undock first")
end

function test.a_long_way_home()
  local ann = player "Ann"
  local at = player.station(ann.id)
  local me = ann:run("undock").ship
  ok(ann:run("warp", {id = 1021}))
  advance(180)
  ok(ann:run("warp", {id = at}))
  advance(180)
  ok(ann:run("approach", {id = at}))
  advance(120)
  ok(space.distance(me, at) < station.dock_range, "distance " .. space.distance(me, at))
  ok(ann:run("dock", {station = at}))
end

function test.nearest()
  local me = ship.spawn {type = "Wren", pos = vec.add(system.celestial(1032).pos, vec.new(0, 9e3, 0))}
  eq(station.nearest(me).id, 1032)
end
