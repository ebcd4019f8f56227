-- The fleet service: who flies with whom, wherever they are. Players are given as
-- cards {id=, name=, system=}. A function that refuses returns nil and a sentence.
local fleet = {}

fleet.most = 250   -- members
fleet.fleets = {}  -- by fleet id: {id=, boss= player, members= cards in order, invited= {key = true}}
fleet.of = {}      -- the fleet of each member, by key
fleet.last = 0     -- the last fleet id given out

-- Player ids as keys are written as text: a table with a number like 60000 as its
-- only key would be an array of that length.
function fleet.key(p)
  return string.format("%d", p)
end

-- What members are shown.
function fleet.describe(f)
  return {id = f.id, boss = f.boss, members = f.members}
end

-- The fleet of a player, or nil with the refusal.
function fleet.find(p)
  local f = fleet.of[fleet.key(p)]
  if f then return f end
  return nil, "you are not in a fleet"
end

-- The fleet that a player commands.
function fleet.commanded(p)
  local f, message = fleet.find(p)
  if not f then return nil, message end
  if f.boss ~= p then return nil, "that is the commander's to say" end
  return f
end

function fleet.card(f, p)
  for i, card in ipairs(f.members) do
    if card.id == p then return card, i end
  end
end

function fleet.create(card)
  fleet.last = fleet.last + 1
  local f = {id = fleet.last, boss = card.id, members = {card}, invited = {}}
  fleet.fleets[f.id] = f
  fleet.of[fleet.key(card.id)] = f
  return f
end

-- Sends every member an event, one message for each system.
function fleet.news(f, name, fields)
  local by_system = {}
  for _, card in ipairs(f.members) do
    local list = by_system[card.system] or {}
    by_system[card.system] = list
    list[#list + 1] = card.id
  end
  for where, players in pairs(by_system) do
    system.send(where, "fleet_news", players, name, fields)
  end
end

function fleet.changed(f)
  fleet.news(f, "fleet", fleet.describe(f))
  return fleet.describe(f)
end

function fleet.info(p)
  local f, message = fleet.find(p)
  if not f then return nil, message end
  return fleet.describe(f)
end

function fleet.invite(card, guest)
  local f = fleet.of[fleet.key(card.id)] or fleet.create(card)
  if f.boss ~= card.id then return nil, "only the commander invites" end
  if fleet.of[fleet.key(guest.id)] then return nil, guest.name .. " is in a fleet already" end
  f.invited[fleet.key(guest.id)] = true
  system.send(guest.system, "fleet_news", {guest.id}, "fleet_invited", {fleet = f.id, from = card.name})
  return fleet.describe(f)
end

-- The invitations of a player that still stand: {fleet=, from= the commander's name}.
function fleet.invitations(p)
  local list, key = {}, fleet.key(p)
  for id, f in pairs(fleet.fleets) do
    if f.invited[key] then list[#list + 1] = {fleet = id, from = fleet.card(f, f.boss).name} end
  end
  return list
end

function fleet.join(card, id)
  local f, key = fleet.fleets[id], fleet.key(card.id)
  if not f or not f.invited[key] then return nil, "you have no invitation to that fleet" end
  if fleet.of[key] then return nil, "leave your fleet first" end
  if #f.members >= fleet.most then return nil, "the fleet is full" end
  f.invited[key] = nil
  f.members[#f.members + 1] = card
  fleet.of[key] = f
  return fleet.changed(f)
end

-- Takes a member out; the next in line commands if it was the commander.
function fleet.remove(f, p)
  local _, at = fleet.card(f, p)
  table.remove(f.members, at)
  fleet.of[fleet.key(p)] = nil
  if #f.members == 0 then
    fleet.fleets[f.id] = nil
    return
  end
  if f.boss == p then f.boss = f.members[1].id end
  fleet.changed(f)
end

function fleet.leave(p)
  local f = fleet.of[fleet.key(p)]
  if f then fleet.remove(f, p) end
  return true
end

function fleet.kick(p, who)
  local f, message = fleet.commanded(p)
  if not f then return nil, message end
  local card = fleet.card(f, who)
  if not card or who == p then return nil, "there is nobody like that to send away" end
  fleet.remove(f, who)
  system.send(card.system, "fleet_news", {who}, "fleet_left", {fleet = f.id})
  return fleet.describe(f)
end

function fleet.promote(p, who)
  local f, message = fleet.commanded(p)
  if not f then return nil, message end
  if not fleet.card(f, who) then return nil, "there is nobody like that in the fleet" end
  f.boss = who
  return fleet.changed(f)
end

-- A member is in another system now. Nil where there is no fleet any more.
function fleet.moved(card)
  local f = fleet.of[fleet.key(card.id)]
  if not f then return nil end
  fleet.card(f, card.id).system = card.system
  fleet.changed(f)
  return true
end

-- Passes something on to everybody in a member's fleet.
function fleet.tell(p, name, fields)
  local f, message = fleet.find(p)
  if not f then return nil, message end
  fleet.news(f, name, fields)
  return true
end

-- Those of the fleet of p, who must command it, that are in a system.
function fleet.followers(p, where)
  local f, message = fleet.commanded(p)
  if not f then return nil, message end
  local list = {}
  for _, card in ipairs(f.members) do
    if card.system == where then list[#list + 1] = card.id end
  end
  return list
end

return fleet
