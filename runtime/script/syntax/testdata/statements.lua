local a
local b, c = 1, ...;
a = b
a, b.x, c[1] = c, b
do end
do
  local a = a
end
while a do
  break
end
repeat
  local done = f()
until done
if a then
elseif b then b = 1
elseif c then
  c = 2
else
end
if a then return end
if a then else return a, b; end
for i = 1, 10 do f(i) end
for i = 1, 10, 2 do
  break;
end
for k in pairs(t) do
end
for k, v, w in next, t, nil do f(k) end
f()
f "x" { y = 1 } [[z]]
a.b:c(1, ...);
(f)()
return
