local patrol = require "patrol"

local function count()
  local n = 0
  for id in pairs(patrol.ships) do
    ok(space.exists(id))
    n = n + 1
  end
  return n
end

function test.safe_systems_have_more()
  eq(patrol.strength(1), patrol.most)
  eq(patrol.strength(0.5), patrol.most / 2)
  eq(patrol.strength(0), 0)
  eq(patrol.strength(-0.7), 0)
end

function test.they_come_with_the_first_pilot()
  eq(count(), 0)
  player "Ann"
  eq(count(), patrol.strength(system.security()))
  player "Ben"
  eq(count(), patrol.strength(system.security()), "not twice")
end

function test.they_go_after_the_last_pilot()
  local ann, ben = player "Ann", player "Ben"
  local id = next(patrol.ships)
  ann:leave()
  advance(patrol.linger + 1)
  ok(count() > 0, "Ben is still here")
  ben:leave()
  advance(patrol.linger + 1)
  eq(count(), 0)
  eq(space.exists(id), false)
end

function test.they_go_round()
  player "Ann"
  local id, first = next(patrol.ships)
  local seen = {[first] = true}
  local places = 1
  for _ = 1, 20 do
    advance(30)
    local place = patrol.ships[id]
    if not seen[place] then
      seen[place], places = true, places + 1
    end
  end
  ok(places >= 3, "places seen: " .. places)
end
