-- For load players who trade: money, and some of what they trade in.
local market = require "market"
local money = require "lib.money"
local stake = {wares = {"Ferrite", "Silicate", "Cuprite", "Nickeline", "Titanase", "Lithane"}, pieces = 10000, hundredths = 1e9}

function command.stake(p)
  local hangar = market.hangar(market.station(p))
  local changes = {{give = p, type = money.type, n = stake.hundredths, location = money.wallet, from = "grant"}}
  for _, name in ipairs(stake.wares) do
    changes[#changes + 1] = {give = p, type = name, n = stake.pieces, location = hangar, from = "grant"}
  end
  return store.transact(changes, {cause = "grant", actor = p, key = "stake", content = "stake", answer = "staked"})
end

return stake
