local pilot = require "pilot"

test.system = "Beta" -- a system without a station

function test.a_new_character_starts_in_space()
  local ann = player "Ann"
  eq(player.station(ann.id), nil)
  local id = ok(player.ship(ann.id))
  eq(space.get(id).type, pilot.rookie)
  local d = space.distance(id, system.celestials("planet")[1].id)
  ok(d > 15e3 and d < 65e3, "distance " .. d)
end
