-- Closures: what they capture, what they share, how long it lives.

local function counter(from)
  local n = from
  return function() n = n + 1 return n end, function() return n end, function(to) n = to end
end
local up, get, set = counter(10)
local other = counter(10)
print("shared", up(), up(), get(), set(3), up(), get(), other())

-- each turn of a loop has locals of its own
local list = {}
for i = 1, 3 do
  local j = i * 10
  list[#list + 1] = function(d) i, j = i + d, j + d return i, j end
end
print("numeric for", list[1](1), list[1](1), list[2](5), list[3](0))
list = {}
for i, name in ipairs {"a", "b", "c"} do list[i] = function() name = name .. i return name end end
print("generic for", list[1](), list[1](), list[2](), list[3]())
list = {}
local n = 0
while n < 3 do n = n + 1 local m = n list[n] = function() m = m + 1 return m, n end end
print("while", list[1](), list[2](), list[3]())
list = {}
n = 0
repeat
  n = n + 1
  local m = n
  list[n] = function() m = m + 1 return m end
until m >= 3
print("repeat", list[1](), list[1](), list[2](), list[3]())
list = {}
for i = 1, 9 do
  local c = i
  list[i] = function() c = c + 1 return c end
  if i == 2 then
    local d = i * 100
    list.last = function() d = d + c return d, c end
    break
  end
end
print("break", list[1](), list[2](), list.last(), list[2](), list.last(), #list)

-- a local that is captured by functions which stand beside each other, at several depths
local function deep()
  local x = 1
  local function a() x = x + 1 return function() x = x * 2 return function() x = x - 3 return x end end end
  local function b() return x end
  return a, b
end
local a, b = deep()
local aa = a()
print("depths", b(), aa()(), b(), aa()(), b())

-- parameters and varargs
local function keeper(x, ...)
  local rest = {...}
  local function read() return x, unpack(rest) end
  x = x + 1
  return read, function(v) x = v end
end
local read, write = keeper(1, 2, 3)
print("parameter", read())
write(9)
print("parameter", read())

-- the cell outlives errors that are caught
local function careful()
  local x = 0
  local function inc() x = x + 1 return x end
  local seen = {}
  pcall(function() inc() error("one") end)
  seen[1] = x
  x = x + 10
  seen[2] = inc()
  pcall(error)
  x = x + 10
  seen[3] = inc()
  xpcall(function() local y = x; (function() y = y + 1 x = y error("two") end)() end, function(m) x = x + 100 return m end)
  seen[4] = inc()
  seen[5] = x
  local co = coroutine.create(function() x = x + 1000 error("three") end)
  coroutine.resume(co)
  x = x + 1
  seen[6] = inc()
  return unpack(seen)
end
print("errors", careful())

-- what an error leaves is closed: the next block's locals are others
local kept
pcall(function() local gone = "kept" kept = function() return gone end error("x") end)
local fresh = "fresh"
print("closed", kept(), fresh)

-- through coroutines
local function generator(k)
  local step = 1
  local co = coroutine.wrap(function()
    local total = 0
    while true do
      total = total + step * k
      coroutine.yield(total)
    end
  end)
  return co, function(s) step = s end
end
local nextTotal, setStep = generator(2)
local g1, g2 = nextTotal(), nextTotal()
setStep(10)
print("coroutine", g1, g2, nextTotal(), nextTotal())

-- recursion through an upvalue, and a function that replaces itself
local walk
walk = function(t) local s = 0 for _, v in ipairs(t) do s = s + (type(v) == "table" and walk(v) or v) end return s end
print("recursion", walk {1, {2, {3, {4}}}, 5})
local lazy
lazy = function() local v = "made" lazy = function() return v, "again" end return v end
print("replaced", lazy(), lazy())

-- shadowing: the inner name hides the outer only where it is seen
local x = 1
local function outer() return x end
local x = x + 1
do local x = x + 1 print("shadow", x, outer()) end
print("shadow", x, outer())
local y = y
print("its own value", y)

-- many captured at once
local function many()
  local a1, a2, a3, a4, a5, a6, a7, a8, a9, a10 = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
  return function() a1, a10 = a10, a1 a2, a3 = a3, a2 return a1 + a2 * a3, a4, a5, a6, a7, a8, a9, a10 end
end
local m = many()
print("many", m())
print("many", m())
