local arena = require "testing.arena"
require "engine"

function test.who_comes_back_comes_with_the_engine_off()
  local ann, id = arena.fighter("Ann", "Wren")
  space.set_speed(id, 999)
  emit("pilot_ready", ann.id)
  eq(space.get(id).speed, types.get("Wren").speed)
end
