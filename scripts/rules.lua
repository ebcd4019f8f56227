-- The figures of the game that a client counts with before it asks: how near one has
-- to be, from where on a ship warps, which types are hostile. A client that has come
-- is told; it asks again when scripts have changed, so that an edit is true there too.
local chat = require "chat"
local flight = require "flight"
local loot = require "loot"
local pirates = require "pirates"
local route = require "route"
local scanner = require "scanner"
local station = require "station"
local rules = {}

function rules.list()
  return {
    dock_range = station.dock_range, jump_range = route.jump_range, loot_range = loot.range,
    warp_from = flight.warp_from, warp_range = flight.warp_range, chat_longest = chat.longest, scan_range = scanner.range,
    hostile = pirates.types(),
  }
end

function command.rules()
  return rules.list()
end

function event.player_connected(p)
  player.send(p, "rules", rules.list())
end

return rules
