-- The sheet of a ship: what it and its modules can do together, before anybody undocks. The
-- figures are those that fights, flight and mining count with, of the types as they are now.
local args = require "lib.args"
local dockyard = require "dockyard"
local fitting = require "fitting"
local launcher = require "launcher"
local market = require "market"
local pilot = require "pilot"
local recharge = require "lib.recharge"
local ship = require "ship"
local sheet = {}

sheet.slots = {"high", "mid", "low"}
sheet.watched = 3600 -- s for which a capacitor is looked at

-- What one module does in a second, or reaches, added to the sheet; by the module's group.
sheet.kinds = {}

function sheet.kinds.gun(s, m)
  s.damage = s.damage + m.damage / m.cycle
  sheet.reach(s, m.optimal, m.optimal + m.falloff)
  s.tracking = math.min(s.tracking or m.tracking, m.tracking)
end

function sheet.kinds.launcher(s, m)
  local t = launcher.usual {figures = m}
  s.damage = s.damage + t.damage / m.cycle
  sheet.reach(s, t.speed * t.flight_time, t.speed * t.flight_time)
end

sheet.kinds["shield booster"] = function(s, m) s.shield_repair = s.shield_repair + m.repair / m.cycle end
sheet.kinds["armour repairer"] = function(s, m) s.armour_repair = s.armour_repair + m.repair / m.cycle end
function sheet.kinds.propulsion(s, m, t) s.speed_most = math.max(s.speed_most or 0, t.speed * m.speed_factor) end
function sheet.kinds.miner(s, m) s.yield = s.yield + m.yield / m.cycle * 60 end

-- All weapons do what they can up to range, and none does half of it beyond falloff.
function sheet.reach(s, full, half)
  s.range = math.min(s.range or full, full)
  s.falloff = math.max(s.falloff or half, half)
end

-- For how long a capacitor that was full runs everything at once: stable, from 0 to 1, where
-- it comes to rest; or lasts, in s, until some module finds too little in it.
function sheet.energy(s, t)
  s.capacitor_use = s.use
  local share = s.use * t.capacitor_time / (10 * t.capacitor) -- see lib/recharge.lua
  if s.use == 0 or share <= 0.25 then
    local root = s.use == 0 and 1 or (1 + math.sqrt(1 - 4 * share)) / 2
    s.stable = root * root
    return
  end
  local c, seconds = t.capacitor, 0
  while c > 0 and seconds < sheet.watched do
    c, seconds = recharge.after(c, t.capacitor, t.capacitor_time, 1) - s.use, seconds + 1
  end
  s.lasts = seconds
end

-- The sheet of a type of ship with a list of modules.
function sheet.of(name, list)
  local t = ship.type(name)
  local s = {type = t.name, modules = list, slots = {}, mass = t.mass, speed = t.speed, align = t.mass * t.agility / 1e6, warp = t.warp,
    shield = t.shield, armour = t.armour, hull = t.hull, signature = t.signature, capacitor = t.capacitor, capacitor_time = t.capacitor_time,
    cargo = t.cargo, target_range = t.target_range, targets = t.targets,
    damage = 0, shield_repair = 0, armour_repair = 0, yield = 0, use = 0}
  local used = {high = 0, mid = 0, low = 0}
  for _, module in ipairs(list) do
    local m = types.get(module)
    used[m.slot] = used[m.slot] + 1
    s.use = s.use + m.cap_use / m.cycle
    local add = sheet.kinds[m.group]
    if add then add(s, m, t) end
  end
  for _, slot in ipairs(sheet.slots) do s.slots[slot] = {used = used[slot], of = t[slot]} end
  if t.capacitor > 0 then sheet.energy(s, t) end
  s.use = nil
  return s
end

-- What stands in the way of a fit, each in a sentence: no such module, too few slots, not
-- there, not lent.
function sheet.lacks(p, hull, list, known)
  local lacks = {}
  for _, name in ipairs(list) do
    local t = types.get(name)
    if not t or t.category ~= "module" then lacks[#lacks + 1] = "there is no module called " .. tostring(name) end
  end
  for _, slot in ipairs(sheet.slots) do
    local s = known.slots[slot]
    if s.used > s.of then lacks[#lacks + 1] = string.format("%s has %d %s slots, and these modules take %d", known.type, s.of, slot, s.used) end
  end
  local has = hull.id and player.station(p) and sheet.has(p, hull) or nil
  for name, n in pairs(dockyard.counts(known.modules)) do
    if hull.id and has and (has[name] or 0) < n then
      lacks[#lacks + 1] = string.format("%s: %d wanted, and %d are in the hangar here or fitted", name, n, has[name] or 0)
    elseif not hull.id and not types.get(name).lent then
      lacks[#lacks + 1] = string.format("the yard lends no %s: fit one you own to a ship you own", name)
    end
  end
  table.sort(lacks)
  return lacks
end

-- How many of each module a pilot may fit to a ship of theirs: those of the hangar, and those
-- that are in it.
function sheet.has(p, hull)
  local has = dockyard.counts(hull.fit or {})
  for _, item in ipairs(items.list(p, market.hangar(market.station(p)))) do has[item.type] = (has[item.type] or 0) + item.quantity end
  return has
end

-- fitting{modules=}: the sheet of one's ship as it is, and, with modules, as it would be with those: {before=,
-- after=, lacks=}. Nothing is changed.
function command.fitting(p, from)
  local hull = pilot.hull(p)
  if player.station(p) then hull = pilot.commission(p) end
  local before = sheet.of(hull.type, fitting.of(hull.type, hull))
  if args.get(from, "modules") == nil then return {before = before} end
  local list, known = fitting.names(args.get(from, "modules")), {}
  for _, name in ipairs(list) do
    local t = types.get(name)
    if t and t.category == "module" then known[#known + 1] = name end
  end
  local after = sheet.of(hull.type, known)
  return {before = before, after = after, lacks = sheet.lacks(p, hull, list, after)}
end

return sheet
