-- Loot: what a wreck holds, and taking it. Of a lost ship's modules some are whole;
-- what a pilot had in the hold floats in the wreck too. What is taken goes into the
-- hold: items of the pilot's at loot.place.
local errand = require "errand"
local flight = require "flight"
local modules = require "modules"
local pilot = require "pilot"
local ship = require "ship"
local loot = {}

loot.range = 2500   -- metres from a wreck's surface
loot.chance = 0.5   -- that a module is whole
loot.place = "hold" -- the location of the items
loot.wrecks = {}    -- by the wreck's id: a list of {type=, quantity=}

-- The modules that outlive a ship. Of a ship nobody flew there is one at least.
function loot.whole(v)
  local list = {}
  for i, m in ipairs(modules.of(v)) do
    if system.random() < loot.chance or i == 1 and not v.pilot then list[#list + 1] = {type = m.type, quantity = 1} end
  end
  return list
end

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

-- The hold goes with the ship. data.hold says that there may be something in it, so
-- that most losses need not ask the store.
function loot.spill(p, list)
  if not player.data(p) or not player.data(p).hold then return end
  player.data(p).hold = nil
  for _, item in ipairs(loot.hold(p)) do
    if items.take(p, item.type, item.quantity, loot.place) then list[#list + 1] = item end
  end
  loot.show(p)
end

function event.wreck_left(id, v)
  local list = loot.whole(v)
  loot.wrecks[id] = list
  if v.pilot then loot.spill(v.pilot, list) end
end

function event.ship_removed(id)
  loot.wrecks[id] = nil
end

-- How much goes into the hold of a pilot's ship, in m3.
function loot.capacity(p)
  return ship.type(pilot.hull(p).type).cargo
end

-- Puts of a list into the hold what finds room there, and takes it out of the list.
function loot.stow(p, list)
  local taken, capacity = {}, loot.capacity(p)
  player.data(p).hold = true
  local i = 1
  while list[i] do
    if items.stow(p, list[i].type, list[i].quantity, loot.place, capacity) then
      taken[#taken + 1] = table.remove(list, i)
    else
      i = i + 1
    end
  end
  return taken
end

-- Takes what a wreck holds: the list, or nil with why not. Whoever comes while
-- another is at it finds it empty.
function loot.take(p, id)
  local list = loot.wrecks[id]
  if not list or not list[1] then return nil, "there is nothing left in it" end
  loot.wrecks[id] = {}
  local ok, taken = task.try(loot.stow, p, list)
  if not ok then
    if space.exists(id) then loot.wrecks[id] = list end
    error(taken)
  end
  if list[1] and space.exists(id) then loot.wrecks[id] = list end
  if not taken[1] then return nil, "there is no room for it in the hold" end
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

-- hold{}: what one has in it.
function command.hold(p)
  return {items = loot.hold(p)}
end

return loot
