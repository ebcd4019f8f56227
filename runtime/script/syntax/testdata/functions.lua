function f() end
function a.b.c(x) return x end
function a.b:m(x, y, ...)
  return self, x, y, ...
end
local function g(...)
  return (...)
end
local h = function(x, y)
  return g
end
local i, j = function() end
return function() end, function(a) return function() end end
