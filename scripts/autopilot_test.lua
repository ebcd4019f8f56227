local autopilot = require "autopilot"
require "station"

local function flying(name)
  local p = player(name)
  p:run "undock"
  return p
end

function test.it_flies_to_the_gate_and_jumps()
  local ann = flying "Ann"
  ann:run("route", {to = "Beta"})
  eq(ann:run("autopilot", {on = true}), {on = true})
  advance(300)
  eq(system.population(), 0, "she has jumped")
end

function test.it_needs_a_route()
  local ann = flying "Ann"
  local _, message, code = ann:run("autopilot", {on = true})
  eq(message, "set a route first")
  eq(code, "no_route")
end

function test.an_order_of_the_pilot_takes_the_helm()
  local ann = flying "Ann"
  ann:run("route", {to = "Beta"})
  ann:run "autopilot"
  ann:run "stop"
  eq(player.data(ann.id).autopilot, nil)
  eq(ann:last("autopilot").on, false)
  advance(300)
  eq(system.population(), #system.players())
  eq(system.population(), 1)
end

function test.it_ends_where_the_route_ends()
  local ann = flying "Ann"
  player.data(ann.id).autopilot = true
  autopilot.go(ann.id)
  advance(1)
  eq(ann:last("autopilot"), {on = false, text = "Autopilot off: you have arrived."})
end

function test.it_can_be_switched_off()
  local ann = flying "Ann"
  ann:run("route", {to = "Beta"})
  ann:run("autopilot", {on = true})
  eq(ann:run("autopilot", {on = false}), {on = false})
  eq(ann:run("autopilot").on, true, "and on again")
end

function test.it_is_off_after_a_login()
  local ann = flying "Ann"
  player.data(ann.id).autopilot = true
  emit("player_entered", ann.id, "jump")
  eq(player.data(ann.id).autopilot, true)
  emit("player_entered", ann.id, "login")
  eq(player.data(ann.id).autopilot, nil)
end

function test.switched_on_in_a_warp_it_goes_on_afterwards()
  local ann = flying "Ann"
  ann:run("route", {to = "Beta"})
  ann:run("warp", {id = 1011})
  advance(15)
  eq(space.get(player.ship(ann.id)).mode, "tunnel")
  eq(ann:run("autopilot", {on = true}), {on = true})
  advance(400)
  eq(system.population(), 0, "she has jumped")
end

function test.a_page_that_comes_again_hears_of_it()
  local ann = flying "Ann"
  ann:run("route", {to = "Beta"})
  ann:run("autopilot", {on = true})
  ann:forget()
  emit("player_connected", ann.id)
  eq(ann:last("autopilot").on, true)
  eq(ann:last("route").to, "Beta")
end
