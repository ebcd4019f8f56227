-- Propulsion modules: faster while they run.
local ship = require "ship"
local engine = {}

function engine.begin(v, m)
  space.set_speed(v.id, v.type.speed * m.figures.speed_factor)
end

function engine.stop(v)
  space.set_speed(v.id, v.type.speed)
end

-- One who comes back after a crash of the shard comes with the engine off.
function event.pilot_ready(p)
  local id = player.ship(p)
  if id then space.set_speed(id, ship.type(space.get(id).type).speed) end
end

return engine
