-- A hauler's view: what costs less in one place than somebody pays for it in another.
local words = require "panels.market.words"

local haul = {}

-- show opens the prices of a type; market.lua says how.
function haul.show(_type) end

local from, to, most = nil, "", "profit" -- from nil: where the player is; "" is anywhere
local regions, gaps = {}, {}
local silent = false

local WORTH = {
  profit = function(g) return g.profit end,
  room = function(g) return (g.sell.price - g.buy.price) / (g.volume > 0 and g.volume or 1) end,
  way = function(g) return g.jumps < 0 and -1 or g.profit / (g.jumps + 1) end,
}

local function sort()
  table.sort(gaps, function(a, b)
    local x, y = WORTH[most](a), WORTH[most](b)
    if x ~= y then return x > y end
    return a.type < b.type
  end)
end

function haul.fill()
  regions = here.regions() or {}
  local found = here.gaps(from or here.region() or "", to)
  silent, gaps = found == nil, found or {}
  for _, g in ipairs(gaps) do
    words.learn(g.buy.region)
    words.learn(g.sell.region)
  end
  sort()
end

local function places()
  local list = {{"", "anywhere"}}
  for _, name in ipairs(regions) do list[#list + 1] = {name, name == here.region() and name .. " (here)" or name} end
  return list
end

-- place is one end of a way: its system, to fly there, and its station.
local function place(stop)
  return ui.row{
    ui.button{stop.system, says = "Set the route to " .. stop.system, press = function() here.fly(stop.system) end},
    ui.text{words.station(stop.station) or "", kind = "hint"},
  }
end

local function cubic(m3) return string.format("%s m3", format.count(m3)) end

function haul.view()
  return ui.column{
    ui.row{
      ui.choice{label = "Buy in", value = from or here.region() or "", options = places(), change = function(name)
        from = name
        haul.fill()
      end},
      ui.choice{label = "Sell in", value = to, options = places(), change = function(name)
        to = name
        haul.fill()
      end},
      ui.choice{label = "Most", value = most, options = {{"profit", "profit"}, {"room", "profit for its room"}, {"way", "profit for the way"}}, change = function(by)
        most = by
        sort()
      end},
    },
    ui.table{
      label = "What is worth hauling", rows = gaps, height = 12,
      empty = silent and "The server does not say just now." or "Nobody pays more for anything than it costs. Look again later, or farther away.",
      columns = {
        {title = "What", field = "type", cell = function(g)
          return ui.button{g.type, says = "Market of " .. g.type, press = function() haul.show(g.type) end}
        end},
        {title = "Profit", field = "profit", align = "right", cell = function(g) return format.money(g.profit) end},
        {title = "Units", field = "quantity", align = "right", cell = function(g) return format.count(g.quantity) end},
        {title = "Room", align = "right", by = function(g) return g.quantity * g.volume end, cell = function(g) return cubic(g.quantity * g.volume) end},
        {title = "Jumps", field = "jumps", align = "right", cell = function(g) return g.jumps < 0 and "no way" or format.count(g.jumps) end},
        {title = "Buy at", align = "right", by = function(g) return g.buy.price end, cell = function(g) return format.money(g.buy.price) end},
        {title = "in", cell = function(g) return place(g.buy) end},
        {title = "Sell at", align = "right", by = function(g) return g.sell.price end, cell = function(g) return format.money(g.sell.price) end},
        {title = "in", cell = function(g) return place(g.sell) end},
      },
    },
  }
end

return haul
