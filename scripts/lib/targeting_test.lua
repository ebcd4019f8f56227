local targeting = require "lib.targeting"

function test.a_frigate_locks_a_cruiser_quickly()
  -- 40000 / (550 * asinh(125)^2)
  near(targeting.time(550, 125), 2.385, 0.001)
end

function test.a_battleship_takes_its_time_with_a_frigate()
  ok(targeting.time(100, 40) > 15)
end

function test.within_bounds()
  eq(targeting.time(1e6, 400), targeting.shortest)
  eq(targeting.time(1, 25), targeting.longest)
end
