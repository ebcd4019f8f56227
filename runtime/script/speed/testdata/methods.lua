local M = {}
local Account = {}
Account.__index = Account

function Account.new(n) return setmetatable({n = n}, Account) end

function Account:add(k)
  self.n = self.n + k
  return self
end

function Account:balance() return self.n end

function M.run()
  local a, sum = Account.new(0), 0
  for i = 1, 6000 do
    a:add(i):add(-1)
    sum = sum + a:balance()
  end
  return sum
end

return M
