-- Talking: local is everybody in the system; any other channel reaches the whole
-- universe through the chat service (services/chat.lua).
local args = require "lib.args"
local chat = {}

chat.longest = 500 -- bytes in one line
chat.service = "chat"
chat.always = {"help"} -- channels everybody hears
chat.special = {}      -- by channel: modules with say(p, line), for those that are not the service's

function chat.hears(p, channel)
  for _, name in ipairs(chat.always) do
    if name == channel then return true end
  end
  local joined = player.data(p).channels
  return joined ~= nil and joined[channel] == true
end

-- The channel that a command names: a short word in small letters.
function chat.channel(from)
  if args.get(from, "channel") == nil then return "local" end
  local name = string.lower(args.text(from, "channel", 20))
  if not string.find(name, "^[%w_-]+$") then args.refuse("a channel's name is made of letters and digits") end
  return name
end

-- say{text="...", channel="local"}
function command.say(p, from)
  local channel = chat.channel(from)
  local line = {channel = channel, from = player.name(p), id = p, text = args.text(from, "text", chat.longest)}
  if channel == "local" then
    broadcast("chat", line)
    return true
  end
  if chat.special[channel] then return chat.special[channel].say(p, line) end
  if not chat.hears(p, channel) then error {code = "not_joined", message = "join " .. channel .. " first"} end
  service.call(chat.service, "say", line)
  return true
end

-- join{channel=}: from now on, here and wherever one goes. Answers with what was
-- said last.
function command.join(p, from)
  local channel = chat.channel(from)
  if channel == "local" or chat.special[channel] then args.refuse("%s is always on", channel) end
  local data = player.data(p)
  data.channels = data.channels or {}
  data.channels[channel] = true
  return {channel = channel, lines = service.call(chat.service, "history", channel)}
end

function command.leave(p, from)
  local channel = chat.channel(from)
  local joined = player.data(p).channels
  if joined then joined[channel] = nil end
  return {channel = channel}
end

-- The channels that a pilot has joined, in order.
function chat.joined(p)
  local list = {}
  for name in pairs(player.data(p).channels or {}) do list[#list + 1] = name end
  table.sort(list)
  return list
end

function event.player_connected(p)
  player.send(p, "channels", {joined = chat.joined(p), always = chat.always})
end

-- The service sends what is said to every system that listens; whoever hears the
-- channel gets it.
function event.chat_line(_, line)
  for _, p in ipairs(system.players()) do
    if chat.hears(p, line.channel) then player.send(p, "chat", line) end
  end
end

-- A system listens while somebody is in it. A service that is down is no reason
-- to keep anybody from coming in: it is told again at the next arrival.
function event.player_entered()
  service.call(chat.service, "listen", system.name())
end

function event.player_left(p)
  local here = system.players()
  if #here == 0 or #here == 1 and here[1] == p then
    service.call(chat.service, "forget", system.name())
  end
end

return chat
