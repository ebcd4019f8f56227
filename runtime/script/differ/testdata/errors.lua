-- Errors: what Lua says, and what pcall, xpcall and error do with it.

local up = nil
local function of(f, ...) return select(2, pcall(f, ...)) end

-- what is called, indexed or reckoned with is named
local t = {}
print(of(function() local x x() end))
print(of(function() up() end))
print(of(function() nowhere() end))
print(of(function() t.field() end))
print(of(function() t.a.b = 1 end))
print(of(function() return t.a.b end))
print(of(function() t:method() end))
print(of(function() local x return x.y end))
print(of(function() return up.y end))
print(of(function() return nowhere.y end))
print(of(function() nowhere.y = 1 end))
print(of(function() local x x.y = 1 end))
print(of(function() t[1][2] = 1 end))
print(of(function() local x = {} return x + 1 end))
print(of(function() local x return 1 - x end))
print(of(function() return up * 2 end))
print(of(function() return nowhere / 2 end))
print(of(function() return t.field % 2 end))
print(of(function() return t ^ 2 end))
print(of(function() return -t end))
print(of(function() return -nowhere end))
print(of(function() return "abc" + 1 end))
print(of(function() local x = "abc" return x * 1 end))
print(of(function() return {} .. "x" end))
print(of(function() local x return "a" .. x end))
print(of(function() return "a" .. t.field .. "b" end))
print(of(function() return nowhere .. 1 end))
print(of(function() return 1 .. true end))
print(of(function() return #5 end))
print(of(function() return #nowhere end))
print(of(function() local x return #x end))
print(of(function() return 1 < "2" end))
print(of(function() return {} < {} end))
print(of(function() return nil < 1 end))
print(of(function() return {} <= 1 end))
print(of(function() return true < false end))
print(of(function() return print < print end))
print(of(function() (1)() end))
print(of(function() ("x")() end))
print(of(function() t[nil] = 1 end))
print(of(function() t[0 / 0] = 1 end))
print(of(function() return t[nil] end))
print(of(function() for i = "a", 2 do end end))
print(of(function() for i = 1, {} do end end))
print(of(function() for i = 1, 2, true do end end))
print(of(function() for k in 5 do end end))
print(of(function() for k in nil do end end))

-- the line is that of the operation
print(of(function()
  local x = 1

  return x +
    t
end))
print(of(function()
  t.
  field.
  deeper = 1
end))

-- error: values, levels, positions
local function fails(level, value) error(value or "message", level) end
print(of(fails), of(fails, 0), of(fails, 1), of(fails, 2))
print(of(function() fails(2) end))
print(of(function() fails(1) end))
print(of(function() local function between() fails(3) end between() end))
print(of(error), of(error, nil), of(error, 5), of(error, true), type(of(error, {})))
local object = {code = 7}
print(of(error, object) == object, of(function() error(object, 2) end).code)
print(of(function() error() end))
print(of(function() error("x", 0) end))
print(of(function() error("x", 50) end))
print(of(function() error(12) end))

-- assert
print(assert(1, "unused"), (assert("a", "b")))
print(assert(1, 2, 3))
print(of(assert, false), of(assert, nil, "why"), of(assert, nil, object) == object)
print(of(assert))

-- pcall
print(pcall(function(...) return select("#", ...), ... end, nil, 2))
print(pcall(pcall), pcall(pcall, error))
print(pcall(function() return pcall(function() error("inner") end) end))
print(pcall(nil), pcall({}), pcall(5, 6))
local depth = 0
local function again() depth = depth + 1 if depth < 5 then local ok, m = pcall(again) error(m, 0) end error("deep", 0) end
print(pcall(again))
local results = {pcall(function() return 1, 2, nil, 4 end)}
print(results[1], results[2], results[3], results[4], results[5])

-- xpcall
print(xpcall(function() return 1, 2 end, print))
print(xpcall(function() error("x", 0) end, function(m) return m .. "!", "second" end))
print(xpcall(function() error(object) end, function(m) return m == object end))
print(xpcall(function() local x = nil + 1 end, function(m) return type(m) end))
print(xpcall(function(...) return select("#", ...) end, print, 1, 2))
print(xpcall(function() error("x") end, function() return nil end))
print((xpcall(function() error("x") end, function() error("y") end)))

-- an error leaves loops, blocks and calls, and nothing else is lost
local trace = {}
for i = 1, 3 do
  local ok = pcall(function()
    for j = 1, 3 do
      trace[#trace + 1] = i .. "/" .. j
      if j == i then error("out") end
    end
  end)
  trace[#trace + 1] = tostring(ok)
end
print(table.concat(trace, " "))

-- in coroutines
local co = coroutine.create(function() local x = coroutine.yield(1) return x.y end)
print(coroutine.resume(co))
print(coroutine.resume(co))
print(coroutine.status(co), coroutine.resume(co))
print(pcall(coroutine.wrap(function() error("w", 0) end)))
print(pcall(coroutine.wrap(function() error(object) end)))

-- too deep
local function endless() return 1 + endless() end
print(string.find(of(endless), "stack overflow") ~= nil)
print((select(2, xpcall(endless, function(m) return type(m) end))))
local ok, m = pcall(function() local function f() return pcall(f) end return f() end)
print(ok)
print(pcall(string.rep), pcall(setmetatable, 1))

-- texts that are no programs
for _, text in ipairs {
  "x =", "x = 1 1", "for", "for i do end", "local 1", "if x", "if x then", "return return", "break", "x = }", "f(", "f(1,)", "a.b:c = 1", "local function f.x() end",
  "x = 'open", "x = [[open", "--[[ open", "x = \"a\nb\"", "x = 3x", "x = 0x", "x = 1e", "x = ...", "function f() return ... end", "x = \"\\300\"", "(1) = 2", "f() = 1", "x, f() = 1, 2",
  "do local x end end", "repeat", "while true", "x = a.1", "x = {1, 2", "x = function", "a = 1 = 2", "for i = 1 do end", "for i in do end", "x ~= 1", "return 1,", "@",
} do
  print(text, (loadstring(text, "=t")) == nil)
end
