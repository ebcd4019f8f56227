require "panels.market"

local ORE = {revision = 1, sells = {{order = 1, price = 1200, quantity = 10, system = "Alpha", station = 1031}, {order = 2, price = 1300, quantity = 30, system = "Alpha", station = 1031}},
  buys = {{order = 3, price = 1100, quantity = 5, system = "Beta", station = 9, range = 5}}}

local function opened(args)
  page.answers("market_book", ORE)
  page.answers("market_history", {})
  page.answers("stations", {["1031"] = "Alpha I, Yards"})
  page.open("market", args or {type = "Ferrite"})
end

function test.it_shows_who_sells_and_buys_and_how_much_there_is_down_to_each()
  opened()
  eq(page.rows "For sale", {{"12.00", "10", "In all 10", "Alpha I, Yards"}, {"13.00", "30", "In all 40", "Alpha I, Yards"}})
  eq(page.rows "Wanted", {{"11.00", "5", "In all 5", "a station in Beta", "5 jumps"}})
  page.sort("For sale", "Price")
  page.sort("For sale", "Price")
  eq(page.rows("For sale")[1][1], "13.00")
end

function test.an_order_is_typed_and_given_once()
  opened()
  eq(page.value "Price of one", "12.00", "the best price is there already")
  page.type("Units", "1,000")
  ok(page.text():find("12,000.00 at most", 1, true), page.text())
  page.answers("market_buy", {filled = 10, left = 990, paid = 12000, fee = 50})
  page.press "Buy"
  local order = page.asked("market_buy")[1]
  eq({order.type, order.quantity, order.price, order.range, order.days}, {"Ferrite", 1000, 1200, "region", 90})
  ok(order.key)
  ok(page.text():find("Bought 10 for 120.00. 990 stand in the market, for a fee of 0.50.", 1, true), page.text())
end

function test.an_order_whose_answer_was_lost_has_the_same_key_again()
  opened()
  page.refuses("market_buy", "The connection was lost.", "dropped")
  page.press "Buy"
  page.press "Buy"
  local sent = page.asked "market_buy"
  eq(sent[1].key, sent[2].key)
  page.answers("market_buy", {filled = 1, left = 0, paid = 1200, fee = 0})
  page.press "Buy"
  page.press "Buy"
  sent = page.asked "market_buy"
  eq(sent[3].key, sent[1].key)
  ne(sent[4].key, sent[1].key, "it was done, and is another one")
end

function test.what_cannot_be_ordered_is_said_and_cannot_be_sent()
  opened()
  page.type("Units", "many")
  ok(page.text():find "whole number")
  ok(not page.can "Buy")
  page.type("Units", "1")
  page.type("Price of one", "123.456")
  ok(page.text():find "amount like 12.50")
  page.type("Price of one", "12345.67")
  ok(page.text():find("12,350.00 is the nearest", 1, true), page.text())
end

function test.picking_a_row_puts_its_price_into_the_form()
  opened()
  page.pick("Wanted", 1)
  eq(page.value "Order", "sell")
  eq(page.value "Price of one", "11.00")
  page.pick("For sale", 2)
  eq({page.value "Order", page.value "Price of one"}, {"buy", "13.00"})
end

function test.cargo_opens_it_with_something_to_sell()
  opened {type = "Ferrite", side = "sell", quantity = 1200}
  eq({page.value "Order", page.value "Units", page.value "Price of one"}, {"sell", "1,200", "11.00"})
  page.here {docked = false, system = "Alpha", region = "test"}
  ok(not page.can "Sell")
  ok(page.text():find "Who is docked")
end

function test.a_type_that_there_is_not_is_said()
  page.refuses("market_book", "There is no type called Ferite.", "no_type")
  page.open "market"
  page.type("What", "Ferite")
  page.enter "What"
  ok(page.text():find("There is no type called Ferite.", 1, true))
end

function test.orders_are_changed_and_cancelled()
  page.answers("market_orders", {{order = 7, side = "sell", type = "Ferrite", price = 1300, left = 40, quantity = 100, system = "Alpha", expires = 1800000000},
    {order = 6, side = "buy", type = "Ruddite", price = 900, left = 0, quantity = 5, system = "Alpha", expires = 1, ended = 1, reason = "filled"}})
  page.answers("market_change", true)
  page.answers("market_cancel", true)
  page.open "market"
  page.press "My orders"
  eq(#page.rows "Orders that stand", 1)
  eq(page.rows("Orders that have ended")[1], {"Buy Ruddite", "9.00", "5", "filled"})
  page.press "Change the order for Ferrite"
  page.type("Another price", "14")
  page.press "Change"
  eq(page.asked "market_change", {{order = 7, price = 1400}})
  page.press "Cancel the order for Ferrite"
  eq(page.asked "market_cancel", {{order = 7}})
end

function test.what_becomes_of_an_order_is_told()
  page.open "market"
  page.tell("order", {side = "sell", type = "Ferrite", n = 5, price = 1300, left = 1})
  page.tell("order", {side = "buy", type = "Ferrite", n = 0, reason = "expired"})
  eq(page.notes(), {"Sold 5 Ferrite at 13.00, and 1 stands still.", "Your order to buy Ferrite has ended: expired."})
end

function test.the_wallet_says_what_came_and_went()
  page.answers("wallet", {balance = 123456})
  page.answers("wallet_history", {{entry = 2, at = 1790000000, n = -1200, cause = "market", trades = {{side = "buy", type = "Ferrite", quantity = 1, price = 1200}}}, {entry = 1, at = 1780000000, n = 5000, cause = "bounty"}})
  page.open "market"
  page.press "Wallet"
  ok(page.text():find("You have 1,234.56", 1, true))
  local rows = page.rows "What came and went"
  eq({rows[1][2], rows[1][3], rows[2][2], rows[2][3]}, {"market: bought 1 Ferrite at 12.00", "-12.00", "bounty", "+50.00"})
end

function test.what_earns_most_comes_first()
  local function gap(of, profit, jumps, volume)
    return {type = of, quantity = 10, volume = volume, profit = profit, jumps = jumps, buy = {price = 1, station = 1, system = "Alpha", region = "test"}, sell = {price = 11, station = 2, system = "Beta", region = "test"}}
  end
  page.answers("gaps", {gap("Far", 900, 9, 1), gap("Near", 500, 0, 10), gap("Small", 100, 4, 0.1), gap("No way", 2000, -1, 10)})
  page.answers("regions", {"test", "other"})
  page.open "market"
  page.press "Hauling"
  local function first() return page.rows("What is worth hauling")[1][1] end
  eq(first(), "No way")
  page.choose("Most", "way")
  eq(first(), "Near")
  page.choose("Most", "room")
  eq(first(), "Small")
  page.press "Set the route to Beta"
  eq(page.asked "fly", {{"Beta"}})
end
