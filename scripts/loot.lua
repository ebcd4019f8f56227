-- Loot: what a wreck holds (loss.lua says what that is), and taking it. What is taken
-- goes into the hold: items of the pilot's at loot.place.
local errand = require "errand"
local flight = require "flight"
local pilot = require "pilot"
local ship = require "ship"
local loot = {}

loot.range = 2500   -- metres from a wreck's surface
loot.place = "hold" -- the location of the items
loot.keeper = "wrecks" -- who has, in the books, what was a pilot's and floats
loot.most = 99      -- stacks that change hands at once
loot.wrecks = {}    -- by the wreck's id: a list of {type=, quantity=}; with place= jetsam.lua's

-- What a pilot has in the hold.
function loot.hold(p)
  local list = {}
  for _, item in ipairs(items.list(p, loot.place)) do
    list[#list + 1] = {type = item.type, quantity = item.quantity}
  end
  return list
end

function loot.show(p)
  player.send(p, "hold", {items = loot.hold(p)})
end

-- Where the books have what floats in a wreck.
function loot.berth(id)
  return string.format("wreck %s %s", system.name(), id)
end

-- A stack that leaves the keeper of wrecks; what was lent out with the ship is nobody's
-- before somebody takes it.
function loot.change(p, place, item)
  if not item.kept then return {give = p, type = item.type, n = item.quantity, location = loot.place, from = "loot"} end
  return {move = loot.keeper, type = item.type, n = item.quantity, location = place, to = p, to_location = loot.place}
end

-- What the books have in wrecks of this system that are not there, as after a crash, is gone
-- with them; a wreck that is there has it.
function loot.recover()
  local before = loot.berth("")
  for _, place in ipairs(items.places(loot.keeper, before, 1000)) do
    local id, list = tonumber(string.sub(place, #before + 1)), {}
    for i, item in ipairs(items.kept(loot.keeper, place)) do list[i] = {type = item.type, quantity = item.quantity, kept = true} end
    if not id or not space.exists(id) then
      loot.decay(id or string.sub(place, #before + 1), list)
    elseif not loot.wrecks[id] then
      loot.wrecks[id] = list
    end
  end
end

reload.first(function()
  after(1, function() loot.recover() end)
end)

-- What nobody took goes with the wreck.
function loot.decay(id, list)
  local moves = {}
  for _, item in ipairs(list) do
    if item.kept then moves[#moves + 1] = {take = loot.keeper, type = item.type, n = item.quantity, location = loot.berth(id), to = "wreck gone"} end
    if #moves == loot.most then
      store.transact(moves, {cause = "wreck gone"})
      moves = {}
    end
  end
  if moves[1] then store.transact(moves, {cause = "wreck gone"}) end
end

function event.ship_removed(id)
  local list = loot.wrecks[id]
  loot.wrecks[id] = nil
  if list and not list.place then loot.decay(id, list) end
end

-- How much goes into the hold of a pilot's ship, in m3.
function loot.capacity(p)
  return ship.type(pilot.hull(p).type).cargo
end

-- The room that a stack takes, in m3.
function loot.volume(item)
  local t = types.get(item.type)
  return t and t.volume * item.quantity or 0
end

-- Puts of a wreck's list into the hold what finds room there, all at once, and takes it
-- out of the list. What was taken, and why nothing was where that is known.
function loot.stow(p, id, list)
  local capacity = loot.capacity(p)
  local room = capacity - items.volume(p, loot.place)
  local taken, rest, changes = {}, {}, {}
  for _, item in ipairs(list) do
    local volume = loot.volume(item)
    if volume > room or #taken == loot.most then
      rest[#rest + 1] = item
    else
      room = room - volume
      taken[#taken + 1] = {type = item.type, quantity = item.quantity}
      changes[#taken] = loot.change(p, list.place or loot.berth(id), item)
    end
  end
  if not taken[1] then return taken end
  changes[#changes + 1] = {room = p, location = loot.place, capacity = capacity}
  pilot.data(p).hold = true
  local done, message = store.transact(changes, {cause = "loot", actor = p})
  if not done then return {}, not string.find(message, "no room", 1, true) and "somebody else is at it: ask again" or nil end
  for i = 1, #list do list[i] = rest[i] end
  return taken
end

-- Takes what a wreck holds: the list, or nil with why not. Whoever comes while
-- another is at it finds it empty.
function loot.take(p, id)
  local list = loot.wrecks[id]
  if not list or not list[1] then return nil, "there is nothing left in it" end
  loot.wrecks[id] = {}
  local ok, taken, why = task.try(loot.stow, p, id, list)
  if space.exists(id) then
    loot.wrecks[id] = list
  elseif not list.place then
    loot.decay(id, list)
  end
  if not ok then error(taken) end
  if not taken[1] then return nil, why or "there is no room for it in the hold" end
  if not list[1] then emit("wreck_emptied", id) end
  loot.show(p)
  emit("looted", p, taken)
  return taken
end

-- What was taken, in words.
function loot.words(list)
  local words = {}
  for i, item in ipairs(list) do
    words[i] = item.quantity == 1 and item.type or string.format("%d %s", item.quantity, item.type)
  end
  return table.concat(words, ", ")
end

errand.kinds.loot = {
  words = "take what it holds",
  range = function() return loot.range end,
  act = function(p, id)
    local taken, message = loot.take(p, id)
    if taken then player.send(p, "notice", {text = "Taken: " .. loot.words(taken) .. "."}) end
    return taken, message
  end,
}

-- loot{id=}: at once within loot.range; from afar one is flown there first.
function command.loot(p, from)
  local me, id = flight.pair(p, from)
  if not loot.wrecks[id] then return nil, "that is no wreck", "bad_target" end
  if space.distance(me, id) > loot.range then return errand.start(p, "loot", id) end
  local taken, message = loot.take(p, id)
  if not taken then return nil, message, "empty" end
  return {items = taken}
end

return loot
