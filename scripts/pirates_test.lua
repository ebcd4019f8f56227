local brain = require "brain"
local pirates = require "pirates"
local ship = require "ship"
local vec = require "lib.vec"
require "death"

test.system = "Beta"

-- Ann in a ship of a type, landed at the belt.
local function at_belt(type)
  local ann = player "Ann"
  local belt = system.celestials("belt")[1]
  ship.remove(player.ship(ann.id))
  player.data(ann.id).ship = {type = type, name = type}
  local id = ship.spawn {type = type, owner = ann.id, pos = vec.add(belt.pos, vec.new(0, belt.radius + 5e3, 0))}
  player.set_ship(ann.id, id)
  advance(0.2)
  emit("warp_landed", id)
  return ann, id, belt
end

local function count(belt)
  local n = 0
  for id in pairs(pirates.bands[belt.name].ships) do
    ok(space.exists(id))
    n = n + 1
  end
  return n
end

function test.one_of_several_belts_is_safe_in_safe_space()
  local function belts(n)
    return function()
      local all = {}
      for i = 1, n do all[i] = {id = i} end
      return all
    end
  end
  eq({#pirates.lairs(belts(3), true), #pirates.lairs(belts(1), true), #pirates.lairs(belts(3), false)}, {2, 1, 3})
end

function test.the_darker_the_worse()
  eq(pirates.roster(0.4, 0.5), {"Jackal Scout", "Jackal Scout"})
  eq(pirates.roster(0, 0.1)[3], "Jackal Raider")
  eq(pirates.roster(-0.8, 0.1)[3], "Jackal Warlord")
end

function test.a_band_comes_to_a_belt_and_attacks()
  local _, _, belt = at_belt "Halberd"
  eq(count(belt), 0)
  advance(pirates.delay[2] + 1)
  eq(count(belt), 3)
  advance(30)
  local pirate = next(pirates.bands[belt.name].ships)
  eq(brain.fighting(pirate), true)
end

function test.a_rookie_does_not_survive_it()
  local ann, id = at_belt "Wren"
  advance(240)
  eq(space.exists(id), false)
  ok(#ann:heard("destroyed") >= 1)
end

function test.a_pod_is_let_go()
  local ann = at_belt "Wren"
  advance(240)
  eq(space.get(player.ship(ann.id)).type, "Capsule")
end

function test.the_band_goes_when_nobody_is_left()
  local ann, _, belt = at_belt "Halberd"
  advance(15)
  eq(count(belt), 3)
  ann:leave()
  advance(pirates.look + 1)
  eq(count(belt), 0)
end

function test.one_band_at_a_time()
  local _, id, belt = at_belt "Colossus"
  advance(pirates.delay[2] + 1)
  emit("warp_landed", id)
  advance(pirates.delay[2] + 1)
  eq(count(belt), 3)
end

function test.away_from_belts_one_is_alone()
  local ann = player "Ann"
  pirates.notice(player.ship(ann.id))
  eq(next(pirates.bands), nil)
end

function test.whoever_comes_in_is_told_where_they_lurk()
  local ann = player "Ann"
  eq(ann:last("pirates").places, {2014})
  eq(ann:last("pirates").bands, true)
end

function test.in_safe_space_it_is_one_that_a_rookie_can_beat()
  eq(pirates.roster(0.5, 0.1), {"Jackal Stray"})
  eq(pirates.roster(1, 0.9), {"Jackal Stray"})
  ok(#pirates.types() >= 4)
end

function test.every_system_has_a_place_for_them()
  local lairs = pirates.lairs(function(kind) return kind == "belt" and {} or system.celestials(kind) end)
  eq(lairs[1].id, 2012)
end

function test.after_a_band_a_lair_rests()
  local _, id, belt = at_belt "Colossus"
  advance(pirates.delay[2] + 1)
  local band = pirates.bands[belt.name]
  for pirate in pairs(band.ships) do ship.remove(pirate) end
  eq(next(band.ships), nil)
  emit("warp_landed", id)
  advance(1)
  eq(pirates.bands[belt.name], band)
  eq(pirates.rest(), pirates.again) -- in the dark
  band.since = system.now() - pirates.rest() - 1
  emit("warp_landed", id)
  advance(1)
  ok(pirates.bands[belt.name] ~= band)
end

function test.the_warning_fits_the_place()
  ok(string.find(pirates.warning().text, "^Bands of pirates"))
  local below = pirates.below
  pirates.below = -1
  ok(string.find(pirates.warning().text, "^Lone strays"))
  eq(pirates.warning().bands, false)
  eq(pirates.rest(), pirates.again / 3)
  pirates.below = below
end

function test.whoever_comes_through_a_gate_is_warned_too()
  local ann = player "Ann"
  local before = #ann:heard("pirates")
  emit("player_arrived", ann.id, "Alpha", 2021)
  eq(#ann:heard("pirates"), before + 1)
end

function test.a_pirate_that_is_lost_leaves_the_band()
  local _, _, belt = at_belt "Colossus"
  advance(pirates.delay[2] + 1)
  local pirate = next(pirates.bands[belt.name].ships)
  eq(pirates.bands[belt.name].ships[pirate], true)
  ship.remove(pirate)
  eq(count(belt), 2)
end
