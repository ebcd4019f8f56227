-- A new pilot's first hour: out of the station, a look around, a first hunt and home; then what
-- was won is sold, an agent has work, there is another system, and there are others. One step at
-- a time is on the screen. It is kept with the character, and gone when all is done or when it is
-- put away.
--
-- Whoever does what a step asks for is past it and all before it; what may be done at any time
-- (any) is remembered instead, and not asked for again. So nobody is told to do what they have
-- done, in whatever order they do it.
--
-- player.data(p).goal is the number of the step, false when there is none any more;
-- player.data(p).done = {name = true} for what was done before its time.
local args = require "lib.args"
local flight = require "flight"
local modules = require "modules"
local pilot = require "pilot"
local pirates = require "pirates"
local vessel = require "vessel"
local goal = {}

goal.look = 3    -- s between looks at a step whose words follow what happens
goal.thin = 0.35 -- of a shield: below that a pilot is told of it
goal.told = {}   -- by player: the words they were shown last

-- The station nearest to a pilot who is in space.
function goal.station(p)
  local me, best, nearest = player.ship(p), nil, nil
  for _, c in ipairs(me and system.celestials("station") or {}) do
    local d = space.distance(me, c.id)
    if d and (not nearest or d < nearest) then best, nearest = c.id, d end
  end
  return best
end

-- What is to be done now in the first fight.
function goal.fight(p)
  if not player.ship(p) then return "A Jackal will come for you. Undock, and warp to where they lurk." end
  if pilot.hull(p).type == pilot.capsule then return "Your ship is gone, and you are in your pod. Dock: the station lends you another, as often as it takes." end
  local v = vessel.of(player.ship(p))
  local locked, firing = false, false
  for _, lock in pairs(v.locks) do locked = locked or lock.done end
  for _, m in ipairs(modules.of(v)) do firing = firing or m.on and m.target ~= nil end
  if firing and vessel.condition(v) < goal.thin then return "Your shield is thin. Keep firing if the Jackal is worse off than you; else select the station and warp away." end
  if firing then return "Keep it in range: select it and press W to orbit. Its shield, armour and hull go down one after the other." end
  if locked then return "It is locked. Switch your guns on with the keys 1 and 2." end
  return "A Jackal will come for you. Select it and lock it with L."
end

-- name; text: what to do, or text(p); target(p): the id of what to do it with, if that is one
-- thing; order: the command that does it, or the window in which it is done; help: the topic that
-- tells more (help.lua); live: the words follow what happens.
goal.steps = {
  {name = "undock", text = "Welcome. Your ship is ready: leave the station.", order = "undock", help = "flying"},
  {name = "look", text = "The overview lists all that is here. Select the station and look at it with V. Drag to turn the camera.", order = "look", target = goal.station, help = "looking"},
  {name = "fly", text = "Now fly: double-click into space, or select something and press Q to approach or W to orbit.", order = "orbit", target = goal.station, help = "flying"},
  {name = "find", text = "Your first hunt: pirates lurk not far from here. Warp there and wait a moment.", order = "warp", help = "warp",
    target = function() return pirates.lairs()[1] and pirates.lairs()[1].id end},
  {name = "beat", text = goal.fight, live = true, help = "fighting"},
  {name = "loot", text = "Well fought. Select the wreck and take what it holds.", order = "loot", help = "fighting"},
  {name = "home", text = "Now bring it home: dock at a station.", order = "dock", help = "flying"},
  {name = "sell", any = true, text = "What is in your hold can be sold: open Cargo, choose it, and Sell. Those who dig sell ore in the same way.", order = "cargo", help = "money"},
  {name = "mission", any = true, text = "Every station has an agent with work that pays. Take a mission.", order = "agents", help = "missions"},
  {name = "jump", any = true, text = "There are thousands of systems. Choose one on the map, and follow the route through a gate.", order = "map", help = "travel"},
  {name = "company", any = true, text = "Nobody has to fly alone: say something, or invite somebody to your fleet.", order = "fleet", help = "company"},
}
goal.done_text = "That was your first hour. Other ships wait in the station's yard; in darker systems there is more to win."
goal.hunt_text = "Your first hunt is done."

function goal.step(p)
  local data = player.data(p)
  if not data or data.goal == false then return nil end
  return data.goal or 1
end

-- Is the step of a name still ahead, or the one there is? True, or nil.
function goal.before(number, name)
  for i = number or math.huge, #goal.steps do
    if goal.steps[i].name == name then return true end
  end
end

function goal.at(p, name)
  local step = goal.steps[goal.step(p) or 0]
  return step ~= nil and step.name == name
end

-- Tells the pilot the step they are at: {} where there is none.
function goal.show(p)
  local number = goal.step(p)
  local step = number and goal.steps[number]
  flight.watched[p] = goal.before(number, "fly")
  if not step then return player.send(p, "goal", {}) end
  local text = type(step.text) == "function" and step.text(p) or step.text
  player.send(p, "goal", {step = number, of = #goal.steps, name = step.name, text = text, order = step.order,
    id = step.target and step.target(p), help = step.help})
  if step.live and not goal.told[p] then after(goal.look, function() goal.watch(p) end) end
  goal.told[p] = step.live and text or nil
end

-- Looks again whether the words of a live step are others now.
function goal.watch(p)
  local told, step = goal.told[p], goal.steps[goal.step(p) or 0]
  goal.told[p] = nil
  if not told or not step or not step.live then return end
  if step.text(p) ~= told then return goal.show(p) end
  goal.told[p] = told
  after(goal.look, function() goal.watch(p) end)
end

-- Somebody has done what a step asks for. Steps from `after` on count only where that one has
-- come.
function goal.reach(p, name, after)
  local now = goal.step(p)
  if not now then return end
  for number, step in ipairs(goal.steps) do
    if step.name == after and now <= number then return end
    if step.name == name and now <= number then
      if step.any and now < number then return goal.remember(p, name) end
      return goal.set(p, number + 1)
    end
  end
end

function goal.remember(p, name)
  local done = player.data(p).done or {}
  done[name] = true
  player.data(p).done = done
end

function goal.set(p, number)
  local data = player.data(p)
  while goal.steps[number] and (data.done or {})[goal.steps[number].name] do number = number + 1 end
  data.goal = goal.steps[number] and number or false
  goal.show(p)
  if goal.steps[number] then return end
  data.done = nil
  emit("goal_done", p)
  player.send(p, "notice", {text = goal.done_text})
end

-- goal{} tells; goal{skip=true} leaves a step out, goal{off=true} puts all away, and
-- goal{again=true} begins anew.
function command.goal(p, from)
  local number, data = goal.step(p), player.data(p)
  if args.get(from, "off") == true then data.goal = false end
  if args.get(from, "again") == true then data.goal, data.done = nil, nil end
  if args.get(from, "skip") == true and number then
    goal.set(p, number + 1)
  else
    goal.show(p)
  end
  return {step = goal.step(p) or 0, of = #goal.steps}
end

function event.player_connected(p)
  goal.show(p)
end

-- In another system the place to warp to is another.
function event.player_arrived(p)
  goal.reach(p, "jump")
  goal.show(p)
end

function event.player_left(p)
  goal.told[p], flight.watched[p] = nil, nil
end

function event.ship_launched(_, p)
  goal.reach(p, "undock")
end

function event.looked(p)
  goal.reach(p, "look")
end

function event.flown(p)
  goal.reach(p, "fly")
end

function event.warp_landed(id)
  local thing = space.get(id)
  local p = thing and thing.owner
  if p and player.ship(p) == id and goal.step(p) and pirates.belt(id) then goal.reach(p, "find") end
end

function event.ship_lost(v, by)
  if by and by.pilot and not v.pilot then goal.reach(by.pilot, "beat") end
end

function event.looted(p)
  goal.reach(p, "loot", "beat")
end

function event.pilot_docked(p)
  local hunted = goal.at(p, "loot") or goal.at(p, "home")
  goal.reach(p, "home", "beat")
  if hunted then player.send(p, "notice", {text = goal.hunt_text}) end
end

function event.offered(p)
  goal.reach(p, "sell")
end

function event.mission_accepted(p)
  goal.reach(p, "mission")
end

function event.said(p)
  goal.reach(p, "company")
end

function event.fleet_met(p)
  goal.reach(p, "company")
end

return goal
