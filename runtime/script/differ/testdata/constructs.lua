-- Expressions and statements: precedence, logic, assignment, loops, jumps, constructors.

-- precedence and associativity
print("powers", 2 ^ 3 ^ 2, -2 ^ 2, (-2) ^ 2, 2 ^ -1, not nil == true, not (nil == true))
print("mixed", 1 + 2 * 3 - 4 / 2, 7 % 3 * 2, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, 1 .. 2 .. 3, 1 .. 2 == "12")
print("comparison", 1 < 2 == true, "a" < "b", "a" < "B", "" < "a", "a\0b" < "a\0c", "10" < "9", not 1 == 2)
print("length", #"abc" + 1, -#"abc", (#{1, 2, 3}) ^ 2, not #"" == 0)
print("and or", 1 and 2 or 3, nil and 2 or 3, false or nil, nil or false, nil and 1, false and 1, 1 or error("never"), nil and error("never"))
print("chains", nil or 1 and nil or 2, 1 and nil or false, (1 or 2) and (nil or 3), not (1 and nil), not nil and not false)
print("words", "2" + 3, "0x10" * 2, " 5 " - 1, "3" ^ "2", 10 .. "", -"2", "7" % 4)

-- constants in conditions
local hits = {}
local function hit(x) hits[#hits + 1] = x end
if nil then hit(1) elseif false then hit(2) else hit(3) end
if 0 then hit(4) end
if "" then hit(5) end
if not nil then hit(6) end
if not 1 then hit(7) else hit(8) end
if nil or 1 then hit(9) end
if true and nil then hit(10) else hit(11) end
if false then else hit(12) end
while nil do hit(13) end
while false or nil do hit(14) end
while true do hit(15) break end
repeat hit(16) until true
repeat hit(17) until not nil
for _, v in ipairs {1, 2} do if false then v = 5 end hit(v) end
for i = 1, 2 do if nil then i = 7 else hit(i + 17) end end
print("constants", table.concat(hits, " "))

-- logic into a local that it reads
local open, ready, name = true, "ready", nil
open = not open and ready
print("toggle", open)
open = not open and ready
print("toggle", open)
open = open and not open or name
print("toggle", open)
local p, q = 1, nil
p = p and q print(p)
p = p or 5 print(p)
p = q or p print(p)
p = p == 5 and p or q print(p)
p = (p and q) or (not p and 1) or p print(p)
p = not not p print(p)
q = q == nil print(q)
local r = p and q and not name
r = not r r = not r and 3 or r print(r)

-- several at once
local a, b, c = 1, 2, 3
a, b = b, a
print("swap", a, b)
a, b, c = b, c, a
print("rotate", a, b, c)
a, b, c = 0
print("fewer", a, b, c)
a, b = 1, 2, print("evaluated")
print("more", a, b)
a, b = b, a + b a, b = b, a + b a, b = b, a + b
print("fibonacci", a, b)
local i, t = 1, {10, 20, 30}
i, t[i] = i + 1, 99
print("index first", i, t[1], t[2])
t[1], t[2], t[3] = t[3], t[1], t[2]
print("in a table", t[1], t[2], t[3])
local u = {n = 1}
u.n, u, u = 5, {n = 2}, {n = 3}
print("table first", type(u), u.n == 2 or u.n == 3)
do
  local t = {1, 2}
  local i = 1
  i, t[i], t[i + 1] = 2, "a", "b"
  print("targets", i, t[1], t[2])
end
local function gcd(m, n) while n ~= 0 do m, n = n, m % n end return m end
print("gcd", gcd(48, 36), gcd(17, 5))
x, y = 1, 2 x, y = y, x
print("globals", x, y)
local function swapper() local k, l = "k", "l" local function f() k, l = l, k return k, l end return f end
print("upvalues", swapper()())

-- numeric for
local function numbers(from, to, step)
  local out = {}
  for v = from, to, step or 1 do out[#out + 1] = v if #out > 20 then break end end
  return table.concat(out, " ")
end
print("for", numbers(1, 3), numbers(3, 1), numbers(3, 1, -1), numbers(0, 1, 0.25), numbers(1, 0), numbers(-1, 1), numbers("1", "3"), numbers(10, 1, -4), numbers(1, 3, 5))
print("huge", numbers(1, -math.huge), numbers(math.huge, 1), numbers(1, math.huge, 1e300), numbers(2 ^ 53, 2 ^ 53 + 4, 2))
for v = 1, 3 do local w = v v = v * 10 hit(v) end
print("the counter is a copy", hits[#hits - 2], hits[#hits - 1], hits[#hits])
local limit = 3
for v = 1, limit do limit = 100 a = v end
print("limits are read once", a)
print("bad for", pcall(function() for v = {}, 1 do end end), pcall(function() for v = 1, "x" do end end), pcall(function() for v = 1, 2, {} do end end))

-- while, repeat, break
local n = 0
while true do n = n + 1 if n == 3 then break end end
print("while", n)
repeat local done = n >= 5 n = n + 1 until done
print("repeat sees its locals", n)
local found
for v = 1, 10 do
  for w = 1, 10 do
    if v * w == 42 then found = v .. "x" .. w break end
  end
  if found then break end
end
print("nested break", found)
local function early(k) for v = 1, 10 do if v == k then return v, "found" end end return "none" end
print("return from a loop", early(3), early(11))
local function block() do return 1 end return 2 end
print("return in a block", block())

-- constructors
local z = {1, 2, 3; x = 1, ["y z"] = 2, [10] = "ten", [1 + 1] = "over", "four"}
print("constructor", #z, z[1], z[2], z[3], z[4], z[10], z.x, z["y z"])
print("nested", ({{{1}}})[1][1][1], #{{}, {}, {{}}}, ({a = {b = {c = 7}}}).a.b.c)
local big = {}
for k = 1, 600 do big[k] = k end
local text = "return {" .. table.concat(big, ",") .. "}"
local loaded = assert(loadstring(text))()
print("long list", #loaded, loaded[50], loaded[51], loaded[511], loaded[512], loaded[513], loaded[600])
local function spread() return unpack(loaded, 1, 120) end
local s = {spread(), spread()}
print("long results", #s, s[1], s[2], s[121])
local longer = {}
for k = 1, 70000 do longer[k] = k end
print("by a loop", #longer, longer[65536], longer[65537], longer[70000])
text = {}
for k = 1, 300 do text[k] = "v" .. k .. "=" .. k .. ".5" end
local env = setmetatable({}, {__index = _G})
local many = assert(loadstring(table.concat(text, "\n") .. "\nreturn v1, v299 + v300, 'x' .. v257"))
setfenv(many, env)
print("many constants", many())

-- long chains
local parts = {}
for k = 1, 150 do parts[k] = "'" .. k % 10 .. "'" end
print("concatenation", #assert(loadstring("return " .. table.concat(parts, "..")))(), (loadstring("return " .. ("("):rep(90) .. "7" .. (")"):rep(90))()))

-- comments and separators
do local a = 1; local b = 2; --[[ one ]] local c = a --[==[ two
]] ]==] + b; print("comments", c) end -- three
