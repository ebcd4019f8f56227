-- Jetsam: what pilots throw out of their holds floats for a while, and whoever comes takes
-- it: things out of it as out of a wreck (loot.lua), or a container whole.
--
-- In the books it is the keeper's of wrecks. A container is at "adrift SYSTEM/case N", with
-- what is in it at "box N", as it is with pilots; loose things are at "canister N". The store
-- has "adrift SYSTEM N" = {type=, name=, pos=, till=}, type only of a container, and that
-- decides: what floats comes of it, after the system was unloaded or the shard was killed,
-- too.
local args = require "lib.args"
local calendar = require "lib.calendar"
local cargo = require "cargo"
local containers = require "containers"
local errand = require "errand"
local flight = require "flight"
local loot = require "loot"
local once = require "lib.once"
local pilot = require "pilot"
local ship = require "ship"
local vec = require "lib.vec"
local jetsam = {}

jetsam.most = 500     -- that float in a system at once
jetsam.lasts = 7200   -- s
jetsam.off = 300      -- m from the ship that threw it
jetsam.mass = 1e4     -- kg
jetsam.canister = 20  -- m3 that loose things look like
jetsam.afloat = {}    -- by the thing's id: its number

function jetsam.key(n)
  return string.format("adrift %d %d", system.id(), n)
end

function jetsam.case(n)
  return string.format("adrift %d/case %d", system.id(), n)
end

-- Where what is in it is.
function jetsam.inside(n, a)
  return a.type and containers.inside(n) or string.format("canister %d", n)
end

-- The thing with a number; nil where none floats.
function jetsam.find(n)
  for id, other in pairs(jetsam.afloat) do
    if other == n then return id end
  end
end

-- What the books have in it, as loot has it.
function jetsam.contents(n, a)
  local list = {place = jetsam.inside(n, a)}
  for i, item in ipairs(items.kept(loot.keeper, list.place)) do list[i] = {type = item.type, quantity = item.quantity, kept = true} end
  return list
end

-- Has it float, unless it does. Nobody may have taken it while its contents were asked for.
function jetsam.appear(n, a)
  local list = jetsam.contents(n, a)
  local id = jetsam.find(n)
  if id then
    loot.wrecks[id] = list
    return
  end
  local volume = a.type and types.get(a.type).volume or jetsam.canister
  id = space.spawn {kind = "container", type = a.type, name = a.name, pos = a.pos, mass = jetsam.mass, radius = math.max(2, volume ^ (1 / 3))}
  if not id then return log.error("%s does not float: it comes with the next start", a.name) end
  jetsam.afloat[id], loot.wrecks[id] = n, list
  after(math.max(0, a.till - calendar.now()), function() jetsam.expire(id, n) end)
end

-- It is there no more, and its contents are somebody's.
function jetsam.gone(id)
  jetsam.afloat[id], loot.wrecks[id] = nil, nil
  if space.exists(id) then ship.remove(id) end
end

-- Nobody has come for it: it goes with all that is in it, as many kinds at once as may be.
function jetsam.expire(id, n)
  if jetsam.afloat[id] ~= n then return end
  local a = store.get(jetsam.key(n))
  if not a then return jetsam.gone(id) end
  local function gone(item, place) return {take = loot.keeper, type = item.type, n = item.quantity or 1, location = place, to = "wreck gone"} end
  local changes, list = {{expect = jetsam.key(n), value = a}}, jetsam.contents(n, a)
  for i = 1, math.min(#list, containers.kinds) do changes[#changes + 1] = gone(list[i], list.place) end
  local last = #list <= containers.kinds
  if last then changes[#changes + 1] = {put = jetsam.key(n)} end
  if last and a.type then changes[#changes + 1] = gone(a, jetsam.case(n)) end
  if not store.transact(changes, {cause = "wreck gone"}) or not last then
    after(1, function() jetsam.expire(id, n) end) -- somebody is at it, or there is more
    return
  end
  jetsam.gone(id)
end

-- jettison{container=, key=}: one of the hold's. jettison{type=, quantity=, key=}: so many, all of a
-- type, or all that lies loose in the hold.
function command.jettison(p, from)
  return once.run(p, "jettison", from, function(asked) return jetsam.throw(p, from, asked) end)
end

function jetsam.throw(p, from, asked)
  local me = pilot.in_space(p)
  local mode = space.get(me).mode
  if mode == "warp" or mode == "tunnel" then return nil, "not in a warp: nobody would find it", "in_warp" end
  if #store.list(string.format("adrift %d ", system.id()), jetsam.most) >= jetsam.most then
    return nil, "too much floats about in this system: take something up first", "too_many"
  end
  local at = vec.add(ship.place(me), vec.scale(vec.direction(system.random(), system.random()), jetsam.off))
  local changes, n, a
  if args.get(from, "container") ~= nil then
    n, changes, a = jetsam.container(p, from)
  else
    n, changes, a = jetsam.loose(p, from)
  end
  if not n then return nil, changes, a end
  a.pos, a.till = at, calendar.now() + jetsam.lasts
  changes[#changes + 1] = {put = jetsam.key(n), value = a}
  local done, message, code = store.transact(changes, {cause = "jettison", actor = p, key = asked.key, content = asked.content, answer = {container = n}})
  if not done then return containers.refused(message, code) end
  a = store.get(jetsam.key(n)) -- none where this was asked twice at once, and done under another number
  if a then jetsam.appear(n, a) end
  loot.show(p)
  return done
end

-- A container of the hold: its number, the steps, and what floats; nil with why not.
function jetsam.container(p, from)
  local n = args.id(from, "container")
  local box = containers.named(p, n)
  if box.at ~= loot.place then return nil, string.format("container %d is not in your hold", n), "not_here" end
  local inside = containers.inside(n)
  local list = items.list(p, inside)
  if #list > containers.kinds then
    return nil, string.format("more than %d kinds of things are in it: take some out first", containers.kinds), "too_many"
  end
  local changes = {{expect = containers.key(p, n), value = box}, {put = containers.key(p, n)},
    {move = p, type = box.type, n = 1, location = containers.case(n, box.at), to = loot.keeper, to_location = jetsam.case(n)}}
  for _, item in ipairs(list) do
    changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = inside, to = loot.keeper, to_location = inside}
  end
  changes[#changes + 1] = {room = p, location = inside, capacity = 0} -- what somebody has put in meanwhile would stay behind
  return n, changes, {type = box.type, name = string.format("%s's %s", player.name(p), box.type)}
end

-- Loose things of the hold.
function jetsam.loose(p, from)
  local list, changes = cargo.list(p, from, loot.place), {}
  if not list[1] then return nil, "there is nothing to throw out", "empty" end
  local n = store.add("boxes", 1)
  local a = {name = string.format("%s's canister", player.name(p))}
  for i = 1, math.min(#list, containers.kinds) do
    changes[i] = {move = p, type = list[i].type, n = list[i].quantity, location = loot.place, to = loot.keeper, to_location = jetsam.inside(n, a)}
  end
  return n, changes, a
end

-- Takes a container up into the hold, with all that is in it; nil with why not.
function jetsam.take(p, id, asked)
  local n = jetsam.afloat[id]
  local a = n and store.get(jetsam.key(n))
  if not a then
    jetsam.gone(id)
    return nil, "it is gone", "empty"
  end
  if not a.type then return nil, "a canister is not taken up whole: take what is in it", "bad_target" end
  containers.room(p)
  local inside = containers.inside(n)
  local changes = {{expect = jetsam.key(n), value = a}, {put = jetsam.key(n)},
    {expect = containers.key(p, n)}, {put = containers.key(p, n), value = {type = a.type, at = loot.place}},
    {move = loot.keeper, type = a.type, n = 1, location = jetsam.case(n), to = p, to_location = containers.case(n, loot.place)}}
  for _, item in ipairs(items.kept(loot.keeper, inside)) do
    changes[#changes + 1] = {move = loot.keeper, type = item.type, n = item.quantity, location = inside, to = p, to_location = inside}
  end
  changes[#changes + 1] = {room = p, location = loot.place, capacity = loot.capacity(p)}
  player.data(p).hold = true
  local done, message, code = store.transact(changes, {cause = "jettison", actor = p, key = asked.key, content = asked.content, answer = {container = n, type = a.type}})
  if not done and string.find(message, "no room", 1, true) then return nil, "there is no room for it in the hold", "no_room" end
  if not done then return nil, "somebody else is at it: ask again", code end
  jetsam.gone(id)
  loot.show(p)
  return done
end

errand.kinds.take_up = {
  words = "take it up",
  range = function() return loot.range end,
  act = function(p, id)
    local taken, message = jetsam.take(p, id, {})
    if taken then player.send(p, "notice", {text = "Taken up: " .. taken.type .. "."}) end
    return taken, message
  end,
}

-- take_up{id=, key=}: a container that floats, at once within loot.range; from afar one is
-- flown there first.
function command.take_up(p, from)
  return once.run(p, "take_up", from, function(asked)
    local me, id = flight.pair(p, from)
    if not jetsam.afloat[id] then return nil, "that is no container", "bad_target" end
    if space.distance(me, id) > loot.range then return errand.start(p, "take_up", id) end
    return jetsam.take(p, id, asked)
  end)
end

-- A canister out of which all was taken.
function event.wreck_emptied(id)
  local n = jetsam.afloat[id]
  local a = n and store.get(jetsam.key(n))
  if not a or a.type then return end
  if store.transact({{expect = jetsam.key(n), value = a}, {put = jetsam.key(n)}}, {cause = "loot"}) then jetsam.gone(id) end
end

-- What is to float here does, with what the books have in it, and nothing else does.
function jetsam.recover()
  local there = {}
  for _, entry in ipairs(store.list(string.format("adrift %d ", system.id()), jetsam.most)) do
    local n = tonumber(string.match(entry.key, "(%d+)$"))
    there[n] = true
    jetsam.appear(n, entry.value)
  end
  local gone = {}
  for id, n in pairs(jetsam.afloat) do
    if not there[n] and not store.get(jetsam.key(n)) then gone[#gone + 1] = id end
  end
  for _, id in ipairs(gone) do jetsam.gone(id) end
end

reload.first(function()
  after(1, function() jetsam.recover() end)
end)

-- After a crash what floats is as it was a moment before, and the books have gone on.
function event.system_resumed(killed)
  if killed then task.spawn(jetsam.recover) end
end

return jetsam
