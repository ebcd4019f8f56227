-- Calls: arguments, results, methods, tail calls, recursion, loaded code.

-- how many values arrive, and how many come back
local function count(...) return select("#", ...) end
local function none() end
local function one() return 1 end
local function two() return 1, 2 end
local function three() return 1, nil, 3 end
print("count", count(), count(nil), count(none()), count((none())), count(two()), count((two())), count(two(), two()), count(three()), count(two(), none()))
print("print", none(), one(), two())
print("last only", two(), two(), (two()))
local a, b, c = two()
print("too few", a, b, c)
local d = two()
print("too many", d)
print("in a table", #{two(), two()}, #{two(), (two())}, #{two(), nil}, (#{none(), none(), 5}))

-- missing and spare arguments
local function pair(x, y) return y, x end
print("pair", pair(), pair(1), pair(1, 2), pair(1, 2, 3))

-- call syntax without parentheses
local function id(...) return ... end
print("short calls", id"a", id[[b]], #id{1, 2, 3}, type(id{}), id"c":upper(), id{x = {y = id}}.x.y"deep")

-- methods
local account = {total = 0}
function account:add(n) self.total = self.total + (n or 1) return self end
function account.plain(n) return n end
print("methods", account:add(5):add().total, account.plain(7), account.add(account, 1) == account)
print("text methods", ("x"):rep(3), ("%d items"):format(4), ("abc"):len(), #"abc", ("abc"):byte(2))
local nested = {inner = {deep = {}}}
function nested.inner.deep.f(x) return x * 2 end
function nested.inner.deep:g(x) return self == nested.inner.deep, x end
print("nested", nested.inner.deep.f(4), nested.inner.deep:g(5))

-- the object of a method call is found once
local found = 0
local function object() found = found + 1 return account end
object():add(1)
print("found", found)

-- order of evaluation of arguments
local order = {}
local function mark(x) order[#order + 1] = x return x end
local _ = {mark(1), mark(2), [mark(3)] = mark(4)}
id(mark(5), mark(6), mark(7))
print("order", table.concat(order, " "))

-- recursion: local functions see themselves, values of locals do not
local function fact(n) if n < 2 then return 1 end return n * fact(n - 1) end
print("fact", fact(10), fact(20))
local early = function() return type(early) end
print("not yet", early())
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print("mutual", even(10), even(7))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print("fib", fib(15))

-- tail calls take no room
local function down(n) if n > 0 then return down(n - 1) end return "bottom", n end
print("tail", down(30000))
local t = setmetatable({}, {__call = function(self, n, ...) if n > 0 then return self(n - 1, ...) end return n, ... end})
print("tail through __call", t(100, "a", "b"))
local function tailed(...) return count(...) end
print("tail with varargs", tailed(), tailed(nil, nil), tailed(two()))
local function notail(n) if n == 0 then return 0 end return (notail(n - 1)) end
print("no tail", notail(50))
local function sum(n) if n == 0 then return 0 end return n + sum(n - 1) end
print("deep", sum(5000))

-- callable tables, nested
local adder = setmetatable({by = 3}, {__call = function(self, x, y) return self.by + (x or 0) + (y or 0) end})
print("__call", adder(), adder(1), adder(1, 2), pcall(adder, 4))
print("__call in pcall", pcall(setmetatable({}, {__call = function(...) return select("#", ...) end}), 1, nil))

-- parenthesised calls into parameters and locals
local function trim(s) s = (s:gsub("^%s+", "")) return s end
local function last(x, s) s = (s:gsub("a", "b")) return x, s end
print("parentheses", trim("  x "), last(1, "banana"))

-- immediate functions
print("immediate", (function(x, ...) return x, ... end)(1, 2, 3), (function() end)())

-- loaded code
local chunk = assert(loadstring("local x, y = ... return y, x, select('#', ...)"))
print("chunk", chunk(1, 2), chunk())
print("bad chunk", loadstring("x = = 1", "=text"))
local pieces, at = {"return ", "1 ", "+ 2"}, 0
print("load", load(function() at = at + 1 return pieces[at] end)())
print("load fails", pcall(load))
local piece = 0
print("load of nothing", load(function() return nil end)())

-- environments of functions
local function reader() return shade end
setfenv(reader, {shade = "blue"})
print("environment", reader(), shade, getfenv(reader).shade)
local function builder() shade = "green" return function() return shade end end
local env = {}
setfenv(builder, env)
print("inherited", builder()(), env.shade, shade)

-- unpack
print("unpack", unpack({1, 2, 3}), unpack({1, 2, 3}, 2), (unpack({1, 2}, 2, 4)), select("#", unpack({}, 1, 3)))
