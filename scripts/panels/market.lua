-- The market: what is offered and wanted, the player's own orders, their wallet, and what is
-- worth hauling. Each tab is a file below panels/market.
local book = require "panels.market.book"
local orders = require "panels.market.orders"
local wallet = require "panels.market.wallet"
local haul = require "panels.market.haul"

local shown = "book"

-- show opens the prices of a type; side and quantity go into the form.
local function show(type, side, quantity)
  shown = "book"
  book.choose(type, side, quantity)
end

haul.show = show

-- What becomes of an order, in words.
local function became(m)
  if (m.n or 0) == 0 then
    return string.format("Your order to %s %s has ended: %s.", m.side, m.type, m.reason or "")
  end
  local left = m.left or 0
  local rest = left > 0 and string.format(", and %s stand%s still", format.count(left), left == 1 and "s" or "") or ""
  return string.format("%s %s %s at %s%s.", m.side == "buy" and "Bought" or "Sold", format.count(m.n), m.type, format.money(m.price), rest)
end

function event.order(m)
  tell(became(m))
  if orders.filled then orders.fill() end
  if wallet.filled then wallet.fill() end
end

function event.opened(args)
  if args and args.type then
    show(args.type, args.side, args.quantity)
  elseif shown == "book" and book.type then
    book.look()
  end
  if shown == "orders" then orders.fill() end
  if shown == "wallet" then wallet.fill() end
end

local function turn(name)
  shown = name
  if name == "orders" then orders.fill() end
  if name == "wallet" then wallet.fill() end
  if name == "haul" then haul.fill() end
end

panel.market = {
  title = "Market",
  icon = "buy",
  open = function()
    return ui.tabs{
      label = "Market", shown = shown, change = turn,
      {name = "book", title = "Prices", view = book.view},
      {name = "orders", title = "My orders", view = orders.view},
      {name = "wallet", title = "Wallet", view = wallet.view},
      {name = "haul", title = "Hauling", view = haul.view},
    }
  end,
  sample = require("panels.market.sample"),
}
