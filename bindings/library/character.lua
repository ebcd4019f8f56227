---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Everybody there is: in this system, in another, or not in the game. What they own is under items, for all of them alike; player has the words for those who are here.
character = {}

--- What is known of a character; nil where there is none.
---@async
---@param player integer
---@return Character?
function character.get(player) end

--- The same by name, in any case.
---@async
---@param name string
---@return Character?
function character.find(name) end

--- Sends an event to the client of a character who is in the game, in whatever system.
---@param player integer
---@param event string
---@param fields? table
---@return boolean?
---@return string?
function character.send(player, event, fields) end

--- Moves a character who is not in the game: they are docked at the station at their next login or, without one, begin where new ones do in that system. nil and a sentence for those who are in the game.
---@async
---@param player integer
---@param system string
---@param station? integer
---@return boolean?
---@return string?
function character.place(player, system, station) end
