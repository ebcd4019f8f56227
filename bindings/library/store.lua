---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Values that outlive the shard, by key, one set for the whole shard. Each call waits until the database has done it; the task sleeps meanwhile.
store = {}

--- The value under the key, nil where there is none.
---@async
---@param key string
---@return any
function store.get(key) end

--- Keeps a plain value under the key; nil removes it.
---@async
---@param key string
---@param value? any
---@return boolean
function store.put(key, value) end

--- Adds n to the number under the key (0 where there is none) in one step and returns the sum.
---@async
---@param key string
---@param n number
---@return number
function store.add(key, n) end
