-- Getting from system to system: gates, routes, the map around.
--
-- A pilot's route is kept in player.data(p).route: the names of the systems
-- still ahead, the next one first.
local args = require "lib.args"
local errand = require "errand"
local pilot = require "pilot"
local route = {}

route.jump_range = 2500 -- metres from the surface of a gate
route.map_jumps = 10    -- how far the map may be asked for
route.map_systems = 250 -- and how much of it at once

-- The gate of this system that leads to the named one, or nil.
function route.gate_to(name)
  for _, gate in ipairs(system.celestials("gate")) do
    if gate.dest_name == name then return gate end
  end
end

-- The gate the pilot's route goes through next, or nil.
function route.next_gate(p)
  local ahead = player.data(p).route
  if ahead and ahead[1] then return route.gate_to(ahead[1]) end
end

-- What a player is told of their route.
function route.describe(p)
  local ahead = player.data(p).route or {}
  local gate = route.next_gate(p)
  return {systems = ahead[1] and ahead, jumps = #ahead, gate = gate and gate.id, to = ahead[#ahead]}
end

-- Is the ship near enough to use the gate?
function route.reaches(me, gate)
  return space.distance(me, gate.id) <= route.jump_range
end

-- The gate a pilot names or, without a name, that of their route.
function route.find(p, from)
  if args.get(from, "gate") == nil then
    return route.next_gate(p) or error {code = "no_gate", message = "name a gate, or set a route first"}
  end
  local gate = system.celestial(args.id(from, "gate"))
  if not gate or gate.kind ~= "gate" then error {code = "no_gate", message = "that is no gate of " .. system.name()} end
  return gate
end

errand.kinds.jump = {
  words = "jump",
  range = function() return route.jump_range end,
  act = function(p, id) return player.jump(p, id) end,
}

-- jump{gate=}: at once within route.jump_range; from afar one is flown there first
-- (errand.lua), and the answer has on_the_way.
function command.jump(p, from)
  local me = pilot.in_space(p)
  local gate = route.find(p, from)
  if not route.reaches(me, gate) then return errand.start(p, "jump", gate.id) end
  local ok, message = player.jump(p, gate.id)
  if not ok then return nil, message end
  return {to = gate.dest_name}
end

-- route{to="Name"} plans, route{} tells, route{to=""} forgets.
function command.route(p, from)
  local data = player.data(p)
  if args.get(from, "to") == nil then return route.describe(p) end
  if args.get(from, "to") == "" then
    data.route = nil
    return route.describe(p)
  end
  local systems, message = universe.route(system.name(), args.text(from, "to", 80))
  if not systems then return nil, message, "no_route" end
  if systems[1] == system.name() then table.remove(systems, 1) end
  data.route = systems
  return route.describe(p)
end

-- Who comes out of a gate has one system less ahead, or has left the route.
function event.player_arrived(p)
  local ahead = player.data(p).route
  if not ahead then return end
  if ahead[1] == system.name() then
    table.remove(ahead, 1)
  elseif ahead[1] and not route.gate_to(ahead[1]) then
    ahead = universe.route(system.name(), ahead[#ahead]) or {}
    table.remove(ahead, 1)
  end
  player.data(p).route = ahead[1] and ahead or nil
  player.send(p, "route", route.describe(p))
end

function event.player_connected(p)
  player.send(p, "route", route.describe(p))
end

-- find{text="Ji"}: the systems whose names begin so.
function command.find(_, from)
  return universe.find(args.text(from, "text", 80), 20)
end

-- map{jumps=N, around="Name"}: the systems within so many jumps, nearest first.
-- `more` says that there are others that did not fit.
function command.map(_, from)
  local jumps = args.number(from, "jumps", 0, route.map_jumps, 2)
  local around = args.get(from, "around") == nil and system.name() or args.text(from, "around", 80)
  local start = universe.system(around) or error {code = "no_system", message = "there is no system called " .. around}
  local list, more = route.around(start, jumps)
  return {systems = list, more = more}
end

-- A walk through the gates, one ring of neighbours after the other.
function route.around(start, jumps)
  local list, seen = {start}, {[start.name] = true}
  start.jumps = 0
  for _, here in ipairs(list) do
    if here.jumps == jumps then return list, false end
    for _, name in ipairs(here.neighbours) do
      if not seen[name] then
        if #list == route.map_systems then return list, true end
        local next_one = universe.system(name)
        seen[name], next_one.jumps = true, here.jumps + 1
        list[#list + 1] = next_one
      end
    end
  end
  return list, false
end

return route
