-- The chat service: one for the whole universe, with a state and a goroutine of
-- its own. Systems call its functions with service.call("chat", NAME, ...); it
-- answers with system.send(SYSTEM, EVENT, ...). Everything in it survives a
-- reload, since it is kept in the module.
local chat = {}

chat.keep = 20     -- lines remembered of a channel
chat.systems = {}  -- by name: those with somebody in them
chat.lines = {}    -- by channel, oldest first

-- A system wants to hear what is said.
function chat.listen(name)
  chat.systems[name] = true
  return true
end

function chat.forget(name)
  chat.systems[name] = nil
  return true
end

-- Somebody says something: line = {channel=, from=, id=, text=}.
function chat.say(line)
  local lines = chat.lines[line.channel] or {}
  chat.lines[line.channel] = lines
  lines[#lines + 1] = line
  if #lines > chat.keep then table.remove(lines, 1) end
  for name in pairs(chat.systems) do
    system.send(name, "chat_line", line)
  end
  return true
end

-- What was said last in a channel, oldest first.
function chat.history(channel)
  return chat.lines[channel] or {}
end

return chat
