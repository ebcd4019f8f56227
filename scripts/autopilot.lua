-- The autopilot flies a pilot along their route: warp to the gate, approach it,
-- jump, and again in the next system. It acts only when something happened (a
-- warp ended, a ship arrived, a system was entered), and lets go as soon as the
-- pilot gives an order of their own. Switched on in the middle of a warp, it goes
-- on when that has ended.
--
-- On for those with player.data(p).autopilot.
local args = require "lib.args"
local flight = require "flight"
local pilot = require "pilot"
local route = require "route"
local autopilot = {}

function autopilot.off(p, why)
  if not player.data(p).autopilot then return end
  player.data(p).autopilot = nil
  player.send(p, "autopilot", {on = false, text = why})
end

-- Does the next thing on the way to the next gate.
function autopilot.go(p)
  local me = player.ship(p)
  if not me then return autopilot.off(p, "Autopilot off: no ship to fly.") end
  local gate = route.next_gate(p)
  if not gate then return autopilot.off(p, "Autopilot off: you have arrived.") end
  local ok, message
  if route.reaches(me, gate) then
    ok, message = player.jump(p, gate.id)
  else
    ok, message = flight.towards(me, gate.id)
  end
  if not ok then autopilot.off(p, "Autopilot off: " .. message .. ".") end
end

-- Goes on, if it is the autopilot that flies this ship.
function autopilot.continue(id)
  local thing = space.get(id)
  local p = thing and thing.owner
  if p and player.ship(p) == id and player.data(p).autopilot then autopilot.go(p) end
end

-- autopilot{on=true|false}; without it the other way round.
function command.autopilot(p, from)
  local data = player.data(p)
  local on = not data.autopilot
  if args.get(from, "on") ~= nil then on = from.on == true end
  if not on then
    autopilot.off(p, "Autopilot off.")
    return {on = false}
  end
  pilot.in_space(p)
  if not route.next_gate(p) then error {code = "no_route", message = "set a route first"} end
  data.autopilot = true
  autopilot.go(p)
  return {on = data.autopilot == true}
end

function event.helm_taken(p)
  autopilot.off(p, "Autopilot off: you have the helm.")
end

function event.warp_landed(id)
  autopilot.continue(id)
end

function event.ship_arrived(id)
  autopilot.continue(id)
end

-- Nobody is flown anywhere who has just come back.
function event.player_entered(p, reason)
  if reason ~= "jump" then player.data(p).autopilot = nil end
end

function event.player_arrived(p)
  if player.data(p).autopilot then autopilot.go(p) end
end

function event.player_connected(p)
  player.send(p, "autopilot", {on = player.data(p).autopilot == true})
end

return autopilot
