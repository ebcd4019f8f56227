-- What is left of a lost ship: some of its modules, and some of what was in its hold, float
-- in the wreck, where loot.lua finds them. Of a ship that the yard lent nothing is left.
local dockyard = require "dockyard"
local loot = require "loot"
local modules = require "modules"
local money = require "lib.money"
local loss = {}

loss.chance = 0.5 -- that a module, or a stack of the hold, is whole

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
-- says that there may be something in it, so that most losses need not ask the store.
function loss.hold(p, id, list)
  if not player.data(p) or not player.data(p).hold then return end
  player.data(p).hold = nil
  local hold = loot.hold(p)
  for first = 1, #hold, loot.most do
    loss.spill(p, id, list, hold, first)
  end
  if hold[1] then loot.show(p) end
end

-- As many stacks as one transaction takes.
function loss.spill(p, id, list, hold, first)
  local changes, floats = {}, {}
  for i = first, math.min(#hold, first + loot.most - 1) do
    local item = hold[i]
    if system.random() < loss.chance then
      floats[#floats + 1] = {type = item.type, quantity = item.quantity, kept = true}
      changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = loot.place, to = loot.keeper, to_location = loot.berth(id)}
    else
      changes[#changes + 1] = {take = p, type = item.type, n = item.quantity, location = loot.place, to = "ship lost"}
    end
  end
  local done, message = store.transact(changes, {cause = "ship lost", actor = p})
  if not done then return log.error("the hold of %s went with the ship, and the books keep it: %s", player.name(p) or p, message) end
  for _, item in ipairs(floats) do list[#list + 1] = item end
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
