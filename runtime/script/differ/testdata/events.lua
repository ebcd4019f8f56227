-- Metatables: every event, with the operands it gets.

local log = {}
local function note(...) log[#log + 1] = table.concat({...}, " ") end
local function flush(name) print(name, table.concat(log, "; ")) log = {} end

-- __index
local base = {color = "red", size = 1}
local thing = setmetatable({size = 2}, {__index = base})
print("index table", thing.color, thing.size, thing.missing, rawget(thing, "color"))
local asked = setmetatable({}, {__index = function(t, k) return type(t) .. ":" .. tostring(k) end})
print("index function", asked.x, asked[1], asked[true], asked["a b"])
local chain = {}
for i = 1, 20 do chain = setmetatable({["k" .. i] = i}, {__index = chain}) end
print("index chain", chain.k1, chain.k20, chain.k21)
print("index on text", ("x").missing, ("abc").len == string.len, #("abc"):rep(2))
print("index once", setmetatable({}, {__index = function() return 1, 2, 3 end}).a)

-- __newindex
local store = {}
local proxy = setmetatable({own = 1}, {__newindex = store})
proxy.a, proxy.own = 5, 6
print("newindex table", rawget(proxy, "a"), store.a, proxy.own, store.own)
local guarded = setmetatable({}, {__newindex = function(t, k, v) note(k, v) rawset(t, k, v * 2) end})
guarded.x = 1
guarded.x = 5
guarded[1] = 3
flush("newindex function")
print("newindex", guarded.x, guarded[1])
print("rawset", rawget(rawset(guarded, "y", 9), "y"))

-- arithmetic: which handler, with what on which side
local M = {}
local function side(v) return type(v) == "table" and v.name or tostring(v) end
for _, event in ipairs {"add", "sub", "mul", "div", "mod", "pow", "concat"} do
  M["__" .. event] = function(l, r) return event .. "(" .. side(l) .. "," .. side(r) .. ")" end
end
M.__unm = function(v, w) return "unm(" .. side(v) .. ")" end
local A, B, plain = setmetatable({name = "A"}, M), setmetatable({name = "B"}, M), {name = "P"}
print("arithmetic", A + B, A - 1, 2 * A, A / "3", "4" % A, A ^ plain, plain + A, -A, A .. 1, 1 .. A, "x" .. A, A .. "y", plain .. A)
print("chain", 1 .. 2 .. A, A .. 1 .. 2, "a" .. A .. "b", ("x"):rep(2) .. A)
local N = {__add = function() return "N" end}
local C = setmetatable({name = "C"}, N)
print("the left one first", A + C, C + A, 1 + C)
print("more than one result", (setmetatable({}, {__add = function() return 1, 2 end}) + 1))
print("no handler", pcall(function() return C - 1 end), pcall(function() return C .. "x" end), pcall(function() return -C end))

-- comparison
local function number(v) return setmetatable({v = v}, getmetatable(base)) end
local Ord = {}
Ord.__eq = function(l, r) note("eq") return l.v == r.v end
Ord.__lt = function(l, r) note("lt") return l.v < r.v end
local function ord(v) return setmetatable({v = v}, Ord) end
local one, uno, two = ord(1), ord(1), ord(2)
print("equal", one == uno, one ~= uno, one == two, one == one, one == 1, one == nil, rawequal(one, uno))
flush("equal")
print("less", one < two, one > two, one <= two, one >= two, one <= uno)
flush("less")
Ord.__le = function(l, r) note("le") return l.v <= r.v end
print("less or equal", one <= two, one >= two)
flush("less or equal")
local other = setmetatable({v = 1}, {__eq = function() return true end, __lt = function() return true end})
print("two metatables", one == other, pcall(function() return one < other end))
print("any result is a boolean", setmetatable({}, Ord) == nil, (function() Ord.__lt = function() return 1 end return one < two end)(), (function() Ord.__lt = function() end return one < two end)())
print("mixed", pcall(function() return 1 < "1" end), pcall(function() return {} < {} end), pcall(function() return nil < 1 end), pcall(function() return 1 <= one end))
print("not ordered equal", 1 == "1", 0 == false, "" == nil)

-- __len is not asked for tables
print("length", #setmetatable({1, 2}, {__len = function() return 42 end}))

-- __call
local function callee(self, ...) return side(self), select("#", ...), ... end
M.__call = callee
print("call", A(), A(1, nil))
print("call in a field", ({f = A}).f(7))
print("call as a method", ({f = A, name = "M"}):f(7))
print("no call", pcall(plain))
for k, v in setmetatable({}, {__call = function(_, state, last) if (last or 0) < 3 then return (last or 0) + 1, "v" end end}) do note(k, v) end
flush("call as an iterator")

-- __tostring, __metatable
print("tostring", tostring(setmetatable({}, {__tostring = function() return "shown" end})), tostring(nil), tostring(true), tostring("x"), tostring(12))
print("tostring of something else", pcall(tostring, setmetatable({}, {__tostring = function() return {} end})) )
local locked = setmetatable({}, {__metatable = "locked"})
print("metatable", getmetatable(locked), type(getmetatable("x").__index), pcall(setmetatable, locked, {}))
print("set", getmetatable({}), pcall(setmetatable, {}, 1), pcall(setmetatable, 1, {}), getmetatable(setmetatable({}, nil)))

-- handlers that fail, and that are no functions
print("failing", pcall(function() return setmetatable({}, {__index = function(_, k) error("no " .. k) end}).x end))
print("failing", pcall(function() return setmetatable({}, {__add = 5}) + 1 end))
print("failing", pcall(function() setmetatable({}, {__newindex = function() error({}) end}).x = 1 end))
print("index of a handler", setmetatable({}, {__index = setmetatable({}, {__index = function(t, k) return k .. "!" end})}).far)

-- inheritance
local Animal = {} Animal.__index = Animal
function Animal.new(class, name) return setmetatable({name = name}, class) end
function Animal:speak() return self.name .. " makes " .. self:sound() end
function Animal:sound() return "a noise" end
local Dog = setmetatable({}, {__index = Animal}) Dog.__index = Dog
function Dog:sound() return "woof (not " .. Animal.sound(self) .. ")" end
print("classes", Animal:new("Cat"):speak(), Dog:new("Rex"):speak())

-- environments with metatables
local env = setmetatable({}, {__index = function(_, k) return "global " .. k end, __newindex = function(t, k, v) rawset(t, k, "set " .. v) end})
local function inside() alpha = "1" return alpha, beta end
setfenv(inside, env)
print("environment", inside())

-- loops of handlers end in an error
local loop = {}
setmetatable(loop, {__index = loop})
print("loop", pcall(function() return loop.x end))
local write = {}
setmetatable(write, {__newindex = write})
print("loop", pcall(function() write.x = 1 end))
