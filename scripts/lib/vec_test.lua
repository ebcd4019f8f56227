local vec = require "lib.vec"

function test.sums_and_differences()
  eq(vec.add(vec.new(1, 2, 3), vec.new(10, 20, 30)), {x = 11, y = 22, z = 33})
  eq(vec.sub(vec.new(1, 2, 3), vec.new(1, 1, 1)), {x = 0, y = 1, z = 2})
  eq(vec.scale(vec.new(1, -2, 3), 2), {x = 2, y = -4, z = 6})
end

function test.length_and_distance()
  eq(vec.length(vec.new(2, 3, 6)), 7)
  eq(vec.distance(vec.new(1, 1, 1), vec.new(3, 4, 7)), 7)
  eq(vec.dot(vec.new(1, 2, 3), vec.new(4, 5, 6)), 32)
end

function test.unit_has_length_one()
  near(vec.length(vec.unit(vec.new(3, 4, 12))), 1)
  eq(vec.unit(vec.new(0, 0, 0)), vec.new(0, 0, 0))
end

function test.arguments_are_left_alone()
  local a = vec.new(1, 2, 3)
  vec.add(a, a)
  vec.scale(a, 5)
  eq(a, vec.new(1, 2, 3))
end

function test.directions_lie_on_the_sphere()
  for i = 0, 10 do
    near(vec.length(vec.direction(i / 10, i / 7)), 1)
  end
  near(vec.direction(1, 0).z, 1)
  near(vec.direction(0, 0).z, -1)
end
