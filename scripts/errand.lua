-- Errands: what a pilot asks for from afar is done when they get there. Whoever is
-- not near enough to dock, to jump or to take what a wreck holds is flown there, by
-- warp where it is far, and then it is done. An order of the pilot's own ends it.
--
-- A kind is a table, given to errand.kinds by the module that knows it:
--   range()     metres from its surface within which it can be done
--   act(p, id)  does it: true, or nil with why not
--   words       what it is called, for the pilot
-- player.data(p).errand = {kind=, id=} while one is on its way.
local flight = require "flight"
local errand = {}

errand.kinds = {}
errand.look = 1 -- s between looks whether one is there

function errand.of(p)
  local data = player.data(p)
  return data and data.errand
end

-- Sets out. What the command answers.
function errand.start(p, kind, id)
  emit("helm_taken", p)
  local e = {kind = kind, id = id}
  player.data(p).errand = e
  local ok, message = errand.go(p, e)
  if not ok then return nil, message end
  errand.tell(p, e)
  return {on_the_way = true, id = id, distance = space.distance(player.ship(p), id)}
end

-- Does the next thing; again and again until one is there.
function errand.go(p, e)
  if errand.of(p) ~= e then return true end
  local me = player.ship(p)
  local distance = me and space.distance(me, e.id)
  if not distance then return errand.drop(p, "it is gone") end
  local kind = errand.kinds[e.kind]
  if distance <= kind.range() then return errand.arrive(p, e, kind) end
  local ok, message = flight.towards(me, e.id)
  if not ok then return errand.drop(p, message) end
  after(errand.look, function() errand.go(p, e) end)
  return true
end

function errand.arrive(p, e, kind)
  player.data(p).errand = nil
  errand.tell(p)
  local ok, message = kind.act(p, e.id)
  if not ok then player.send(p, "notice", {text = message}) end
  return true
end

-- Gives it up; with a reason, that is told.
function errand.drop(p, why)
  local e = errand.of(p)
  if not e then return nil, why end
  player.data(p).errand = nil
  errand.tell(p, nil, why and string.format("You do not %s: %s.", errand.kinds[e.kind].words, why))
  return nil, why
end

-- Tells the pilot what is on its way: nothing where no errand is given.
function errand.tell(p, e, text)
  player.send(p, "errand", {kind = e and e.kind, id = e and e.id, words = e and errand.kinds[e.kind].words, text = text})
end

function event.helm_taken(p)
  errand.drop(p)
end

-- Nobody who has just come, by login or through a gate, is on an errand here.
function event.player_entered(p)
  player.data(p).errand = nil
end

function event.player_connected(p)
  errand.tell(p, errand.of(p))
end

return errand
