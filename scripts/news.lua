-- News of a fight, gathered and sent once a second, so that a thousand shots a
-- second are not a thousand messages to everybody:
--   "condition" to a pilot: how their own ship does
--   "hits" to a pilot: what they dealt and took since the last one
--   "health" to everybody who sees a ship: what is left of it
-- Nothing runs while nothing happens.
local vessel = require "vessel"
local news = {}

news.period = 1   -- s
news.most = 12    -- hits told in one message; the rest is added up
news.changed = {} -- vessels by id, since the last time
news.hits = {}    -- lists by ship
news.due = false  -- is a time set?

function news.soon()
  if news.due then return end
  news.due = true
  after(news.period, function() news.send() end)
end

-- Rounded to a thousandth: what a bar on a screen can show.
function news.round(x)
  return math.floor(x * 1000 + 0.5) / 1000
end

function news.add_hit(v, hit)
  local list = news.hits[v.id]
  if not list then
    list = {pilot = v.pilot}
    news.hits[v.id] = list
  end
  if #list < news.most then
    list[#list + 1] = hit
  else
    list.more = (list.more or 0) + hit.points
  end
  news.soon()
end

function news.send()
  news.due = false
  for id, v in pairs(news.changed) do
    news.changed[id] = nil
    if vessel.all[id] == v then news.condition(v) end
  end
  for id, list in pairs(news.hits) do
    news.hits[id] = nil
    local p, more = list.pilot, list.more
    list.pilot, list.more = nil, nil
    player.send(p, "hits", {hits = list, more = more})
  end
end

function news.condition(v)
  local shield, armour, hull, capacitor = vessel.condition(v)
  shield, armour, hull, capacitor = news.round(shield), news.round(armour), news.round(hull), news.round(capacitor)
  if v.pilot then
    player.send(v.pilot, "condition", {id = v.id, shield = shield, armour = armour, hull = hull, capacitor = capacitor})
  end
  if v.shown_shield == shield and v.shown_armour == armour and v.shown_hull == hull then return end
  v.shown_shield, v.shown_armour, v.shown_hull = shield, armour, hull
  bubble_send(v.id, "health", {id = v.id, shield = shield, armour = armour, hull = hull})
end

function event.vessel_changed(v)
  news.changed[v.id] = v
  news.soon()
end

function event.shot(v, other, m, points, quality)
  if v.pilot then
    news.add_hit(v, {to = other.id, slot = m.slot, points = news.round(points), quality = news.round(quality)})
  end
  if other.pilot and points > 0 then
    news.add_hit(other, {from = v.id, type = m.type, points = news.round(points), quality = news.round(quality)})
  end
end

return news
