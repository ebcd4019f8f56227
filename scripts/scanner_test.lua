local arena = require "testing.arena"
local format = require "lib.format"
local scanner = require "scanner"

-- Whom a scan finds, by name, the nearest first.
local function found(p, dir, angle, range)
  advance(scanner.every)
  local names = {}
  for i, contact in ipairs(p:run("scan", {dir = dir, angle = angle, range = range}).contacts) do names[i] = contact.name end
  return table.concat(names, ",")
end

-- A pilot, and drifting hulls: one ahead, one ahead and up, one behind, all far beyond sight.
local function watch()
  local ann, me = arena.fighter("Ann", "Wren")
  local function hull(name, x, y)
    return space.spawn {kind = "npc", type = "Jackal Scout", name = name, pos = arena.point(x, y)}
  end
  hull("Ahead", 2e9, 0)
  hull("Above", 3e9, 1e9)
  hull("Behind", -1e9, 0)
  advance(0)
  return ann, me
end

function test.a_cone_finds_what_lies_in_it_the_nearest_first()
  local ann = watch()
  local ahead = {1, 0, 0}
  eq(found(ann, ahead, 30, 1e10), "Ahead")
  eq(found(ann, ahead, 40, 1e10), "Ahead,Above", "18.4 degrees off")
  eq(found(ann, ahead, 180, 1e10), "Ahead,Above")
  eq(found(ann, ahead, 360, 1e10), "Behind,Ahead,Above")
  eq(found(ann, {-5, 0, 0}, 5, 1e10), "Behind")
  eq(found(ann, {0, 0, 1}, 30, 1e10), "")
  eq(found(ann, ahead, 360, 2.5e9), "Behind,Ahead")
end

function test.it_says_what_and_roughly_how_far()
  local ann = watch()
  local answer = ann:run("scan", {dir = {3, 1, 0}, angle = 5, range = 1e10})
  eq(answer, {contacts = {{kind = "npc", type = "Jackal Scout", name = "Above", distance = 3.2e9}}, count = 1, angle = 5, range = 1e10, again = scanner.every})
  for metres, told in pairs {[0] = 0, [0.4] = 0, [99.4] = 99, [104] = 100, [149.6e9] = 150e9, [4237e3] = 4200e3} do
    eq(scanner.rough(metres), told, metres)
  end
end

function test.all_around_and_as_far_as_it_reaches_where_nothing_is_said()
  local ann = watch()
  advance(scanner.every)
  local answer = ann:run("scan", {dir = {1, 0, 0}})
  eq(answer.angle, 360)
  eq(answer.range, 15 * format.au)
  ok(answer.count >= 3)
end

function test.who_is_docked_hidden_in_warp_or_a_missile_is_not_found()
  local ann = arena.fighter("Ann", "Wren")
  local _, hidden = arena.fighter("Ben", "Wren", 1e9)
  local _, warping = arena.fighter("Cyd", "Wren", 1.2e9)
  local _, eve = arena.fighter("Eve", "Wren", 1.4e9)
  local foe = arena.npc("Jackal Scout", 1.4e9, 2e4)
  player "Dan"
  local around = function() return found(ann, {1, 0, 0}, 360, 2e9) end
  eq(around(), "Ben's Wren,Cyd's Wren,Eve's Wren,Jackal Scout", "Dan is docked")
  ok(space.hide(hidden))
  ok(space.warp(warping, arena.point(0, 3e13)))
  advance(20)
  eq(space.get(warping).mode, "tunnel")
  ok(space.launch {ship = eve, target = foe, kind = "missile", type = "Wasp Light Missile", mass = 500, agility = 1, speed = 100, radius = 1, life = 60})
  advance(0)
  eq(#space.near(eve, 1e5), 2, "the foe, and the missile on its way")
  eq(around(), "Eve's Wren,Jackal Scout")
end

function test.two_scans_take_their_time()
  local ann = watch()
  ok(ann:run("scan", {dir = {1, 0, 0}}))
  local result, message, code = ann:run("scan", {dir = {1, 0, 0}})
  eq(result, nil)
  eq(code, "too_soon")
  ok(string.find(message, "^the scanner is ready again in [12]%.%d s$"), message)
  advance(scanner.every)
  ok(ann:run("scan", {dir = {1, 0, 0}}))
  eq(scanner.rest(100), scanner.every)
  eq(scanner.rest(3000), 30, "a crowd is sorted out slowly")
end

function test.a_crowd_is_counted_and_the_nearest_are_told()
  local ann = watch()
  local kept = scanner.most
  scanner.most = 2
  local answer = ann:run("scan", {dir = {1, 0, 0}, range = 1e10})
  scanner.most = kept
  eq(#answer.contacts, 2)
  eq(answer.contacts[1].name, "Behind")
  eq(answer.count, 3)
end

function test.nonsense_is_refused_in_words()
  local ann = player "Ann"
  local function refused(from, code)
    local result, message, got = ann:run("scan", from)
    eq(result, nil)
    eq(got, code)
    return message
  end
  eq(refused({dir = {1, 0, 0}}, "docked"), "you are docked: undock first")
  arena.seat(ann, "Wren")
  eq(refused({}, "bad_argument"), "dir must be a point [x, y, z]")
  eq(refused({dir = {0, 0, 0}}, "bad_argument"), "dir points nowhere")
  eq(refused({dir = {1, 0, 0}, angle = 4}, "bad_argument"), "angle must be between 5 and 360")
  eq(refused({dir = {1, 0, 0}, range = 1e15}, "bad_argument"), "range must be between 0 and " .. scanner.range)
end

function test.who_has_left_is_forgotten()
  local ann = watch()
  ann:run("scan", {dir = {1, 0, 0}})
  emit("player_left", ann.id, "logout")
  eq(scanner.ready[ann.id], nil)
end
