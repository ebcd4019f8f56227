-- Money is counted in hundredths, in whole numbers. A Lua number holds every whole
-- number up to 2^53; whatever could come out above that is refused and never rounded.
local money = {}

money.type = types.name "Money"
money.wallet = "wallet"
money.most = 1e15      -- of what a wallet, an escrow or an order may hold
money.figures = 1e4    -- prices have four significant figures
money.whole = 1e4      -- a share is given in so many parts: 250 is 2.5 %

-- Is it a whole number, from least to the most that is counted?
function money.counts(n, least)
  return type(n) == "number" and n == math.floor(n) and n >= least and n <= money.most
end

-- Is it a price: whole, above nothing, with four significant figures?
function money.price(n)
  if not money.counts(n, 1) then return false end
  while n >= money.figures do
    if n % 10 ~= 0 then return false end
    n = n / 10
  end
  return true
end

-- The price nearest to a number.
function money.round(n)
  local unit = 1
  while n / unit >= money.figures do unit = unit * 10 end
  return math.max(1, math.floor(n / unit + 0.5) * unit)
end

-- What n cost at a price; nil where that is more than can be counted. A product that is
-- not exact is above the most.
function money.cost(price, n)
  local cost = price * n
  if cost > money.most then return nil end
  return cost
end

-- A share of an amount, rounded up. Neither product is above the most.
function money.share(amount, parts)
  local rest = amount % money.whole
  return (amount - rest) / money.whole * parts + math.ceil(rest * parts / money.whole)
end

-- 123450 -> "1,234.50"
function money.words(n)
  local digits, out = string.format("%.0f", math.floor(math.abs(n) / 100)), ""
  while #digits > 3 do
    out = "," .. string.sub(digits, -3) .. out
    digits = string.sub(digits, 1, -4)
  end
  return string.format("%s%s%s.%02d", n < 0 and "-" or "", digits, out, math.abs(n) % 100)
end

return money
