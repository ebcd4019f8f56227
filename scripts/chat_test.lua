local chat = require "chat"

function test.local_is_heard_by_everybody_here()
  local ann, ben = player "Ann", player "Ben"
  ok(ann:run("say", {text = "o7"}))
  eq(ben:last("chat"), {channel = "local", from = "Ann", id = ann.id, text = "o7"})
  eq(ann:last("chat").text, "o7")
end

function test.a_page_that_comes_again_hears_of_its_channels()
  local ann = player "Ann"
  eq(ann:last("channels"), {joined = {}, always = {"help"}})
  ann:run("join", {channel = "traders"})
  ann:run("join", {channel = "friends"})
  emit("player_connected", ann.id)
  eq(ann:last("channels").joined, {"friends", "traders"})
end

function test.lines_are_bounded()
  local ann = player "Ann"
  local _, message = ann:run("say", {text = string.rep("x", chat.longest + 1)})
  eq(message, "text has 501 characters, at most 500 are allowed")
  _, message = ann:run("say", {text = "   "})
  eq(message, "text is empty")
end

function test.a_channel_is_joined_first()
  local ann = player "Ann"
  local _, message, code = ann:run("say", {channel = "trade", text = "hello"})
  eq(message, "join trade first")
  eq(code, "not_joined")
end

function test.channel_names_are_words()
  local ann = player "Ann"
  local _, message = ann:run("join", {channel = "a b"})
  eq(message, "a channel's name is made of letters and digits")
end

function test.lines_of_the_service_reach_those_who_listen()
  local ann, ben = player "Ann", player "Ben"
  player.data(ann.id).channels = {trade = true}
  emit("chat_line", "chat", {channel = "trade", from = "Eve", text = "selling"})
  eq(ann:last("chat").text, "selling")
  eq(ben:last("chat"), nil)
  emit("chat_line", "chat", {channel = "help", from = "Eve", text = "welcome"})
  eq(ben:last("chat").text, "welcome")
end
