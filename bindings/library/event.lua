---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Handlers: assign a function to handle the event of that name.
---@class eventlib
---@field [string] function A handler.
event = {}

--- The system has loaded its scripts: at its first use, and after a fault in the core brought it back. Not after a restart of the shard: a system that was kept goes on.
function event.system_started() end

--- The system is about to be unloaded; nothing that waits will go on. When the shard stops, systems are kept and go on at its next start, with all that waits, as if nothing had been: they have not stopped, and hear this only where they could not be kept.
function event.system_stopping() end

--- The system or service goes on where it was when the shard ended, with all that it had, after player_disconnected and before any time passes. killed: the shard did not stop in order, and the last second before its end may be missing here, while the database has all that it had acknowledged, and tasks that waited for its word have been told that nobody knows. So who keeps a copy of what the database has holds it against that now.
---@param killed boolean
function event.system_resumed(killed) end

--- A player has come: reason is "login", "jump" (see player_arrived) or "restore" (the system was brought back after a fault). A player in space comes with the ship that was saved, if they had one.
---@param player integer
---@param reason string
function event.player_entered(player, reason) end

--- A player is about to go: reason is "jump", why the session ended, or "changed" (while the shard was down somebody changed what the store has of them, which counts: they come back with "restore", or not at all). The player and their ship are still there.
---@param player integer
---@param reason string
function event.player_left(player, reason) end

--- A player has come through a gate from another system, after player_entered.
---@param player integer
---@param from string
---@param gate integer
function event.player_arrived(player, from, gate) end

--- The player's client has come and knows nothing yet: after player_entered at a login, and by itself when it takes the session up again after a break or a reload of the page. Tell it here what it would otherwise hear only when that changes.
---@param player integer
function event.player_connected(player) end

--- Figures of types have changed with a release. Who holds a type's table sees the new ones already; before has the old figures by name. What was copied when a ship was put into space, its mass and speed, is for scripts to bring up to date.
---@param names TypeName[]
---@param before table
function event.types_changed(names, before) end

--- The player's client is gone: once for each player_connected. The reason is "lost" (the connection broke: the player stays for a minute, and player_connected or player_left follows), "taken over" (they came from another place: player_connected follows), "restart" (of this system's scripts: the new ones hear player_connected), "shutdown" (the shard was stopped and goes on now, where the player stays for a minute as after a lost connection, or the system stops for good), or why the session ends, just before player_left: "logout", or what they were kicked for. A jump takes the client along: it is not told of.
---@param player integer
---@param reason string
function event.player_disconnected(player, reason) end

--- A player is in a station who was not: they docked, began there or woke there after a death. The ship is out of space already; it is nil where they had none.
---@param ship? integer
---@param station integer
---@param player integer
function event.ship_docked(ship, station, player) end

--- A player has left a station. The ship is the one they fly when the function that called player.undock has ended, nil for none.
---@param ship? integer
---@param station integer
---@param player integer
function event.ship_undocked(ship, station, player) end

--- A ship has aligned and goes into warp.
---@param ship integer
function event.warp_started(ship) end

--- A ship has come out of warp.
---@param ship integer
function event.warp_landed(ship) end

--- A ship is where space.go_to or space.approach sent it; target is nil for a point.
---@param ship integer
---@param target? integer
function event.ship_arrived(ship, target) end

--- What a ship followed is gone, warped off or out of sight; the ship brakes.
---@param ship integer
---@param target integer
function event.target_lost(ship, target) end

--- space.damage was called. What it takes off the ship, and who is told, is the scripts' business; by is the ship that is to blame.
---@param ship integer
---@param points number
---@param by? integer
function event.ship_harmed(ship, points, by) end

--- space.hide has taken a ship out of the sight of others: who has a lock on it has none any more.
---@param ship integer
function event.ship_hidden(ship) end

--- A ship that was hidden can be seen again.
---@param ship integer
function event.ship_shown(ship) end

--- A ship sees other things than before.
---@param ship integer
function event.bubble_entered(ship) end

--- A ship has left those who saw it.
---@param ship integer
function event.bubble_left(ship) end

--- A missile has hit; owner is the ship that launched it. The missile is gone afterwards.
---@param missile integer
---@param target integer
---@param owner? integer
function event.missile_hit(missile, target, owner) end

--- A missile has run out of time or lost its target. It is gone afterwards.
---@param missile integer
function event.missile_expired(missile) end
