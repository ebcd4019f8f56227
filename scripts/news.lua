-- News of a fight, gathered and sent together, so that a thousand shots a second
-- are not a thousand messages to everybody:
--   "condition" to a pilot: how their own ship does
--   "hits" to a pilot: what they dealt and took since the last one
--   "health" to everybody around: {ships = {{id, shield, armour, hull}, ...}} in percent
--   "fire" to everybody around: {weapons = {{from, to, type, cycle, on}, ...}}
-- Nothing runs while nothing happens.
local vessel = require "vessel"
local news = {}

news.period = 1      -- s between two tellings of how ships do
news.fire_period = 0.3 -- s, of who fires
news.most = 12       -- hits told in one message; the rest is added up
news.chunk = 300     -- ships told of in one tick
news.breath = 0.1    -- s until the next of them
news.patience = 20   -- s after which a telling that has not ended has failed: a script was broken for a while
news.changed = {}    -- vessels by id, since the last time
news.hits = {}       -- lists by ship
news.telling = {}    -- what was in these when the period was over,
news.told = {}
news.queue = {}      -- ... the ids of both,
news.next = 1        -- ... which of them comes next,
news.rows = {}       -- ... and what everybody is told at the end, by bubble
news.began = 0       -- when that was
news.weapons = {}    -- weapons that began or ended to fire: {v, m, on}
news.due = false     -- is a time set?
news.overdue = 0     -- until when that one counts
news.fire_due = false

-- Tells within the period, of which so many seconds have passed.
function news.soon(passed)
  if news.due and system.now() < news.overdue then return end
  news.due, news.overdue = true, system.now() + news.patience
  after(math.max(news.breath, news.period - (passed or 0)), function() news.send() end)
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
    list = {rows = {}}
    bubbles[key] = list
  end
  list.rows[#list.rows + 1] = row
end

-- The period is over: whoever has news is told, so many ships in a tick. In a great
-- battle thousands have some, which in one tick would be a jolt for everybody.
function news.send()
  news.began = system.now()
  news.telling, news.told = news.changed, news.hits
  news.changed, news.hits = {}, {}
  local queue = {}
  for id in pairs(news.telling) do queue[#queue + 1] = id end
  for id in pairs(news.told) do
    if not news.telling[id] then queue[#queue + 1] = id end
  end
  news.queue, news.next, news.rows = queue, 1, {}
  news.go_on()
end

function news.go_on()
  local last = math.min(#news.queue, news.next + news.chunk - 1)
  for i = news.next, last do
    news.tell(news.queue[i])
  end
  news.next = last + 1
  if last < #news.queue then
    after(news.breath, function() news.go_on() end)
  else
    news.finish()
  end
end

-- Tells a ship's pilot of it and of hits, and gathers what everybody may know.
function news.tell(id)
  local v = news.telling[id]
  if v and vessel.all[id] == v then
    local row = news.condition(v)
    if row then news.sort(news.rows, id, row) end
  end
  local list = news.told[id]
  if not list then return end
  local p, more = list.pilot, list.more
  list.pilot, list.more = nil, nil
  player.send(p, "hits", {hits = list, more = more})
end

-- All have been told: now everybody around, and the next period begins.
function news.finish()
  for _, list in pairs(news.rows) do
    news.show("health", "ships", list.rows)
  end
  news.queue, news.telling, news.told, news.rows = {}, {}, {}, {}
  news.due = false
  if next(news.changed) or next(news.hits) then news.soon(system.now() - news.began) end
end

-- Sends rows to everybody around one of their ships: the last that is still there.
function news.show(event, field, rows)
  for i = #rows, 1, -1 do
    if bubble_send(rows[i][1], event, {[field] = rows}) then return end
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
  if v.shown_shield == shield and v.shown_armour == armour and v.shown_hull == hull then return nil end
  v.shown_shield, v.shown_armour, v.shown_hull = shield, armour, hull
  return {v.id, shield, armour, hull}
end

function news.send_fire()
  news.fire_due = false
  local bubbles = {}
  for i, w in ipairs(news.weapons) do
    news.weapons[i] = nil
    news.sort(bubbles, w.from, {w.from, w.to, w.type, w.cycle, w.on})
  end
  for _, list in pairs(bubbles) do
    news.show("fire", "weapons", list.rows)
  end
end

function event.weapon(v, m, on)
  news.weapons[#news.weapons + 1] = {from = v.id, to = m.target, type = m.type, cycle = m.figures.cycle, on = on}
  if news.fire_due then return end
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

return news
