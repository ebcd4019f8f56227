-- Mining lasers: at the end of each cycle ore of a belt is in the hold. Where the hold is
-- full, the belt dug out or too far away, the laser stops and says so.
local belts = require "belts"
local loot = require "loot"
local vessel = require "vessel"
local miner = {}

miner.tries = 3 -- at a hold that others fill at the same time

-- A belt within a laser's reach, where none is named.
function miner.nearest(v, m)
  for _, belt in ipairs(system.celestials("belt")) do
    if space.distance(v.id, belt.id) <= m.figures.reach then return belt.id end
  end
end

-- A laser works on a belt within its reach; m.ore is what it is to dig for, if anything.
function miner.aims(v, m, target, ore)
  if not v.pilot then return nil, "nobody is there to keep the ore", "bad_target" end
  target = target or miner.nearest(v, m)
  local belt = target and belts.of(target)
  if not belt then return nil, m.type .. " needs a belt: name one that you are at", "no_target" end
  if space.distance(v.id, target) > m.figures.reach then
    return nil, string.format("the belt is %.0f m away: the laser reaches %.0f m", space.distance(v.id, target), m.figures.reach), "too_far"
  end
  if ore ~= nil and (type(ore) ~= "string" or not belt.full[ore]) then return nil, "there is no " .. tostring(ore) .. " in this belt", "no_ore" end
  m.ore = ore
  return target
end

-- How many units of an ore a cycle gets into the hold.
function miner.units(p, m, belt, ore)
  local volume = types.get(ore).volume
  local room = loot.capacity(p) - items.volume(p, loot.place)
  local cut = math.min(math.floor(m.figures.yield / volume), belts.left(belt, ore))
  return math.max(0, math.min(cut, math.floor(room / volume + 1e-9)))
end

-- One cycle's ore; nil with why there is none.
function miner.dig(p, m, belt)
  local message = "the hold is full"
  for _ = 1, miner.tries do
    local ore = m.ore and belts.left(belt, m.ore) > 0 and m.ore or not m.ore and belts.most(belt)
    if not ore then return nil, m.ore and "there is no " .. m.ore .. " left" or "the belt is dug out" end
    local n = miner.units(p, m, belt, ore)
    n = math.min(n, belts.left(belt, ore)) -- another may have dug while the store was asked
    if n < 1 then return nil, "the hold is full" end
    player.data(p).hold = true
    local keep = belts.take(belt, ore, n)
    local done
    done, message = store.transact({
      {give = p, type = ore, n = n, location = loot.place, from = "mining"},
      {room = p, location = loot.place, capacity = loot.capacity(p)},
      keep,
    }, {cause = "mining", actor = p})
    if done then return ore, n end
    belts.take(belt, ore, -n)
  end
  return nil, message
end

function miner.finish(v, m)
  local p, belt = v.pilot, belts.of(m.target)
  local ore, n
  if not belt or space.distance(v.id, m.target) > m.figures.reach then
    n = "the belt is out of reach"
  else
    ore, n = miner.dig(p, m, belt)
  end
  if vessel.all[v.id] ~= v or player.ship(p) ~= v.id then return end
  if ore then
    player.send(p, "mined", {slot = m.slot, type = ore, n = n, left = belts.left(belt, ore)})
    loot.show(p)
    emit("mined", p, ore, n)
  else
    m.stopping = true
    player.send(p, "notice", {text = string.format("%s stops: %s.", m.type, n)})
  end
end

return miner
