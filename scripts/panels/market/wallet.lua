-- The wallet: how much money there is, and what came and went.
local wallet = {filled = false}

local PAGE = 100 -- lines that the server tells at once

local balance, lines, more = nil, {}, false

-- earlier asks for the lines before those that are there.
local function earlier()
  local last = lines[#lines]
  local some = ask("wallet_history", last and {before = last.entry} or nil) or {}
  for _, line in ipairs(some) do lines[#lines + 1] = line end
  more = #some >= PAGE
end

function wallet.fill()
  wallet.filled = true
  local purse = ask "wallet"
  balance, lines = purse and purse.balance, {}
  earlier()
end

-- about is what a line is about.
local function about(line)
  local list = {}
  for _, t in ipairs(line.trades or {}) do
    list[#list + 1] = string.format("%s %s %s at %s", t.side == "buy" and "bought" or "sold", format.count(t.quantity), t.type, format.money(t.price))
  end
  return #list > 0 and (line.cause or "") .. ": " .. table.concat(list, "; ") or line.cause or ""
end

function wallet.view()
  return ui.column{
    ui.row{"You have", ui.text{balance and format.money(balance) or "", kind = "strong"}},
    ui.table{
      label = "What came and went", key = "entry", rows = lines, height = 14, empty = "Nothing came or went yet.",
      mark = function(line) return line.n < 0 and "bad" or "good" end,
      columns = {
        {title = "When", field = "at", cell = function(line) return format.day(line.at) end},
        {title = "What", by = about, cell = about},
        {title = "Amount", field = "n", align = "right", cell = function(line) return (line.n > 0 and "+" or "") .. format.money(line.n) end},
      },
    },
    more and ui.button{"Earlier", press = earlier},
  }
end

return wallet
