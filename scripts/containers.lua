-- Containers: things with room for others. One of the hangar is set up there and gets a
-- number; then it is filled and emptied (cargo.lua), goes into the hold and into other
-- hangars with all that is in it, and out into space and back (jetsam.lua). None goes into
-- another.
--
-- In the books what is in container N is at "box N", and the container itself, one thing, at
-- "case N" where it stands in a hangar, or at "HOLD/case N" where it takes room in a hold:
-- the audit holds one against the other. The store has "box PILOT N" = {type=, at=}, at being
-- the hangar or the hold. Whoever moves one expects that to be as they know it: of two who
-- move it at once, one does.
local args = require "lib.args"
local loot = require "loot"
local market = require "market"
local once = require "lib.once"
local containers = {}

containers.most = 50 -- that a pilot has at once
containers.kinds = 90 -- of things in one: it moves in one go

function containers.key(p, n)
  return string.format("box %d %d", p, n)
end

function containers.inside(n)
  return string.format("box %d", n)
end

-- Is it in a hold, and not in a hangar?
function containers.aboard(at)
  return string.sub(at, 1, #loot.place) == loot.place
end

function containers.case(n, at)
  return containers.aboard(at) and string.format("%s/case %d", at, n) or string.format("case %d", n)
end

-- One of a pilot's that is within reach: in the hold of the ship they fly, or in the hangar
-- where they are docked.
function containers.named(p, n)
  local box = store.get(containers.key(p, n))
  if not box then error {code = "no_container", message = string.format("you have no container %d", n)} end
  if box.at == loot.place then return box end
  if containers.aboard(box.at) then
    error {code = "not_here", message = string.format("container %d is in the hold of another ship of yours: board that one", n)}
  end
  if box.at ~= market.hangar(market.station(p)) then
    error {code = "not_here", message = string.format("container %d stands in another station", n)}
  end
  return box
end

-- Those of a pilot's, everywhere or in one place: {n=, box=}.
function containers.of(p, at)
  local list = {}
  for _, entry in ipairs(store.list(string.format("box %d ", p), containers.most)) do
    if not at or entry.value.at == at then
      list[#list + 1] = {n = tonumber(string.match(entry.key, "(%d+)$")), box = entry.value}
    end
  end
  return list
end

-- The same, as the pilot sees them.
function containers.list(p, at)
  local list = containers.of(p, at)
  for i, c in ipairs(list) do
    local inside = containers.inside(c.n)
    list[i] = {container = c.n, type = c.box.type, location = c.box.at, items = items.list(p, inside),
      capacity = types.get(c.box.type).capacity, volume = items.volume(p, inside)}
  end
  return list
end

-- Refuses who has as many as one may.
function containers.room(p)
  if #containers.of(p) < containers.most then return end
  error {code = "too_many", message = string.format("you have %d containers standing about: put one away first", containers.most)}
end

-- The steps by which one goes from a place to another, with what is in it: that is where
-- its owner is, and stays where it is.
function containers.steps(p, n, box, at, changes)
  changes[#changes + 1] = {expect = containers.key(p, n), value = box}
  changes[#changes + 1] = {put = containers.key(p, n), value = {type = box.type, at = at}}
  changes[#changes + 1] = {move = p, type = box.type, n = 1, location = containers.case(n, box.at), to = p, to_location = containers.case(n, at)}
end

-- All that stand in one place go to another, as steps of a transaction.
function containers.carry(p, from, to, changes)
  for _, c in ipairs(containers.of(p, from)) do containers.steps(p, c.n, c.box, to, changes) end
end

-- What the books say no with, for a pilot.
function containers.refused(message, code)
  if string.find(message, "no room", 1, true) then code = "no_room" end
  if code == "conflict" then message = "it is not as it was a moment ago: ask again" end
  return nil, message, code
end

-- A whole container, from the hangar into the hold or back.
function containers.move(p, from, asked)
  local hangar, n, to = market.hangar(market.station(p)), args.id(from, "container"), args.get(from, "to")
  local box = containers.named(p, n)
  if type(to) == "number" then error {code = "nested", message = "a container does not go into another: name hold or hangar"} end
  if to ~= "hold" and to ~= "hangar" then args.refuse "to must be hold or hangar" end
  local at = to == "hold" and loot.place or hangar
  if box.at == at then args.refuse("container %d is in the %s already", n, to) end
  if types.get(box.type).fixed then return nil, string.format("a %s does not move once it stands: empty it and put it away first", box.type), "fixed" end
  local changes = {}
  containers.steps(p, n, box, at, changes)
  if at == loot.place then
    changes[#changes + 1] = {room = p, location = at, capacity = loot.capacity(p)}
    player.data(p).hold = true
  end
  local done, message, code = store.transact(changes, {cause = "container", actor = p, key = asked.key, content = asked.content, answer = {container = n}})
  if not done then return containers.refused(message, code) end
  loot.show(p)
  return done
end

-- containers{}: all one has.
function command.containers(p)
  return containers.list(p)
end

-- container_open{type=, key=}: sets one of the hangar up there; things may be put into it.
function command.container_open(p, from)
  return once.run(p, "container_open", from, function(asked) return containers.open(p, from, asked) end)
end

function containers.open(p, from, asked)
  local hangar = market.hangar(market.station(p))
  local t = types.get(market.type(from))
  if t.category ~= "container" then return nil, t.name .. " is no container", "bad_type" end
  containers.room(p)
  local n = store.add("boxes", 1)
  local done, message, code = store.transact({
    {move = p, type = t.name, n = 1, location = hangar, to = p, to_location = containers.case(n, hangar)},
    {put = containers.key(p, n), value = {type = t.name, at = hangar}},
  }, {cause = "container", actor = p, key = asked.key, content = asked.content, answer = {container = n, type = t.name, capacity = t.capacity}})
  if not done then return containers.refused(message, code) end
  return done
end

-- container_close{container=, key=}: an empty one, in a hangar, becomes a thing of that hangar.
function command.container_close(p, from)
  return once.run(p, "container_close", from, function(asked) return containers.close(p, from, asked) end)
end

function containers.close(p, from, asked)
  local hangar, n = market.hangar(market.station(p)), args.id(from, "container")
  local box = containers.named(p, n)
  local done, message, code = store.transact({
    {expect = containers.key(p, n), value = box},
    {room = p, location = containers.inside(n), capacity = 0},
    {move = p, type = box.type, n = 1, location = containers.case(n, box.at), to = p, to_location = hangar},
    {put = containers.key(p, n)},
  }, {cause = "container", actor = p, key = asked.key, content = asked.content, answer = {container = n}})
  if not done and items.list(p, containers.inside(n))[1] then return nil, "empty it first", "not_empty" end
  if not done then return containers.refused(message, code) end
  if box.at == loot.place then loot.show(p) end
  return done
end

return containers
