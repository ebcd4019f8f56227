local fleet = require "services.fleet"

local ann = {id = 1, name = "Ann", system = "Alpha"}
local ben = {id = 2, name = "Ben", system = "Beta"}
local eve = {id = 3, name = "Eve", system = "Beta"}

local function fleet_of_two()
  local id = fleet.invite(ann, ben).id
  ok(fleet.join(ben, id))
  return id
end

function test.the_first_invitation_makes_the_fleet()
  local f = fleet.invite(ann, ben)
  eq(f.boss, 1)
  eq(f.members, {ann})
  eq(fleet.invite(ann, eve).id, f.id)
end

function test.only_the_commander_invites()
  fleet_of_two()
  local _, message = fleet.invite(ben, eve)
  eq(message, "only the commander invites")
  _, message = fleet.invite(ann, ben)
  eq(message, "Ben is in a fleet already")
end

function test.an_invitation_is_for_one()
  local id = fleet.invite(ann, ben).id
  local _, message = fleet.join(eve, id)
  eq(message, "you have no invitation to that fleet")
end

function test.a_fleet_has_a_limit()
  local id = fleet.invite(ann, ben).id
  local before = fleet.most
  fleet.most = 1
  local _, message = fleet.join(ben, id)
  fleet.most = before
  eq(message, "the fleet is full")
end

function test.members_are_followed_from_system_to_system()
  fleet_of_two()
  eq(fleet.followers(1, "Beta"), {2})
  fleet.moved {id = 2, name = "Ben", system = "Alpha"}
  eq(fleet.followers(1, "Alpha"), {1, 2})
  eq(fleet.moved(eve), nil)
end

function test.the_last_one_out_ends_it()
  local id = fleet_of_two()
  fleet.leave(1)
  eq(fleet.info(2).boss, 2)
  fleet.leave(2)
  eq(fleet.fleets[id], nil)
  eq(fleet.of, {})
end

function test.command_changes_hands()
  fleet_of_two()
  local _, message = fleet.promote(2, 2)
  eq(message, "that is the commander's to say")
  eq(fleet.promote(1, 2).boss, 2)
  _, message = fleet.kick(2, 2)
  eq(message, "there is nobody like that to send away")
  eq(#fleet.kick(2, 1).members, 1)
end
