package bindings

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
)

var globalTable = table{
	Doc: "Events to the players' clients are sent with these and player.send.",
	Funcs: []function{
		{Sig: "broadcast(event: string, fields?: table)", Effect: true, Do: broadcast,
			Doc: "Sends an event to the clients of all players in this system."},
		{Sig: "bubble_send(id: integer, event: string, fields?: table): boolean?, string?", Effect: true, Do: bubbleSend,
			Doc: "Sends an event to the clients of all players who see the thing in space."},
	},
}

// receiversPerStep is how many players one event is queued for in the time of a step of
// Lua.
const receiversPerStep = 4

func broadcast(e *env, L *lua.LState) int {
	script.Charge(L, len(e.sys.Players())/receiversPerStep)
	e.sys.Broadcast(eventAt(L, 1, "broadcast"))
	return 0
}

func bubbleSend(e *env, L *lua.LState) int {
	id := entityAt(L, 1)
	script.Charge(L, len(e.sys.Players())/receiversPerStep)
	if !e.sys.BroadcastNear(id, eventAt(L, 2, "bubble_send")) {
		return refuse(L, fmt.Errorf("nothing in space has the id %v", L.Get(1)))
	}
	return done(L, nil)
}
