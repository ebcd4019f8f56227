-- The chat service: one for the whole universe, with a state and a goroutine of
-- its own. Systems call its functions with service.call("chat", NAME, ...); it
-- answers with system.send(SYSTEM, EVENT, ...). Everything in it survives a
-- reload, since it is kept in the module.
local chat = {}

chat.keep = 20     -- lines remembered of a channel
chat.most = 1000   -- channels of which lines are remembered: those that spoke last
chat.old = 86400   -- s after which what was said is forgotten, in the night
chat.spoke = {}   -- by channel: when something was last said in it
chat.systems = {}  -- by name: those with somebody in them
chat.people = {}   -- by name in small letters: {id=, name=, system=} of those in the game
chat.lines = {}    -- by channel, oldest first

-- A system wants to hear what is said, and has somebody new.
function chat.listen(where, p, name)
  chat.systems[where] = true
  chat.people[string.lower(name)] = {id = p, name = name, system = where}
  return true
end

-- Somebody has left a system, as the last one there or not. Whoever went on to
-- another may have been heard of there already.
function chat.forget(where, p, name, last)
  if last then chat.systems[where] = nil end
  local card = chat.people[string.lower(name)]
  if card and card.id == p and card.system == where then chat.people[string.lower(name)] = nil end
  return true
end

-- Says something to one player; returns their name, or nil for one who is not in the
-- game.
function chat.tell(to, line)
  local card = chat.people[string.lower(to)]
  if not card then return nil end
  system.send(card.system, "chat_private", card.id, line)
  return card.name
end

-- Forgets what was said in the channel that has been silent for longest, where one more
-- would be too many. It stays a channel: nobody who is in it notices more than that.
function chat.make_room()
  local count, oldest = 0, nil
  for name in pairs(chat.lines) do
    count = count + 1
    if not oldest or (chat.spoke[name] or 0) < (chat.spoke[oldest] or 0) then oldest = name end
  end
  if count < chat.most then return end
  chat.lines[oldest], chat.spoke[oldest] = nil, nil
end

-- Somebody says something: line = {channel=, from=, id=, text=}.
function chat.say(line)
  if not chat.lines[line.channel] then chat.make_room() end
  local lines = chat.lines[line.channel] or {}
  chat.lines[line.channel], chat.spoke[line.channel] = lines, system.now()
  lines[#lines + 1] = line
  if #lines > chat.keep then table.remove(lines, 1) end
  for name in pairs(chat.systems) do
    system.send(name, "chat_line", line)
  end
  return true
end

function chat.forget_old()
  for name, when in pairs(chat.spoke) do
    if system.now() - when > chat.old then chat.lines[name], chat.spoke[name] = nil, nil end
  end
end

at("04:00", chat.forget_old)

-- What was said last in a channel, oldest first.
function chat.history(channel)
  return chat.lines[channel] or {}
end

return chat
