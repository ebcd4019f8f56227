-- For the test of crashes: pilots are where they want to be at once, and the way there is
-- left out. Whatever they do there is the game's own.
local args = require "lib.args"
local jetsam = require "jetsam"
local loot = require "loot"
local market = require "market"
local money = require "lib.money"
local pilot = require "pilot"
local ship = require "ship"
local station = require "station"
local vessel = require "vessel"
local crash = {}

crash.stake = {{"Ferrite", 1000000}, {"Wren", 2000}, {"Light Railgun", 4000}, {"Crate", 100}, {money.type, 1000000000}}

-- What everybody begins with.
function command.crash_stake(p)
  local hangar, changes = market.hangar(market.station(p)), {}
  for i, has in ipairs(crash.stake) do
    changes[i] = {give = p, type = has[1], n = has[2], location = has[1] == money.type and money.wallet or hangar, from = "grant"}
  end
  return store.transact(changes, {cause = "grant", actor = p, key = "stake", content = "stake", answer = "staked"})
end

function command.crash_home(p)
  if player.station(p) then return true end
  local me, at = pilot.in_space(p), system.celestials("station")[1]
  space.teleport(me, at.pos)
  return station.take_in(p, at.id)
end

-- Something that holds things, or a container.
function crash.find(kind)
  for id, list in pairs(loot.wrecks) do
    if space.exists(id) and (kind == "container") == (list.place ~= nil) and (list[1] or kind == "container") then return id end
  end
end

-- crash_go{to=}: "belt", "wreck" or "container"; its id, where there is one.
function command.crash_go(p, from)
  local me, to = pilot.in_space(p), args.text(from, "to", 20)
  local id = to == "belt" and system.celestials("belt")[1].id or to ~= "belt" and crash.find(to)
  if not id then return nil, "there is none", "none" end
  space.teleport(me, to == "belt" and system.celestial(id).pos or ship.place(id))
  return {id = id}
end

function command.crash_die(p)
  vessel.hurt(vessel.of(pilot.in_space(p)), 1e9)
  return true
end

-- How much floats.
function command.crash_afloat()
  local n = 0
  for _ in pairs(jetsam.afloat) do n = n + 1 end
  return n
end

return crash
