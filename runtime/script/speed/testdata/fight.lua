-- The fight scene: the game's own scripts (modules, guns, vessels, safety, news), over
-- stand-ins for what the host binds. Twenty ships fire their guns and boost their
-- shields, each at the one across.
local world = require "world"
local modules = require "modules"
local vessel = require "vessel"
require "news"
local M = {}

local half = 10

local function place(id)
  world.things[id] = {id = id, type = "Partisan", kind = "ship", name = "ship " .. id, owner = "pilot " .. id,
    radius = 80, bubble = 1, pos = {x = 900 * (id % half), y = id > half and 15000 or 0, z = 0},
    vel = {x = 200 - 13 * id, y = 40, z = 3 * id}}
end

local function engage(id)
  local v, target = vessel.of(id), id > half and id - half or id + half
  v.locks[target] = {id = target, due = 0, done = true}
  for _, m in ipairs(modules.of(v)) do modules.start(v, m, target) end
end

for id = 1, 2 * half do place(id) end
for id = 1, 2 * half do engage(id) end

-- Six seconds of it. The ships are mended before they are lost: the fight goes on.
function M.run()
  world.advance(6)
  local sum = 0
  for id = 1, 2 * half do
    local v = vessel.of(id)
    sum = sum + v.shield + v.armour + v.hull
    vessel.mend(v, "armour", 520)
    vessel.mend(v, "hull", 560)
    v.capacitor = v.type.capacitor
  end
  return string.format("%.14g %d", sum, world.sent)
end

return M
