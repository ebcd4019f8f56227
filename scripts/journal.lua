-- A pilot's journal: what happened to them, in a sentence each, kept with the character, so that
-- it is there on any machine they come from. A client that has come asks for it, and is told of
-- each line that is added. The shots of a fight are no lines of it: they are news.lua's.
--
-- player.data(p).journal = {n = lines so far, {n=, at=, text=, kind=, where=}, ...}; kind is good, bad
-- or info, at in seconds since 1970.
local money = require "lib.money"
local loot = require "loot"
local journal = {}

journal.most = 30     -- lines that are kept: they are saved with the character, again and again
journal.longest = 120 -- bytes of a line

function journal.of(p)
  local data = player.data(p)
  if not data then return nil end
  data.journal = data.journal or {n = 0}
  return data.journal
end

-- A text that is not too long, and ends with a whole letter.
function journal.cut(text)
  if #text <= journal.longest then return text end
  return (string.gsub(string.sub(text, 1, journal.longest), "[\192-\255]?[\128-\191]*$", ""))
end

-- Adds a line.
function journal.note(p, kind, format, ...)
  local text = journal.cut(string.format(format, ...))
  local kept = journal.of(p)
  if not kept then return end
  kept.n = kept.n + 1
  local line = {n = kept.n, at = os.time(), text = text, kind = kind, where = system.name()}
  kept[#kept + 1] = line
  if #kept > journal.most then table.remove(kept, 1) end
  player.send(p, "journal", {lines = {line}})
end

-- journal{}: the lines there are, the oldest first.
function command.journal(p)
  local lines = {}
  for i, line in ipairs(journal.of(p) or {}) do lines[i] = line end
  return {lines = lines}
end

function event.player_arrived(p, from)
  journal.note(p, "info", "You came to %s from %s.", system.name(), from)
end

function event.pilot_docked(p, station)
  local c = system.celestial(station)
  journal.note(p, "info", "You docked at %s.", c and c.name or "a station")
end

function event.ship_lost(v, by)
  if v.pilot then journal.note(v.pilot, "bad", "Your %s was destroyed%s.", v.type.name, by and by ~= v and " by " .. by.name or "") end
  if by and by.pilot and by ~= v then journal.note(by.pilot, "good", "You destroyed %s.", v.name) end
end

function event.bounty_paid(p, amount, type)
  journal.note(p, "good", "A bounty of %s for the %s.", money.words(amount), type)
end

function event.looted(p, taken)
  journal.note(p, "good", "You took %s.", loot.words(taken))
end

function event.mission_accepted(p, m)
  journal.note(p, "info", "You took a mission of %s: %s", m.agent, m.text)
end

function event.mission_paid(p, amount)
  journal.note(p, "good", "A mission is done: %s.", money.words(amount))
end

function event.goal_done(p)
  journal.note(p, "good", "Your first hour is behind you.")
end

return journal
