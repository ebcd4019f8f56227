-- Fleets, as seen from one system: orders of members, and news for them. Who is
-- in which fleet is known to the fleet service (services/fleet.lua), since a fleet
-- is spread over many systems.
--
-- player.data(p).fleet is true for one who is in a fleet.
local args = require "lib.args"
local chat = require "chat"
local flight = require "flight"
local fleet = {}

fleet.service = "fleet"

-- A player as the service knows one.
function fleet.card(p)
  return {id = p, name = player.name(p), system = system.name()}
end

-- Asks the service; a refusal of its is one of the command.
function fleet.ask(name, ...)
  local result, message = service.call(fleet.service, name, ...)
  if result == nil and message then error {code = "fleet", message = message} end
  return result
end

function command.fleet(p)
  return fleet.ask("info", p)
end

-- fleet_invite{id}: somebody in this system.
function command.fleet_invite(p, from)
  local guest = args.id(from, "id")
  if not player.name(guest) or guest == p then error {code = "no_player", message = "there is nobody like that here"} end
  local info = fleet.ask("invite", fleet.card(p), fleet.card(guest))
  player.data(p).fleet = true
  emit("fleet_met", p)
  return info
end

-- fleet_join{fleet}: after an invitation.
function command.fleet_join(p, from)
  local info = fleet.ask("join", fleet.card(p), args.id(from, "fleet"))
  player.data(p).fleet, player.data(p).invited = true, nil
  emit("fleet_met", p)
  return info
end

function command.fleet_leave(p)
  player.data(p).fleet = nil
  fleet.heed(p)
  return fleet.ask("leave", p)
end

-- fleet_kick{id}, fleet_boss{id}: the commander's.
function command.fleet_kick(p, from)
  return fleet.ask("kick", p, args.id(from, "id"))
end

function command.fleet_boss(p, from)
  return fleet.ask("promote", p, args.id(from, "id"))
end

-- fleet_broadcast{kind="target", id=...}: a word and a thing, shown to everybody.
function command.fleet_broadcast(p, from)
  local id = args.get(from, "id") ~= nil and args.id(from, "id") or nil
  return fleet.ask("tell", p, "fleet_broadcast",
    {kind = args.text(from, "kind", 20), id = id, from = player.name(p), system = system.name()})
end

-- say{channel="fleet"} comes here.
function fleet.say(p, line)
  return fleet.ask("tell", p, "chat", line)
end

chat.special.fleet = fleet

-- fleet_warp{id or point, range}: the commander takes everybody along who is in
-- space and in sight.
function command.fleet_warp(p, from)
  local me, target = flight.aim(p, from)
  local range = args.number(from, "range", 0, flight.warp_range, 0)
  flight.far_enough(me, target)
  local count = 0
  for _, member in ipairs(fleet.ask("followers", p, system.name())) do
    local id = player.ship(member)
    if id and flight.sees(me, id) and space.warp(id, target, range) then
      count = count + 1
      if member ~= p then player.send(member, "notice", {text = player.name(p) .. " takes the fleet into warp."}) end
      emit("helm_taken", member)
    end
  end
  return {ships = count}
end

-- A pilot hears of every move of their fleet's, in the largest fight too.
fleet.heeded = 250

function fleet.heed(p, info)
  local list = {}
  for _, member in ipairs(info and info.members or {}) do
    if member.id ~= p and #list < fleet.heeded then list[#list + 1] = member.id end
  end
  player.heed(p, "fleet", nil, list)
end

-- The service has news for some who are here.
function event.fleet_news(_, players, name, fields)
  for _, p in ipairs(players) do
    local data = player.data(p)
    if data and name == "fleet" then fleet.heed(p, fields) end
    if data and name == "fleet_left" then
      data.fleet = nil
      fleet.heed(p)
    end
    if data and name == "fleet_invited" then data.invited = true end
    player.send(p, name, fields)
  end
end

-- A member has come: the service wants to know where everybody is.
function event.player_entered(p)
  if not player.data(p).fleet then return end
  local info = service.call(fleet.service, "moved", fleet.card(p))
  if player.data(p) and not info then player.data(p).fleet = nil end
end

-- A page that comes again hears of its fleet, or of the invitations to others.
function event.player_connected(p)
  local data = player.data(p)
  if data.fleet then
    local info = service.call(fleet.service, "info", p)
    if info then player.send(p, "fleet", info) end
  elseif data.invited then
    for _, invitation in ipairs(service.call(fleet.service, "invitations", p)) do
      player.send(p, "fleet_invited", invitation)
    end
  end
end

function event.player_left(p, reason)
  if reason ~= "jump" and player.data(p).fleet then service.call(fleet.service, "leave", p) end
end

return fleet
