-- Numbers as a pilot reads them.
local format = {}

format.au = 149597870700 -- metres in an astronomical unit

-- 1234567 -> "1,234,567"; fractions are rounded.
function format.number(n)
  local digits = string.format("%.0f", math.abs(n))
  local out = ""
  while #digits > 3 do
    out = "," .. string.sub(digits, -3) .. out
    digits = string.sub(digits, 1, -4)
  end
  if n < 0 and digits ~= "0" then digits = "-" .. digits end
  return digits .. out
end

-- Metres: "870 m", "12 km", "1,500 km", "2.4 AU". Up to 10 km every metre
-- counts: that is where one docks.
function format.distance(metres)
  if metres < 10e3 then return format.number(metres) .. " m" end
  if metres < 0.1 * format.au then return format.number(metres / 1e3) .. " km" end
  return string.format("%.1f AU", metres / format.au)
end

-- "1 jump", "3 jumps".
function format.count(n, one, many)
  return format.number(n) .. " " .. (n == 1 and one or many or one .. "s")
end

return format
