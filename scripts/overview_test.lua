local arena = require "testing.arena"
local overview = require "overview"
require "station"

function test.look_at_a_planet()
  local ann = player "Ann"
  local seen = ann:run("look", {id = 1011})
  eq(seen.name, "Alpha I")
  eq(seen.kind, "planet")
  eq(seen.distance, nil)
  ann:run "undock"
  ok(ann:run("look", {id = 1011}).distance > 0)
end

function test.look_at_a_ship()
  local ann, ben = player "Ann", player "Ben"
  local me, other = arena.seat(ann, "Wren"), arena.seat(ben, "Wren", 3000)
  advance(1)
  local seen = ann:run("look", {id = other})
  eq(seen.pilot, "Ben")
  eq(seen.type, "Wren")
  near(seen.distance, 3000 - 2 * types.get("Wren").radius, 50)
  eq(seen.group, "rookie")
  eq(ann:run("look", {id = me}).distance, 0)
end

function test.look_around()
  local ann = player "Ann"
  local here = ann:run "look"
  eq(here.name, "Alpha")
  eq(here.players, 1)
  eq(here.celestials.planet, 2)
  eq(here.celestials.station, 2)
end

function test.what_is_not_there_is_not_seen()
  local ann = player "Ann"
  local _, message, code = ann:run("look", {id = 99})
  eq(message, "there is nothing like that here")
  eq(code, "no_target")
end

function test.who_lists_everybody()
  local ann, ben = player "Ann", player "Ben"
  ben:run "undock"
  eq(ann:run "who", {count = 2, players = {
    {id = ann.id, name = "Ann", docked = true}, {id = ben.id, name = "Ben", docked = false}}})
end

function test.who_is_bounded()
  local before = overview.most
  overview.most = 1
  local ann = player "Ann"
  player "Ben"
  local answer = ann:run "who"
  overview.most = before
  eq(#answer.players, 1)
  eq(answer.count, 2)
end

function test.a_type_tells_its_figures()
  local ann = player "Ann"
  local gun = ann:run("look", {type = "light railgun"})
  eq(gun.optimal, 14000)
  eq(gun.tracking, 0.11)
  eq(gun.cap_use, 1.5)
  eq(gun.repair, nil, "what a gun does not do")
  local launcher = ann:run("look", {type = "Light Launcher"})
  ok(launcher.charge.damage > 0 and launcher.charge.range > 1000)
  local _, message, code = ann:run("look", {type = "Phaser"})
  eq(message, "there is no type called Phaser")
  eq(code, "no_type")
end

function test.only_a_launcher_has_a_charge()
  local ann = player "Ann"
  eq(ann:run("look", {type = "Light Railgun"}).charge, nil)
  eq(ann:run("look", {type = "Wren"}).charge, nil)
end
