package bindings

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

var systemTable = table{
	Name: "system",
	Doc:  "The solar system (or service) that the script runs in.",
	Funcs: []function{
		{Sig: "name(): string", Do: systemName,
			Doc: "The system's name, or the service's."},
		{Sig: "id(): integer", Do: systemID,
			Doc: "The system's number in the map; 0 in a service."},
		{Sig: "security(): number", Do: systemSecurity,
			Doc: "From -1 (lawless) to 1 (safe)."},
		{Sig: "region(): string", Do: systemRegion,
			Doc: "The name of the region."},
		{Sig: "constellation(): string", Do: systemConstellation,
			Doc: "The name of the constellation."},
		{Sig: "hz(ticks_per_second?: number): number", Effect: true, Do: systemHz,
			Doc: "Ticks a second of game time; with an argument, changes them from the next tick on (0.1 to 60). Under time dilation they come more slowly, and all timers with them."},
		{Sig: "cap(players?: integer): integer", Effect: true, Do: systemCap,
			Doc: "How many players the system lets in, 0 for no limit; with an argument, changes it. Who comes when it is full waits in a queue; nobody who is in the system has to leave. Lost when the system is unloaded: set it in event.system_started."},
		{Sig: "tick(): integer", Do: systemTick,
			Doc: "The number of the current tick."},
		{Sig: "now(): number", Do: systemNow,
			Doc: "Game time in seconds since the system first started."},
		{Sig: "celestials(kind?: string): Celestial[]", Do: systemCelestials,
			Doc: "The celestials of the map in the system, all or of one kind: star, planet, moon, belt, station, gate."},
		{Sig: "celestial(id: integer): Celestial?", Do: systemCelestial,
			Doc: "One celestial, nil where there is none with the id."},
		{Sig: "players(): integer[]", Do: systemPlayers,
			Doc: "The players in the system, docked or in space, in the order in which they came."},
		{Sig: "population(): integer", Do: systemPopulation,
			Doc: "How many players are in the system: #system.players() without the list."},
		{Sig: "random(m?: integer, n?: integer): number", Do: systemRandom,
			Doc: "From the system's own seeded chance: a number in [0, 1), an integer in 1..m, or one in m..n."},
		{Sig: "release(): integer", Do: systemRelease,
			Doc: "The number of the release of scripts that the system runs."},
		{Sig: "sender_release(): integer", Do: systemSenderRelease,
			Doc: "The release that another system ran when it sent the message that is being delivered: in an event.NAME that system.send has fired, or in a service's function, before either waits for anything. 0 elsewhere."},
		{Sig: "send(to: string, event: string, ...: any): boolean?, string?", Effect: true, Do: systemSend,
			Doc: "Sends a message to another system: event.NAME(from, ...) is called there, where from is this system's address (\"@Name\"). A system that sleeps wakes. nil and a sentence where there is no such system or it is too busy."},
	},
}

func systemName(e *env, L *lua.LState) int {
	if m := e.sys.Static(); m != nil {
		L.Push(lua.LString(m.Name))
	} else {
		L.Push(lua.LString(e.sys.Address()))
	}
	return 1
}

func systemID(e *env, L *lua.LState) int {
	id := world.SystemID(0)
	if m := e.sys.Static(); m != nil {
		id = m.ID
	}
	L.Push(lua.LNumber(id))
	return 1
}

func systemSecurity(e *env, L *lua.LState) int {
	security := 0.0
	if m := e.sys.Static(); m != nil {
		security = m.Security
	}
	L.Push(lua.LNumber(security))
	return 1
}

func systemRegion(e *env, L *lua.LState) int {
	region := ""
	if m := e.sys.Static(); m != nil {
		region = m.Region
	}
	L.Push(lua.LString(region))
	return 1
}

func systemConstellation(e *env, L *lua.LState) int {
	constellation := ""
	if m := e.sys.Static(); m != nil {
		constellation = m.Constellation
	}
	L.Push(lua.LString(constellation))
	return 1
}

func systemHz(e *env, L *lua.LState) int {
	if L.Get(1) != lua.LNil {
		if err := e.sys.SetHz(float64(L.CheckNumber(1))); err != nil {
			L.RaiseError("system.hz: %s", err.Error())
		}
	}
	L.Push(lua.LNumber(e.sys.Hz()))
	return 1
}

func systemCap(e *env, L *lua.LState) int {
	if L.Get(1) != lua.LNil {
		if err := e.sys.SetCap(int(L.CheckNumber(1))); err != nil {
			L.RaiseError("system.cap: %s", err.Error())
		}
	}
	L.Push(lua.LNumber(e.sys.Cap()))
	return 1
}

func systemTick(e *env, L *lua.LState) int {
	L.Push(lua.LNumber(e.sys.Tick()))
	return 1
}

func systemRelease(e *env, L *lua.LState) int {
	L.Push(lua.LNumber(e.sys.Release()))
	return 1
}

func systemSenderRelease(e *env, L *lua.LState) int {
	L.Push(lua.LNumber(e.sys.SenderRelease()))
	return 1
}

func systemNow(e *env, L *lua.LState) int {
	L.Push(lua.LNumber(e.sys.Now()))
	return 1
}

func systemCelestials(e *env, L *lua.LState) int {
	kind := L.OptString(1, "")
	list := L.NewTable()
	if m := e.sys.Static(); m != nil {
		for i := range m.Celestials {
			if c := &m.Celestials[i]; kind == "" || c.Kind.String() == kind {
				list.Append(celestial(e, L, c))
			}
		}
	}
	L.Push(list)
	return 1
}

func systemCelestial(e *env, L *lua.LState) int {
	L.Push(lua.LNil)
	if m := e.sys.Static(); m != nil {
		if c := m.Find(entityAt(L, 1)); c != nil {
			L.Push(celestial(e, L, c))
		}
	}
	return 1
}

// celestial is a celestial of the map as scripts see it.
func celestial(e *env, L *lua.LState, c *world.Celestial) *lua.LTable {
	t := L.CreateTable(0, 8)
	vm.Set(t, lua.LString("id"), lua.LNumber(c.ID))
	vm.Set(t, lua.LString("kind"), lua.LString(c.Kind.String()))
	vm.Set(t, lua.LString("name"), lua.LString(c.Name))
	vm.Set(t, lua.LString("pos"), pushVector(L, c.Pos))
	vm.Set(t, lua.LString("radius"), lua.LNumber(c.Radius))
	if c.Parent != 0 {
		vm.Set(t, lua.LString("parent"), lua.LNumber(c.Parent))
	}
	if c.Dest != 0 {
		vm.Set(t, lua.LString("dest"), lua.LNumber(c.Dest))
		if m := e.deps.Map.System(c.Dest); m != nil {
			vm.Set(t, lua.LString("dest_name"), lua.LString(m.Name))
		}
	}
	return t
}

func systemPlayers(e *env, L *lua.LState) int {
	list := L.CreateTable(len(e.sys.Players()), 0)
	for _, p := range e.sys.Players() {
		list.Append(lua.LNumber(p.ID))
	}
	L.Push(list)
	return 1
}

func systemPopulation(e *env, L *lua.LState) int {
	L.Push(lua.LNumber(len(e.sys.Players())))
	return 1
}

func systemRandom(e *env, L *lua.LState) int {
	r := e.sys.Rand()
	low, high := 1.0, float64(L.OptNumber(1, 0))
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(r.Float64()))
		return 1
	case 1:
	default:
		low, high = high, float64(L.CheckNumber(2))
	}
	if high < low || high-low >= 1<<53 {
		L.RaiseError("system.random: there is no integer between %v and %v", low, high)
	}
	L.Push(lua.LNumber(low + float64(r.Int64N(int64(high-low)+1))))
	return 1
}

func systemSend(e *env, L *lua.LState) int {
	to := world.SystemAddress(L.CheckString(1))
	return done(L, e.sys.SendEvent(to, L.CheckString(2), plainFrom(L, 3, "system.send")))
}
