local arena = require "testing.arena"
local modules = require "modules"
local ship = require "ship"
local vessel = require "vessel"
require "news"
require "death"

test.system = "Beta"

-- Ann in a Wren beside Ben in a Wren, locked.
local function duel(distance)
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", distance or 5000)
  advance(1)
  ann:run("lock", {id = b})
  advance(10)
  return ann, vessel.of(a), ben, vessel.of(b)
end

local function slot(v, type)
  for _, m in ipairs(modules.of(v)) do
    if m.type == type then return m.slot end
  end
end

function test.a_ship_has_the_usual_modules()
  local ann = arena.fighter("Ann", "Wren")
  local answer = ann:run "ship"
  eq(#answer.modules, 5)
  eq(answer.modules[1].type, "Light Railgun")
  eq(answer.modules[1].on, false)
  eq(answer.shield, 1)
end

function test.guns_hurt()
  local ann, _, ben, b = duel()
  ok(ann:run("activate", {slot = 1, id = b.id}))
  advance(60)
  ok(b.shield < b.type.shield, "shots have hit")
  ok(#ben:heard("condition") > 0)
  ok(#ben:heard("hits") > 0)
  ok(#ann:heard("hits") > 0)
end

function test.everybody_sees_who_fires()
  local ann, a, ben, b = duel()
  ann:run("activate", {slot = 1, id = b.id})
  advance(1)
  eq(ben:last("fire").weapons, {{a.id, b.id, "Light Railgun", 4.5, true}})
  ann:run("deactivate", {slot = 1})
  advance(10)
  eq(ben:last("fire").weapons[1][5], false)
end

-- The shot that kills ends the firing before activate is through.
function test.a_first_shot_that_kills_is_told_as_on_and_off()
  local ann, a = arena.fighter("Ann", "Wren")
  local jackal = arena.npc("Jackal Scout", 1000)
  ann:run("lock", {id = jackal})
  advance(10)
  local target = vessel.of(jackal)
  target.shield, target.armour, target.hull = 0, 0, 0.001
  local gun, before = require "gun", modules.of(vessel.of(a))[1]
  local chance = gun.chance
  gun.chance = function() return 1 end
  ok(ann:run("activate", {slot = before.slot, id = jackal}))
  gun.chance = chance
  eq(vessel.of(jackal), nil)
  advance(3)
  local told = {}
  for _, fire in ipairs(ann:heard "fire") do
    for _, row in ipairs(fire.weapons) do told[#told + 1] = row end
  end
  eq(told, {{a, jackal, "Light Railgun", 4.5, true}, {a, jackal, "Light Railgun", 4.5, false}})
end

function test.a_gun_needs_a_lock()
  local ann = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  local _, message, code = ann:run("activate", {slot = 1, id = b})
  eq(message, "lock the target first")
  eq(code, "not_locked")
  _, message = ann:run("activate", {slot = 1})
  eq(message, "Light Railgun needs a target")
end

function test.the_only_lock_is_the_target()
  local ann, _, _, b = duel()
  eq(ann:run("activate", {slot = 1}).target, b.id)
end

function test.a_module_runs_to_the_end_of_its_cycle()
  local ann, a = duel()
  ann:run("activate", {slot = 1})
  eq(ann:run("deactivate", {slot = 1}).stopping, true)
  eq(modules.of(a)[1].on, true)
  advance(modules.of(a)[1].figures.cycle + 0.2)
  eq(modules.of(a)[1].on, false)
  eq(ann:last("module").on, false)
end

function test.switched_on_again_it_goes_on()
  local ann, a = duel()
  ann:run("activate", {slot = 1})
  ann:run("deactivate", {slot = 1})
  ann:run("activate", {slot = 1})
  advance(20)
  eq(modules.of(a)[1].on, true)
end

function test.weapons_stop_with_the_lock()
  local ann, a, _, b = duel()
  ann:run("activate", {slot = 1})
  ann:run("unlock", {id = b.id})
  advance(0.2)
  eq(modules.of(a)[1].on, false)
end

function test.switching_off_and_on_does_not_fire_faster()
  local ann, a, _, b = duel()
  local shots = 0
  on("shot", function() shots = shots + 1 end)
  for _ = 1, 5 do
    ann:run("activate", {slot = 1})
    ann:run("unlock", {id = b.id})
    advance(0.1)
    ann:run("lock", {id = b.id})
    advance(4.2)
  end
  ann:run("activate", {slot = 1})
  advance(10)
  local cycle = modules.of(a)[1].figures.cycle
  ok(shots <= 1 + math.floor(31.5 / cycle), shots .. " shots")
  ok(shots >= 4, shots .. " shots")
end

function test.an_empty_capacitor_stops_a_module()
  local ann, a = duel()
  local booster = slot(a, "Small Shield Booster")
  vessel.spend(a, a.capacitor - 5)
  local _, message, code = ann:run("activate", {slot = booster})
  eq(code, "no_energy")
  eq(message, "the capacitor is empty")
end

function test.a_shield_booster_mends()
  local ann, a = duel()
  vessel.hurt(a, 200, nil)
  ann:run("activate", {slot = slot(a, "Small Shield Booster")})
  advance(0.2)
  near(a.shield, a.type.shield - 200 + ship.type("Small Shield Booster").repair, 1)
end

function test.an_armour_repairer_mends_at_the_end()
  local ann, a = duel()
  vessel.hurt(a, a.type.shield + 100, nil)
  local m = modules.of(a)[slot(a, "Armour Repairer")]
  ann:run("activate", {slot = m.slot})
  advance(1)
  near(a.armour, a.type.armour - 100)
  advance(m.figures.cycle)
  near(a.armour, a.type.armour - 100 + m.figures.repair)
end

function test.an_afterburner_makes_faster()
  local ann, a = duel()
  local m = modules.of(a)[slot(a, "Afterburner")]
  ann:run("activate", {slot = m.slot})
  near(space.get(a.id).speed, a.type.speed * m.figures.speed_factor)
  ann:run("deactivate", {slot = m.slot})
  advance(m.figures.cycle + 1)
  near(space.get(a.id).speed, a.type.speed)
end

function test.no_such_slot()
  local ann = arena.fighter("Ann", "Wren")
  local _, message = ann:run("activate", {slot = 17})
  eq(message, "there is no module in that slot")
end

function test.what_an_empty_capacitor_refuses_stays_off()
  local ann, a = duel()
  vessel.spend(a, a.capacitor - 0.1)
  local _, _, code = ann:run("activate", {slot = 1})
  eq(code, "no_energy")
  eq(modules.of(a)[1].on, false)
  eq(modules.of(a)[1].target, nil)
end

function test.a_gun_that_is_off_aims_at_nobody()
  local ann, a, _, b = duel()
  ann:run("activate", {slot = 1, id = b.id})
  advance(1)
  local gun = modules.of(a)[1]
  eq(gun.target, b.id)
  eq(ann:last("module").on, true)
  modules.stop(a, gun)
  eq(gun.target, nil)
  eq(ann:last("module").on, false)
end

function test.a_ship_that_goes_runs_nothing()
  local ann, a, _, b = duel()
  ann:run("activate", {slot = 1, id = b.id})
  advance(1)
  local gun = modules.of(a)[1]
  vessel.forget(a.id)
  eq(gun.on, false)
end

function test.who_may_no_longer_be_shot_at_is_let_go()
  local ann, a, _, b = duel()
  ann:run("activate", {slot = 1, id = b.id})
  advance(1)
  local gun, safety = modules.of(a)[1], require "safety"
  local allows = safety.allows
  safety.allows = function() return nil, "not here" end
  eq(modules.may_fire(a, gun), nil)
  advance(10)
  safety.allows = allows
  eq(gun.on, false)
  eq(modules.may_fire(a, {target = 99}), false) -- not locked
end
