-- Stands for the host's bindings: what the fight asks of them, and nothing else. The
-- figures of the types are those of scripts/types.
local world = {now = 0, things = {}, times = {}, timers = {}, sent = 0, seed = 1}

world.types = {
  ["Partisan"] = {category = "ship", group = "destroyer", radius = 80, signature = 70, shield = 560, armour = 520,
    hull = 560, shield_time = 625, capacitor = 400, capacitor_time = 220, target_range = 40e3, targets = 5, scan = 500,
    speed = 260},
  ["Light Railgun"] = {category = "module", group = "gun", damage = 26, cycle = 4.5, optimal = 14000, falloff = 6000,
    tracking = 0.11, resolution = 40, cap_use = 1.5},
  ["Afterburner"] = {category = "module", group = "propulsion", cycle = 10, cap_use = 12, speed_factor = 2},
  ["Small Shield Booster"] = {category = "module", group = "shield booster", cycle = 4, cap_use = 20, repair = 30},
}

for name, t in pairs(world.types) do t.name = name end

-- Even numbers in 0..1, the same with every interpreter.
function world.random()
  world.seed = world.seed * 16807 % 2147483647
  return world.seed / 2147483647
end

-- Timers are called in the order of their time, and of their making.
function world.advance(seconds)
  local till = world.now + seconds
  local at = world.times[1]
  while at and at <= till do
    world.now = at
    local due = world.timers[at]
    world.timers[at] = nil
    table.remove(world.times, 1)
    for _, fn in ipairs(due) do emit("timer", fn) end
    at = world.times[1]
  end
  world.now = till
end

function event.timer(fn) fn() end

-- Between the hulls of two things, in m.
function world.distance(a, b)
  local x, y, z = b.pos.x - a.pos.x, b.pos.y - a.pos.y, b.pos.z - a.pos.z
  return math.max(0, math.sqrt(x * x + y * y + z * z) - a.radius - b.radius)
end

-- How fast b moves across for a, in rad/s.
function world.angular(a, b)
  local x, y, z = b.pos.x - a.pos.x, b.pos.y - a.pos.y, b.pos.z - a.pos.z
  local u, v, w = b.vel.x - a.vel.x, b.vel.y - a.vel.y, b.vel.z - a.vel.z
  local i, j, k = y * w - z * v, z * u - x * w, x * v - y * u
  return math.sqrt(i * i + j * j + k * k) / (x * x + y * y + z * z)
end

local function count() world.sent = world.sent + 1 end

_G.after = function(seconds, fn)
  local at = world.now + seconds
  local due = world.timers[at]
  if not due then
    due = {}
    world.timers[at] = due
    table.insert(world.times, at)
    table.sort(world.times)
  end
  due[#due + 1] = fn
end
_G.bubble_send = count
_G.types = {
  get = function(name) return world.types[name] end,
  name = function(name) return name end,
  list = function() return {} end,
}
_G.space = {
  get = function(id) return world.things[id] end,
  exists = function(id) return world.things[id] ~= nil end,
  distance = function(a, b) return world.distance(world.things[a], world.things[b]) end,
  angular = function(a, b) return world.angular(world.things[a], world.things[b]) end,
  set_speed = function() return true end,
}
_G.system = {
  now = function() return world.now end,
  random = world.random,
  security = function() return 0.2 end,
  population = function() return 100 end,
  name = function() return "Auriga" end,
}
_G.items = {places = function() return {} end}
if not rawget(_G, "reload") then _G.reload = {first = function(fn) fn() end} end
_G.player = {
  send = count,
  ship = function(p) return tonumber((p:match "%d+")) end,
  name = function(p) return p end,
  data = function() return {safety_off = true, ship = {type = "Partisan"}} end,
}

return world
