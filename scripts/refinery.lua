-- Refining: ore out of the hangar becomes minerals there. A station gets a share of what an
-- ore gives at best, and works on whole portions: what is left over stays ore.
local args = require "lib.args"
local market = require "market"
local once = require "lib.once"
local refinery = {}

refinery.yield = 7000 -- in parts of refinery.whole: 70 %
refinery.whole = 10000

-- What n units become: a list of {type=, quantity=}, and how many units are used up.
function refinery.yields(t, n)
  local portions = math.floor(n / t.portion)
  local list = {}
  for name, amount in pairs(t.refines) do
    local got = math.floor(portions * amount * refinery.yield / refinery.whole)
    if got > 0 then list[#list + 1] = {type = name, quantity = got} end
  end
  table.sort(list, function(a, b) return a.type < b.type end)
  return list, portions * t.portion
end

-- How many of a type one has in a place.
function refinery.count(p, name, place)
  for _, item in ipairs(items.list(p, place)) do
    if item.type == name then return item.quantity end
  end
  return 0
end

-- refine{type=, quantity=, key=}: without a quantity all there is in the hangar here.
function command.refine(p, from)
  return once.run(p, "refine", from, function(asked) return refinery.refine(p, from, asked) end)
end

function refinery.refine(p, from, asked)
  local hangar = market.hangar(market.station(p))
  local t = types.get(market.type(from))
  if t.category ~= "ore" then return nil, t.name .. " is no ore: it cannot be refined", "bad_type" end
  local n = args.get(from, "quantity") ~= nil and market.count(from, "quantity") or refinery.count(p, t.name, hangar)
  local list, used = refinery.yields(t, n)
  if used == 0 then
    return nil, string.format("%s is refined in portions of %d, and here are %d", t.name, t.portion, n), "not_enough"
  end
  local changes = {{take = p, type = t.name, n = used, location = hangar, to = "refinery"}}
  for _, item in ipairs(list) do
    changes[#changes + 1] = {give = p, type = item.type, n = item.quantity, location = hangar, from = "refinery"}
  end
  return store.transact(changes, {cause = "refining", actor = p, answer = {used = used, items = list}, key = asked.key, content = asked.content})
end

return refinery
