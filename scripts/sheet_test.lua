local arena = require "testing.arena"
local dock = require "testing.dock"
local sheet = require "sheet"
local vessel = require "vessel"
require "dockyard"
require "modules"
require "station"

local function near(actual, expected, by)
  ok(math.abs(actual - expected) <= by, string.format("%s is not within %s of %s", actual, by, expected))
end

function test.what_modules_do_together()
  local s = sheet.of("Wren", {"Light Railgun", "Light Autocannon", "Afterburner", "Small Shield Booster", "Armour Repairer"})
  local rail, auto, booster, repairer = types.get "Light Railgun", types.get "Light Autocannon", types.get "Small Shield Booster", types.get "Armour Repairer"
  near(s.damage, rail.damage / rail.cycle + auto.damage / auto.cycle, 1e-9)
  eq({s.range, s.falloff}, {auto.optimal, rail.optimal + rail.falloff})
  eq(s.tracking, rail.tracking)
  near(s.shield_repair, booster.repair / booster.cycle, 1e-9)
  near(s.armour_repair, repairer.repair / repairer.cycle, 1e-9)
  eq(s.slots.high, {used = 2, of = types.get "Wren".high})
  eq(s.cargo, types.get "Wren".cargo)
end

function test.launchers_do_what_their_missiles_do()
  local s = sheet.of("Kestrane", {"Light Launcher", "Light Launcher"})
  local t = types.get(types.list "light missile"[1])
  near(s.damage, 2 * t.damage / types.get "Light Launcher".cycle, 1e-9)
  eq(s.range, t.speed * t.flight_time)
  eq(s.tracking, nil)
end

-- The sheet's speeds are those that the ship then flies with.
function test.it_flies_as_it_says()
  local ann = dock.pilot "Ann"
  local s = ann:run("fitting", {}).before
  local id = ann:run("undock").ship
  eq(space.engine(id).speed, s.speed)
  for _, m in ipairs(ann:run("ship").modules) do
    if m.group == "propulsion" then ok(ann:run("activate", {slot = m.slot})) end
  end
  eq(space.engine(id).speed, s.speed_most)
end

-- Everything runs until the capacitor has too little for something: that is what lasts says.
function test.the_capacitor_lasts_as_long_as_it_says()
  local ann, id = arena.fighter("Ann", "Wren")
  local s = ann:run("fitting", {}).before
  eq(s.stable, nil)
  local running, longest = 0, 0
  for _, m in ipairs(ann:run("ship").modules) do
    if m.group ~= "gun" and ann:run("activate", {slot = m.slot}) then running, longest = running + 1, math.max(longest, m.cycle) end
  end
  ok(running > 1)
  local without = sheet.of("Wren", {"Afterburner", "Small Shield Booster", "Armour Repairer"})
  local began = system.now()
  local function all_on()
    local on = 0
    for _, m in ipairs(vessel.of(id).modules) do on = on + (m.on and 1 or 0) end
    return on == running
  end
  while all_on() and system.now() - began < 2 * without.lasts do advance(1) end
  near(system.now() - began, without.lasts, longest + 2)
end

function test.a_capacitor_that_comes_to_rest()
  local s = sheet.of("Wren", {"Light Railgun"})
  eq(s.lasts, nil)
  ok(s.stable > 0.25 and s.stable < 1)
  eq(sheet.of("Wren", {}).stable, 1)
end

function test.before_and_after()
  local ann = dock.pilot "Ann"
  local told = ann:run("fitting", {modules = {"light autocannon", "Light Autocannon"}})
  ok(told.before.damage < told.after.damage)
  eq(told.after.modules, {"Light Autocannon", "Light Autocannon"})
  eq(told.lacks, {})
  ok(told.before.shield_repair > 0)
  eq(told.after.shield_repair, 0)
  eq(ann:run("fit", {}).modules, told.before.modules) -- nothing has changed
end

function test.what_is_lacking()
  local ann = dock.pilot("Ann", {Halberd = 1, ["Medium Railgun"] = 1})
  local function lacks(list) return ann:run("fitting", {modules = list}).lacks end
  local all = table.concat(lacks {"Light Railgun", "Light Railgun", "Light Railgun", "Medium Railgun", "Hammer"}, "\n")
  for _, part in ipairs {"Wren has 2 high slots, and these modules take 4", "the yard lends no Medium Railgun", "no module called Hammer"} do
    ok(string.find(all, part, 1, true), all)
  end
  local n = ann:run("assemble", {type = "Halberd"}).ship
  ok(ann:run("board", {ship = n}))
  eq(lacks {"Medium Railgun"}, {})
  eq(lacks {"Medium Railgun", "Medium Railgun"}, {"Medium Railgun: 2 wanted, and 1 are in the hangar here or fitted"})
  ok(ann:run("fit", {modules = {"Medium Railgun"}}))
  eq(lacks {"Medium Railgun"}, {})
end

-- What it says stands in the way does, and what does not does not.
function test.a_fit_is_refused_where_something_is_lacking()
  local ann = dock.pilot "Ann"
  for _, list in ipairs {{"Light Railgun"}, {"Light Railgun", "Light Railgun", "Light Railgun"}, {"Medium Railgun"}, {"Hammer"}, {}} do
    eq(ann:run("fit", {modules = list}) ~= nil, ann:run("fitting", {modules = list}).lacks[1] == nil)
  end
end
