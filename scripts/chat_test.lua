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
  emit("chat_line", "chat", {channel = "trade", from = "Eve", id = 9, text = "selling"})
  eq(ann:last("chat").text, "selling")
  eq(ben:last("chat"), nil)
  emit("chat_line", "chat", {channel = "help", from = "Eve", id = 9, text = "welcome"})
  eq(ben:last("chat").text, "welcome")
end

function test.a_line_to_one_player_alone()
  local ann, ben, cat = player "Ann", player "Ben", player "Cat"
  eq(ann:run("tell", {to = "ben", text = "psst"}), {to = "Ben"})
  advance(1)
  eq(ben:last("chat"), {channel = "private", from = "Ann", id = ann.id, text = "psst"})
  eq(ann:last("chat").to, "Ben")
  eq(cat:last("chat"), nil)
  ben:leave()
  advance(1)
  local _, message, code = ann:run("tell", {to = "Ben", text = "still there?"})
  eq(message, "Ben is not online")
  eq(code, "not_online")
end

function test.a_player_has_a_pace_in_each_channel()
  local ann, ben = player "Ann", player "Ben"
  chat.every = 60
  for i = 1, chat.burst do ok(ann:run("say", {text = "line " .. i})) end
  local _, message, code = ann:run("say", {text = "and on"})
  eq(code, "rate_limited")
  ok(string.find(message, "local: wait %d+ s"))
  eq(ben:last("chat").text, "line " .. chat.burst)
  ok(ben:run("say", {text = "quiet please"}))                -- another's pace is their own
  ok(ann:run("say", {channel = "help", text = "elsewhere"})) -- and so is another channel's
  advance(chat.every)
  ok(ann:run("say", {text = "and on"}))
  ok(not ann:run("say", {text = "and on"}))
  for i = 1, chat.burst do ok(ann:run("tell", {to = "Ben", text = "psst " .. i})) end
  _, _, code = ann:run("tell", {to = "Ann", text = "psst"})
  eq(code, "rate_limited")
  chat.every = 1
end

function test.many_channels_are_no_way_to_say_more()
  local ann = player "Ann"
  local every = chat.all_every
  chat.all_every = 60
  local said, message, code = 0, nil, nil
  for c = 1, chat.most_joined do
    ok(ann:run("join", {channel = "c" .. c}))
    for _ = 1, chat.burst do
      local done, why, what = ann:run("say", {channel = "c" .. c, text = "buy"})
      if done then said = said + 1 else message, code = message or why, what end
    end
  end
  chat.all_every = every
  eq(said, chat.all_burst)
  eq(code, "rate_limited")
  ok(string.find(message, "^you have said much: wait %d+ s$"))
end

function test.a_player_joins_so_many_channels()
  local ann = player "Ann"
  for c = 1, chat.most_joined do ok(ann:run("join", {channel = "c" .. c})) end
  local _, message, code = ann:run("join", {channel = "more"})
  eq(code, "too_many_channels")
  eq(message, "you are in 20 channels, and more cannot be joined: leave one first")
  ok(ann:run("join", {channel = "c1"})) -- once more is not one more
  ok(ann:run("leave", {channel = "c1"}))
  ok(ann:run("join", {channel = "more"}))
end

function test.whoever_is_muted_is_told_why()
  local ann, ben = player "Ann", player "Ben"
  local may = chat.muted
  chat.muted = function(p) return p == ann.id and "You may not speak: advertising" or nil end
  for _, try in ipairs {{"say", {text = "buy"}}, {"say", {channel = "help", text = "buy"}}, {"tell", {to = "Ben", text = "buy"}}} do
    local _, message, code = ann:run(try[1], try[2])
    eq(code, "muted")
    eq(message, "You may not speak: advertising")
  end
  eq(ben:last("chat"), nil)
  ok(ben:run("say", {text = "o7"}))
  chat.muted = may
end

function test.the_pace_of_those_who_are_silent_is_forgotten()
  local ann = player "Ann"
  ann:run("say", {text = "o7"})
  advance(math.max(chat.burst * chat.every, chat.all_burst * chat.all_every) + 1)
  chat.forget_pace()
  eq(chat.pace, {})
end
