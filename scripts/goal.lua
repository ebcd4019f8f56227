-- A new pilot's first goal: out of the station, to where a pirate lurks, beat it, take
-- what its wreck holds, and home. One step at a time is on the screen; it is kept with
-- the character, and gone when it is done or put away.
--
-- player.data(p).goal is the number of the step, false when there is none any more.
local args = require "lib.args"
local pirates = require "pirates"
local goal = {}

-- text: what to do; target(p): the id of what to do it with, if that is one thing;
-- order: the command that does it.
goal.steps = {
  {name = "undock", text = "Your first hunt: leave the station. Your ship is ready.", order = "undock"},
  {name = "find", text = "Pirates lurk not far from here. Warp there and wait a moment.", order = "warp",
    target = function() return pirates.lairs()[1] and pirates.lairs()[1].id end},
  {name = "beat", text = "A Jackal will come for you. Select it, lock it, and switch your guns on with the keys 1 and 2."},
  {name = "loot", text = "Well fought. Select the wreck and take what it holds.", order = "loot"},
  {name = "home", text = "Now bring it home: dock at a station.", order = "dock"},
}
goal.done_text = "Your first hunt is done. Other ships wait in the station's yard; in darker systems there is more to win."

function goal.step(p)
  local data = player.data(p)
  if not data or data.goal == false then return nil end
  return data.goal or 1
end

-- Tells the pilot the step they are at: {} where there is none.
function goal.show(p)
  local number = goal.step(p)
  local step = number and goal.steps[number]
  if not step then return player.send(p, "goal", {}) end
  player.send(p, "goal", {step = number, of = #goal.steps, name = step.name, text = step.text, order = step.order,
    id = step.target and step.target(p)})
end

-- Somebody has done what a step asks for; earlier ones are left out. Steps from
-- `after` on count only where that one has come.
function goal.reach(p, name, after)
  local now = goal.step(p)
  if not now then return end
  for number, step in ipairs(goal.steps) do
    if step.name == after and now <= number then return end
    if step.name == name and now <= number then return goal.set(p, number + 1) end
  end
end

function goal.set(p, number)
  player.data(p).goal = goal.steps[number] and number or false
  goal.show(p)
  if not goal.steps[number] then player.send(p, "notice", {text = goal.done_text}) end
end

-- goal{} tells, goal{off=true} puts it away.
function command.goal(p, from)
  if args.get(from, "off") == true then player.data(p).goal = false end
  goal.show(p)
  return {step = goal.step(p) or 0, of = #goal.steps}
end

function event.player_connected(p)
  goal.show(p)
end

-- In another system the place to warp to is another.
function event.player_arrived(p)
  goal.show(p)
end

function event.ship_launched(_, p)
  goal.reach(p, "undock")
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
  goal.reach(p, "home", "beat")
end

return goal
