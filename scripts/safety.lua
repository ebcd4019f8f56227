-- The safety switch. In safe space nobody fires at another pilot, unless both have
-- switched their safety off: a duel, or a fleet battle at the doorstep. Elsewhere
-- it makes no difference.
--
-- It is on until a pilot switches it off, and kept with the character:
-- player.data(p).safety_off. While it is off, nobody gets out of a fight by the
-- switch: it stays off for safety.hold seconds of game time after the pilot has
-- last fired at another, or was last fired at. What is left of these when they go
-- to another system, or out of the game, is kept too (safety_hold).
local args = require "lib.args"
local safety = {}

safety.safe = 0.5 -- where security is at least this, space is safe
safety.hold = 60  -- s
safety.held = {}  -- by pilot: the game time from which on the switch obeys again

function safety.on(p)
  return not player.data(p).safety_off
end

-- May v fire at other? True, or nil with why not.
function safety.allows(v, other)
  if not v.pilot or not other or not other.pilot or system.security() < safety.safe then return true end
  if safety.on(v.pilot) then
    return nil, string.format("%s is safe space: to fire at a pilot here, switch your safety off", system.name())
  end
  if safety.on(other.pilot) then
    return nil, string.format("%s is safe space, and %s has the safety on", system.name(), player.name(other.pilot))
  end
  return true
end

-- v fires at other, whether it hits or not.
function safety.fired(v, other)
  if not v.pilot or not other or not other.pilot then return end
  safety.keep_off(v.pilot, "You fire at %s: your safety stays off until %d seconds after the last shot.", other.pilot)
  safety.keep_off(other.pilot, "%s fires at you: your safety stays off until %d seconds after the last shot.", v.pilot)
end

-- Holds a switch that is off; says so when the fight begins.
function safety.keep_off(p, text, opponent)
  if safety.on(p) then return end
  if safety.left(p) == 0 then
    player.send(p, "notice", {text = string.format(text, player.name(opponent), safety.hold)})
  end
  safety.held[p] = system.now() + safety.hold
end

-- The seconds for which the switch still stays off, 0 for none.
function safety.left(p)
  local left = (safety.held[p] or 0) - system.now()
  if left > 0 then return left end
  safety.held[p] = nil
  return 0
end

function safety.tell(p)
  player.send(p, "safety", {on = safety.on(p)})
end

-- What a pilot is told who has used the switch.
function safety.explain(p)
  local text = "Safety on: in safe space you fire at no pilot, and no pilot fires at you."
  if not safety.on(p) then
    text = "Safety off: in safe space, too, you may fire at pilots whose safety is off, and they at you."
  end
  player.send(p, "notice", {text = text})
end

-- safety{on=true|false} uses the switch; safety{} tells how it stands.
function command.safety(p, from)
  local on = args.get(from, "on")
  if on == nil then return {on = safety.on(p)} end
  if type(on) ~= "boolean" then args.refuse("on must be true or false") end
  if on == safety.on(p) then return {on = on} end
  if on and safety.left(p) > 0 then
    return nil, string.format("you are in a fight: you may switch your safety on in %d s", math.ceil(safety.left(p))), "aggressed"
  end
  player.data(p).safety_off = not on or nil
  safety.tell(p)
  safety.explain(p)
  return {on = on}
end

function event.pilot_ready(p)
  local data = player.data(p)
  if data.safety_hold then
    safety.held[p] = system.now() + data.safety_hold
    data.safety_hold = nil
  end
end

function event.player_connected(p)
  safety.tell(p)
end

function event.player_left(p)
  local left = safety.left(p)
  if left > 0 then player.data(p).safety_hold = left end
  safety.held[p] = nil
end

return safety
