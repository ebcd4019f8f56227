local chat = {}

chat.lines = 0

function chat.say(p, text)
  chat.lines = chat.lines + 1
  broadcast("chat", {channel = "local", from = player.name(p), id = p, text = text})
  return chat.lines
end

return chat
