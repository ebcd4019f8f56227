-- A town for tests of shadow runs: a bank, a shop, letters, a watch that walks its rounds.
local args = require "lib.args"
local town = {}

town.fee = 0.05     -- of what is sold
town.rest = 2       -- seconds between two rounds of the watch
town.most = 5       -- letters that one keeps
town.letters = {}   -- by player
town.rounds = 0
town.sold = {}      -- by thing: how many
town.last = {}      -- by player: when they were last served

function town.price(n, each)
  return n * each * (1 + town.fee)
end

function town.discount(total)
  if total >= 1000 then return total * 0.9 end
  return total
end

-- What a list costs: the sum of its lines.
function town.sum(list)
  local total = 0
  for i = 1, #list do
    total = total + town.price(list[i].n, list[i].each)
  end
  return town.discount(total)
end

function town.served(p)
  town.last[p] = system.now()
  for other, at in pairs(town.last) do
    if system.now() - at > 3 then town.last[other] = nil end
  end
end

function command.town_buy(p, from)
  local thing, n = args.text(from, "thing", 20), args.number(from, "n", 1, 1000, 1)
  local total = town.sum({{n = n, each = 10}, {n = 1, each = 2}})
  local left = store.add("town.money." .. p, -total)
  if left < -100000 then
    store.add("town.money." .. p, total)
    error {code = "no_money", message = "the bank gives no more"}
  end
  town.sold[thing] = (town.sold[thing] or 0) + n
  player.data(p).things = (player.data(p).things or 0) + n
  player.save(p)
  player.send(p, "notice", {text = string.format("%d %s for %.2f", n, thing, total)})
  town.served(p)
  return {total = total, left = left}
end

function command.town_write(p, from)
  local to, text = args.id(from, "to"), args.text(from, "text", 100)
  if not player.name(to) then error {code = "no_player", message = "nobody of that name lives here"} end
  local box = town.letters[to] or {}
  town.letters[to] = box
  box[#box + 1] = {from = p, text = text}
  if #box > town.most then table.remove(box, 1) end
  player.send(to, "notice", {text = "a letter from " .. player.name(p)})
  return #box
end

function command.town_read(p)
  local box = town.letters[p]
  if not box then return {letters = {}} end
  local list = {}
  for i, letter in ipairs(box) do list[i] = letter.text end
  return {letters = list, count = #list}
end

-- Works for a while, and is paid.
function command.town_work(p, from)
  local hours = args.number(from, "hours", 1, 8, 1)
  sleep(hours * 0.5)
  local paid = hours * 20
  store.add("town.money." .. p, paid)
  emit("town_paid", p, paid)
  return paid
end

function event.town_paid(p, paid)
  player.send(p, "notice", {text = "you are paid " .. paid})
end

function town.round()
  town.rounds = town.rounds + 1
  if town.rounds % 5 == 0 then
    broadcast("notice", {text = "the watch has walked round " .. town.rounds .. " times"})
    service.call("chat", "history", "help")
  end
end

function town.watchful()
  for p, box in pairs(town.letters) do
    if #box > 3 and player.online(p) then player.send(p, "notice", {text = "read your letters"}) end
  end
end

every(town.rest, function() town.round() end)
every(7, function() town.watchful() end)

return town
