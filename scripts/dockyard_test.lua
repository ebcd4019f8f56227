local arena = require "testing.arena"
local dock = require "testing.dock"
local dockyard = require "dockyard"
local loot = require "loot"
local loss = require "loss"
local money = require "lib.money"
local pilot = require "pilot"
local ship = require "ship"
local vessel = require "vessel"
require "cargo"
require "death"
require "modules"
require "station"

local function code_of(p, command, args)
  local _, message, code = p:run(command, args)
  return code, message
end

-- Ann in a Halberd of hers.
local function owner(things, hundredths)
  things.Halberd = things.Halberd or 1
  local ann = dock.pilot("Ann", things, hundredths)
  local n = ann:run("assemble", {type = "Halberd", name = "Anvil"}).ship
  ok(ann:run("board", {ship = n}))
  return ann, n
end

function test.assembled_boarded_and_flown()
  local ann, n = owner {}
  eq(pilot.hull(ann.id).name, "Anvil")
  eq(dock.count(ann, "Halberd", dockyard.place(n)), 1)
  eq(ann:run("ships").flies, {ship = n, type = "Halberd", name = "Anvil"})
  eq(ann:run("ships").ships[1].flown, true)
  local id = ann:run("undock").ship
  eq(space.get(id).type, "Halberd")
  eq(#ann:run("ship").modules, 0)
end

function test.one_that_is_not_there_is_not_assembled()
  local ann = dock.pilot("Ann", {["Jackal Scout"] = 1, Water = 1})
  eq(code_of(ann, "assemble", {type = "Halberd"}), "not_enough")
  eq(code_of(ann, "assemble", {type = "Jackal Scout"}), "bad_type")
  eq(code_of(ann, "assemble", {type = "Water"}), "bad_type")
  eq(code_of(ann, "board", {ship = 77}), "no_ship")
  eq(ann:run("ships").ships, {})
end

function test.fitted_from_modules_one_owns()
  local ann, n = owner {["Medium Railgun"] = 2, ["Armour Repairer"] = 1}
  local code, message = code_of(ann, "fit", {modules = {"Medium Railgun", "Medium Railgun", "Medium Railgun"}})
  eq(code, "not_enough")
  eq(pilot.hull(ann.id).fit, {})
  eq(ann:run("fit", {modules = {"medium railgun", "Medium Railgun", "Armour Repairer"}}).modules, {"Medium Railgun", "Medium Railgun", "Armour Repairer"}, message)
  eq(dock.count(ann, "Medium Railgun", dock.hangar(ann)), 0)
  eq(dock.count(ann, "Medium Railgun", dockyard.place(n)), 2)
  ok(ann:run("fit", {modules = {"Medium Railgun"}}))
  eq(dock.count(ann, "Medium Railgun", dock.hangar(ann)), 1)
  eq(dock.count(ann, "Armour Repairer", dock.hangar(ann)), 1)
  ann:run "undock"
  eq(ann:run("ship").modules[1].type, "Medium Railgun")
end

function test.a_ship_is_left_with_what_is_in_its_hold()
  local ann, n = owner {Water = 10}
  ann:run("move", {from = "hangar", to = "hold", type = "Water"})
  ok(ann:run("board", {type = "Stiletto"}))
  eq(loot.hold(ann.id), {})
  eq(dock.count(ann, "Water", dockyard.hold(n)), 10)
  eq(ann:run("hangar").ships[1].ship, n)
  ok(ann:run("board", {ship = n}))
  eq(loot.hold(ann.id), {{type = "Water", quantity = 10}})
  eq(code_of(ann, "board", {ship = n}), "no_ship")
end

function test.of_a_lent_ship_the_hold_goes_into_the_hangar()
  local ann = dock.pilot("Ann", {Water = 10})
  ann:run("move", {from = "hangar", to = "hold"})
  ok(ann:run("board", {type = "Stiletto"}))
  eq(dock.count(ann, "Water", dock.hangar(ann)), 10)
end

function test.taken_apart_again()
  local ann, n = owner {["Medium Railgun"] = 1, Water = 10}
  ann:run("fit", {modules = {"Medium Railgun"}})
  ann:run("move", {from = "hangar", to = "hold", type = "Water"})
  eq(code_of(ann, "disassemble", {ship = n}), "no_ship")
  ann:run("board", {type = "Wren"})
  eq(ann:run("disassemble", {ship = n}), {ship = n})
  for type, count in pairs {Halberd = 1, ["Medium Railgun"] = 1, Water = 10} do eq(dock.count(ann, type, dock.hangar(ann)), count, type) end
  eq(ann:run("ships").ships, {})
end

function test.what_somebody_else_owns_is_not_boarded()
  local _, n = owner {}
  local ben = dock.pilot "Ben"
  eq(code_of(ben, "board", {ship = n}), "no_ship")
  eq(code_of(ben, "disassemble", {ship = n}), "no_ship")
end

-- The ship that Ann flies is lost; returns the wreck.
local function lose(ann)
  ann:run "undock"
  advance(0.2)
  local _, b = arena.fighter("Ben", "Wren", 0)
  vessel.hurt(vessel.of(player.ship(ann.id)), 1e7, vessel.of(b))
  advance(1)
  return (next(loot.wrecks))
end

function test.a_lost_ship_is_lost_in_the_books()
  loss.chance = 1
  local ann, n = owner {["Medium Railgun"] = 2, Water = 10}
  ann:run("fit", {modules = {"Medium Railgun", "Medium Railgun"}})
  ann:run("move", {from = "hangar", to = "hold", type = "Water"})
  local wreck = lose(ann)
  for _, type in ipairs {"Halberd", "Medium Railgun", "Water"} do eq(dock.count(ann, type), 0, type) end
  eq(#items.kept(loot.keeper, loot.berth(wreck)), 2)
  eq(store.get(dockyard.key(ann.id, n)), nil)
  eq(pilot.hull(ann.id).type, pilot.capsule)
  eq(pilot.hull(ann.id).id, nil)
end

function test.what_is_broken_is_gone()
  loss.chance = 0
  local ann = owner {["Medium Railgun"] = 2, Water = 10}
  ann:run("fit", {modules = {"Medium Railgun", "Medium Railgun"}})
  ann:run("move", {from = "hangar", to = "hold", type = "Water"})
  local wreck = lose(ann)
  eq(items.kept(loot.keeper, loot.berth(wreck)), {})
  eq(dock.count(ann, "Water"), 0)
end

function test.of_a_lent_ship_nothing_is_left()
  loss.chance = 1
  local ann = dock.pilot "Ann"
  eq(loot.wrecks[lose(ann)], {})
end

function test.insurance_pays_once()
  local price = types.get("Halberd").price
  local ann = owner({}, price)
  local insured = ann:run "insure"
  eq(insured.premium, money.share(price, dockyard.premium))
  eq(code_of(ann, "insure"), "insured")
  eq(ann:run("wallet").balance, price - insured.premium)
  lose(ann)
  eq(ann:run("wallet").balance, price - insured.premium + insured.cover)
end

function test.what_the_yard_lends_is_not_insured()
  local ann = dock.pilot("Ann", {}, 1e6)
  eq(code_of(ann, "insure"), "lent")
end

-- Who builds a ship, insures it and loses it on purpose is poorer for it.
function test.insurance_is_no_business()
  for _, name in ipairs(types.list "ship blueprint") do
    local b = types.get(name)
    local function worth(type)
      local made = types.get(type .. " Blueprint")
      if not made then return types.get(type).price end
      local sum = 0
      for part, n in pairs(made.needs) do sum = sum + n * worth(part) end
      return sum / made.batch
    end
    local cost, price = worth(b.product), types.get(b.product).price
    ok(money.share(price, dockyard.cover) - money.share(price, dockyard.premium) < cost * 0.8, b.product)
  end
end

-- Two orders at once are one and a refusal: no ship is left that nobody can board.
function test.two_ships_boarded_at_once()
  local ann = dock.pilot("Ann", {Halberd = 2, Water = 10})
  ann:run("move", {from = "hangar", to = "hold"})
  local first, second = ann:run("assemble", {type = "Halberd"}).ship, ann:run("assemble", {type = "Halberd"}).ship
  local done = 0
  for _, n in ipairs {first, second} do
    task.spawn(function()
      if player.run(ann.id, "board", {ship = n}) then done = done + 1 end
    end)
  end
  advance(1)
  eq(done, 1)
  local flown = 0
  for _, s in ipairs(dockyard.list(ann.id)) do
    if not s.at then
      flown = flown + 1
      eq(pilot.hull(ann.id).id, s.ship)
    end
  end
  eq(flown, 1)
  eq(dock.count(ann, "Water"), 10)
  ok(ann:run("board", {ship = pilot.hull(ann.id).id == first and second or first}))
end

function test.fitted_twice_at_once()
  local ann, n = owner {["Medium Railgun"] = 1, ["Armour Repairer"] = 1}
  local done = 0
  for _, name in ipairs {"Medium Railgun", "Armour Repairer"} do
    task.spawn(function()
      if player.run(ann.id, "fit", {modules = {name}}) then done = done + 1 end
    end)
  end
  advance(1)
  eq(done, 1)
  eq(dock.count(ann, pilot.hull(ann.id).fit[1], dockyard.place(n)), 1)
  eq(#items.list(ann.id, dockyard.place(n)), 2)
end

-- What flies is what the books say: a pilot stays until they have it.
function test.nobody_undocks_in_the_middle_of_a_change()
  local ann, n = owner {["Medium Railgun"] = 1}
  ok(ann:run("fit", {modules = {"Medium Railgun"}}))
  local done, why
  task.spawn(function() done = player.run(ann.id, "fit", {modules = {}}) end)
  task.spawn(function() why = select(3, player.run(ann.id, "undock")) end)
  advance(1)
  ok(done)
  eq(why, "busy")
  eq(dock.count(ann, "Medium Railgun"), 1)
  eq(pilot.changing[ann.id], nil)
  -- While the books are still read one may leave, and nothing is changed.
  task.spawn(function() local a, _, c = player.run(ann.id, "board", {type = "Wren"}) done, why = a, c end)
  task.spawn(function() ok(player.run(ann.id, "undock")) end)
  advance(1)
  eq(done, nil)
  eq(why, "not_docked")
  eq(pilot.hull(ann.id).id, n)
  eq(ann:run("ships").flies.ship, n)
  eq(pilot.changing[ann.id], nil)
end

-- The shard ended between what the books say and what was saved of the pilot.
function test.the_store_says_which_ship_it_is()
  local ann, n = owner {}
  player.data(ann.id).ship = {type = "Wren", name = "w"}
  dockyard.settle(ann.id)
  eq(pilot.hull(ann.id).id, n)
  store.put(dockyard.key(ann.id, n))
  store.put(dockyard.flies(ann.id))
  dockyard.settle(ann.id)
  eq(pilot.hull(ann.id).type, "Wren")
  player.data(ann.id).ship = {type = "Halberd", name = "h", id = n}
  local id = ann:run("undock").ship
  dockyard.settle(ann.id)
  advance(0.2)
  ok(not space.exists(id))
  eq(space.get(player.ship(ann.id)).type, pilot.capsule)
end

-- A shard that was killed goes on with who was there: nobody comes in, and the store may know
-- of a boarding that they do not.
function test.who_was_there_at_a_crash_flies_what_the_store_says()
  local ann, n = owner {}
  player.data(ann.id).ship = {type = "Wren", name = "w"}
  emit("system_resumed", false) -- after a stop in order the two agree
  advance(1)
  eq(pilot.hull(ann.id).type, "Wren")
  emit("system_resumed", true)
  advance(1)
  eq(pilot.hull(ann.id).id, n)
end

function test.ammunition_is_used_up()
  local ann = owner {["Heavy Launcher"] = 1, ["Hornet Heavy Missile"] = 2, ["Wasp Light Missile"] = 5}
  ann:run("fit", {modules = {"Heavy Launcher"}})
  ann:run("move", {from = "hangar", to = "hold"})
  player.undock(ann.id)
  local id = ship.spawn {type = "Halberd", name = "Anvil", owner = ann.id, pos = arena.point(0, 0, 0)}
  player.set_ship(ann.id, id)
  local victim = arena.npc("Jackal Warlord", 5000)
  advance(1)
  ann:run("lock", {id = victim})
  advance(15)
  ok(ann:run("activate", {slot = 1, id = victim}))
  advance(5)
  eq(dock.count(ann, "Hornet Heavy Missile"), 1)
  advance(40)
  eq(dock.count(ann, "Hornet Heavy Missile"), 0)
  eq(dock.count(ann, "Wasp Light Missile", loot.place), 5)
  eq(ann:run("ship").modules[1].on, false)
  ok(string.find(ann:last("notice").text, "nothing to launch", 1, true))
end

-- A command that waited for the books goes on when its pilot is in another system, or has
-- left: nobody hears that it is refused, and no function is at fault.
function test.who_has_gone_is_no_fault()
  local ann = owner {}
  local id = ann.id
  ann:leave()
  advance(0.2)
  local went, refusal = pcall(pilot.hull, id)
  eq(went, false)
  eq(refusal.code, "gone")
end
