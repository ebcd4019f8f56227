local damage = require "lib.damage"

local gun = {optimal = 10e3, falloff = 5e3, tracking = 0.1, resolution = 40}
local missile = {blast_radius = 100, blast_speed = 80}

function test.a_still_target_within_optimal_is_always_hit()
  eq(damage.hit_chance(gun, 8e3, 0, 40), 1)
  eq(damage.hit_chance(gun, 0, 0, 400), 1)
end

function test.half_miss_at_optimal_plus_falloff()
  near(damage.hit_chance(gun, 15e3, 0, 40), 0.5)
  near(damage.hit_chance(gun, 20e3, 0, 40), 0.5 ^ 4)
end

function test.half_miss_at_the_guns_tracking()
  near(damage.hit_chance(gun, 5e3, 0.1, 40), 0.5)
end

function test.a_large_target_is_easier_to_follow()
  ok(damage.hit_chance(gun, 5e3, 0.1, 80) > damage.hit_chance(gun, 5e3, 0.1, 40))
  near(damage.hit_chance(gun, 5e3, 0.2, 80), 0.5)
end

function test.range_and_tracking_add_up()
  near(damage.hit_chance(gun, 15e3, 0.1, 40), 0.25)
end

function test.quality_of_a_shot()
  eq(damage.quality(0.5, 0.5), 0, "a roll of the chance itself misses")
  eq(damage.quality(0.5, 0.005), 3)
  near(damage.quality(1, 0.01), 0.5)
  near(damage.quality(1, 0.999999), 1.49, 1e-5)
end

function test.a_large_slow_ship_takes_the_whole_blast()
  eq(damage.blast(missile, 120, 50), 1)
  eq(damage.blast(missile, 100, 0), 1)
end

function test.a_small_ship_takes_less()
  near(damage.blast(missile, 40, 0), 0.4)
end

function test.a_fast_ship_takes_less()
  near(damage.blast(missile, 100, 160), 0.5 ^ 0.882)
  ok(damage.blast(missile, 100, 320) < damage.blast(missile, 100, 160))
end

function test.layers_go_one_after_the_other()
  local health = {shield = 100, armour = 50, hull = 20}
  local taken, dead = damage.apply(health, 120)
  eq(health, {shield = 0, armour = 30, hull = 20})
  eq(taken, 120)
  eq(dead, false)
  taken, dead = damage.apply(health, 1000)
  eq(taken, 50)
  eq(dead, true)
end
