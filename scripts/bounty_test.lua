local arena = require "testing.arena"
local money = require "lib.money"
local vessel = require "vessel"
require "bounty"
require "market"
require "death"
require "loss"

local function balance(p)
  return p:run("wallet").balance
end

function test.who_destroys_a_pirate_is_paid()
  local ann, a = arena.fighter("Ann", "Halberd")
  local ben, b = arena.fighter("Ben", "Wren", 3000)
  local pirate = arena.npc("Jackal Scout", 0, 3000)
  vessel.hurt(vessel.of(pirate), 10, vessel.of(b)) -- who helps is not paid
  vessel.hurt(vessel.of(pirate), 1e6, vessel.of(a))
  advance(1)
  eq({balance(ann), balance(ben)}, {types.get("Jackal Scout").bounty, 0})
  eq(ann:last("notice").text, "A bounty of 600.00 for the Jackal Scout.")
  vessel.hurt(vessel.of(b), 1e6, vessel.of(a))
  advance(1)
  eq(balance(ann), types.get("Jackal Scout").bounty)
end

function test.nobody_is_paid_for_what_has_no_price()
  local ann, a = arena.fighter("Ann", "Halberd")
  vessel.hurt(vessel.of(arena.npc("Customs Cutter", 0, 3000)), 1e6, vessel.of(a))
  vessel.hurt(vessel.of(arena.npc("Jackal Scout", 0, 6000)), 1e6, nil)
  advance(1)
  eq(balance(ann), 0)
end

-- Worse pirates are worth more.
function test.worse_pirates_are_worth_more()
  local last = 0
  for _, name in ipairs {"Jackal Stray", "Jackal Scout", "Jackal Raider", "Jackal Warlord"} do
    local price = types.get(name).bounty
    ok(money.price(price) and price > last, name)
    last = price
  end
end
