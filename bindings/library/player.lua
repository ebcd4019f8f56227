---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The people in this system. A player is the id of a character; one who is not in this system is answered with nil.
player = {}

--- The character's name.
---@param player integer
---@return string?
---@return string?
function player.name(player) end

--- The ship the player flies, nil when docked or without one.
---@param player integer
---@return integer?
function player.ship(player) end

--- Puts the player in command of a ship, or of none. A ship has one pilot; it is saved with the player, and goes through gates with them.
---@param player integer
---@param ship? integer
---@return boolean?
---@return string?
function player.set_ship(player, ship) end

--- The table that is kept with the character: plain values only, saved every few seconds and when the player leaves, docks or jumps.
---@param player integer
---@return table?
---@return string?
function player.data(player) end

--- The station the player is docked at, nil in space.
---@param player integer
---@return integer?
function player.station(player) end

--- Puts the player into a station and takes their ship out of space. How near one must be is the caller's business.
---@param player integer
---@param station integer
---@return boolean?
---@return string?
function player.dock(player, station) end

--- Puts the player outside their station, without a ship yet, and returns a place for one.
---@param player integer
---@return Vec3?
---@return string?
function player.undock(player) end

--- Sends the player with their ship through a gate, when the running function has ended. player_left is fired here; player_entered and player_arrived in the other system. Towards a full system: nil and a sentence with the player's place in its queue; they stay, hear of their place in queue events, and may jump when a seat is kept for them.
---@param player integer
---@param gate integer
---@return boolean?
---@return string?
function player.jump(player, gate) end

--- Saves the player as they are now, and returns when that is on the disk: for what somebody is told is done.
---@async
---@param player integer
---@return boolean?
---@return string?
function player.save(player) end

--- Sends the player's client an event.
---@param player integer
---@param event string
---@param fields? table
---@return boolean?
---@return string?
function player.send(player, event, fields) end

--- Names the things, and the players with whatever they fly, that the player is told of every tick where a place is so crowded that others are told of in turns: instead of those named about the same matter before; none ends it. At most 256 about a matter, 8 matters. What leaves the system is forgotten.
---@param player integer
---@param about string
---@param things? integer[]
---@param players? integer[]
---@return boolean?
---@return string?
function player.heed(player, about, things, players) end

--- Ends the player's session, when the running function has ended.
---@param player integer
---@param reason string
---@return boolean?
---@return string?
function player.kick(player, reason) end

--- Gives a command as the player, with the checks and the answer that their client would get: the result, or nil with a message and a code.
---@async
---@param player integer
---@param command string
---@param args? table
---@return any
---@return string?
---@return string?
function player.run(player, command, args) end

--- Whether the player is in this system and has a connection.
---@param player integer
---@return boolean
function player.online(player) end

--- Why and until when the player may not speak to others, as a sentence for them; nil for those who may. Operators say who: mute.
---@param player integer
---@return string?
function player.muted(player) end

--- The players in this system, as system.players().
---@return integer[]
function player.all() end
