-- The player's own orders: what stands, to change or to cancel, and what has ended and why.
local words = require "panels.market.words"

local orders = {filled = false}

local stand, ended = {}, {}
local changing  -- the number of the order whose price is typed
local price, said = "", ""

function orders.fill()
  local all, message = ask "market_orders"
  orders.filled, said = true, all and "" or message
  stand, ended = {}, {}
  for _, o in ipairs(all or {}) do
    local list = o.ended and ended or stand
    list[#list + 1] = o
  end
end

local function what(o) return (o.side == "buy" and "Buy " or "Sell ") .. o.type end

local function change(o)
  local new = format.to_money(price)
  if not new then
    said = "The price is an amount like 12.50."
  elseif words.near(new) ~= new then
    said = "A price has four significant figures: " .. format.money(words.near(new)) .. " is the nearest."
  else
    local answer, message = ask("market_change", {order = o.order, price = new})
    if answer then
      changing = nil
      orders.fill()
    else
      said = message
    end
  end
end

local function cancel(o)
  local answer, message = ask("market_cancel", {order = o.order})
  orders.fill()
  if not answer then said = message end
end

-- act is the last column of an order that stands.
local function act(o)
  if changing ~= o.order then
    return ui.row{
      ui.button{"Change", says = "Change the order for " .. o.type, press = function()
        changing, price, said = o.order, format.money(o.price), ""
      end},
      ui.button{"Cancel", says = "Cancel the order for " .. o.type, press = function() cancel(o) end},
    }
  end
  return ui.row{
    ui.input{placeholder = "Another price", mode = "money", value = price, change = function(text) price = text end, submit = function() change(o) end},
    ui.button{"Change", primary = true, press = function() change(o) end},
    ui.button{"Leave", press = function() changing = nil end},
  }
end

function orders.view()
  return ui.column{
    said ~= "" and ui.text{key = "said", said, live = true},
    ui.section{key = "standing", title = "Standing", ui.table{
      label = "Orders that stand", key = "order", rows = stand, height = 9, empty = "You have no order that stands.", columns = {
        {title = "What", by = what, cell = what},
        {title = "Price", field = "price", align = "right", cell = function(o) return format.money(o.price) end},
        {title = "Left", field = "left", align = "right", cell = function(o) return format.count(o.left) .. " of " .. format.count(o.quantity) end},
        {title = "Where", field = "system", cell = function(o) return o.system .. (o.range and ", within " .. words.reach(o.range) or "") end},
        {title = "Until", field = "expires", cell = function(o) return words.day(o.expires) end},
        {title = "", cell = act},
      }}},
    #ended > 0 and ui.section{key = "ended", title = "Ended", ui.table{
      label = "Orders that have ended", key = "order", rows = ended, height = 6, columns = {
        {title = "What", by = what, cell = what},
        {title = "Price", field = "price", align = "right", cell = function(o) return format.money(o.price) end},
        {title = "Done", align = "right", by = function(o) return o.quantity - o.left end, cell = function(o) return format.count(o.quantity - o.left) end},
        {title = "Why", field = "reason"},
      }}},
  }
end

return orders
