-- Coroutines: values in and out, states, errors, and where a yield can stand.

local function show(co, ...) print(coroutine.status(co), coroutine.resume(co, ...)) end

local co = coroutine.create(function(a, b)
  local c, d = coroutine.yield(a + b, a)
  local e = coroutine.yield(c, d, nil)
  return e, "end"
end)
show(co, 1, 2)
show(co, "c", "d")
show(co)
show(co)
print(coroutine.status(co))

-- yields wherever there is a Lua call
local w = coroutine.wrap(function()
  local t = {coroutine.yield(1), coroutine.yield(2), (coroutine.yield(3))}
  print("table", #t, t[1], t[2], t[3])
  print("arguments", coroutine.yield(4), coroutine.yield(5))
  local s = "a" .. coroutine.yield(6) .. coroutine.yield(7)
  if coroutine.yield(8) then s = s .. "!" end
  while coroutine.yield(9) do s = s .. "?" end
  for i = coroutine.yield(10), coroutine.yield(11) do s = s .. i end
  local n = -coroutine.yield(12) + coroutine.yield(13) * 2
  t.x, t[coroutine.yield(14)] = coroutine.yield(15), 1
  return s, n, t.x, t.k
end)
local inputs = {"-", "x", "y", "p1", "p2", "q1", "b", "c", true, true, false, 1, 3, 5, 6, "k", "v"}
local answer
for _, v in ipairs(inputs) do answer = {w(v)} end
print("everywhere", unpack(answer))

-- across nested calls, methods and varargs
local function deep(n, ...) if n == 0 then return coroutine.yield(...) end local r = deep(n - 1, ...) return r end
local object = {}
function object:wait(...) return select("#", ...), coroutine.yield(self == object, ...) end
co = coroutine.create(function(...) print("deep", deep(5, ...)) print("method", object:wait(1, nil)) return deep(0, "tail") end)
show(co, "in", nil)
show(co, "back")
show(co, "a", "b")
show(co, "last", "of all")
show(co)

-- a yield as a tail call
co = coroutine.wrap(function(...) return coroutine.yield(...) end)
print("tail", co(1, 2))
print("tail", co(3, 4))
print("tail", pcall(co))
co = coroutine.create(function() local function f() return coroutine.yield("f") end return f() end)
show(co) show(co, "out") show(co)

-- states seen from inside
local outer
outer = coroutine.create(function()
  local inner = coroutine.create(function() print("outer is", coroutine.status(outer)) coroutine.yield() end)
  print("inner is", coroutine.status(inner))
  coroutine.resume(inner)
  print("inner is", coroutine.status(inner))
  print("outer is", coroutine.status(outer))
  print("resume itself", coroutine.resume(outer))
end)
show(outer)
print(coroutine.status(outer), type(coroutine.wrap(function() return coroutine.running() end)()))

-- a producer, a filter, a consumer
local function produce(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local function filter(p, source) return coroutine.wrap(function() for v in source do if p(v) then coroutine.yield(v, -v) end end end) end
local out = {}
for v, m in filter(function(v) return v % 3 == 0 end, produce(10)) do out[#out + 1] = v .. m end
print("pipeline", table.concat(out, " "))
local function permutations(list, n)
  n = n or #list
  if n == 0 then coroutine.yield(table.concat(list)) return end
  for i = 1, n do
    list[i], list[n] = list[n], list[i]
    permutations(list, n - 1)
    list[i], list[n] = list[n], list[i]
  end
end
out = {}
for p in coroutine.wrap(function() permutations {"a", "b", "c"} end) do out[#out + 1] = p end
print("permutations", table.concat(out, " "))

-- errors
co = coroutine.create(function(x) coroutine.yield() error(x) end)
show(co, "text") show(co) show(co)
co = coroutine.create(function() coroutine.yield() local x = nil + 1 end)
show(co) show(co) show(co)
local problem = {}
co = coroutine.create(function() error(problem) end)
print("object", select(2, coroutine.resume(co)) == problem)
w = coroutine.wrap(function() coroutine.yield(1) error("stop", 0) end)
print("wrap", w(), pcall(w))
print("wrap is dead", (pcall(w)))
co = coroutine.create(function() local ok, m = pcall(function() error("caught", 0) end) coroutine.yield(ok, m) return pcall(error, "again", 0) end)
show(co) show(co) show(co)

-- what cannot yield
print("main", (pcall(coroutine.yield, 1)))
co = coroutine.create(function() print("pcall", (pcall(coroutine.yield, 1))) print("metamethod", (pcall(function() return setmetatable({}, {__add = function() coroutine.yield() end}) + 1 end))) end)
show(co)
co = coroutine.create(function() table.sort({3, 2, 1}, function(a, b) coroutine.yield() return a < b end) end)
print("sort", (coroutine.resume(co)))

-- closures and locals of a suspended coroutine
local function make()
  local x = 0
  local co = coroutine.wrap(function() while true do x = x + 1 local y = x * 10 coroutine.yield(x, function() y = y + 1 return y end) end end)
  return co, function() x = x + 100 return x end
end
local step, bump = make()
local x1, f1 = step()
bump()
local x2, f2 = step()
print("closures", x1, f1(), f1(), x2, f2(), f1())

-- bad arguments
print((pcall(coroutine.create)), (pcall(coroutine.create, 1)), (pcall(coroutine.resume, 1)), (pcall(coroutine.status)), (pcall(coroutine.wrap, nil)))
print("no Lua function", (pcall(coroutine.create, next)))

-- many
local sum = 0
for i = 1, 200 do
  local c = coroutine.wrap(function(a) local b = coroutine.yield(a + i) return b * 2 end)
  sum = sum + c(1) + c(2)
end
print("many", sum)
