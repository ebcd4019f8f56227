local M = {}

function M.run()
  local s, n = 0, 0
  for i = 1, 20000 do
    s = s + i * 0.5 - i / 3
    if i % 7 == 0 then s = -s end
    while n < i do n = n + 2 end
  end
  return s + n
end

return M
