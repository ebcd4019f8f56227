local arena = require "testing.arena"
local news = require "news"
local vessel = require "vessel"
require "modules"

function test.a_thousand_shots_are_one_message()
  local ann, a = arena.fighter("Ann", "Colossus")
  advance(1)
  ann:forget()
  local v = vessel.of(a)
  local by = vessel.of(arena.npc("Jackal Raider", 3000))
  for _ = 1, 100 do
    vessel.hurt(v, 1, by)
    emit("shot", by, v, {slot = 1, type = "Medium Railgun"}, 1, 1)
  end
  advance(1.2)
  eq(#ann:heard("condition"), 1)
  eq(#ann:heard("health"), 1)
  local hits = ann:heard("hits")
  eq(#hits, 1)
  eq(#hits[1].hits, news.most)
  eq(hits[1].more, 100 - news.most)
end

function test.nothing_is_told_when_nothing_happens()
  local ann = arena.fighter("Ann", "Wren")
  advance(1)
  ann:forget()
  advance(5)
  eq(#ann:heard("condition") + #ann:heard("health") + #ann:heard("hits"), 0)
end

function test.health_is_told_only_when_it_changes()
  local ann, a = arena.fighter("Ann", "Wren")
  advance(1)
  ann:forget()
  emit("vessel_changed", vessel.of(a))
  advance(1.2)
  emit("vessel_changed", vessel.of(a))
  advance(1.2)
  eq(#ann:heard("condition"), 2)
  eq(#ann:heard("health"), 1)
end

function test.everybody_around_is_told_in_one_message()
  local ann, a = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Wren", 5000)
  local far = arena.npc("Jackal Raider", 0, 5e9)
  advance(1)
  ann:forget()
  vessel.hurt(vessel.of(a), 160, nil)
  vessel.hurt(vessel.of(b), 320 + 140, nil)
  vessel.hurt(vessel.of(far), 100, nil)
  advance(1.2)
  local told = ann:heard("health")
  eq(#told, 1)
  table.sort(told[1].ships, function(x, y) return x[1] < y[1] end)
  eq(#told[1].ships, 2, "those in sight")
  near(told[1].ships[1][2], 50, 2)
  near(told[1].ships[2][2], 1, 2)
  eq({told[1].ships[2][3], told[1].ships[2][4]}, {50, 100})
end

function test.in_a_crowd_fire_is_told_with_the_rest()
  local before = news.crowd
  news.crowd = 1
  local ann, a = arena.fighter("Ann", "Wren")
  local _, b = arena.fighter("Ben", "Wren", 3000)
  advance(2)
  ann:forget()
  emit("weapon", vessel.of(a), {target = b, type = "Light Railgun", figures = {cycle = 4.5}}, true)
  advance(news.fire_period + 0.2)
  eq(#ann:heard("fire"), 0)
  advance(news.period)
  news.crowd = before
  eq(ann:last("fire").weapons, {{a, b, "Light Railgun", 4.5, true}})
end

function test.rounding()
  eq(news.round(0.12345), 0.123)
  eq(news.percent(0.987), 99)
end

function test.a_page_that_comes_again_sees_the_fight()
  local ann = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  local jackal = arena.npc("Jackal Scout", 5000)
  advance(1)
  ben:run("lock", {id = jackal})
  advance(10)
  ok(ben:run("activate", {slot = 1, id = jackal}))
  vessel.hurt(vessel.of(b), 32, vessel.of(jackal))
  advance(2)
  ann:forget()
  emit("player_connected", ann.id)
  local fire = ann:last "fire"
  eq(fire.all, true)
  eq(fire.weapons, {{b, jackal, "Light Railgun", 4.5, true}})
  local rows = {}
  for _, row in ipairs(ann:last("health").ships) do rows[row[1]] = row end
  ok(rows[b][2] < 100)
end

-- No tick tells a whole crowd how it does, nor everybody around of the whole crowd.
function test.a_crowd_is_told_in_parts()
  news.part_least, news.parts, news.crowd = 1, 3, 1
  local ann, a = arena.fighter("Ann", "Wren")
  local ben, b = arena.fighter("Ben", "Wren", 5000)
  local cat, c = arena.fighter("Cat", "Wren", 9000)
  advance(2)
  for _, client in ipairs {ann, ben, cat} do client:forget() end
  for _, id in ipairs {a, b, c} do
    vessel.hurt(vessel.of(id), 100, nil)
    emit("weapon", vessel.of(id), {target = a, type = "Light Railgun", figures = {cycle = 4.5}}, true)
  end
  local told = {}
  for tick = 1, 15 do
    advance(0.1)
    told[tick] = #ann:heard("condition") + #ben:heard("condition") + #cat:heard("condition")
    ok(told[tick] - (told[tick - 1] or 0) <= 1, "two parts in one tick")
    ok(#ann:heard("health") <= told[tick] and #ann:heard("fire") <= told[tick], "everybody's in one tick")
  end
  eq(told[15], 3)
  eq(#ann:heard("health"), 3)
  eq(#ann:heard("fire"), 3)
  local ships, from = {}, {}
  for part = 1, 3 do
    ships[ann:heard("health")[part].ships[1][1]] = true
    from[ann:heard("fire")[part].weapons[1][1]] = true
  end
  eq(ships, {[a] = true, [b] = true, [c] = true})
  eq(from, {[a] = true, [b] = true, [c] = true})
end

-- What is shown of a ship in a crowd is wrong by less than a step, however slowly it changes.
function test.in_a_crowd_small_changes_are_not_told_to_all()
  local before = news.crowd
  news.crowd = 1
  local ann, a = arena.fighter("Ann", "Wren")
  advance(2)
  ann:forget()
  local v = vessel.of(a)
  for _ = 1, 12 do
    vessel.hurt(v, 0.02 * v.type.shield, nil)
    advance(1.2)
    ok(math.abs(v.shown_shield - news.percent((vessel.condition(v)))) < news.step)
  end
  news.crowd = before
  eq(#ann:heard("condition"), 12)
  ok(#ann:heard("health") >= 2 and #ann:heard("health") <= 8, #ann:heard("health"))
end
