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

function test.channels_are_remembered_up_to_a_number()
  local most = chat.most
  chat.most = 3
  for i, name in ipairs {"a", "b", "c", "a", "d"} do
    chat.say {channel = name, from = "Ann", text = "line " .. i}
    advance(1)
  end
  chat.most = most
  eq(chat.history("b"), {}) -- silent for longest
  eq(#chat.history("a"), 2)
  eq(#chat.history("c") + #chat.history("d"), 2)
end

function test.what_is_old_is_forgotten()
  local old = chat.old
  chat.old = 5
  chat.say {channel = "a", from = "Ann", text = "o7"}
  advance(6)
  chat.say {channel = "b", from = "Ann", text = "o7"}
  chat.forget_old()
  chat.old = old
  eq(chat.history("a"), {})
  eq(#chat.history("b"), 1)
end

function test.systems_listen_and_forget()
  chat.listen("Alpha", 7, "Ann")
  chat.listen("Alpha", 8, "Ben")
  chat.forget("Alpha", 8, "Ben", false)
  eq(chat.systems, {Alpha = true})
  chat.forget("Alpha", 7, "Ann", true)
  eq(chat.systems, {})
  eq(chat.people, {})
end

function test.whoever_has_gone_on_is_not_forgotten()
  chat.listen("Alpha", 7, "Ann")
  chat.listen("Beta", 7, "Ann") -- it may come before the word that they left
  chat.forget("Alpha", 7, "Ann", true)
  eq(chat.tell("ANN", {text = "o7"}), "Ann")
  eq(chat.tell("Eve", {text = "o7"}), nil)
end

function test.a_line_reaches_a_system_that_listens()
  local ann = player "Ann"
  require "chat"
  chat.listen("Alpha", ann.id, "Ann")
  chat.say {channel = "help", from = "Ben", id = 9, text = "hello"}
  advance(1)
  eq(ann:last("chat").text, "hello")
end
