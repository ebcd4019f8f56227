local flight = require "flight"
local ship = require "ship"
local station = require "station"
local vec = require "lib.vec"

-- A player in space, and their ship: outside the same station for everybody.
local function flying(name)
  local p = player(name)
  player.dock(p.id, system.celestials("station")[1].id)
  p:run "undock"
  return p, player.ship(p.id)
end

local function refused(p, name, args, code)
  local result, message, got = p:run(name, args)
  eq(result, nil)
  eq(got, code)
  return message
end

function test.orders_need_a_ship_in_space()
  local ann = player "Ann"
  for _, name in ipairs {"stop", "goto", "direction", "approach", "orbit", "keep", "align", "warp"} do
    eq(refused(ann, name, {id = 1011, point = {0, 0, 0}, dir = {1, 0, 0}}, "docked"), "you are docked: undock first", name)
  end
end

function test.direction_gains_speed_and_stop_loses_it()
  local ann, me = flying "Ann"
  ok(ann:run("direction", {dir = {1, 0, 0}}))
  advance(60)
  near(space.get(me).vel.x, types.get("Wren").speed, 1)
  ok(ann:run "stop")
  advance(60)
  near(vec.length(space.get(me).vel), 0, 1)
end

function test.goto_gets_there()
  local ann, me = flying "Ann"
  local here, dock = ship.place(me), system.celestials("station")[1].pos
  local to = vec.add(here, vec.scale(vec.unit(vec.sub(here, dock)), 10e3)) -- not into the station
  ok(ann:run("goto", {point = {to.x, to.y, to.z}}))
  advance(120)
  ok(vec.distance(ship.place(me), to) < 500, "arrives")
end

function test.approach_closes_in()
  local ann, me = flying "Ann"
  local _, other = flying "Ben"
  ok(ann:run("approach", {id = other}))
  advance(120)
  ok(space.distance(me, other) < 300, "distance " .. space.distance(me, other))
end

function test.orbit_and_keep_hold_their_range()
  local ann, me = flying "Ann"
  local ben, other = flying "Ben"
  ok(ann:run("orbit", {id = other, range = 3000}))
  ok(ben:run "stop")
  advance(120)
  near(space.distance(me, other), 3000, 1000)
  ok(ann:run("keep", {id = other, range = 8000}))
  advance(120)
  near(space.distance(me, other), 8000, 1000)
end

function test.nonsense_is_refused_in_words()
  local ann, me = flying "Ann"
  eq(refused(ann, "orbit", {id = me}, "bad_target"), "that is your own ship")
  eq(refused(ann, "approach", {id = 77}, "no_target"), "there is nothing like that here")
  eq(refused(ann, "approach", nil, "bad_argument"), "id must be the id of something")
  eq(refused(ann, "orbit", {id = 1031, range = -5}, "bad_argument"), "range must be between 100 and 250000")
  eq(refused(ann, "direction", {dir = {0, 0, 0}}, "bad_argument"), "dir points nowhere")
  eq(refused(ann, "goto", {point = "home"}, "bad_argument"), "point must be a point [x, y, z]")
end

function test.ships_elsewhere_are_not_seen()
  local ann, me = flying "Ann"
  local far = ship.spawn {type = "Wren", pos = vec.add(ship.place(me), vec.new(0, 5e9, 0))}
  advance(1)
  eq(flight.sees(me, far), false)
  eq(refused(ann, "approach", {id = far}, "no_target"), "there is nothing like that here")
  eq(flight.sees(me, 1011), true, "planets are on the map")
end

function test.a_warp_takes_150_km_and_says_so()
  local ann, me = flying "Ann"
  local message = refused(ann, "warp", {id = station.nearest(me).id}, "too_close")
  ok(string.find(message, "too close to warp, which takes 150 km at least", 1, true), message)
end

function test.warp_lands_near_the_target()
  local ann, me = flying "Ann"
  ok(ann:run("warp", {id = 1021}))
  advance(180)
  ok(space.distance(me, 1021) < 10e3, "distance " .. space.distance(me, 1021))
end

function test.warp_may_land_at_a_range()
  local ann, me = flying "Ann"
  ok(ann:run("warp", {id = 1021, range = 50e3}))
  advance(180)
  near(space.distance(me, 1021), 50e3, 10e3)
end

function test.align_turns_the_ship()
  local ann, me = flying "Ann"
  ok(ann:run("align", {id = 1021}))
  advance(30)
  local to = vec.unit(vec.sub(system.celestial(1021).pos, ship.place(me)))
  ok(vec.dot(vec.unit(space.get(me).vel), to) > 0.99)
end
