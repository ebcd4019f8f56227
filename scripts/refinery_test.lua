local dock = require "testing.dock"
local refinery = require "refinery"
require "station"

local function code_of(p, args)
  local _, message, code = p:run("refine", args)
  return code, message
end

function test.whole_portions_become_minerals()
  local ann = dock.pilot("Ann", {Grayrock = 250})
  eq(ann:run("refine", {type = "grayrock"}), {used = 200, items = {{type = "Ferrite", quantity = 70}}})
  eq(dock.count(ann, "Grayrock"), 50)
  eq(dock.count(ann, "Ferrite", dock.hangar(ann)), 70)
  local code, message = code_of(ann, {type = "Grayrock"})
  eq(code, "not_enough")
  eq(message, "Grayrock is refined in portions of 100, and here are 50")
end

function test.some_of_it()
  local ann = dock.pilot("Ann", {Grayrock = 1000})
  eq(ann:run("refine", {type = "Grayrock", quantity = 399}).used, 300)
  eq(dock.count(ann, "Grayrock"), 700)
  eq(code_of(ann, {type = "Grayrock", quantity = 800}), "not_enough")
  eq(dock.count(ann, "Grayrock"), 700)
end

function test.what_is_no_ore()
  local ann = dock.pilot("Ann", {Water = 1000})
  eq(code_of(ann, {type = "Water"}), "bad_type")
  ann:run "undock"
  eq(code_of(ann, {type = "Grayrock"}), "not_docked")
end

function test.asked_twice_done_once()
  local ann = dock.pilot("Ann", {Grayrock = 1000})
  local first = ann:run("refine", {type = "Grayrock", quantity = 100, key = "r1"})
  eq(ann:run("refine", {type = "Grayrock", quantity = 100, key = "r1"}), first)
  eq(dock.count(ann, "Grayrock"), 900)
  eq(code_of(ann, {type = "Grayrock", quantity = 200, key = "r1"}), "key_used")
end

-- Without a quantity nothing is left to refine the second time, and elsewhere there is none.
function test.all_of_it_asked_twice()
  local ann = dock.pilot("Ann", {Grayrock = 1000})
  local first = ann:run("refine", {type = "Grayrock", key = "all"})
  eq(first.used, 1000)
  eq(ann:run("refine", {type = "Grayrock", key = "all"}), first)
  ann:run "undock"
  eq(ann:run("refine", {type = "Grayrock", key = "all"}), first)
  eq(code_of(ann, {type = "Grayrock", quantity = 100, key = "all"}), "key_used")
end

-- Two at once, before either is done.
function test.twice_at_once_is_once()
  local ann = dock.pilot("Ann", {Grayrock = 1000})
  local answers = {}
  for _ = 1, 3 do
    task.spawn(function()
      local answer, message = player.run(ann.id, "refine", {type = "Grayrock", key = "k"})
      answers[#answers + 1] = answer or message
    end)
  end
  advance(1)
  eq({#answers, answers[2], answers[3]}, {3, answers[1], answers[1]})
  eq(dock.count(ann, "Ferrite"), 350)
end

-- What comes out takes less room and is worth no more than what went in, of every ore.
function test.nothing_is_won_by_it()
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "ore" then
      local list, used = refinery.yields(t, 1000 * t.portion)
      local worth, volume = 0, 0
      for _, item in ipairs(list) do
        worth = worth + item.quantity * types.get(item.type).price
        volume = volume + item.quantity * types.get(item.type).volume
      end
      ok(worth > 0, name)
      ok(worth <= used * t.price, name)
      ok(volume < used * t.volume, name)
    end
  end
end
