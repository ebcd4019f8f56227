-- What is left of a lost ship: some of its modules, and some of what was in its hold, float
-- in the wreck, where loot.lua finds them. Of a ship that the yard lent nothing is left.
local containers = require "containers"
local dockyard = require "dockyard"
local loot = require "loot"
local modules = require "modules"
local money = require "lib.money"
local loss = {}

loss.chance = 0.5 -- that a module, or a stack of the hold, is whole
loss.tries = 3    -- at a hold in which something moves at the same time

-- The modules that outlive a ship nobody flew: one at least. They are nobody's before
-- somebody takes them.
function loss.whole(v)
  local list = {}
  for i, m in ipairs(modules.of(v)) do
    if i == 1 or system.random() < loss.chance then list[#list + 1] = {type = m.type, quantity = 1} end
  end
  return list
end

-- The hold goes with the ship: of its stacks some float, the others are gone. data.hold
-- says that there may be something in it, so that most losses need not ask the store. What
-- was on its way into the hold or out of it is looked for again.
function loss.hold(p, id, list)
  if not player.data(p) or not player.data(p).hold then return end
  player.data(p).hold = nil
  local done, some
  for _ = 1, loss.tries do
    done, some = loss.empty(p, id, list)
    if some then loot.show(p) end
    if done then return end
  end
  log.error("the hold of %s went with the ship, and the books keep some of it", player.name(p) or p)
end

-- Empties the hold once, and says whether all of it is gone, and whether there was anything.
-- Containers burst: of them and of what was in them some floats, each by itself.
function loss.empty(p, id, list)
  local hold, boxes = items.list(p, loot.place), containers.of(p, loot.place)
  local done = loss.spill(p, id, list, hold, {})
  for _, c in ipairs(boxes) do
    local inside = containers.inside(c.n)
    local stacks = items.list(p, inside)
    stacks[#stacks + 1] = {type = c.box.type, quantity = 1, location = containers.case(c.n, c.box.at)}
    done = loss.spill(p, id, list, stacks, {
      {expect = containers.key(p, c.n), value = c.box}, {put = containers.key(p, c.n)},
      {room = p, location = inside, capacity = 0},
    }) and done
  end
  return done, hold[1] ~= nil or boxes[1] ~= nil
end

-- As many stacks as one transaction takes, and more with the last of them. False where the
-- books have refused.
function loss.spill(p, id, list, stacks, more)
  local size = loot.most - #more
  for first = 1, #stacks, size do
    local last = math.min(#stacks, first + size - 1)
    local changes, floats = {}, {}
    for i = first, last do changes[#changes + 1] = loss.fate(p, id, stacks[i], floats) end
    for i = 1, last == #stacks and #more or 0 do changes[#changes + 1] = more[i] end
    local done, message = store.transact(changes, {cause = "ship lost", actor = p})
    if not done then
      log.info("the hold of %s goes with the ship, and is asked for again: %s", player.name(p) or p, message)
      return false
    end
    for _, item in ipairs(floats) do list[#list + 1] = item end
  end
  return true
end

-- What becomes of a stack, by chance: it floats, or is gone.
function loss.fate(p, id, item, floats)
  if system.random() >= loss.chance then
    return {take = p, type = item.type, n = item.quantity, location = item.location, to = "ship lost"}
  end
  floats[#floats + 1] = {type = item.type, quantity = item.quantity, kept = true}
  return {move = p, type = item.type, n = item.quantity, location = item.location, to = loot.keeper, to_location = loot.berth(id)}
end

-- What becomes of a lost ship: of its modules some float in the wreck, the rest and the
-- hull are gone, and the insurance pays. All at once, and once.
function loss.ship(p, id, hull, list)
  local changes, floats = {}, {}
  local function gone(name) changes[#changes + 1] = {take = p, type = name, n = 1, location = dockyard.place(hull.id), to = "ship lost"} end
  gone(hull.type)
  for _, name in ipairs(hull.fit or {}) do
    if system.random() < loss.chance then
      floats[#floats + 1] = {type = name, quantity = 1, kept = true}
      changes[#changes + 1] = {move = p, type = name, n = 1, location = dockyard.place(hull.id), to = loot.keeper, to_location = loot.berth(id)}
    else
      gone(name)
    end
  end
  if hull.insured then changes[#changes + 1] = {give = p, type = money.type, n = hull.insured, location = money.wallet, from = "insurance"} end
  changes[#changes + 1] = {put = dockyard.key(p, hull.id)}
  changes[#changes + 1] = {put = dockyard.flies(p)}
  local done, message = store.transact(changes, {cause = "ship lost", actor = p})
  if not done then return log.error("ship %d of %s is lost, and the books keep it: %s", hull.id, player.name(p) or p, message) end
  for _, item in ipairs(floats) do list[#list + 1] = item end
  if hull.insured then player.send(p, "notice", {text = string.format("The insurance pays %s.", money.words(hull.insured))}) end
end

function event.wreck_left(id, v, hull)
  local list = v.pilot and {} or loss.whole(v)
  loot.wrecks[id] = list
  if v.pilot then
    loss.hold(v.pilot, id, list)
    if hull and hull.id then loss.ship(v.pilot, id, hull, list) end
  end
  if not space.exists(id) then
    loot.wrecks[id] = nil
    loot.decay(id, list)
  end
end

return loss
