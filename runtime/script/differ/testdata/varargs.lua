-- Varargs: `...`, select, and functions that pass them on.

local function all(...) return ... end
local function count(...) return select("#", ...) end
local function first(...) return (...) end
print("all", all(), all(nil), all(1, nil, 3), all(all(1, 2)))
print("count", count(), count(nil), count(nil, nil), count(all()), count(all(nil)), count(all(1, 2), all(3, 4)))
print("first", first(), first(1, 2), first(nil, 2))
print("cut in the middle", count(all(1, 2), 3), count((all(1, 2)), 3), all(1, 2), (all(3, 4)), 5)

local function fixed(a, b, ...) return b, a, select("#", ...), ... end
print("fixed", fixed(), fixed(1), fixed(1, 2), fixed(1, 2, nil), fixed(1, 2, 3, 4))
local function locals(...) local a, b, c = ... return c, b, a end
print("locals", locals(), locals(1), locals(1, 2, 3, 4))
local function assigned(...) local t, a = {} a, t.x, t.y = ... return a, t.x, t.y end
print("assigned", assigned(1, 2, 3), assigned())
local function packed(...) local t = {...} return #t, t[1], t[#t] end
print("packed", packed(), packed(1, 2, 3))
local function mixed(...) local t = {"a", ..., "b", n = count(...), ...} return #t, t[1], t[2], t[3], t[4], t.n end
print("mixed", mixed(1, 2), mixed())
local function logic(...) return ... and 1, ... or 2, not ..., ... == nil end
print("logic", logic(), logic(false), logic(3, 4))
local function sums(...) local s = 0 for _, v in ipairs {...} do s = s + v end return s + (... or 0), -(... or 0), (... or "") .. "!" end
print("sums", sums(1, 2, 3), sums())
local function nested(...) return (function(...) return select("#", ...), ... end)(..., 9) end
print("nested", nested(), nested(1, 2))
local function loop(...) for i = 1, select("#", ...) do local v = select(i, ...) if v == nil then return i, "nil" end end return "none" end
print("loop", loop(1, nil, 3), loop(1, 2), loop())
local function iterate(...) local out = {} for a, b in ... do out[#out + 1] = a if b and #out > 3 then break end end return #out end
print("iterate", iterate(next, {10, 20, 30}), iterate(ipairs {1, 2}))

print("select", select(1, "a", "b"), select(2, "a", "b"), select(3, "a", "b"), select(-1, "a", "b"), (select(-2, "a", "b")), select("#"), select("#", nil, nil))
print("select fails", pcall(select), pcall(select, 0), pcall(select, -5, 1), pcall(select, "x"))
print("select", select("2", "a", "b"), select(2.9, "a", "b", "c"))

-- many
local big = {}
for i = 1, 240 do big[i] = i end
print("many", count(unpack(big)), select(240, unpack(big)), #{all(unpack(big))}, (select(-1, all(unpack(big)))))
local function ends(...) return (...), (select(-1, ...)) end
print("ends", ends(unpack(big)))
for i = 1, 3000 do big[i] = i end
print("thousands", count(unpack(big)), #{unpack(big)}, math.max(unpack(big)))

-- methods, tail calls, recursion
local o = {}
function o:m(...) return self == o, ... end
print("method", o:m(), o:m(1, 2))
local function tail(...) return all(...) end
print("tail", tail(), tail(nil, 2), (tail(3, 4)))
local function rest(head, ...) if head == nil then return 0 end return head + rest(...) end
print("recursion", rest(1, 2, 3, 4), rest())
local function reverse(n, ...) if n == 0 then return end local v = select(n, ...) return v, reverse(n - 1, ...) end
print("reverse", reverse(3, "a", "b", "c"))

-- into calls of every kind
print("pcall", pcall(all, 1, nil, 3), pcall(all), select("#", pcall(all, nil)))
print("coroutine", coroutine.resume(coroutine.create(all), 1, nil, 3))
print("wrap", coroutine.wrap(function(...) local a, b = coroutine.yield(...) return b, a, ... end)(1, nil))
print("call", setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end})(nil, nil))
print("concat", table.concat({all("a", "b", "c")}, "-"), string.char(all(72, 105)), string.format("%s %s", all("x", "y")))

-- the chunk has them
print("chunk", loadstring("return select('#', ...), ...")(1, nil))
print("not outside", loadstring("function f() return ... end"))
print("not in an inner one", loadstring("local function g() return function() return ... end end"))
