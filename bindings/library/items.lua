---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- What characters own, money included, in or out of the game. Each change is one transaction and on the disk when the call returns; the task sleeps meanwhile.
items = {}

--- Everything the character owns, by location and type.
---@async
---@param player integer
---@return ItemStack[]
function items.list(player) end

--- Adds n of a type and returns how many there are then.
---@async
---@param player integer
---@param type TypeName
---@param n integer
---@param location? string
---@return integer?
---@return string?
function items.give(player, type, n, location) end

--- Takes n of a type and returns how many are left; nil and a sentence, and nothing changed, where there are fewer.
---@async
---@param player integer
---@param type TypeName
---@param n integer
---@param location? string
---@return integer?
---@return string?
function items.take(player, type, n, location) end

--- Moves n of a type to another character or place: all or nothing.
---@async
---@param from integer
---@param type TypeName
---@param n integer
---@param to integer
---@param location? string
---@param to_location? string
---@return boolean?
---@return string?
function items.move(from, type, n, to, location, to_location) end
