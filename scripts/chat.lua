-- Talking: local is everybody in the system; any other channel, and what is said to
-- one player alone, reaches the whole universe through the chat service
-- (services/chat.lua).
local args = require "lib.args"
local chat = {}

chat.longest = 500 -- bytes in one line
chat.service = "chat"
chat.always = {"help"} -- channels everybody hears
chat.private = "private" -- the channel of what is said to one player alone
chat.burst = 10        -- lines of a player in a channel at once ...
chat.every = 1         -- ... and then one in so many seconds
chat.all_burst = 30    -- lines of a player in all channels together at once ...
chat.all_every = 0.5   -- ... and then one in so many seconds
chat.most_joined = 20  -- channels that one player can be in
chat.pace = {}         -- by player and channel, and by player: how many lines are used up, since when
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

-- Why somebody may not speak, nil for those who may.
function chat.muted(p) return player.muted(p) end

-- What one line more is of a pace; refused where it would be too much.
function chat.count(key, burst, every, where)
  local now = system.now()
  local pace = chat.pace[key] or {used = 0, at = now}
  local used = math.max(0, pace.used - (now - pace.at) / every)
  if used + 1 > burst then
    error {code = "rate_limited", message = string.format("you have said much%s: wait %d s", where, math.ceil((used + 1 - burst) * every))}
  end
  return {used = used + 1, at = now}
end

-- Refuses a line of somebody who may not speak, or who has said too much of late, in
-- a channel or altogether. Whom a private line is for makes no difference: they share
-- one pace.
function chat.may_say(p, channel)
  local why = chat.muted(p)
  if why then error {code = "muted", message = why} end
  local key = string.format("%d %s", p, channel)
  local here = chat.count(key, chat.burst, chat.every, " in " .. channel)
  local all = chat.count(p, chat.all_burst, chat.all_every, "")
  chat.pace[key], chat.pace[p] = here, all
end

-- Forgets the pace of those who have been silent long enough to begin anew.
function chat.forget_pace()
  local longest = math.max(chat.burst * chat.every, chat.all_burst * chat.all_every)
  for key, pace in pairs(chat.pace) do
    if system.now() - pace.at > longest then chat.pace[key] = nil end
  end
end

-- say{text="...", channel="local"}
function command.say(p, from)
  local channel = chat.channel(from)
  if channel == chat.private then args.refuse("who is it for? tell says it to one player") end
  local line = {channel = channel, from = player.name(p), id = p, text = args.text(from, "text", chat.longest)}
  if channel ~= "local" and not chat.special[channel] and not chat.hears(p, channel) then
    error {code = "not_joined", message = "join " .. channel .. " first"}
  end
  chat.may_say(p, channel)
  emit("said", p, channel)
  if channel == "local" then
    broadcast("chat", line)
    return true
  end
  if chat.special[channel] then return chat.special[channel].say(p, line) end
  service.call(chat.service, "say", line)
  return true
end

-- tell{to="name", text="..."}: to one player alone, wherever they are.
function command.tell(p, from)
  local to = args.text(from, "to", 24)
  local line = {channel = chat.private, from = player.name(p), id = p, text = args.text(from, "text", chat.longest)}
  chat.may_say(p, chat.private)
  local name = service.call(chat.service, "tell", to, line)
  if not name then error {code = "not_online", message = to .. " is not online"} end
  line.to = name
  player.send(p, "chat", line)
  return {to = name}
end

-- The service has a line for somebody who was here a moment ago.
function event.chat_private(_, p, line)
  if player.online(p) then player.send(p, "chat", line) end
end

-- join{channel=}: from now on, here and wherever one goes. Answers with what was
-- said last.
function command.join(p, from)
  local channel = chat.channel(from)
  if channel == "local" or channel == chat.private or chat.special[channel] then args.refuse("%s is always on", channel) end
  local data = player.data(p)
  data.channels = data.channels or {}
  if not data.channels[channel] and #chat.joined(p) >= chat.most_joined then
    error {code = "too_many_channels", message = string.format("you are in %d channels, and more cannot be joined: leave one first", chat.most_joined)}
  end
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

-- A system listens while somebody is in it, and tells who that is. A service that is
-- down is no reason to keep anybody from coming in: it is told again at the next
-- arrival.
function event.player_entered(p)
  service.call(chat.service, "listen", system.name(), p, player.name(p))
end

function event.player_left(p)
  local here = system.players()
  local last = #here == 0 or #here == 1 and here[1] == p
  chat.forget_pace()
  service.call(chat.service, "forget", system.name(), p, player.name(p), last)
end

return chat
