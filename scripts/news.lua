-- News of a fight, gathered and sent together, so that a thousand shots a second
-- are not a thousand messages to everybody:
--   "condition" to a pilot: how their own ship does
--   "hits" to a pilot: what they dealt and took since the last one
--   "health" to everybody around: {ships = {{id, shield, armour, hull}, ...}} in percent, of a crowd to a few percent
--   "fire" to everybody around: {weapons = {{from, to, type, cycle, on}, ...}}
-- Nothing runs while nothing happens.
local vessel = require "vessel"
local news = {}

news.period = 1      -- s between two tellings of how ships do
news.fire_period = 0.3 -- s, of who fires
news.crowd = 500     -- players in the system from which on that waits for the telling of how ships do: one message each
news.parts = 8       -- in so many ticks a crowd is told,
news.part_least = 100 -- or in fewer, so many ships in each;
news.step = 4        -- percent: what changes by less in a crowd is not told to everybody around
news.part_pause = 0.1 -- s, a tick
news.most = 12       -- hits told in one message; the rest is added up
news.changed = {}    -- vessels by id, since the last time
news.hits = {}       -- lists by ship
news.weapons = {}    -- weapons that began or ended to fire: {from, to, type, cycle, on}
news.due = false     -- is a time set?
news.fire_due = false

function news.soon()
  if news.due then return end
  news.due = true
  after(news.period, function() news.send() end)
end

function news.percent(x)
  return math.floor(x * 100 + 0.5)
end

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

-- Puts a row into the list of the bubble in which a ship is.
function news.sort(bubbles, id, row)
  local thing = space.get(id)
  if not thing then return end
  local key = tostring(thing.bubble) -- as text: a table with one large number as its key is a long array
  local list = bubbles[key]
  if not list then
    list = {id = id, rows = {}}
    bubbles[key] = list
  end
  list.rows[#list.rows + 1] = row
end

-- Begins to tell what has come together.
function news.send()
  news.due = false
  local ids, seen = {}, {}
  for _, all in ipairs {news.changed, news.hits} do
    for id in pairs(all) do
      if not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
      end
    end
  end
  local fire = news.weapons
  news.weapons = {}
  news.part(ids, fire, 1)
end

-- Tells one part of it, and the next in the next tick: all of a crowd's is more than one
-- tick has time to send.
function news.part(ids, fire, number)
  local parts = math.min(news.parts, math.ceil(math.max(#ids, #fire) / news.part_least))
  local bubbles = {}
  for i = news.before(#ids, number, parts) + 1, news.before(#ids, number + 1, parts) do
    news.tell(ids[i], bubbles)
  end
  for _, list in pairs(bubbles) do
    bubble_send(list.id, "health", {ships = list.rows})
  end
  news.tell_fire(fire, news.before(#fire, number, parts) + 1, news.before(#fire, number + 1, parts))
  if number < parts then
    after(news.part_pause, function() news.part(ids, fire, number + 1) end)
  end
end

-- How many of so many come before a part.
function news.before(count, number, parts)
  return math.floor(count * (number - 1) / math.max(1, parts))
end

function news.tell(id, bubbles)
  local v, hits = news.changed[id], news.hits[id]
  news.changed[id], news.hits[id] = nil, nil
  if v and vessel.all[id] == v then
    local row = news.condition(v)
    if row then news.sort(bubbles, id, row) end
  end
  if hits then
    local p, more = hits.pilot, hits.more
    hits.pilot, hits.more = nil, nil
    player.send(p, "hits", {hits = hits, more = more})
  end
end

-- Tells a vessel's pilot how it does; returns the row for everybody else, if it
-- is another than the last one.
function news.condition(v)
  local shield, armour, hull, capacitor = vessel.condition(v)
  if v.pilot then
    player.send(v.pilot, "condition", {id = v.id, shield = news.round(shield), armour = news.round(armour),
      hull = news.round(hull), capacitor = news.round(capacitor)})
  end
  shield, armour, hull = news.percent(shield), news.percent(armour), news.percent(hull)
  if news.as_shown(v, shield, armour, hull) then return nil end
  v.shown_shield, v.shown_armour, v.shown_hull = shield, armour, hull
  return {v.id, shield, armour, hull}
end

-- Whether everybody around knows how a vessel does: to the percent, or about where there is a crowd.
function news.as_shown(v, shield, armour, hull)
  if not v.shown_hull then return false end
  local most = math.max(math.abs(v.shown_shield - shield), math.abs(v.shown_armour - armour), math.abs(v.shown_hull - hull))
  return most == 0 or most < news.step and system.population() >= news.crowd
end

function news.send_fire()
  news.fire_due = false
  local fire = news.weapons
  news.weapons = {}
  news.tell_fire(fire, 1, #fire)
end

function news.tell_fire(fire, from, to)
  local bubbles = {}
  for i = from, to do
    local w = fire[i]
    news.sort(bubbles, w.from, {w.from, w.to, w.type, w.cycle, w.on})
  end
  for _, list in pairs(bubbles) do
    bubble_send(list.id, "fire", {weapons = list.rows})
  end
end

function event.weapon(v, m, on)
  news.weapons[#news.weapons + 1] = {from = v.id, to = m.target, type = m.type, cycle = m.figures.cycle, on = on}
  if news.fire_due then return end
  if system.population() >= news.crowd then return news.soon() end
  news.fire_due = true
  after(news.fire_period, function() news.send_fire() end)
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

-- A page that comes again into a fight hears how those around do, and who fires; in
-- a crowd it hears of them as they change.
function event.player_connected(p)
  local me = player.ship(p)
  if not me or system.population() >= news.crowd then return end
  local ships, weapons, bubble = {}, {}, space.get(me).bubble
  for id, v in pairs(vessel.all) do
    local thing = space.get(id)
    if thing and thing.bubble == bubble then
      if v.shown_hull then ships[#ships + 1] = {id, v.shown_shield, v.shown_armour, v.shown_hull} end
      for _, m in ipairs(v.modules) do
        if m.on and m.target then weapons[#weapons + 1] = {id, m.target, m.type, m.figures.cycle, true} end
      end
    end
  end
  player.send(p, "health", {ships = ships})
  player.send(p, "fire", {weapons = weapons, all = true})
end

return news
