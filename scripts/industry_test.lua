local calendar = require "lib.calendar"
local dock = require "testing.dock"
local industry = require "industry"
require "dockyard"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

-- Ann with what so many runs of a blueprint need, and the right to them.
local function builder(blueprint, runs)
  local things = {}
  for _, item in ipairs(industry.needs(types.get(blueprint), runs)) do things[item.type] = item.quantity end
  return dock.pilot("Ann", things)
end

function test.a_job_takes_its_time_and_is_delivered()
  local ann = builder("Hull Plate Blueprint", 2)
  local job = ann:run("build", {blueprint = "Hull Plate", runs = 2})
  eq(job.state, "running")
  eq(job.quantity, 2)
  eq(job.ends_in, 120)
  for _, item in ipairs(industry.needs(types.get "Hull Plate Blueprint", 2)) do eq(dock.count(ann, item.type), 0, item.type) end
  local code, message = code_of(ann, "deliver", {job = job.job})
  eq(code, "not_done")
  ok(string.find(message, "takes another", 1, true))
  advance(121)
  eq(ann:run("jobs")[1].state, "done")
  eq(ann:run("deliver").items, {{job = job.job, type = "Hull Plate", quantity = 2}})
  eq(dock.count(ann, "Hull Plate", dock.hangar(ann)), 2)
  eq(ann:run("jobs"), {})
  eq(items.kept(industry.keeper, industry.berth(job.job)), {})
  eq(code_of(ann, "deliver"), "not_done")
  eq(code_of(ann, "deliver", {job = job.job}), "no_job")
end

function test.what_is_missing_is_said()
  local ann = dock.pilot("Ann", {["Hull Plate Blueprint"] = 1, Ferrite = 1})
  local needs = types.get("Hull Plate Blueprint").needs
  local code, message = code_of(ann, "build", {blueprint = "Hull Plate"})
  eq(code, "not_enough")
  eq(message, string.format("missing in the hangar: %d Ferrite, %d Nickeline", needs.Ferrite - 1, needs.Nickeline))
  eq(dock.count(ann, "Hull Plate Blueprint"), 1)
  eq(ann:run("jobs"), {})
end

function test.without_the_right_nothing_is_built()
  local ann = builder("Hull Plate Blueprint", 2)
  items.take(ann.id, "Hull Plate Blueprint", 1, dock.hangar(ann))
  local _, message = code_of(ann, "build", {blueprint = "Hull Plate Blueprint", runs = 2})
  eq(message, "missing in the hangar: 1 Hull Plate Blueprint")
end

function test.a_fourth_job_waits_for_a_line()
  local ann = builder("Hull Plate Blueprint", 5)
  local jobs = {}
  for i = 1, 5 do jobs[i] = ann:run("build", {blueprint = "Hull Plate"}) end
  eq({jobs[3].state, jobs[4].state, jobs[5].state}, {"running", "waiting", "waiting"})
  near(jobs[4].ends_in, 120, 1)
  advance(61)
  eq(#ann:run("deliver").items, 3)
  eq(ann:run("jobs")[1].state, "running")
  advance(60)
  eq(#ann:run("deliver").items, 2)
  eq(dock.count(ann, "Hull Plate"), 5)
end

function test.a_job_that_is_cancelled_gives_all_back()
  local ann = builder("Hull Plate Blueprint", 4)
  local first
  for _ = 1, 4 do
    local job = ann:run("build", {blueprint = "Hull Plate"})
    first = first or job.job
  end
  eq(ann:run("job_cancel", {job = first}), {job = first})
  eq(dock.count(ann, "Hull Plate Blueprint", dock.hangar(ann)), 1)
  eq(dock.count(ann, "Ferrite", dock.hangar(ann)), types.get("Hull Plate Blueprint").needs.Ferrite)
  eq(ann:run("jobs")[3].state, "running") -- the one that waited
  eq(code_of(ann, "job_cancel", {job = first}), "no_job")
  advance(61)
  eq(code_of(ann, "job_cancel", {job = ann:run("jobs")[1].job}), "done")
end

-- What was given to build stands in the store: another life of the system knows it.
function test.jobs_outlive_the_system()
  local ann = builder("Hull Plate Blueprint", 1)
  ann:run("build", {blueprint = "Hull Plate"})
  calendar.anchor = calendar.anchor + 61 -- the shard was down for a minute
  eq(#ann:run("deliver").items, 1)
end

function test.delivered_twice_at_once_is_delivered_once()
  local ann = builder("Hull Plate Blueprint", 1)
  ann:run("build", {blueprint = "Hull Plate"})
  advance(61)
  for _ = 1, 3 do
    task.spawn(function() player.run(ann.id, "deliver") end)
  end
  advance(1)
  eq(dock.count(ann, "Hull Plate"), 1)
end

function test.a_key_gives_one_job()
  local ann = builder("Hull Plate Blueprint", 2)
  local first = ann:run("build", {blueprint = "Hull Plate", key = "k"})
  eq(ann:run("build", {blueprint = "Hull Plate", key = "k"}), first)
  eq(#ann:run "jobs", 1)
  eq(code_of(ann, "build", {blueprint = "Hull Plate", runs = 2, key = "k"}), "key_used")
end

-- The last job there is material for, and the last that one may have.
function test.a_key_is_answered_though_no_other_job_could_be_given()
  local ann = builder("Hull Plate Blueprint", 1)
  local before = industry.most
  industry.most = 1
  local first = ann:run("build", {blueprint = "Hull Plate", key = "k"})
  eq(ann:run("build", {blueprint = "Hull Plate", key = "k"}), first)
  industry.most = before
  eq(ann:run("build", {blueprint = "Hull Plate", key = "k"}), first)
  eq(code_of(ann, "build", {blueprint = "Hull Plate", key = "other"}), "not_enough")
  ann:run "undock"
  eq(ann:run("build", {blueprint = "Hull Plate", key = "k"}), first)
  eq(code_of(ann, "licence", {blueprint = "Hull Plate", key = "k"}), "key_used")
end

function test.the_station_sells_the_right_to_build()
  local price = types.get("Wren Blueprint").price
  local ann = dock.pilot("Ann", {}, 3 * price)
  eq(ann:run("licence", {blueprint = "Wren", runs = 2}), {blueprint = "Wren Blueprint", runs = 2, paid = 2 * price})
  eq(dock.count(ann, "Wren Blueprint", dock.hangar(ann)), 2)
  eq(code_of(ann, "licence", {blueprint = "Wren", runs = 2}), "not_enough")
  eq(ann:run("wallet").balance, price)
end

function test.nonsense_is_refused()
  local ann = dock.pilot "Ann"
  eq(code_of(ann, "build", {blueprint = "Water"}), "no_type")
  eq(code_of(ann, "build", {blueprint = "Wren", runs = 0}), "bad_argument")
  eq(code_of(ann, "build", {blueprint = "Wren", runs = 1.5}), "bad_argument")
  eq(code_of(ann, "build", {blueprint = "Wren", runs = 5000}), "bad_argument")
  ann:run "undock"
  eq(code_of(ann, "build", {blueprint = "Wren"}), "not_docked")
end

-- All that is built has a blueprint that can be paid, and everything it needs comes from
-- somewhere: out of a belt, a planet, or another blueprint.
function test.everything_can_be_built()
  local made, found = {}, {}
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "blueprint" then made[t.product] = t end
    if t.category == "raw" then found[name] = true end
    if t.category == "ore" then
      for mineral in pairs(t.refines) do found[mineral] = true end
    end
  end
  for product, t in pairs(made) do
    for part in pairs(t.needs) do ok(found[part] or made[part], product .. " needs " .. part) end
    ok(#industry.needs(t, 1) <= 20, product)
  end
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    local buyable = t.category == "module" or t.category == "charge" or t.category == "container" or t.category == "ship" and not t.npc and name ~= "Capsule"
    if buyable then ok(made[name], name .. " has no blueprint") end
    if name ~= "Money" and not t.npc and name ~= "Capsule" then ok(t.price > 0, name .. " has no price") end
  end
end
