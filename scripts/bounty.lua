-- Bounties: who destroys a pirate is paid what its type says, out of the faucet of that name.
local money = require "lib.money"
local bounty = {}

bounty.faucet = "bounty"

-- Pays a pilot for what was destroyed.
function bounty.pay(p, type)
  local done, message = store.transact({{give = p, type = money.type, n = type.bounty, location = money.wallet, from = bounty.faucet}}, {cause = "bounty", actor = p})
  if not done then return log.error("the bounty on a %s was not paid: %s", type.name, message) end
  emit("bounty_paid", p, type.bounty, type.name)
  if player.name(p) then player.send(p, "notice", {text = string.format("A bounty of %s for the %s.", money.words(type.bounty), type.name)}) end
end

function event.ship_lost(v, by)
  if by and by.pilot and not v.pilot and (v.type.bounty or 0) > 0 then bounty.pay(by.pilot, v.type) end
end

return bounty
