local arena = require "testing.arena"
require "fleet"
require "chat"
require "autopilot"

local function fleet_of_two()
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  advance(1)
  ok(ann:run("fleet_invite", {id = ben.id}))
  advance(1)
  local invitation = ben:last "fleet_invited"
  eq(invitation.from, "Ann")
  ok(ben:run("fleet_join", {fleet = invitation.fleet}))
  advance(1)
  return ann, ben, a, b
end

function test.invite_and_join()
  local ann, ben = fleet_of_two()
  local info = ann:run "fleet"
  eq(info.boss, ann.id)
  eq(#info.members, 2)
  eq(info.members[2].name, "Ben")
  eq(ben:run "fleet", info)
  eq(ann:last("fleet").members[2].id, ben.id)
  eq(player.data(ben.id).fleet, true)
end

function test.nobody_joins_uninvited()
  local ann, ben = player "Ann", player "Ben"
  local _, message, code = ann:run("fleet_join", {fleet = 1})
  eq(message, "you have no invitation to that fleet")
  eq(code, "fleet")
  _, message = ben:run "fleet"
  eq(message, "you are not in a fleet")
  _, message = ben:run("fleet_invite", {id = 999})
  eq(message, "there is nobody like that here")
end

function test.fleet_chat_reaches_the_fleet_only()
  local ann, ben = fleet_of_two()
  local eve = player "Eve"
  ok(ann:run("say", {channel = "fleet", text = "on me"}))
  advance(1)
  eq(ben:last("chat").text, "on me")
  eq(eve:last("chat"), nil)
  local _, message = eve:run("say", {channel = "fleet", text = "hello?"})
  eq(message, "you are not in a fleet")
end

function test.a_broadcast_points_at_a_target()
  local ann, ben = fleet_of_two()
  ok(ann:run("fleet_broadcast", {kind = "target", id = 1021}))
  advance(1)
  eq(ben:last("fleet_broadcast"), {kind = "target", id = 1021, from = "Ann", system = "Alpha"})
end

function test.fleet_warp_takes_everybody_along()
  local ann, ben, a, b = fleet_of_two()
  eq(ann:run("fleet_warp", {id = 1021}), {ships = 2})
  advance(180)
  ok(space.distance(a, 1021) < 20e3)
  ok(space.distance(b, 1021) < 20e3)
  ok(space.distance(a, b) < 40e3, "they land together")
  eq(ben:last("notice").text, "Ann takes the fleet into warp.")
end

function test.only_the_commander_warps_the_fleet()
  local _, ben = fleet_of_two()
  local _, message = ben:run("fleet_warp", {id = 1021})
  eq(message, "that is the commander's to say")
end

function test.a_fleet_warp_is_a_warp()
  local ann, _, _, b = fleet_of_two()
  local _, message, code = ann:run("fleet_warp", {id = b})
  eq(code, "too_close")
  ok(string.find(message, "too close to warp", 1, true))
end

function test.who_leaves_is_out()
  local ann, ben = fleet_of_two()
  ok(ann:run "fleet_leave")
  advance(1)
  eq(ben:run("fleet").boss, ben.id, "the next in line commands")
  local _, message = ann:run "fleet"
  eq(message, "you are not in a fleet")
end

function test.who_is_sent_away_is_out()
  local ann, ben = fleet_of_two()
  ok(ann:run("fleet_kick", {id = ben.id}))
  advance(1)
  eq(player.data(ben.id).fleet, nil)
  ok(ben:last "fleet_left")
end

function test.who_logs_out_is_out()
  local ann, ben = fleet_of_two()
  ben:leave()
  advance(1)
  eq(#ann:run("fleet").members, 1)
end

function test.a_page_that_comes_again_hears_of_its_fleet()
  local ann, ben = fleet_of_two()
  ann:forget()
  emit("player_connected", ann.id)
  advance(1)
  eq(#ann:last("fleet").members, 2)
  eq(ann:last("fleet").members[2].id, ben.id)
end

function test.an_invitation_outlives_a_reload_of_the_page()
  local ann = arena.fighter("Ann", "Wren")
  local ben = arena.fighter("Ben", "Wren", 3000)
  advance(1)
  ok(ann:run("fleet_invite", {id = ben.id}))
  advance(1)
  ben:forget()
  emit("player_connected", ben.id)
  advance(1)
  local invitation = ben:last "fleet_invited"
  eq(invitation.from, "Ann")
  ok(ben:run("fleet_join", {fleet = invitation.fleet}))
  ben:forget()
  emit("player_connected", ben.id)
  advance(1)
  eq(ben:last("fleet_invited"), nil)
  eq(#ben:last("fleet").members, 2)
end
