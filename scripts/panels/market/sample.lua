-- What the market shows in the gallery of panels.
local sells, buys, days = {}, {}, {}
for i = 1, 40 do
  sells[i] = {order = i, price = 1200 + 10 * i, quantity = 100 * i, system = "Anvil", station = 60000001}
  buys[i] = {order = 100 + i, price = 1190 - 10 * i, quantity = 80 * i, system = "Anvil", station = 60000001, range = i % 3 == 0 and "region" or i % 5}
  days[i] = {date = string.format("2026-10-%02d", 41 - i), average = 1200 + 40 * (i % 7), lowest = 1150, highest = 1500, volume = 1000 * (1 + i % 5), order_count = 10 + i}
end
return {
  types = {"Ferrite", "Ruddite"},
  stations = {["60000001"] = "Anvil I, Ropewalk Yards"},
  regions = {"The Bench", "Outskirts"},
  gaps = {{type = "Ferrite", quantity = 400, volume = 0.01, profit = 84000, jumps = 2,
    buy = {price = 1210, station = 60000001, system = "Anvil", region = "The Bench"}, sell = {price = 1420, station = 60000009, system = "Harrow", region = "The Bench"}}},
  market_book = {revision = 1, sells = sells, buys = buys},
  market_history = days,
  look = {price = 1234},
  market_orders = {{order = 7, side = "sell", type = "Ferrite", price = 1300, left = 40, quantity = 100, system = "Anvil", expires = 1800000000}},
  wallet = {balance = 12345600},
  wallet_history = {{entry = 2, at = 1790000000, n = 130000, cause = "market", trades = {{side = "sell", type = "Ferrite", quantity = 100, price = 1300}}}},
  market_sell = {filled = 10, left = 0, paid = 12000, fee = 0},
  market_buy = {filled = 10, left = 0, paid = 12000, fee = 0},
}
