-- What a player sends with a command may be anything. Each of these takes one
-- argument out of it, or refuses the command: error{code=, message=} is how a
-- script says no to a player in words; it is no fault and nobody is called.
local args = {}

args.far = 1e14 -- metres from the star; beyond it there is nothing to fly to

function args.refuse(message, ...)
  error {code = "bad_argument", message = string.format(message, ...)}
end

function args.finite(n)
  return type(n) == "number" and n - n == 0
end

-- The raw value; nil also where the player sent no table at all.
function args.get(from, name)
  if type(from) ~= "table" then return nil end
  return from[name]
end

-- A number in low..high; the default stands for a missing one.
function args.number(from, name, low, high, default)
  local n = args.get(from, name)
  if n == nil and default ~= nil then return default end
  if not args.finite(n) then args.refuse("%s must be a number", name) end
  if n < low or n > high then args.refuse("%s must be between %s and %s", name, low, high) end
  return n
end

-- The id of something in this system.
function args.id(from, name)
  local n = args.get(from, name)
  if not args.finite(n) or n < 1 or n ~= math.floor(n) then args.refuse("%s must be the id of something", name) end
  return n
end

-- Words of at most `longest` bytes, without control characters and without
-- spaces around them.
function args.text(from, name, longest)
  local s = args.get(from, name)
  if type(s) ~= "string" then args.refuse("%s must be text", name) end
  if #s > longest then args.refuse("%s has %d characters, at most %d are allowed", name, #s, longest) end
  s = string.gsub(s, "%c", " ")
  s = string.gsub(s, "^ +", "")
  s = string.gsub(s, " +$", "")
  if s == "" then args.refuse("%s is empty", name) end
  return s
end

-- A point [x, y, z] in metres, as {x=, y=, z=}.
function args.point(from, name)
  local p = args.get(from, name)
  if type(p) ~= "table" then args.refuse("%s must be a point [x, y, z]", name) end
  local x, y, z = p.x or p[1], p.y or p[2], p.z or p[3]
  for _, n in ipairs {x or false, y or false, z or false} do
    if not args.finite(n) or math.abs(n) > args.far then
      args.refuse("%s must be a point [x, y, z] within this system", name)
    end
  end
  return {x = x, y = y, z = z}
end

-- A direction [x, y, z]: any length but zero.
function args.direction(from, name)
  local d = args.point(from, name)
  if d.x == 0 and d.y == 0 and d.z == 0 then args.refuse("%s points nowhere", name) end
  return d
end

return args
