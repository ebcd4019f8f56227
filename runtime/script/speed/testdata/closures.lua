local M = {}

local function counter(step)
  local n = 0
  return function() n = n + step return n end
end

local function map(list, fn)
  local out = {}
  for i = 1, #list do out[i] = fn(list[i]) end
  return out
end

function M.run()
  local s, list = 0, {1, 2, 3, 4, 5, 6, 7, 8}
  for i = 1, 600 do
    local up = counter(i)
    up()
    for _, v in ipairs(map(list, function(x) return x + i end)) do s = s + v end
    s = s + up()
  end
  return s
end

return M
