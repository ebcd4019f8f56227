-- Two hundred ships that fly, aim and fire: the loops of a game that has no engine below.
local M = {ships = {}}

for i = 1, 200 do
  M.ships[i] = {id = i, x = i, y = 0, vx = 1, vy = 0.5, hp = 100, target = i % 200 + 1}
end

local function distance(a, b)
  local dx, dy = a.x - b.x, a.y - b.y
  return (dx * dx + dy * dy) ^ 0.5
end

function M.run()
  local hits = 0
  for _ = 1, 10 do
    for _, s in ipairs(M.ships) do
      s.x = s.x + s.vx * 0.1
      s.y = s.y + s.vy * 0.1
      local t = M.ships[s.target]
      if distance(s, t) < 50 then
        t.hp = t.hp - 0.01
        hits = hits + 1
      end
    end
  end
  return string.format("%d %.14g", hits, M.ships[7].hp)
end

return M
