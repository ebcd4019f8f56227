local chat = require "services.chat"

function test.history_keeps_the_last_lines()
  for i = 1, chat.keep + 5 do
    chat.say {channel = "help", from = "Ann", text = "line " .. i}
  end
  local lines = chat.history("help")
  eq(#lines, chat.keep)
  eq(lines[1].text, "line 6")
  eq(lines[chat.keep].text, "line " .. chat.keep + 5)
  eq(chat.history("silent"), {})
end

function test.systems_listen_and_forget()
  chat.listen("Alpha")
  eq(chat.systems, {Alpha = true})
  chat.forget("Alpha")
  eq(chat.systems, {})
end

function test.a_line_reaches_a_system_that_listens()
  local ann = player "Ann"
  require "chat"
  chat.listen("Alpha")
  chat.say {channel = "help", from = "Ben", text = "hello"}
  advance(1)
  eq(ann:last("chat").text, "hello")
end
