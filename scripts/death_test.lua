local arena = require "testing.arena"
local death = require "death"
local pilot = require "pilot"
local vessel = require "vessel"
require "station"
require "modules"

function test.a_lost_ship_leaves_a_pod_and_a_wreck()
  local ann, a = arena.fighter("Ann", "Halberd")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  advance(1)
  vessel.hurt(vessel.of(a), 1e6, vessel.of(b))
  advance(0.2)
  eq(space.exists(a), false)
  local pod = player.ship(ann.id)
  eq(space.get(pod).type, "Capsule")
  eq(pilot.hull(ann.id).type, "Capsule")
  local wreck = space.near(pod, 10e3, "wreck")[1]
  eq(space.get(wreck).name, "Ann's Halberd (wreck)")
  eq(ben:last("destroyed"), {id = a, name = "Ann's Halberd", type = "Halberd", by = b, by_name = "Ben's Wren"})
  advance(2)
  eq(ann:last("notice").text, "Your Halberd is lost. You are in your pod.")
end

function test.a_new_body_is_shown_its_hangar()
  local ann = arena.fighter("Ann", "Wren")
  advance(1)
  ann:forget()
  for _ = 1, 2 do
    vessel.hurt(vessel.of(player.ship(ann.id)), 1e6, nil)
    advance(1)
  end
  ok(player.station(ann.id), "she wakes in a station")
  eq(ann:last("hangar").ships, {{type = "Wren", name = "Ann's Wren"}})
end

function test.in_a_great_battle_those_concerned_are_told()
  local ann = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  local cyd, c = arena.fighter("Cyd", "Halberd", 0, 3000)
  advance(1)
  ben:run("lock", {id = c})
  local lost = {}
  for i = 1, death.loud + 2 do
    lost[i] = vessel.of(arena.npc("Jackal Scout", 0, 0, 1000 * i))
  end
  local late = vessel.of(arena.npc("Jackal Scout", 5000))
  for i, v in ipairs(lost) do
    vessel.hurt(v, 1e6, i == death.loud + 1 and vessel.of(b) or nil)
  end
  eq(#ann:heard("destroyed"), death.loud)
  eq(#ben:heard("destroyed"), death.loud + 1, "one of the others was his")
  vessel.hurt(vessel.of(c), 1e6, nil)
  eq(#ann:heard("destroyed"), death.loud)
  eq(ben:last("destroyed").name, "Cyd's Halberd", "it was in his sights")
  eq(cyd:last("destroyed").id, c)
  advance(1)
  vessel.hurt(late, 1e6, nil)
  eq(#ann:heard("destroyed"), death.loud + 1, "another second")
end

function test.wrecks_do_not_stay_for_ever()
  local _, a = arena.fighter("Ann", "Halberd")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  vessel.hurt(vessel.of(a), 1e6, nil)
  advance(1)
  eq(#space.near(b, 50e3, "wreck"), 1)
  advance(death.wreck_time)
  eq(#space.near(b, 50e3, "wreck"), 0)
end

function test.space_damage_is_a_weapon_like_others()
  local ann, id = arena.fighter("Ann", "Wren")
  local ben, other = arena.fighter("Ben", "Wren", 1e3)
  eq(space.damage(id, 100), true)
  near(vessel.of(id).shield, vessel.of(id).type.shield - 100)
  space.damage(id, 1e6, other)
  advance(0)
  eq(ann:last("death").by, "Ben's Wren")
  eq(ann:last("death").causes[1].name, "Ben's Wren")
  eq(space.get(player.ship(ann.id)).type, "Capsule")
  eq(ben:last("destroyed").by, other)
  local done, why = space.damage(id, 5)
  eq(done, nil)
  eq(why, "nothing in space has the id " .. id)
end

function test.a_lost_pod_wakes_in_a_station()
  local ann, a = arena.fighter("Ann", "Capsule")
  vessel.hurt(vessel.of(a), 1e6, nil)
  advance(1)
  ok(player.station(ann.id))
  eq(pilot.hull(ann.id).type, pilot.rookie)
end

function test.a_pod_that_docks_gets_a_new_ship()
  local ann = player "Ann"
  player.data(ann.id).ship = {type = "Capsule", name = "pod"}
  ann:run("undock")
  ann:run("dock")
  eq(ann:last("hangar").ships[1].type, pilot.rookie)
  local id = ann:run("undock").ship
  eq(space.get(id).type, pilot.rookie)
end

function test.an_npc_dies_too()
  local id = arena.npc("Jackal Scout")
  vessel.hurt(vessel.of(id), 1e6, nil)
  advance(0.2)
  eq(space.exists(id), false)
end

function test.a_pilot_is_told_what_was_lost_until_it_is_read()
  local ann, a = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Halberd", 3000)
  local c = arena.npc("Jackal Scout", 500)
  advance(1)
  vessel.hurt(vessel.of(a), 100, vessel.of(c))
  vessel.hurt(vessel.of(a), 1e6, vessel.of(b))
  advance(0.2)
  local told = ann:last "death"
  eq(told.ship, "Wren")
  eq(told.by, "Ben's Halberd")
  eq(told.by_type, "Halberd")
  eq(told.causes, {{name = "Ben's Halberd", points = 800}, {name = "Jackal Scout", points = 100}})
  eq(#told.lost, 5)
  eq(told.system, "Alpha")
  ann:forget()
  emit("player_connected", ann.id)
  eq(ann:last("death"), told, "a page that comes again shows it")
  eq(ann:run("death", {read = true}), told)
  ann:forget()
  emit("player_connected", ann.id)
  eq(ann:last("death"), nil)
end
