---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The orders of the market as the database has them. They are opened, traded, given another price and ended by store.transact; what they promise is in escrow.
orders = {}

--- Orders that stand, by rank: those behind a rank, 1000 at most.
---@async
---@param after integer
---@param limit integer
---@return Order[]
function orders.open(after, limit) end

--- An order by its number, whether it stands or not.
---@async
---@param order integer
---@return Order?
function orders.get(order) end

--- Orders that stand and whose time is over.
---@async
---@param limit integer
---@return Order[]
function orders.expired(limit) end

--- A character's orders, the newest first: those that stand, and those that have ended since a time, as os.time() gives it.
---@async
---@param player integer
---@param since integer
---@param limit integer
---@return Order[]
function orders.of(player, since, limit) end

--- {order=, rank=}: the highest number and the highest rank that an order has had.
---@async
---@return table
function orders.last() end

--- What all orders that stand come to, in a few figures: other ones, all but surely, where the orders are other ones. See book.sum.
---@async
---@return string
function orders.sum() end

--- What was traded of a type in a region, by day, the latest first.
---@async
---@param region string
---@param type TypeName
---@param limit integer
---@return MarketDay[]
function orders.days(region, type, limit) end
