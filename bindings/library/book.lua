---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Who would buy and sell what, by region and type, in the memory of this service alone: orders match by price, then by rank, at the price of the order that stood. The database decides (orders, store.transact), and the book follows. It goes on with the service after a stop or a kill of the shard, and is gone where the service itself begins anew.
book = {}

--- Whether it has been begun since the service started.
---@return boolean
function book.ready() end

--- What the orders that stand come to, those included of which something is kept for others: what orders.sum answers where the database has the same.
---@return string
function book.sum() end

--- Begins it, empty.
function book.begin() end

--- Lets an order stand. It is not matched by that.
---@param order Order
---@return boolean?
---@return string?
function book.add(order) end

--- What an order that comes may have of those that stand, best first. It is kept for that order until settle or back says what came of it.
---@param order Order
---@param most integer
---@return BookFill[]
function book.match(order, most) end

--- What was kept has been traded.
---@param fills BookFill[]
function book.settle(fills) end

--- What was kept has not been traded: the orders stand where they stood.
---@param fills BookFill[]
function book.back(fills) end

--- Takes an order out of the matching, to change it or to end it: how much is left of it, and how much is kept for others. nil where it does not stand, or is held already.
---@param order integer
---@return integer?
---@return integer?
function book.hold(order) end

--- Puts an order that was held back where it stood.
---@param order integer
function book.release(order) end

--- Takes an order away for good.
---@param order integer
---@return boolean
function book.remove(order) end

--- How much is left of an order; nil where it does not stand.
---@param order integer
---@return integer?
function book.left(order) end

--- The best orders of both sides, 1000 of each at most.
---@param region string
---@param type TypeName
---@param limit? integer
---@return BookPage
function book.page(region, type, limit) end
