-- Belts: what there is to dig, how much is left, and how it grows back. A belt is rolled
-- from its number, the same for ever: a few kinds of ore, the better ones where the law is
-- weak. The store has "belt N" = {at=, left={ore = units, ...}} for each that was dug at.
local args = require "lib.args"
local calendar = require "lib.calendar"
local belts = {}

belts.kinds = 5          -- of ore in a belt
belts.volume = 60000     -- m3 of rock in one, more or less
belts.regrow = 86400     -- s in which an empty one is full again
belts.all = {}           -- by id: {full = {ore = units}, left = {ore = units}, at =}

-- A chance of its own for each belt (Lehmer's), so that one is the same in every life of
-- its system.
function belts.chance(seed)
  local state = seed % 2147483646 + 1
  local function roll()
    state = state * 16807 % 2147483647
    return state / 2147483647
  end
  for _ = 1, 5 do roll() end
  return roll
end

-- The ores that a belt may have, with how common they are.
function belts.ores(security)
  local list, sum = {}, 0
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "ore" and security < t.below then
      list[#list + 1] = {name = name, common = t.common, volume = t.volume}
      sum = sum + t.common
    end
  end
  return list, sum
end

-- What is in a belt that nobody has dug at: units by ore.
function belts.roll(id, security)
  local roll = belts.chance(id * 31 + 7)
  local list, sum = belts.ores(security)
  local full = {}
  for _ = 1, math.min(belts.kinds, #list) do
    local at = roll() * sum
    for i, ore in ipairs(list) do
      at = at - ore.common
      if at <= 0 or i == #list then
        full[ore.name] = math.floor(belts.volume / belts.kinds * (0.5 + roll()) / ore.volume)
        sum = sum - ore.common
        table.remove(list, i)
        break
      end
    end
  end
  return full
end

function belts.key(id)
  return string.format("belt %d", id)
end

-- The belt with an id, as it is now; nil for what is no belt.
function belts.of(id)
  local c = system.celestial(id)
  if not c or c.kind ~= "belt" then return nil end
  if not belts.all[id] then
    local kept = store.get(belts.key(id)) or {}
    if not belts.all[id] then -- another may have read it meanwhile
      belts.all[id] = {id = id, full = belts.roll(id, system.security()), left = kept.left or {}, at = kept.at or calendar.now()}
    end
  end
  belts.grow(belts.all[id])
  return belts.all[id]
end

-- Brings what is left up to now. What is full is not listed.
function belts.grow(belt)
  local now = calendar.now()
  local part = math.max(0, now - belt.at) / belts.regrow
  belt.at = now
  for ore, left in pairs(belt.left) do
    local full = belt.full[ore]
    local grown = full and left + full * part
    belt.left[ore] = grown and grown < full and grown or nil
  end
end

function belts.left(belt, ore)
  return math.floor(belt.left[ore] or belt.full[ore] or 0)
end

-- The ore of which there is most, by volume; nil in a belt that is dug out.
function belts.most(belt)
  local best, most
  for ore in pairs(belt.full) do
    local volume = belts.left(belt, ore) * types.get(ore).volume
    if belts.left(belt, ore) > 0 and (not most or volume > most or volume == most and ore < best) then best, most = ore, volume end
  end
  return best
end

-- Takes out of a belt, or puts back below zero, and says what the store has to keep.
function belts.take(belt, ore, n)
  belt.left[ore] = (belt.left[ore] or belt.full[ore]) - n
  local left = {}
  for name, units in pairs(belt.left) do left[name] = units end
  return {put = belts.key(belt.id), value = {at = belt.at, left = left}}
end

-- belt{id=}: what a belt holds.
function command.belt(_, from)
  local belt = belts.of(args.id(from, "id"))
  if not belt then return nil, "that is no belt", "bad_target" end
  local list = {}
  for ore, full in pairs(belt.full) do
    list[#list + 1] = {type = ore, left = belts.left(belt, ore), full = full, volume = types.get(ore).volume}
  end
  table.sort(list, function(a, b) return a.type < b.type end)
  return {id = belt.id, ores = list, regrow = belts.regrow}
end

return belts
