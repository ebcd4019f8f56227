-- The functions of the library that scripts call most.
local M = {}

function M.run()
  local sum, queue, stack = 0, {}, {}
  for i = 1, 500 do
    local name = tostring(i) .. ":" .. type(i)
    sum = sum + math.floor(i / 3) + math.max(i % 7, 3) + name:byte(1) + #name:sub(2, 5) + math.abs(-i)
    table.insert(stack, i)
    if i % 3 == 0 then sum = sum + table.remove(stack) + select("#", i, sum) end
    table.insert(queue, 1, i)
    if #queue > 40 then sum = sum + table.remove(queue, 1) + table.remove(queue, 20) end
  end
  return sum + #stack + #queue
end

return M
