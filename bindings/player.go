package bindings

import (
	"context"
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var playerTable = table{
	Name: "player",
	Doc:  "The people in this system. A player is the id of a character; one who is not in this system is answered with nil.",
	Funcs: []function{
		{Sig: "name(player: integer): string?, string?", Do: withPlayer(playerName),
			Doc: "The character's name."},
		{Sig: "ship(player: integer): integer?", Do: withPlayer(playerShip),
			Doc: "The ship the player flies, nil when docked or without one."},
		{Sig: "set_ship(player: integer, ship?: integer): boolean?, string?", Effect: true, Do: withPlayer(playerSetShip),
			Doc: "Puts the player in command of a ship, or of none. A ship has one pilot; it is saved with the player, and goes through gates with them."},
		{Sig: "data(player: integer): table?, string?", Do: withPlayer(playerData),
			Doc: "The table that is kept with the character: plain values only, saved every few seconds and when the player leaves, docks or jumps."},
		{Sig: "station(player: integer): integer?", Do: withPlayer(playerStation),
			Doc: "The station the player is docked at, nil in space."},
		{Sig: "dock(player: integer, station: integer): boolean?, string?", Effect: true, Do: withPlayer(playerDock),
			Doc: "Puts the player into a station and takes their ship out of space. How near one must be is the caller's business."},
		{Sig: "undock(player: integer): Vec3?, string?", Effect: true, Do: withPlayer(playerUndock),
			Doc: "Puts the player outside their station, without a ship yet, and returns a place for one."},
		{Sig: "jump(player: integer, gate: integer): boolean?, string?", Effect: true, Do: withPlayer(playerJump),
			Doc: "Sends the player with their ship through a gate, when the running function has ended. player_left is fired here; player_entered and player_arrived in the other system. Towards a full system: nil and a sentence with the player's place in its queue; they stay, hear of their place in queue events, and may jump when a seat is kept for them."},
		{Sig: "save(player: integer): boolean?, string?", Effect: true, Yields: true, Do: withPlayer(playerSave),
			Doc: "Saves the player as they are now, and returns when that is on the disk: for what somebody is told is done."},
		{Sig: "send(player: integer, event: string, fields?: table): boolean?, string?", Effect: true, Do: withPlayer(playerSend),
			Doc: "Sends the player's client an event."},
		{Sig: "heed(player: integer, about: string, things?: integer[], players?: integer[]): boolean?, string?", Effect: true, Do: withPlayer(playerHeed),
			Doc: "Names the things, and the players with whatever they fly, that the player is told of every tick where a place is so crowded that others are told of in turns: instead of those named about the same matter before; none ends it. At most 256 about a matter, 8 matters. What leaves the system is forgotten."},
		{Sig: "kick(player: integer, reason: string): boolean?, string?", Effect: true, Do: withPlayer(playerKick),
			Doc: "Ends the player's session, when the running function has ended."},
		{Sig: "run(player: integer, command: string, args?: table): any, string?, string?", Effect: true, Yields: true, Do: withPlayer(playerRun),
			Doc: "Gives a command as the player, with the checks and the answer that their client would get: the result, or nil with a message and a code."},
		{Sig: "online(player: integer): boolean", Do: playerOnline,
			Doc: "Whether the player is in this system and has a connection."},
		{Sig: "muted(player: integer): string?", Do: withPlayer(playerMuted),
			Doc: "Why and until when the player may not speak to others, as a sentence for them; nil for those who may. Operators say who: mute."},
		{Sig: "all(): integer[]", Do: systemPlayers,
			Doc: "The players in this system, as system.players()."},
	},
}

var errNotHere = errors.New("no such player in this system")

// withPlayer looks the player up who is argument 1; a stale id is answered here.
func withPlayer(do func(*env, *lua.LState, *system.Player) int) func(*env, *lua.LState) int {
	return func(e *env, L *lua.LState) int {
		p := e.sys.Player(characterAt(L, 1))
		if p == nil {
			return refuse(L, errNotHere)
		}
		return do(e, L, p)
	}
}

func playerName(_ *env, L *lua.LState, p *system.Player) int {
	L.Push(lua.LString(p.Name))
	return 1
}

func playerShip(_ *env, L *lua.LState, p *system.Player) int { return pushID(L, p.Ship) }

func playerSetShip(e *env, L *lua.LState, p *system.Player) int {
	if L.Get(2) == lua.LNil {
		return done(L, e.sys.SetShip(p, 0))
	}
	return done(L, e.sys.SetShip(p, entityAt(L, 2)))
}

func playerData(_ *env, L *lua.LState, p *system.Player) int {
	L.Push(p.Data)
	return 1
}

func playerStation(_ *env, L *lua.LState, p *system.Player) int { return pushID(L, p.Station) }

func playerDock(e *env, L *lua.LState, p *system.Player) int {
	return done(L, e.sys.Dock(p, entityAt(L, 2)))
}

func playerSave(e *env, L *lua.LState, p *system.Player) int {
	e.sys.Save(p)
	id := p.ID
	return outside(e, L, "player.save", func(ctx context.Context) (world.Value, error) {
		return true, e.deps.Characters.Saved(ctx, id)
	}, nil)
}

func playerUndock(e *env, L *lua.LState, p *system.Player) int {
	at, err := e.sys.Undock(p)
	if err != nil {
		return refuse(L, err)
	}
	L.Push(pushVector(L, at))
	return 1
}

func playerJump(e *env, L *lua.LState, p *system.Player) int {
	return done(L, e.sys.Jump(p, entityAt(L, 2)))
}

func playerSend(e *env, L *lua.LState, p *system.Player) int {
	e.sys.Tell(p, eventAt(L, 2, "player.send"))
	return done(L, nil)
}

func playerHeed(e *env, L *lua.LState, p *system.Player) int {
	things := idList[world.EntityID](L, 3, "player.heed")
	players := idList[world.CharacterID](L, 4, "player.heed")
	return done(L, e.sys.Heed(p, L.CheckString(2), things, players))
}

func playerKick(e *env, L *lua.LState, p *system.Player) int {
	e.sys.Kick(p, L.CheckString(2))
	return done(L, nil)
}

func playerRun(e *env, L *lua.LState, p *system.Player) int {
	command, args := L.CheckString(2), fields(L, 3, "player.run")
	if args == nil {
		args = map[string]world.Value{}
	}
	script.BoundTask(L)
	w, err := e.st.Park(L, "player.run")
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	err = e.sys.GiveOrder(w, p.ID, command, args)
	if err != nil {
		w.Fail(err)
	}
	return L.Yield()
}

func playerMuted(e *env, L *lua.LState, p *system.Player) int {
	why := e.sys.Hear(system.Question{Word: "muted", ID: uint64(p.ID)}, func() string {
		if e.deps.Mutes == nil {
			return ""
		}
		why, _ := e.deps.Mutes.Muted(p.ID)
		return why
	})
	if why == "" {
		L.Push(lua.LNil)
	} else {
		L.Push(lua.LString(why))
	}
	return 1
}

func playerOnline(e *env, L *lua.LState) int {
	p := e.sys.Player(characterAt(L, 1))
	L.Push(lua.LBool(p != nil && p.Online()))
	return 1
}
