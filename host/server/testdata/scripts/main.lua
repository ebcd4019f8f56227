-- A game of a few lines for the server's own tests.
local chat = require "chat"
require "flight"

function command.say(p, args)
  return chat.say(p, args.text)
end

function event.player_entered(p, reason)
  local data = player.data(p)
  data.visits = (data.visits or 0) + 1
  if not player.station(p) and not player.ship(p) then
    player.dock(p, system.celestials("station")[1].id)
  end
  player.send(p, "hello", {reason = reason, visits = data.visits})
end
