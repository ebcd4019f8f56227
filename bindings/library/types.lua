---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Kinds of ships and things. They never change while the shard runs.
types = {}

--- What is known about a type, by its name in any case: a table of one's own.
---@param name string
---@return ItemType?
---@return string?
function types.get(name) end

--- The names of all types, or of a group's, in order.
---@param group? string
---@return string[]
function types.list(group) end
