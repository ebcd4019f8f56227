-- Tables and walks over them: length, next, pairs, ipairs, holes, keys of all kinds.

local function keys(t)
  local out = {}
  for k in pairs(t) do out[#out + 1] = type(k) .. ":" .. (type(k) == "table" and "t" or tostring(k)) end
  table.sort(out)
  return table.concat(out, " ")
end

print("length", #{}, #{1}, #{1, 2, 3}, #{n = 1}, #{[1] = 1, [2] = 2}, #"")
local t = {}
for i = 1, 100 do t[i] = i end
print("grown", #t)
for i = 100, 51, -1 do t[i] = nil end
print("cut", #t)
t[51] = 51 t[52] = 52
print("grown", #t)
while #t > 0 do t[#t] = nil end
print("emptied", #t, next(t))
for i = 10, 1, -1 do t[i] = i end
print("backwards", #t, t[1], t[10])

print("keys", keys {1, 2, a = 1, [true] = 2, [1.5] = 3, [-1] = 4, [{}] = 5})
print("same key", keys {[1] = 1, [1.0] = 2, ["1"] = 3}, ({[1] = "a", [1.0] = "b"})[1] ~= nil)
local huge = {[2 ^ 53] = 1, [-2 ^ 53] = 2, [1e300] = 3, [math.huge] = 4, [-math.huge] = 5}
print("large", huge[2 ^ 53], huge[-2 ^ 53], huge[1e300], huge[math.huge], huge[-1 / 0], huge[1])
local sparse = {}
sparse[1], sparse[1000000], sparse[12345678] = 1, 2, 3
print("sparse", sparse[1000000], sparse[12345678], keys(sparse))
local f, g = function() end, {}
local odd = {[f] = "function", [g] = "table", [print] = "print", [true] = "yes", [false] = "no"}
print("any key", odd[f], odd[g], odd[print], odd[true], odd[false], odd[function() end], odd[{}])

-- next
print("next", next({}), next({5}), next({5}, 1), next({a = 1}))
print("next fails", pcall(next, {}, "x"), pcall(next), pcall(next, 1))
local visited, k, v = 0, nil, nil
t = {1, 2, 3, x = 4, y = 5}
repeat k, v = next(t, k) if k ~= nil then visited = visited + v end until k == nil
print("by hand", visited)
print("nextable twice", (function() local n = 0 for r = 1, 2 do for k, v in next, t do n = n + v end end return n end)())

-- a walk may clear and change what it visits
t = {}
for i = 1, 50 do t[i] = i t["k" .. i] = i end
local n = 0
for k, v in pairs(t) do n = n + 1 t[k] = nil end
print("cleared", n, next(t))
t = {a = 1, b = 2, c = 3}
for k, v in pairs(t) do t[k] = v * 2 end
print("changed", t.a, t.b, t.c)

-- ipairs ends at the first nil
local function walk(t) local out = {} for i, v in ipairs(t) do out[#out + 1] = i .. "=" .. tostring(v) end return table.concat(out, " ") end
print("ipairs", walk {}, walk {1, 2}, walk {nil, 2}, walk {1, nil, 3}, walk {false, 2}, walk {n = 1})
t = {1, 2, 3}
for i, v in ipairs(t) do if i == 1 then t[4] = 4 end t[i] = v * 10 end
print("growing", walk(t))
print("metatables are not asked", walk(setmetatable({}, {__index = function(_, i) if i < 3 then return i end end})), rawget(setmetatable({}, {__index = {1}}), 1))
local iter, state, from = ipairs {7}
print("triple", type(iter), state[1], from, iter(state, 0), iter(state, 1))
print("pairs", type((pairs {})), select("#", pairs {}), select(3, pairs {}))
print("fails", pcall(ipairs), pcall(pairs, nil))

-- own iterators
local function range(n) local i = 0 return function() i = i + 1 if i <= n then return i, i * i end end end
local out = {}
for i, sq in range(4) do out[#out + 1] = i .. ":" .. sq end
print("closure", table.concat(out, " "))
local function step(limit, i) if i < limit then return i + 1 end end
out = {}
for i in step, 3, 0 do out[#out + 1] = i end
print("stateless", table.concat(out, " "))
out = {}
for k, v in next, {10, 20} do out[#out + 1] = k .. v end
for k, v in next, {30} do out[#out + 1] = k .. v end
for k, v in next, {40}, nil do out[#out + 1] = k .. v end
print("no control", table.concat(out, " "))
out = {}
for a, b, c, d in function(_, last) if not last then return 1, 2, 3 end end do out[#out + 1] = tostring(a) .. tostring(b) .. tostring(c) .. tostring(d) end
print("four", out[1], #out)
out = {}
for v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do out[#out + 1] = v end
print("coroutine", table.concat(out, " "))
out = {}
for i in range(3) do for j in range(2) do if j == 2 then break end out[#out + 1] = i * 10 + j end end
print("nested", table.concat(out, " "))
local function find(t, what) for k, v in next, t do if v == what then return k, v end end return "none" end
print("return from within", find({5, 6, 7}, 6), find({5}, 6))
out = {}
for k, v in pairs {1, 2, 3} do k = k * 2 v = v + k out[#out + 1] = v end
print("changed inside", table.concat(out, " "))
print("iterator fails", pcall(function() for x in function() error("it", 0) end do end end))

-- table functions on edges
t = {1, 2, 3}
table.insert(t, 4) table.insert(t, 1, 0) table.insert(t, #t + 1, 5)
print("insert", table.concat(t, ","), #t)
print("remove", table.remove(t), table.remove(t, 1), table.remove({}), table.concat(t, ","))
print("concat", table.concat {}, table.concat({1, 2.5, "x"}, "-"), table.concat({1, 2, 3}, ",", 2, 3), table.concat({1, 2}, ",", 3))
print("unpack", unpack({1, 2, 3}, -1, 1), unpack({}, 1, 2))
table.sort(t, function(x, y) return x > y end)
print("sort", table.concat(t, ","))
print("maxn", table.maxn {1, 2, [10] = 1, [3.5] = 2}, table.maxn {})
