package bindings

import (
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Event describes something the core tells scripts: `function event.NAME(...)`.
type Event struct{ Sig, Doc string }

// Events lists everything the core tells scripts, in the order of the methods
// below that do it.
var Events = []Event{
	{"system_started()", "The system has loaded its scripts: at its first use, and after a fault in the core brought it back. Not after a restart of the shard: a system that was kept goes on."},
	{"system_stopping()", "The system is about to be unloaded; nothing that waits will go on. When the shard stops, systems are kept and go on at its next start, with all that waits, as if nothing had been: they have not stopped, and hear this only where they could not be kept."},
	{"system_resumed(killed: boolean)", "The system or service goes on where it was when the shard ended, with all that it had, after player_disconnected and before any time passes. killed: the shard did not stop in order, and the last second before its end may be missing here, while the database has all that it had acknowledged, and tasks that waited for its word have been told that nobody knows. So who keeps a copy of what the database has holds it against that now."},
	{"player_entered(player: integer, reason: string)", "A player has come: reason is \"login\", \"jump\" (see player_arrived) or \"restore\" (the system was brought back after a fault). A player in space comes with the ship that was saved, if they had one."},
	{"player_left(player: integer, reason: string)", "A player is about to go: reason is \"jump\", why the session ended, or \"changed\" (while the shard was down somebody changed what the store has of them, which counts: they come back with \"restore\", or not at all). The player and their ship are still there."},
	{"player_arrived(player: integer, from: string, gate: integer)", "A player has come through a gate from another system, after player_entered."},
	{"player_connected(player: integer)", "The player's client has come and knows nothing yet: after player_entered at a login, and by itself when it takes the session up again after a break or a reload of the page. Tell it here what it would otherwise hear only when that changes."},
	{"types_changed(names: TypeName[], before: table)", "Figures of types have changed with a release. Who holds a type's table sees the new ones already; before has the old figures by name. What was copied when a ship was put into space, its mass and speed, is for scripts to bring up to date."},
	{"player_disconnected(player: integer, reason: string)", "The player's client is gone: once for each player_connected. The reason is \"lost\" (the connection broke: the player stays for a minute, and player_connected or player_left follows), \"taken over\" (they came from another place: player_connected follows), \"restart\" (of this system's scripts: the new ones hear player_connected), \"shutdown\" (the shard was stopped and goes on now, where the player stays for a minute as after a lost connection, or the system stops for good), or why the session ends, just before player_left: \"logout\", or what they were kicked for. A jump takes the client along: it is not told of."},
	{"ship_docked(ship?: integer, station: integer, player: integer)", "A player is in a station who was not: they docked, began there or woke there after a death. The ship is out of space already; it is nil where they had none."},
	{"ship_undocked(ship?: integer, station: integer, player: integer)", "A player has left a station. The ship is the one they fly when the function that called player.undock has ended, nil for none."},
	{"warp_started(ship: integer)", "A ship has aligned and goes into warp."},
	{"warp_landed(ship: integer)", "A ship has come out of warp."},
	{"ship_arrived(ship: integer, target?: integer)", "A ship is where space.go_to or space.approach sent it; target is nil for a point."},
	{"target_lost(ship: integer, target: integer)", "What a ship followed is gone, warped off or out of sight; the ship brakes."},
	{"ship_harmed(ship: integer, points: number, by?: integer)", "space.damage was called. What it takes off the ship, and who is told, is the scripts' business; by is the ship that is to blame."},
	{"ship_hidden(ship: integer)", "space.hide has taken a ship out of the sight of others: who has a lock on it has none any more."},
	{"ship_shown(ship: integer)", "A ship that was hidden can be seen again."},
	{"bubble_entered(ship: integer)", "A ship sees other things than before."},
	{"bubble_left(ship: integer)", "A ship has left those who saw it."},
	{"missile_hit(missile: integer, target: integer, owner?: integer)", "A missile has hit; owner is the ship that launched it. The missile is gone afterwards."},
	{"missile_expired(missile: integer)", "A missile has run out of time or lost its target. It is gone afterwards."},
}

// teller implements system.Events: each method fires one event.
type teller struct {
	st *script.State
}

// Teller returns what system.Config.Events wants.
func Teller(st *script.State) system.Events { return teller{st: st} }

func id(e world.EntityID) lua.LValue {
	if e == 0 {
		return lua.LNil
	}
	return lua.LNumber(e)
}

// emit skips the work for an event that no script handles.
func (t teller) emit(event string, args ...lua.LValue) {
	if t.st.HasHandler(event) {
		t.st.Emit(event, args...)
	}
}

// emitFor names the player in the report of a fault.
func (t teller) emitFor(p world.CharacterID, event string, args ...lua.LValue) {
	if t.st.HasHandler(event) {
		t.st.EmitFor(strconv.FormatInt(int64(p), 10), event, append([]lua.LValue{lua.LNumber(p)}, args...)...)
	}
}

// SystemStarted fires system_started.
func (t teller) SystemStarted() { t.emit("system_started") }

// SystemResumed fires system_resumed.
func (t teller) SystemResumed(killed bool) { t.emit("system_resumed", lua.LBool(killed)) }

// SystemStopping fires system_stopping.
func (t teller) SystemStopping() { t.emit("system_stopping") }

// PlayerEntered fires player_entered.
func (t teller) PlayerEntered(p world.CharacterID, reason string) {
	t.emitFor(p, "player_entered", lua.LString(reason))
}

// PlayerLeft fires player_left.
func (t teller) PlayerLeft(p world.CharacterID, reason string) {
	t.emitFor(p, "player_left", lua.LString(reason))
}

// PlayerArrived fires player_arrived.
func (t teller) PlayerArrived(p world.CharacterID, from string, gate world.EntityID) {
	t.emitFor(p, "player_arrived", lua.LString(from), id(gate))
}

// PlayerConnected fires player_connected.
func (t teller) PlayerConnected(p world.CharacterID) { t.emitFor(p, "player_connected") }

// PlayerDisconnected fires player_disconnected.
func (t teller) PlayerDisconnected(p world.CharacterID, reason string) {
	t.emitFor(p, "player_disconnected", lua.LString(reason))
}

// ShipDocked fires ship_docked.
func (t teller) ShipDocked(ship, station world.EntityID, p world.CharacterID) {
	t.emit("ship_docked", id(ship), id(station), lua.LNumber(p))
}

// ShipUndocked fires ship_undocked.
func (t teller) ShipUndocked(ship, station world.EntityID, p world.CharacterID) {
	t.emit("ship_undocked", id(ship), id(station), lua.LNumber(p))
}

// WarpStarted fires warp_started.
func (t teller) WarpStarted(ship world.EntityID) { t.emit("warp_started", id(ship)) }

// WarpLanded fires warp_landed.
func (t teller) WarpLanded(ship world.EntityID) { t.emit("warp_landed", id(ship)) }

// ShipArrived fires ship_arrived.
func (t teller) ShipArrived(ship, target world.EntityID) {
	t.emit("ship_arrived", id(ship), id(target))
}

// ShipHidden fires ship_hidden.
func (t teller) ShipHidden(ship world.EntityID) { t.emit("ship_hidden", id(ship)) }

// ShipShown fires ship_shown.
func (t teller) ShipShown(ship world.EntityID) { t.emit("ship_shown", id(ship)) }

// TargetLost fires target_lost.
func (t teller) TargetLost(ship, target world.EntityID) { t.emit("target_lost", id(ship), id(target)) }

// BubbleEntered fires bubble_entered.
func (t teller) BubbleEntered(ship world.EntityID) { t.emit("bubble_entered", id(ship)) }

// BubbleLeft fires bubble_left.
func (t teller) BubbleLeft(ship world.EntityID) { t.emit("bubble_left", id(ship)) }

// MissileHit fires missile_hit.
func (t teller) MissileHit(missile, target, owner world.EntityID) {
	t.emit("missile_hit", id(missile), id(target), id(owner))
}

// MissileExpired fires missile_expired.
func (t teller) MissileExpired(missile world.EntityID) { t.emit("missile_expired", id(missile)) }
