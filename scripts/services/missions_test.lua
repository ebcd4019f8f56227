local missions = require "services.missions"

local here = {system = "Alpha", station = 1031, name = "Harbour", places = {{id = 1011, name = "Alpha I"}}}

-- The same station offers the same until its hour is over, and another something else.
function test.offers_are_those_of_the_hour()
  eq(missions.offers(here), missions.offers(here))
  local first = missions.offers(here)[1].mission
  advance(missions.period)
  ok(missions.offers(here)[1].mission ~= first)
end

function test.a_parcel_goes_where_one_can_go()
  for period = 1, 50 do
    for n = 1, #missions.kinds do
      local m = missions.offer(here, period, n)
      ok(m.reward > 0)
      if m.kind == "courier" then
        local way = universe.route("Alpha", m.to.system)
        ok(#way - 1 >= 1 and #way - 1 <= missions.reach)
        eq(m.reward, missions.courier[1] + missions.courier[2] * (#way - 1))
      elseif m.kind == "hunt" then
        ok(m.need >= missions.hunts)
      elseif m.kind == "fetch" then
        ok(types.get(m.type).volume * m.need <= types.get("Wren").cargo)
      else
        eq(m.place, here.places[1])
      end
    end
  end
end

function test.no_more_than_one_may_have()
  local last
  for period = 1, 2 do
    for _, m in ipairs(missions.offers(here)) do
      local done, message, code = missions.accept(7, here, m.mission, {})
      last = done and "done" or code
      ok(done or code == "too_many", message)
    end
    if period == 1 then advance(missions.period) end
  end
  eq(last, "too_many")
  eq(#missions.of(7), missions.most)
end

-- Where there is nothing to survey there is something to hunt.
function test.a_station_has_as_many_offers_everywhere()
  eq(#missions.offers({system = "Alpha", station = 1031, name = "Harbour"}), #missions.kinds)
  eq(missions.offer({system = "Alpha", station = 1031, name = "Harbour"}, 1, 4).kind, "hunt")
end

-- Two pirates at the same moment are two.
function test.at_once()
  for _, m in ipairs(missions.offers(here)) do
    if m.kind == "hunt" then missions.accept(7, here, m.mission, {}) break end
  end
  for _ = 1, 2 do task.spawn(function() missions.destroyed(7) end) end
  advance(1)
  eq(missions.of(7)[1].count, 2)
  eq(missions.destroyed(8), false)
end
