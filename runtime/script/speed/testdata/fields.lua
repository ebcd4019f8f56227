local M = {hp = 0, shield = {now = 0, max = 1000}}

function M.run()
  local shield = M.shield
  for i = 1, 10000 do
    M.hp = M.hp + 1
    shield.now = shield.now + i
    if shield.now > shield.max then
      shield.now = shield.now % shield.max
    end
  end
  return M.hp + shield.now
end

return M
