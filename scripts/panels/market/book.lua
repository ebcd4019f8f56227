-- The prices of a type: who sells and buys how much, what was paid by day, and the form of an
-- order.
local words = require "panels.market.words"

local book = {type = nil}

local REACHES = {{"station", "this station"}, {"system", "this system"}, {"5", "5 jumps"}, {"10", "10 jumps"}, {"region", "the region"}}
local DAYS = {{"1", "1 day"}, {"7", "7 days"}, {"30", "30 days"}, {"90", "90 days"}, {"365", "365 days"}}
local DRAWN = 60 -- days in the chart

local typed = {side = "buy", quantity = "1", price = "", range = "region", days = "90"}
local wanted = ""  -- what stands in the field above
local names        -- of all types
local sells, buys, history
local worth = 0    -- of one, as the yards count
local said = ""    -- of the last order
local looks = 0    -- how often the market was asked: of two answers the later counts
local given = {}   -- the key of an order that was sent, by what it is

-- depth adds up how much is to be had down to each order.
local function depth(list)
  local sum = 0
  for _, o in ipairs(list) do
    sum = sum + o.quantity
    o.sum = sum
  end
  for _, o in ipairs(list) do o.all = sum end
  return list
end

local function best()
  local first = (typed.side == "buy" and sells or buys or {})[1]
  return first and format.money(first.price) or ""
end

-- look asks for the book of the type.
function book.look()
  looks = looks + 1
  local mine, about = looks, book.type
  if not names then names = here.types() or {} end
  local found, message = ask("market_book", {type = about})
  local days = found and ask("market_history", {type = about})
  local one = found and ask("look", {type = about})
  words.learn(here.region())
  if mine ~= looks then return end
  if not found then
    sells, buys, history, said = nil, nil, nil, message
    return
  end
  sells, buys, history = depth(found.sells or {}), depth(found.buys or {}), days or {}
  worth = one and one.price or 0
  if typed.price == "" then typed.price = best() end
end

-- choose shows a type; side and quantity are those of the form, where they are given.
function book.choose(name, side, quantity)
  if not name:find "%S" then return end
  book.type, wanted = name:match "^%s*(.-)%s*$", name
  typed.side, typed.price, said = side or typed.side, "", ""
  if quantity then typed.quantity = format.count(quantity) end
  book.look()
end

-- total says what the order that is typed comes to, or what is wrong with it; its second
-- result is the order, where nothing is.
local function total()
  local n, each = format.to_count(typed.quantity), format.to_money(typed.price)
  if typed.quantity == "" or typed.price == "" then
    return "Units, and a price of one." .. (worth > 0 and " It is worth about " .. format.money(worth) .. "." or "")
  end
  if not n then return "Units is a whole number from 1 on." end
  if not each then return "The price is an amount like 12.50." end
  if words.near(each) ~= each then
    return "A price has four significant figures: " .. format.money(words.near(each)) .. " is the nearest."
  end
  local order = {type = book.type, quantity = n, price = each, days = tonumber(typed.days)}
  if typed.side == "sell" then
    return format.money(n * each) .. " or more. The tax, and the broker's share of what stands, come off it.", order
  end
  order.range = tonumber(typed.range) or typed.range
  return format.money(n * each) .. " at most. What is not bought at once is promised, and the broker has a share of it.", order
end

-- outcome says what came of an order.
local function outcome(side, o)
  local done = ""
  if (o.filled or 0) > 0 then
    done = string.format("%s %s for %s. ", side == "buy" and "Bought" or "Sold", format.count(o.filled), format.money(o.paid))
  end
  if (o.left or 0) > 0 then
    done = done .. string.format("%s stand%s in the market, for a fee of %s.", format.count(o.left), o.left == 1 and "s" or "", format.money(o.fee or 0))
  end
  return (done:gsub("%s+$", ""))
end

-- give sends the order. Asked again for the same before it was answered, it goes under the same
-- key, so that the market does it once.
local function give()
  local _, order = total()
  if not order then return end
  local side = typed.side
  local what = table.concat({side, order.type, order.quantity, order.price, order.days, tostring(order.range)}, "/")
  given[what] = given[what] or unique()
  order.key = given[what]
  local answer, message = ask("market_" .. side, order)
  if not answer then
    said = message
    return
  end
  given[what] = nil
  book.look()
  said = outcome(side, answer)
end

local function set(field)
  return function(text) typed[field], said = text, "" end
end

local function form()
  if not here.docked() then return ui.text{"Who is docked may buy and sell.", kind = "hint"} end
  local sum, order = total()
  return ui.section{
    title = "Your order",
    ui.row{
      ui.choice{key = "side", label = "Order", value = typed.side, options = {{"buy", "Buy"}, {"sell", "Sell"}}, change = function(side)
        typed.side, said = side, ""
        typed.price = best()
      end},
      ui.input{key = "quantity", label = "Units", mode = "number", value = typed.quantity, change = set "quantity", submit = give},
      ui.input{key = "price", label = "Price of one", mode = "money", value = typed.price, change = set "price", submit = give},
      typed.side == "buy" and ui.choice{key = "range", label = "From", value = typed.range, options = REACHES, change = set "range"},
      ui.choice{key = "days", label = "Stands for", value = typed.days, options = DAYS, change = set "days"},
      ui.button{key = "give", typed.side == "buy" and "Buy" or "Sell", primary = true, disabled = order == nil, press = give},
    },
    ui.text{said ~= "" and said or sum, kind = said == "" and "hint" or nil, live = true},
  }
end

-- offers lists one side of the book. Who picks a row wants to trade with it.
local function offers(title, list, buying)
  local columns = {
    {title = "Price", field = "price", align = "right", cell = function(o) return format.money(o.price) end},
    {title = "Units", field = "quantity", align = "right", cell = function(o) return format.count(o.quantity) end},
    {title = "In all", field = "sum", align = "right", cell = function(o)
      return ui.gauge{value = o.sum, max = o.all, text = format.count(o.sum), kind = buying and "bad" or nil, label = "In all"}
    end},
    {title = "Where", by = function(o) return o.system end, cell = function(o) return words.where(o.system, o.station) end},
  }
  if buying then columns[5] = {title = "Within", field = "range", cell = function(o) return words.reach(o.range) end} end
  return ui.section{
    title = title,
    ui.table{
      label = title, key = "order", rows = list, columns = columns, height = 8,
      empty = buying and "Nobody wants it here." or "Nobody sells it here.",
      pick = function(o)
        typed.side, typed.price, said = buying and "sell" or "buy", format.money(o.price), ""
      end,
    },
  }
end

-- paid is what was paid, by day: the newest comes first.
local function paid()
  if #history == 0 then
    return ui.section{title = "What was paid", ui.text{"Nothing was traded here yet.", kind = "hint"}}
  end
  local points, low, high = {}, math.huge, 0
  for i = math.min(#history, DRAWN), 1, -1 do
    local day = history[i]
    points[#points + 1] = {#points + 1, day.average}
    low, high = math.min(low, day.lowest), math.max(high, day.highest)
  end
  local money = function(field)
    return function(day) return format.money(day[field]) end
  end
  return ui.section{
    title = "What was paid",
    ui.chart{label = "Average by day", points = points, text = string.format("From %s to %s: between %s and %s, %s at last.",
      history[math.min(#history, DRAWN)].date, history[1].date, format.money(low), format.money(high), format.money(history[1].average))},
    ui.table{label = "What was paid by day", rows = history, key = "date", height = 8, columns = {
      {title = "Day", field = "date"},
      {title = "Average", field = "average", align = "right", cell = money "average"},
      {title = "Lowest", field = "lowest", align = "right", cell = money "lowest"},
      {title = "Highest", field = "highest", align = "right", cell = money "highest"},
      {title = "Units", field = "volume", align = "right", cell = function(day) return format.count(day.volume) end},
      {title = "Trades", field = "order_count", align = "right", cell = function(day) return format.count(day.order_count or day.orders or 0) end},
    }},
  }
end

function book.view()
  local top = ui.row{
    ui.input{key = "type", label = "What", value = wanted, placeholder = "Ferrite", suggest = names,
      change = function(text) wanted = text end, submit = function(text) book.choose(text) end},
    ui.button{key = "look", "Show", primary = true, press = function() book.choose(wanted) end},
  }
  if not book.type then
    return ui.column{top, ui.text{"Name a thing: what is offered and wanted for it in this region, and what was paid, is shown here.", kind = "hint"}}
  end
  if not sells then
    return ui.column{top, ui.text{said ~= "" and said or "One moment.", kind = "hint", live = true}}
  end
  return ui.column{top, form(), offers("For sale", sells, false), offers("Wanted", buys, true), paid()}
end

return book
