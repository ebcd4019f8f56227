local vessel = require "vessel"
local arena = require "testing.arena"
local modules = require "modules"
local engine = require "engine"

-- What a release does when it changes a type, in the order of the handlers.
local function release(name, old)
  local before = {}
  for key, value in pairs(types.get(name)) do before[key] = value end
  for key, value in pairs(old) do before[key] = value end
  emit("types_changed", {name}, {[name] = before})
end

function test.larger_ships_answer_the_helm_later_but_not_never()
  for _, name in ipairs(types.list()) do
    local t = types.get(name)
    if t.category == "ship" then
      local align = t.mass * t.agility / 1e6 * math.log(4) -- s to three quarters of full speed
      ok(align >= 2 and align <= 20, name .. " aligns in " .. align .. " s")
    end
  end
end

function test.a_ship_that_flies_follows_its_type()
  local _, id = arena.fighter("Ann", "Wren", 0, 0, 0)
  space.set_engine(id, {mass = 1, agility = 1, speed = 1, warp = 1})
  release("Wren", {speed = 1})
  local t = types.get("Wren")
  eq(space.engine(id), {mass = t.mass, agility = t.agility, speed = t.speed, warp = t.warp})
end

function test.a_wreck_stays_where_it_is()
  local id = space.spawn {kind = "wreck", type = "Wren", name = "w", pos = arena.point(0, 0, 0)}
  release("Wren", {speed = 1})
  eq(space.engine(id).speed, 0)
end

-- A release gives the Wren other hit points: the same part is left of each.
function test.of_what_a_ship_has_the_same_part_is_left()
  local _, id = arena.fighter("Ann", "Wren", 0, 0, 0)
  local v = vessel.of(id)
  v.shield, v.armour, v.hull, v.capacitor = 80, 140, 30, 500
  release("Wren", {shield = 160, armour = 140, hull = 300, capacitor = 1000})
  local shield, armour, hull, capacitor = vessel.condition(v)
  eq(armour, 1)
  eq(hull, 0.1)
  ok(math.abs(shield - 0.5) < 0.02, shield)
  ok(math.abs(capacitor - 0.5) < 0.02, capacitor)
end

function test.an_engine_that_runs_runs_on_with_the_new_figures()
  local _, id = arena.fighter("Ann", "Wren", 0, 0, 0)
  local v = vessel.of(id)
  local burner
  for _, m in ipairs(modules.of(v)) do
    if m.type == "Afterburner" then burner = m end
  end
  ok(modules.start(v, burner))
  local fast = space.engine(id).speed
  ok(fast > v.type.speed)
  release("Wren", {speed = 1})
  eq(space.engine(id).speed, fast)
  release("Afterburner", {speed_factor = 1})
  eq(space.engine(id).speed, fast)
  engine.stop(v)
  eq(space.engine(id).speed, v.type.speed)
end
