local route = require "route"
local ship = require "ship"
local vec = require "lib.vec"
require "station"

-- A player whose ship is so many metres off the surface of Alpha's gate.
local function at_gate(metres)
  local ann = player "Ann"
  ann:run "undock"
  local p = ann.id
  space.remove(player.ship(p))
  local gate = system.celestial(1021)
  local pos = vec.add(gate.pos, vec.new(gate.radius + metres + types.get("Wren").radius, 0, 0))
  player.set_ship(p, ship.spawn {type = "Wren", owner = p, pos = pos})
  return ann
end

function test.a_route_is_planned_and_told()
  local ann = player "Ann"
  eq(ann:run("route", {to = "Delta"}), {systems = {"Beta", "Gamma", "Delta"}, jumps = 3, gate = 1021, to = "Delta"})
  eq(ann:run("route").jumps, 3)
  eq(ann:run("route", {to = ""}).jumps, 0)
end

function test.a_route_to_nowhere_is_refused()
  local ann = player "Ann"
  local result, message = ann:run("route", {to = "Atlantis"})
  eq(result, nil)
  ok(message)
end

function test.a_jump_from_afar_begins_with_the_way_there()
  local ann = at_gate(4000)
  eq(ann:run("jump", {gate = 1021}), {on_the_way = true, id = 1021, distance = 4000})
  eq(system.population(), 1)
  advance(30)
  eq(system.population(), 0)
end

function test.jump_needs_a_gate()
  local ann = at_gate(1000)
  local _, message = ann:run("jump", {gate = 1011})
  eq(message, "that is no gate of Alpha")
  _, message = ann:run "jump"
  eq(message, "name a gate, or set a route first")
end

function test.jump_leaves_the_system()
  local ann = at_gate(1000)
  eq(ann:run("jump", {gate = 1021}), {to = "Beta"})
  advance(1)
  eq(#system.players(), 0)
end

function test.jump_takes_the_gate_of_the_route()
  local ann = at_gate(1000)
  ann:run("route", {to = "Gamma"})
  eq(ann:run("jump").to, "Beta")
end

function test.arriving_shortens_the_route()
  local ann = player "Ann"
  player.data(ann.id).route = {"Alpha", "Beta"}
  emit("player_arrived", ann.id, "Zeta", 1021)
  eq(player.data(ann.id).route, {"Beta"})
  eq(ann:last("route").jumps, 1)
  player.data(ann.id).route = {"Alpha"}
  emit("player_arrived", ann.id, "Zeta", 1021)
  eq(player.data(ann.id).route, nil)
end

function test.leaving_the_route_plans_it_anew()
  local ann = player "Ann"
  player.data(ann.id).route = {"Gamma", "Delta"}
  emit("player_arrived", ann.id, "Zeta", 1021)
  eq(player.data(ann.id).route, {"Beta", "Gamma", "Delta"})
end

function test.find_completes_names()
  local ann = player "Ann"
  eq(ann:run("find", {text = "Ga"}), {"Gamma"})
end

function test.map_shows_the_neighbourhood()
  local ann = player "Ann"
  local map = ann:run("map", {jumps = 2})
  eq(#map.systems, 3)
  eq(map.systems[1].name, "Alpha")
  eq(map.systems[2].name, "Beta")
  eq(map.systems[2].jumps, 1)
  eq(map.systems[3].name, "Gamma")
  eq(map.more, false)
  eq(ann:run("map", {around = "Delta", jumps = 0}).systems[1].region, "Proving Ground")
  local _, message = ann:run("map", {around = "Atlantis"})
  eq(message, "there is no system called Atlantis")
end

function test.map_is_bounded()
  local before = route.map_systems
  route.map_systems = 2
  local list, more = route.around(universe.system("Alpha"), 3)
  route.map_systems = before
  eq(#list, 2)
  eq(more, true)
end
