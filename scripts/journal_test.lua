local arena = require "testing.arena"
local journal = require "journal"
local vessel = require "vessel"
require "bounty"
require "death"
require "station"

local function texts(p)
  local list = {}
  for i, line in ipairs(p:run("journal").lines) do list[i] = line.text end
  return list
end

function test.what_happened_is_written_down()
  local ann = player "Ann"
  ann:run "undock"
  ann:run "dock"
  local at = system.celestial(player.station(ann.id)).name
  eq(texts(ann), {"You docked at " .. at .. "."})
  local line = ann:last("journal").lines[1]
  eq(line.n, 1)
  eq(line.where, "Alpha")
end

function test.both_sides_of_a_fight_have_their_line()
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  vessel.hurt(vessel.of(b), 1e6, vessel.of(a))
  advance(0.2)
  eq(texts(ann), {"You destroyed Ben's Wren."})
  eq(ben:last("journal").lines[1].kind, "bad")
  eq(texts(ben), {"Your Wren was destroyed by Ann's Wren."})
end

function test.a_bounty_is_a_line()
  local ann, a = arena.fighter("Ann", "Wren")
  vessel.hurt(vessel.of(arena.npc("Jackal Stray", 3000)), 1e6, vessel.of(a))
  advance(1)
  ok(string.find(table.concat(texts(ann), "\n"), "A bounty of 300.00 for the Jackal Stray.", 1, true))
end

-- Numbers go on, and the oldest lines go.
function test.it_does_not_grow_for_ever()
  local ann = player "Ann"
  for i = 1, journal.most + 5 do journal.note(ann.id, "info", "line %d %s", i, string.rep("x", 500)) end
  local lines = ann:run("journal").lines
  eq(#lines, journal.most)
  eq(lines[1].n, 6)
  eq(lines[journal.most].n, journal.most + 5)
  eq(#lines[1].text, journal.longest)
end

function test.no_letter_is_cut_in_two()
  local long = string.rep("a", journal.longest - 1)
  eq(journal.cut(long .. "\195\164\195\164"), long)
  eq(journal.cut("short"), "short")
end
