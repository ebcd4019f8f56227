-- Small tables that live for a moment, as the game's lib.vec makes them.
local vec = require "lib.vec"
local M = {}

function M.run()
  local pos, vel = vec.new(0, 0, 0), vec.new(1, 2, 3)
  for i = 1, 1000 do
    pos = vec.add(pos, vec.scale(vel, 0.1))
    if vec.length(pos) > 20 then vel = vec.scale(vel, -1) end
    vel = vec.add(vel, vec.scale(vec.unit(vec.sub(pos, vec.new(i, 0, 0))), 0.5))
  end
  return vec.dot(pos, vel)
end

return M
