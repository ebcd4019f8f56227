local rules = require "rules"
local station = require "station"

function test.a_client_that_has_come_is_told()
  local ann = player "Ann"
  local told = ann:last "rules"
  eq(told, ann:run "rules")
  eq(told.dock_range, 2500)
  eq(told.jump_range, 2500)
  eq(told.warp_from, 150e3)
  local hostile = table.concat(told.hostile, ",")
  ok(string.find(hostile, "Jackal Scout", 1, true) and not string.find(hostile, "Customs", 1, true))
end

function test.an_edit_is_true_at_the_next_question()
  local ann = player "Ann"
  local kept = station.dock_range
  station.dock_range = 7000
  eq(ann:run("rules").dock_range, 7000)
  station.dock_range = kept
  ok(rules)
end
