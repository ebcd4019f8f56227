local motion = require "lib.motion"

function test.speed()
  eq(motion.speed {vel = {x = 2, y = 3, z = 6}}, 7)
end
