-- Fittings: which modules a ship carries. A pilot's is pilot.hull(p).fit, a list
-- of module types, in slot order; a ship without one has its type's usual fit.
local args = require "lib.args"
local ship = require "ship"
local fitting = {}

fitting.usual = {
  ["Wren"] = {"Light Railgun", "Light Railgun", "Afterburner", "Small Shield Booster", "Armour Repairer"},
  ["Kestrane"] = {"Light Launcher", "Light Launcher", "Light Launcher", "Light Launcher", "Afterburner", "Small Shield Booster"},
  ["Stiletto"] = {"Light Autocannon", "Light Autocannon", "Light Autocannon", "Light Autocannon", "Afterburner", "Armour Repairer"},
  ["Partisan"] = {"Light Railgun", "Light Railgun", "Light Railgun", "Light Railgun", "Light Railgun", "Light Railgun",
    "Light Railgun", "Light Railgun", "Afterburner", "Small Shield Booster"},
  ["Halberd"] = {"Medium Railgun", "Medium Railgun", "Medium Railgun", "Heavy Launcher", "Heavy Launcher",
    "Medium Shield Booster", "Armour Repairer"},
  ["Bardiche"] = {"Heavy Launcher", "Heavy Launcher", "Heavy Launcher", "Heavy Launcher", "Heavy Launcher", "Heavy Launcher",
    "Medium Shield Booster", "Armour Repairer", "Armour Repairer"},
  ["Colossus"] = {"Heavy Railgun", "Heavy Railgun", "Heavy Railgun", "Heavy Railgun", "Heavy Railgun", "Heavy Railgun",
    "Medium Shield Booster", "Medium Shield Booster", "Armour Repairer", "Armour Repairer"},
  ["Jackal Stray"] = {"Light Railgun"},
  ["Jackal Scout"] = {"Light Autocannon", "Light Autocannon"},
  ["Jackal Raider"] = {"Medium Railgun", "Medium Railgun", "Heavy Launcher"},
  ["Jackal Warlord"] = {"Heavy Railgun", "Heavy Railgun", "Heavy Launcher", "Heavy Launcher"},
  ["Customs Cutter"] = {"Light Railgun", "Light Railgun", "Light Railgun", "Light Railgun"},
}

-- A name that no type has is an error when this is saved, or when the type goes.
for name, list in pairs(fitting.usual) do
  types.name(name)
  for _, module in ipairs(list) do types.name(module) end
end

-- The modules of a ship type, or of a pilot's ship.
function fitting.of(type, hull)
  return hull and hull.fit or fitting.usual[type] or {}
end

-- Does the list fit the ship type? True, or nil with what is wrong.
function fitting.fits(type, list)
  local figures = ship.type(type)
  local used = {high = 0, mid = 0, low = 0}
  for _, name in ipairs(list) do
    local t = types.get(name)
    if not t or t.category ~= "module" then return nil, "there is no module called " .. tostring(name) end
    used[t.slot] = used[t.slot] + 1
  end
  for slot, n in pairs(used) do
    if n > figures[slot] then
      return nil, string.format("%s has %d %s slots, these modules take %d", type, figures[slot], slot, n)
    end
  end
  return true
end

-- The names of modules that a pilot lists, as the types write them.
function fitting.names(list)
  if type(list) ~= "table" or #list > 30 then args.refuse("modules must be a list of module names") end
  local names = {}
  for i, name in ipairs(list) do
    if type(name) ~= "string" then args.refuse("modules must be a list of module names") end
    local t = types.get(name)
    names[i] = t and t.name or name
  end
  return names
end

-- Does the yard lend all of these? True, or nil with what it does not.
function fitting.borrow(list)
  for _, name in ipairs(list) do
    if not types.get(name).lent then
      return nil, string.format("this ship is the yard's, and the yard lends no %s: fit one you own to a ship you own", name), "not_lent"
    end
  end
  return true
end

return fitting
