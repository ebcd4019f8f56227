local once = require "lib.once"

local function give(asked)
  return store.transact({{give = 7, type = "Ferrite", n = 1, location = "hold", from = "test"}},
    {actor = 7, key = asked.key, content = asked.content, answer = {n = 1}})
end

local function count()
  local item = items.list(7, "hold")[1]
  return item and item.quantity or 0
end

function test.without_a_key_again_and_again()
  for _ = 1, 3 do eq(once.run(7, "give", {}, give), {n = 1}) end
  eq(once.run(7, "give", nil, give), {n = 1})
  eq(count(), 4)
end

function test.with_a_key_once()
  for _ = 1, 3 do eq(once.run(7, "give", {key = "k", n = 5}, give), {n = 1}) end
  eq(count(), 1)
  for _, other in ipairs {{key = "k", n = 6}, {key = "k"}, {key = "k", n = 5, more = true}} do
    local _, message, code = once.run(7, "give", other, give)
    eq(code, "key_used")
    ok(string.find(message, "the key k", 1, true))
  end
  eq(select(3, once.run(7, "take", {key = "k", n = 5}, give)), "key_used")
  eq(count(), 1)
end

-- What is refused, or fails, is not remembered.
function test.what_was_not_done_is_asked_anew()
  local says = "no"
  local function may(asked)
    if says == "no" then return nil, "not today", "no" end
    if says == "fault" then error {code = "fault", message = "a fault"} end
    return give(asked)
  end
  eq(select(3, once.run(7, "give", {key = "k"}, may)), "no")
  says = "fault"
  local done, why = task.try(once.run, 7, "give", {key = "k"}, may)
  eq({done, why.code}, {false, "fault"})
  says = "yes"
  eq(once.run(7, "give", {key = "k"}, may), {n = 1})
end

-- Somebody else does it while fn looks around, and then it cannot be done any more.
function test.done_meanwhile()
  local function late(asked)
    give(asked)
    return nil, "there is nothing left", "not_enough"
  end
  eq(once.run(7, "give", {key = "k"}, late), {n = 1})
  eq(count(), 1)
end

function test.a_key_is_text()
  local done, why = task.try(once.run, 7, "give", {key = 5}, give)
  eq({done, why.code}, {false, "bad_argument"})
end
