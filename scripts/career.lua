-- A pilot's career: how often they did what, for the sheet of the character.
--
-- player.data(p).career = {since = seconds since 1970, destroyed =, pilots =, lost =, jumps =, docked =, mined =,
-- looted =, missions =, earned = hundredths}
local career = {}

career.counts = {"destroyed", "pilots", "lost", "jumps", "docked", "mined", "looted", "missions", "earned"}
career.ranks = { -- by points, the lowest first
  {0, "Rookie"}, {5, "Pilot"}, {20, "Wingman"}, {60, "Lieutenant"}, {150, "Captain"}, {400, "Commander"}, {1000, "Legend"},
}
career.points = {destroyed = 1, pilots = 3, missions = 2} -- for each

function career.of(p)
  local data = player.data(p)
  if not data then return nil end
  data.career = data.career or {since = os.time()}
  return data.career
end

function career.add(p, what, n)
  local kept = career.of(p)
  if kept then kept[what] = (kept[what] or 0) + (n or 1) end
end

-- The rank of a career, and how many points the next one takes; nil at the last.
function career.rank(kept)
  local points, rank = 0, nil
  for what, each in pairs(career.points) do points = points + each * (kept[what] or 0) end
  for _, step in ipairs(career.ranks) do
    if points < step[1] then return rank, points, step[1] end
    rank = step[2]
  end
  return rank, points
end

-- career{}: the sheet of one's character.
function command.career(p)
  local kept = career.of(p)
  local rank, points, next_at = career.rank(kept)
  local sheet = {name = player.name(p), since = kept.since, rank = rank, points = points, next = next_at}
  for _, what in ipairs(career.counts) do sheet[what] = kept[what] or 0 end
  return sheet
end

function event.player_entered(p)
  career.of(p)
end

function event.player_arrived(p)
  career.add(p, "jumps")
end

function event.pilot_docked(p)
  career.add(p, "docked")
end

function event.ship_lost(v, by)
  if v.pilot then career.add(v.pilot, "lost") end
  if by and by.pilot and by ~= v then career.add(by.pilot, v.pilot and "pilots" or "destroyed") end
end

function event.mined(p, _, n)
  career.add(p, "mined", n)
end

function event.looted(p)
  career.add(p, "looted")
end

function event.bounty_paid(p, amount)
  career.add(p, "earned", amount)
end

function event.mission_paid(p, amount)
  career.add(p, "missions")
  career.add(p, "earned", amount)
end

return career
