-- Locals: scope, shadowing, registers.

local a = 1
do
  local a = a + 1
  print("block", a)
  local a, b = a + 1, a
  print("block", a, b)
end
print("outside", a)

local b, c = b, c
print("nil", b, c)
local d, e, f = 1
print("fewer", d, e, f)
local g, h = 1, 2, print("spare")
print("more", g, h)
local function several() return 1, 2, 3 end
local i, j, k, l = several()
print("from a call", i, j, k, l)
local i, j = several(), 9
print("cut", i, j)
local i, j = (several())
print("parentheses", i, j)

-- a local function sees itself, a local's value does not
local function self() return self ~= nil end
print("self", self())
local value = function() return value end
print("value", value())
local chunk = loadstring("local f = function() return f end return f()")
print("chunk", chunk())

-- scopes of loops and branches
for a = 1, 1 do local a = a + 10 print("for", a) end
while true do local a = 5 print("while", a) break end
repeat local a = 7 until a == 7
if true then local a = 8 print("if", a) else local a = 9 print("else", a) end
print("still", a)
for a, a in ipairs {"x"} do print("twice", a) end
local function twice(x, x) return x end
print("twice", twice(1, 2))

-- the condition of a repeat sees the body's locals, also captured ones
local keep
local n = 0
repeat
  n = n + 1
  local last = n
  keep = keep or function() return last end
until last == 3 and keep() == 1
print("repeat", n, keep())

-- a hundred and more
local text = {}
for v = 1, 190 do text[v] = "v" .. v end
local source = "local " .. table.concat(text, ", ") .. " = ... v1, v190 = v190, v1 return v1, v2, v190, (function() return v3 end)()"
local args = {}
for v = 1, 190 do args[v] = v end
print("many", assert(loadstring(source))(unpack(args)))
for v = 1, 210 do text[v] = "v" .. v end
print("too many", loadstring("local " .. table.concat(text, ", ")))

-- a register is used again after its block
do local used = "secret" end
do local fresh print("fresh", fresh) end
local function reuse()
  for v = 1, 2 do local x if v == 1 then x = "old" end print("each turn", x) end
  do local t = {1, 2, 3} end
  local u, w
  return u, w
end
print("reuse", reuse())
local function loops()
  local out = {}
  for v in pairs {a = 1} do local w out[#out + 1] = tostring(w) w = v end
  for v = 1, 2 do local w, x out[#out + 1] = tostring(x) w, x = v, v end
  return table.concat(out, " ")
end
print("loops", loops())

-- the environment of a chunk
local env = {print = print}
local inside = loadstring("x = 1 local x = 2 print('inside', x) return x")
setfenv(inside, env)
print("outside", inside(), env.x, x)
