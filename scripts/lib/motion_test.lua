local motion = require "lib.motion"

local function at(x, y, z, u, v, w)
  return {pos = {x = x, y = y, z = z}, vel = {x = u or 0, y = v or 0, z = w or 0}}
end

function test.distance()
  local d, angular = motion.between(at(0, 0, 0), at(2, 3, 6))
  eq(d, 7)
  eq(angular, 0)
end

function test.coming_straight_on_does_not_turn()
  local _, angular = motion.between(at(0, 0, 0), at(1000, 0, 0, -200, 0, 0))
  eq(angular, 0)
end

function test.passing_by_turns()
  local _, angular = motion.between(at(0, 0, 0), at(1000, 0, 0, 0, 200, 0))
  near(angular, 0.2)
end

function test.only_the_difference_counts()
  local _, angular = motion.between(at(0, 0, 0, 50, 200, 0), at(1000, 0, 0, 50, 200, 0))
  eq(angular, 0)
end

function test.in_one_point_nothing_turns()
  local d, angular = motion.between(at(1, 1, 1), at(1, 1, 1, 5, 5, 5))
  eq(d, 0)
  eq(angular, 0)
end

function test.speed()
  eq(motion.speed(at(0, 0, 0, 2, 3, 6)), 7)
end
