local arena = require "testing.arena"
local career = require "career"
local vessel = require "vessel"
require "bounty"
require "death"
require "station"

function test.a_new_pilot_is_a_rookie()
  local ann = player "Ann"
  local sheet = ann:run "career"
  eq(sheet.name, "Ann")
  eq(sheet.rank, "Rookie")
  eq(sheet.destroyed, 0)
  ok(sheet.since > 0)
  eq(sheet.next, career.ranks[2][1])
end

function test.what_is_done_is_counted()
  local ann = player "Ann"
  ann:run "undock"
  ann:run "dock"
  local a = arena.seat(ann, "Halberd")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  vessel.hurt(vessel.of(b), 1e6, vessel.of(a))
  for _ = 1, 2 do
    vessel.hurt(vessel.of(arena.npc("Jackal Stray", 3000)), 1e6, vessel.of(a))
    advance(1)
  end
  local sheet = ann:run "career"
  eq(sheet.docked, 1)
  eq(sheet.pilots, 1)
  eq(sheet.destroyed, 2)
  eq(sheet.earned, 2 * types.get("Jackal Stray").bounty)
  eq(sheet.rank, "Pilot")
end

function test.a_loss_is_counted()
  local ann, a = arena.fighter("Ann", "Wren")
  vessel.hurt(vessel.of(a), 1e6)
  advance(0.2)
  eq(ann:run("career").lost, 1)
end

function test.the_last_rank_has_none_after_it()
  local rank, _, next_at = career.rank {missions = 1e6}
  eq(rank, career.ranks[#career.ranks][2])
  eq(next_at, nil)
end
