local errand = require "errand"
local station = require "station"
require "autopilot"

local function undocked(name)
  local p = player(name)
  local at = player.station(p.id)
  local me = p:run("undock").ship
  return p, me, at, at == 1031 and 1032 or 1031
end

function test.to_dock_from_afar_flies_there_first()
  local ann, _, _, other = undocked "Ann"
  local answer = ann:run("dock", {station = other})
  eq(answer.on_the_way, true)
  eq(answer.id, other)
  eq(ann:last("errand").kind, "dock")
  advance(300)
  eq(player.station(ann.id), other)
  eq(ann:last("errand"), {}, "nothing is on its way any more")
  eq(ann:last("hangar").ships[1].type, "Wren")
end

function test.to_jump_from_afar_flies_there_first()
  local ann = undocked "Ann"
  eq(ann:run("jump", {gate = 1021}).on_the_way, true)
  advance(300)
  eq(system.population(), 0, "she has jumped")
end

function test.an_order_of_ones_own_ends_it()
  local ann, _, _, other = undocked "Ann"
  ann:run("dock", {station = other})
  ann:run "stop"
  eq(errand.of(ann.id), nil)
  eq(ann:last("errand"), {})
  advance(300)
  eq(player.station(ann.id), nil)
end

function test.the_last_one_counts()
  local ann, _, at, other = undocked "Ann"
  ann:run("dock", {station = other})
  advance(2)
  ann:run("jump", {gate = 1021})
  eq(errand.of(ann.id), {kind = "jump", id = 1021})
  ann:run("autopilot", {on = true})
  eq(errand.of(ann.id), {kind = "jump", id = 1021}, "there is no route to fly")
  ann:run("dock", {station = at})
  advance(300)
  eq(player.station(ann.id), at)
end

function test.it_begins_in_the_middle_of_a_warp()
  local ann, me, _, other = undocked "Ann"
  ok(ann:run("warp", {id = 1021}))
  advance(15)
  eq(space.get(me).mode, "tunnel")
  eq(ann:run("dock", {station = other}).on_the_way, true)
  advance(400)
  eq(player.station(ann.id), other)
end

function test.what_is_gone_ends_it()
  local ann, me = undocked "Ann"
  errand.kinds.visit = {words = "visit", range = function() return 100 end, act = function() return true end}
  local id = space.spawn {kind = "wreck", type = "Wren", name = "w", pos = system.celestial(1021).pos}
  ok(errand.start(ann.id, "visit", id))
  space.remove(id)
  advance(2)
  eq(errand.of(ann.id), nil)
  eq(ann:last("errand").text, "You do not visit: it is gone.")
  ok(space.exists(me))
end

function test.a_page_that_comes_again_hears_of_it()
  local ann, _, _, other = undocked "Ann"
  ann:run("dock", {station = other})
  ann:forget()
  emit("player_connected", ann.id)
  eq(ann:last("errand").kind, "dock")
end

function test.the_range_is_the_stations()
  local ann, _, _, other = undocked "Ann"
  local kept = station.dock_range
  station.dock_range = 1e9
  eq(ann:run("dock", {station = other}).station, other)
  station.dock_range = kept
end
