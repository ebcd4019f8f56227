local ship = require "ship"
local vec = require "lib.vec"

function test.a_type_has_figures()
  ok(ship.type("Wren").speed > 0)
  eq(ship.type("no such thing"), types.get(ship.fallback))
end

function test.spawn_puts_it_where_it_is_told()
  local id = ship.spawn {type = "Wren", name = "Test", pos = vec.new(1e9, 2e6, 3e6)}
  eq(ship.place(id), vec.new(1e9, 2e6, 3e6))
  eq(space.get(id).name, "Test")
  eq(space.get(id).kind, "ship")
end

function test.nothing_has_no_place()
  eq(ship.place(123456789), nil)
end

function test.a_point_near_a_celestial_is_off_its_surface()
  local planet = system.celestials("planet")[1]
  for _ = 1, 20 do
    local d = vec.distance(ship.point_near(planet, 1000, 5000), planet.pos) - planet.radius
    ok(d > 999 and d < 5001, "distance " .. d)
  end
end
