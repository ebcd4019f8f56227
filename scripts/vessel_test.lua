local arena = require "testing.arena"
local pilot = require "pilot"
local ship = require "ship"
local station = require "station"
local vessel = require "vessel"

function test.a_fresh_ship_is_whole()
  local _, id = arena.fighter("Ann", "Wren")
  local shield, armour, hull, capacitor = vessel.condition(vessel.of(id))
  eq({shield, armour, hull, capacitor}, {1, 1, 1, 1})
end

function test.the_same_ship_is_the_same_vessel()
  local _, id = arena.fighter("Ann", "Wren")
  eq(vessel.of(id) == vessel.of(id), true)
  eq(vessel.of(1011), nil, "a planet is none")
  eq(vessel.of(123), nil)
end

function test.damage_and_recharge()
  local _, id = arena.fighter("Ann", "Wren")
  local v = vessel.of(id)
  eq(vessel.hurt(v, 200, nil), 200)
  near(v.shield, v.type.shield - 200)
  advance(60)
  vessel.settle(v)
  ok(v.shield > v.type.shield - 200, "it recharges")
  eq(v.armour, v.type.armour)
end

function test.armour_and_hull_do_not_recharge()
  local _, id = arena.fighter("Ann", "Wren")
  local v = vessel.of(id)
  vessel.hurt(v, v.type.shield + 100, nil)
  near(v.armour, v.type.armour - 100)
  advance(100)
  vessel.settle(v)
  near(v.armour, v.type.armour - 100)
end

function test.energy_is_spent_or_refused()
  local _, id = arena.fighter("Ann", "Wren")
  local v = vessel.of(id)
  eq(vessel.spend(v, v.type.capacitor - 1), true)
  eq(vessel.spend(v, 50), false)
  near(v.capacitor, 1)
  advance(30)
  eq(vessel.spend(v, 20), true)
end

function test.mending_stops_at_full()
  local _, id = arena.fighter("Ann", "Wren")
  local v = vessel.of(id)
  vessel.hurt(v, 100, nil)
  vessel.mend(v, "shield", 1000)
  eq(v.shield, v.type.shield)
end

function test.who_hit_a_ship_is_forgotten_with_the_fight()
  local _, id = arena.fighter("Ann", "Wren")
  local _, other = arena.fighter("Ben", "Wren")
  local v, by = vessel.of(id), vessel.of(other)
  vessel.hurt(v, 100, by)
  advance(10)
  vessel.hurt(v, 400, by)
  near(v.wounds[by.name], 500)
  vessel.mend(v, "shield", v.type.shield)
  near(v.wounds[by.name], 500) -- its armour has a hole still
  vessel.mend(v, "armour", v.type.armour)
  eq(v.wounds, nil)            -- whole
  vessel.hurt(v, 400, by)
  advance(vessel.remembered + 1)
  vessel.hurt(v, 10, by)
  near(v.wounds[by.name], 10)
end

function test.the_marks_of_a_fight_go_with_the_pilot()
  local ann, id = arena.fighter("Ann", "Wren")
  vessel.hurt(vessel.of(id), 400, nil)
  vessel.keep(ann.id)
  vessel.forget(id)
  local v = vessel.of(id)
  near(v.armour, v.type.armour - 80)
  near(v.shield, 0, 1)
end

function test.docking_mends()
  local ann = player "Ann"
  local id = ann:run("undock").ship
  vessel.hurt(vessel.of(id), 400, nil)
  ann:run "dock"
  eq(vessel.all[id], nil)
  eq(pilot.hull(ann.id).wear, nil)
  id = ann:run("undock").ship
  eq(vessel.of(id).armour, vessel.of(id).type.armour)
  ok(station.nearest(id))
end

function test.a_removed_ship_is_forgotten()
  local _, id = arena.fighter("Ann", "Wren")
  vessel.of(id)
  ship.remove(id)
  eq(vessel.all[id], nil)
end

function test.one_who_leaves_takes_the_ship_along()
  local ann, id = arena.fighter("Ann", "Wren")
  vessel.of(id)
  ann:leave()
  eq(vessel.all[id], nil)
end
