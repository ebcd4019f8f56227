-- Propulsion modules: faster while they run.
local ship = require "ship"
local vessel = require "vessel"
local engine = {}

function engine.begin(v, m)
  space.set_speed(v.id, v.type.speed * m.figures.speed_factor)
end

function engine.stop(v)
  space.set_speed(v.id, v.type.speed)
end

-- A release has changed the ship or the module: it runs on with the new figures.
function event.types_changed()
  for _, v in pairs(vessel.all) do
    for _, m in ipairs(v.modules) do
      if m.on and m.figures.group == "propulsion" then engine.begin(v, m) end
    end
  end
end

-- One who comes back after a crash of the shard comes with the engine off.
function event.pilot_ready(p)
  local id = player.ship(p)
  if id then space.set_speed(id, ship.type(space.get(id).type).speed) end
end

return engine
