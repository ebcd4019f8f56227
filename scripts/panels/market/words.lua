-- What the tabs of the market say alike.
local words = {}

-- stations are the names of those that are known, by their number as text.
words.stations = {}

-- learn asks for the names of the stations of a region.
function words.learn(region)
  if not region or region == "" then return end
  for id, name in pairs(here.stations(region) or {}) do words.stations[tostring(id)] = name end
end

-- station is the name of one, nil for one that is not known.
function words.station(id) return words.stations[tostring(id)] end

-- where names a station, with its system where its own name does not begin with that.
function words.where(system, id)
  local name = words.station(id)
  if not name then return "a station in " .. system end
  return name:sub(1, #system) == system and name or system .. ", " .. name
end

-- reach is from how far somebody buys.
function words.reach(range)
  if range == nil then return "" end
  if type(range) == "number" then return range == 1 and "1 jump" or string.format("%d jumps", range) end
  return range
end

-- A price has so many significant figures.
local FIGURES = 4

-- near is the nearest price that may be asked.
function words.near(price)
  local unit = 10 ^ math.max(0, #string.format("%.0f", price) - FIGURES)
  return math.max(1, math.floor(price / unit + 0.5) * unit)
end

-- day is a day in few words.
function words.day(at) return (format.day(at):gsub(",.*", "")) end

return words
