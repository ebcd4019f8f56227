-- The directional scanner: what flies in a cone around a direction, far beyond sight. It says
-- what there is and roughly how far away, never where. To find somebody one narrows the cone,
-- and looks which places of the map lie in it as far away as that.
local args = require "lib.args"
local format = require "lib.format"
local pilot = require "pilot"
local ship = require "ship"
local vec = require "lib.vec"
local scanner = {}

scanner.range = 15 * format.au -- metres it reaches
scanner.narrowest = 5          -- degrees of the narrowest cone; the widest is all around
scanner.every = 2              -- s between two scans
scanner.sorting = 0.01         -- s more for each thing within reach beyond scanner.every / sorting of them
scanner.most = 100             -- contacts told, the nearest
scanner.ready = {}             -- by player: game time from which on they may scan again
scanner.blind = {missile = true} -- kinds too small for it

-- Two figures of a distance: 4,237,000 -> 4,200,000.
function scanner.rough(metres)
  local unit = 1
  while metres / unit >= 100 do unit = unit * 10 end
  return math.floor(metres / unit + 0.5) * unit
end

-- Sorting out much takes long, so that a crowd that scans costs the system no more than a few do.
function scanner.rest(things)
  return math.max(scanner.every, things * scanner.sorting)
end

-- Those of some things that lie within half an angle of a direction of length 1, the nearest
-- first: {id=, metres=}.
function scanner.within(here, dir, half, things)
  local least, list = math.cos(half), {}
  for _, id in ipairs(things) do
    local x, y, z = space.position(id)
    x, y, z = x - here.x, y - here.y, z - here.z
    local metres = math.sqrt(x * x + y * y + z * z)
    if x * dir.x + y * dir.y + z * dir.z >= least * metres then list[#list + 1] = {id = id, metres = metres} end
  end
  table.sort(list, function(a, b) return a.metres < b.metres or a.metres == b.metres and a.id < b.id end)
  return list
end

-- What a pilot is told of them, and how many there are.
function scanner.contacts(found)
  local list, count = {}, 0
  for _, one in ipairs(found) do
    local thing = space.get(one.id)
    if not scanner.blind[thing.kind] then
      count = count + 1
      if count <= scanner.most then
        list[count] = {kind = thing.kind, type = thing.type, name = thing.name, distance = scanner.rough(one.metres)}
      end
    end
  end
  return list, count
end

-- Refuses who has only just scanned.
function scanner.wait(p)
  local left = (scanner.ready[p] or 0) - system.now()
  if left > 0 then
    error {code = "too_soon", message = string.format("the scanner is ready again in %.1f s", math.max(0.1, left))}
  end
end

-- scan{dir, angle?, range?}: what is in the cone of so many degrees. Who is in warp, docked or
-- hidden is not found.
function command.scan(p, from)
  local me = pilot.in_space(p)
  local dir = vec.unit(args.direction(from, "dir"))
  local angle = args.number(from, "angle", scanner.narrowest, 360, 360)
  local range = args.number(from, "range", 0, scanner.range, scanner.range)
  scanner.wait(p)
  local things = space.near(me, range)
  scanner.ready[p] = system.now() + scanner.rest(#things)
  emit("scanned", p, me)
  local contacts, count = scanner.contacts(scanner.within(ship.place(me), dir, math.rad(angle / 2), things))
  return {contacts = contacts, count = count, angle = angle, range = range, again = scanner.rest(#things)}
end

function event.player_left(p)
  scanner.ready[p] = nil
end

return scanner
