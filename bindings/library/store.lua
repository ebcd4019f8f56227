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

--- The values whose keys begin with the prefix, by key: at most limit (100 where left out, 1000 at most), and fewer where they are large. Go on with the last key as after.
---@async
---@param prefix string
---@param limit? integer
---@param after? string
---@return StoreEntry[]
function store.list(prefix, limit, after) end

--- What was answered under the key of a player's, before anything is looked at: true where that was nothing, nil where the key was not used. nil, a sentence and key_used where it was used for other content. lib/once.lua has it for commands.
---@async
---@param player integer
---@param key string
---@param content? any
---@return any
---@return string?
---@return string?
function store.answered(player, key, content) end

--- Does all changes in order, values, money and things, or none of them: nil, a sentence and a word for it (not_enough, not_found, conflict, invalid, key_used) where one cannot be done. What is answered, with true or with why's answer, is on the disk. At most 100 changes.
---@async
---@param changes Change[]
---@param why? Why
---@return any
---@return string?
---@return string?
function store.transact(changes, why) end
