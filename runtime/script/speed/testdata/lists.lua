local M = {}

function M.run()
  local ships, by, sum = {}, {}, 0
  for i = 1, 500 do
    ships[#ships + 1] = {id = i, hp = i % 50}
    by["ship " .. i % 40] = i
  end
  for _ = 1, 10 do
    for i, s in ipairs(ships) do sum = sum + s.hp * i end
    for name, id in pairs(by) do sum = sum + id + #name end
  end
  table.sort(ships, function(a, b) return a.hp > b.hp or a.hp == b.hp and a.id < b.id end)
  for i = #ships, 1, -1 do
    if ships[i].hp < 25 then table.remove(ships, i) end
  end
  return sum + #ships + ships[1].id
end

return M
