local money = require "lib.money"

function test.prices_have_four_significant_figures()
  for _, n in ipairs {1, 9999, 10000, 12340, 99990, 123400, 1e15} do ok(money.price(n), n) end
  for _, n in ipairs {0, -5, 0.5, 12345, 100010, 1e15 + 1e12 * 5, 2 ^ 53, 0 / 0, 1 / 0} do ok(not money.price(n), n) end
  ok(not money.price "5")
  ok(not money.price(nil))
end

function test.numbers_become_prices()
  for n, want in pairs {[0.2] = 1, [1.4] = 1, [9999.4] = 9999, [9999.6] = 10000, [12345] = 12350, [123449] = 123400, [99996] = 100000} do
    eq(money.round(n), want)
    ok(money.price(want))
  end
end

function test.costs_are_exact_or_refused()
  eq(money.cost(99990, 1e10), 999900000000000)
  eq(money.cost(1e15, 1), 1e15)
  eq(money.cost(1e15, 2), nil)
  eq(money.cost(99991, 1e15), nil)
end

function test.shares_are_rounded_up()
  eq(money.share(10000, 250), 250)
  eq(money.share(1, 1), 1)
  eq(money.share(0, 100), 0)
  eq(money.share(12345, 100), 124)
  eq(money.share(1e15, 9999), 999900000000000)
  eq(money.share(999999999999999, 1), 100000000000)
end

function test.amounts_in_words()
  eq(money.words(0), "0.00")
  eq(money.words(123450), "1,234.50")
  eq(money.words(-5), "-0.05")
  eq(money.words(100000000), "1,000,000.00")
end
