-- Points and directions: tables {x=, y=, z=}, in metres or metres per second.
-- Every function makes a new one and leaves its arguments alone.
local vec = {}

function vec.new(x, y, z)
  return {x = x, y = y, z = z}
end

function vec.add(a, b)
  return {x = a.x + b.x, y = a.y + b.y, z = a.z + b.z}
end

function vec.sub(a, b)
  return {x = a.x - b.x, y = a.y - b.y, z = a.z - b.z}
end

function vec.scale(a, k)
  return {x = a.x * k, y = a.y * k, z = a.z * k}
end

function vec.dot(a, b)
  return a.x * b.x + a.y * b.y + a.z * b.z
end

function vec.length(a)
  return math.sqrt(vec.dot(a, a))
end

function vec.distance(a, b)
  return vec.length(vec.sub(a, b))
end

-- The vector of length 1 in the direction of a; the zero vector has none and
-- comes back as it is.
function vec.unit(a)
  local length = vec.length(a)
  if length == 0 then return vec.new(0, 0, 0) end
  return vec.scale(a, 1 / length)
end

-- A direction without a preference, of length 1. u and v are uniform in 0..1,
-- so that whoever calls decides where chance comes from (Archimedes: a slice of
-- a sphere has the area of the slice of its cylinder).
function vec.direction(u, v)
  local z, around = 2 * u - 1, 2 * math.pi * v
  local r = math.sqrt(1 - z * z)
  return vec.new(r * math.cos(around), r * math.sin(around), z)
end

return vec
