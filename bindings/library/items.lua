---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- What characters own, money included, in or out of the game. Each change is one transaction and on the disk when the call returns; the task sleeps meanwhile. Every change is in the books: what is given comes from a faucet with a name, what is taken goes into a sink.
items = {}

--- Everything the character owns, by location and type, or what they own in one place. A place is a word of the scripts' own: a hold, a hangar, a container.
---@async
---@param player integer
---@param location? string
---@return ItemStack[]
function items.list(player, location) end

--- What lies in a place, whoever's it is, by owner and type: at most limit stacks (100 where left out, 1000 at most). Go on with the last one as after.
---@async
---@param location string
---@param limit? integer
---@param after? ItemStack
---@return ItemStack[]
function items.at(location, limit, after) end

--- What a keeper has in a place, by type: see move in Change.
---@async
---@param keeper string
---@param location string
---@return ItemStack[]
function items.kept(keeper, location) end

--- The places that begin with the prefix and in which a keeper has something, in order: at most limit (100 where left out, 1000 at most).
---@async
---@param keeper string
---@param prefix string
---@param limit? integer
---@return string[]
function items.places(keeper, prefix, limit) end

--- What became of a stack, the newest first: at most limit lines of the books (100 where left out, 1000 at most). Go on with the last one's entry as before.
---@async
---@param player integer
---@param type TypeName
---@param location? string
---@param before? integer
---@param limit? integer
---@return HistoryLine[]
function items.history(player, type, location, before, limit) end

--- The room, in m3, that what the character has in the place, and in places within it, takes, by the volumes of the types. What is at hold/case 7 is within hold.
---@async
---@param player integer
---@param location? string
---@return number
function items.volume(player, location) end

--- Adds n of a type where they fit into a place of so many m3; nil and a sentence, and nothing changed, where they do not. store.transact does so for several at once.
---@async
---@param player integer
---@param type TypeName
---@param n integer
---@param location string
---@param capacity number
---@param why? string
---@return boolean?
---@return string?
function items.stow(player, type, n, location, capacity, why) end

--- Adds n of a type and returns how many there are then. They come from the faucet that is called as why says: a word or a few, in small letters; the module's name where it is left out.
---@async
---@param player integer
---@param type TypeName
---@param n integer
---@param location? string
---@param why? string
---@return integer?
---@return string?
function items.give(player, type, n, location, why) end

--- Takes n of a type, into the sink of the name, and returns how many are left; nil and a sentence, and nothing changed, where there are fewer.
---@async
---@param player integer
---@param type TypeName
---@param n integer
---@param location? string
---@param why? string
---@return integer?
---@return string?
function items.take(player, type, n, location, why) end

--- Moves n of a type to another character or place: all or nothing.
---@async
---@param from integer
---@param type TypeName
---@param n integer
---@param to integer
---@param location? string
---@param to_location? string
---@param why? string
---@return boolean?
---@return string?
function items.move(from, type, n, to, location, to_location, why) end
