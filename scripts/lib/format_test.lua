local format = require "lib.format"

function test.numbers_are_grouped_in_thousands()
  eq(format.number(0), "0")
  eq(format.number(999), "999")
  eq(format.number(1000), "1,000")
  eq(format.number(1234567.6), "1,234,568")
  eq(format.number(-1234), "-1,234")
  eq(format.number(-0.2), "0")
end

function test.distances_take_the_unit_that_fits()
  eq(format.distance(870.4), "870 m")
  eq(format.distance(9999), "9,999 m")
  eq(format.distance(150e3), "150 km")
  eq(format.distance(1.5e9), "1,500,000 km")
  eq(format.distance(format.au * 2.44), "2.4 AU")
end

function test.counts_know_one_from_many()
  eq(format.count(1, "jump"), "1 jump")
  eq(format.count(3, "jump"), "3 jumps")
  eq(format.count(2, "enemy", "enemies"), "2 enemies")
end
