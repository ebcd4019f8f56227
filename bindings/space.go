package bindings

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/physics"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var spaceTable = table{
	Name: "space",
	Doc:  "What is in space: ships, wrecks, missiles, and how they fly. Celestials of the map are targets and places, and take no orders.",
	Funcs: []function{
		{Sig: "spawn(what: Spawn): integer?, string?", Effect: true, Do: spaceSpawn,
			Doc: "Puts something into space and returns its id."},
		{Sig: "launch(what: Launch): integer?, string?", Effect: true, Do: spaceLaunch,
			Doc: "Launches a missile at a target; it flies by itself and is gone when it hits, loses its target or its time is up."},
		{Sig: "remove(id: integer): boolean", Effect: true, Do: spaceRemove,
			Doc: "Takes something out of space; false where it was not there."},
		{Sig: "exists(id: integer): boolean", Do: spaceExists,
			Doc: "Whether the thing is in space here; celestials are."},
		{Sig: "get(id: integer): Entity?", Do: spaceGet,
			Doc: "All about a thing in space, nil for a stale id."},
		{Sig: "position(id: integer): number?, number?, number?", Do: spacePosition,
			Doc: "Where a thing is: x, y, z in metres from the star; nil for a stale id."},
		{Sig: "distance(a: integer, b: integer): number?, string?", Do: spaceDistance,
			Doc: "The metres between two surfaces, 0 where they touch."},
		{Sig: "near(id: integer, radius: number, kind?: string): integer[]?, string?", Do: spaceNear,
			Doc: "The things within radius metres of a thing, from surface to surface, by id; itself and celestials left out. All, or of one kind."},
		{Sig: "stop(ship: integer): boolean?, string?", Effect: true, Do: order(orderStop),
			Doc: "Brakes."},
		{Sig: "direction(ship: integer, dir: Vec3): boolean?, string?", Effect: true, Do: order(orderDirection),
			Doc: "Flies in a direction."},
		{Sig: "go_to(ship: integer, point: Vec3): boolean?, string?", Effect: true, Do: order(orderGoTo),
			Doc: "Flies to a point and stops there; ship_arrived tells when."},
		{Sig: "approach(ship: integer, target: integer): boolean?, string?", Effect: true, Do: order(orderApproach),
			Doc: "Flies to a target's surface and stays with it."},
		{Sig: "orbit(ship: integer, target: integer, range: number): boolean?, string?", Effect: true, Do: order(orderOrbit),
			Doc: "Circles a target at a distance of range metres from its surface."},
		{Sig: "keep(ship: integer, target: integer, range: number): boolean?, string?", Effect: true, Do: order(orderKeep),
			Doc: "Keeps a distance of range metres from a target's surface."},
		{Sig: "align(ship: integer, target: integer|Vec3): boolean?, string?", Effect: true, Do: order(orderAlign),
			Doc: "Turns towards a thing or a point and flies that way, ready to warp."},
		{Sig: "warp(ship: integer, target: integer|Vec3, range?: number): boolean?, string?", Effect: true, Do: order(orderWarp),
			Doc: "Aligns, then warps to a thing or a point and lands range metres short of its surface (0 where left out). warp_started and warp_landed tell how it goes."},
		{Sig: "set_speed(ship: integer, speed: number): boolean?, string?", Effect: true, Do: spaceSetSpeed,
			Doc: "Changes the greatest speed, in m/s; it stays with the ship."},
	},
}

func noSpace(e *env, L *lua.LState) bool {
	if e.sys.Space() != nil {
		return false
	}
	L.RaiseError("a service has no space")
	return true
}

// spawnFields are the fields a spawn understands, with where they go.
func spawnFrom(L *lua.LState, fn string, extra map[string]*float64) system.Spawn {
	sp := system.Spawn{Ship: system.Ship{Kind: "ship", Mass: 1e6, Agility: 1, Radius: 20}}
	numbers := map[string]*float64{"mass": &sp.Mass, "agility": &sp.Agility, "speed": &sp.Speed,
		"radius": &sp.Radius, "warp": &sp.Warp}
	for k, v := range extra {
		numbers[k] = v
	}
	texts := map[string]*string{"kind": &sp.Kind, "type": &sp.Type, "name": &sp.Name}
	L.CheckTable(1).ForEach(func(k, v lua.LValue) {
		key := k.String()
		switch to := numbers[key]; {
		case to != nil:
			n, ok := v.(lua.LNumber)
			if !ok {
				L.RaiseError("%s: %s: number expected, got %s", fn, key, describe(v))
			}
			*to = float64(n)
		case texts[key] != nil:
			s, ok := v.(lua.LString)
			if !ok {
				L.RaiseError("%s: %s: string expected, got %s", fn, key, describe(v))
			}
			*texts[key] = string(s)
		case key == "pos":
			sp.Pos = vector(L, v, fn+": pos")
		case key == "vel":
			sp.Vel = vector(L, v, fn+": vel")
		case key == "owner":
			n, ok := v.(lua.LNumber)
			if !ok {
				L.RaiseError("%s: owner: a player's id expected, got %s", fn, describe(v))
			}
			sp.Owner = world.CharacterID(n)
		default:
			L.RaiseError("%s: there is no field %s", fn, key)
		}
	})
	return sp
}

func spaceSpawn(e *env, L *lua.LState) int {
	noSpace(e, L)
	id, err := e.sys.Spawn(spawnFrom(L, "space.spawn", nil))
	if err != nil {
		return refuse(L, err)
	}
	return pushID(L, id)
}

func spaceLaunch(e *env, L *lua.LState) int {
	noSpace(e, L)
	var ship, target, life float64
	sp := spawnFrom(L, "space.launch", map[string]*float64{"ship": &ship, "target": &target, "life": &life})
	sp.Kind = "missile"
	from, ok := e.sys.Space().Get(world.EntityID(ship))
	if !ok {
		return refuse(L, fmt.Errorf("nothing in space has the id %v", ship))
	}
	if L.CheckTable(1).RawGetString("pos") == lua.LNil {
		sp.Pos = from.Pos
	}
	if L.CheckTable(1).RawGetString("vel") == lua.LNil {
		sp.Vel = from.Vel
	}
	id, err := e.sys.Fire(sp, physics.Missile{
		Owner: from.ID, Target: world.EntityID(target), Pos: sp.Pos, Vel: sp.Vel,
		Mass: sp.Mass, Agility: sp.Agility, MaxSpeed: sp.Speed, Radius: sp.Radius, Life: life,
	})
	if err != nil {
		return refuse(L, err)
	}
	return pushID(L, id)
}

func spaceRemove(e *env, L *lua.LState) int {
	noSpace(e, L)
	L.Push(lua.LBool(e.sys.Remove(entityAt(L, 1))))
	return 1
}

func spaceExists(e *env, L *lua.LState) int {
	noSpace(e, L)
	_, ok := e.sys.Space().Get(entityAt(L, 1))
	L.Push(lua.LBool(ok))
	return 1
}

func spaceGet(e *env, L *lua.LState) int {
	noSpace(e, L)
	id := entityAt(L, 1)
	ent, ok := e.sys.Entity(id)
	st, there := e.sys.Space().Get(id)
	if !ok || !there {
		L.Push(lua.LNil)
		return 1
	}
	t := L.CreateTable(0, 12)
	vm.Set(t, lua.LString("id"), lua.LNumber(id))
	vm.Set(t, lua.LString("kind"), lua.LString(ent.Kind))
	vm.Set(t, lua.LString("name"), lua.LString(ent.Name))
	vm.Set(t, lua.LString("type"), lua.LString(ent.Type))
	if ent.Owner != 0 {
		vm.Set(t, lua.LString("owner"), lua.LNumber(ent.Owner))
	}
	vm.Set(t, lua.LString("pos"), pushVector(L, st.Pos))
	vm.Set(t, lua.LString("vel"), pushVector(L, st.Vel))
	vm.Set(t, lua.LString("mode"), lua.LString(st.Mode.String()))
	if st.Target != 0 {
		vm.Set(t, lua.LString("target"), lua.LNumber(st.Target))
	}
	vm.Set(t, lua.LString("speed"), lua.LNumber(st.Speed))
	vm.Set(t, lua.LString("radius"), lua.LNumber(st.Radius))
	vm.Set(t, lua.LString("bubble"), lua.LNumber(st.Bubble))
	L.Push(t)
	return 1
}

func spacePosition(e *env, L *lua.LState) int {
	noSpace(e, L)
	st, ok := e.sys.Space().Get(entityAt(L, 1))
	if !ok {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(st.Pos.X))
	L.Push(lua.LNumber(st.Pos.Y))
	L.Push(lua.LNumber(st.Pos.Z))
	return 3
}

func spaceDistance(e *env, L *lua.LState) int {
	noSpace(e, L)
	surface, _, err := e.sys.Space().Distance(entityAt(L, 1), entityAt(L, 2))
	if err != nil {
		return refuse(L, err)
	}
	L.Push(lua.LNumber(surface))
	return 1
}

func spaceNear(e *env, L *lua.LState) int {
	noSpace(e, L)
	kind := L.OptString(3, "")
	self := entityAt(L, 1)
	found, err := e.sys.Space().NearBody(self, float64(L.CheckNumber(2)), nil)
	if err != nil {
		return refuse(L, err)
	}
	list := L.NewTable()
	for _, id := range found {
		ent, ok := e.sys.Entity(id)
		if ok && (kind == "" || ent.Kind == kind) {
			list.Append(lua.LNumber(id))
		}
	}
	L.Push(list)
	return 1
}

// order makes a word of one of the space's orders.
func order(give func(*physics.Space, *lua.LState, world.EntityID) error) func(*env, *lua.LState) int {
	return func(e *env, L *lua.LState) int {
		noSpace(e, L)
		return done(L, give(e.sys.Space(), L, entityAt(L, 1)))
	}
}

func orderStop(sp *physics.Space, _ *lua.LState, ship world.EntityID) error { return sp.Stop(ship) }

func orderDirection(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.Direction(ship, vector(L, L.Get(2), "space.direction"))
}

func orderGoTo(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.GoTo(ship, vector(L, L.Get(2), "space.go_to"))
}

func orderApproach(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.Approach(ship, entityAt(L, 2))
}

func orderOrbit(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.Orbit(ship, entityAt(L, 2), float64(L.CheckNumber(3)))
}

func orderKeep(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.KeepRange(ship, entityAt(L, 2), float64(L.CheckNumber(3)))
}

func orderAlign(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	point, _, err := pointAt(sp, L, "space.align")
	if err != nil {
		return err
	}
	return sp.Align(ship, point)
}

func orderWarp(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	point, radius, err := pointAt(sp, L, "space.warp")
	if err != nil {
		return err
	}
	return sp.Warp(ship, point, radius+float64(L.OptNumber(3, 0)))
}

// pointAt is argument 2 as a place: a point, or where a thing is, with the radius
// of that thing.
func pointAt(sp *physics.Space, L *lua.LState, fn string) (world.Vec3, float64, error) {
	if L.Get(2).Type() == lua.LTTable {
		return vector(L, L.Get(2), fn), 0, nil
	}
	st, ok := sp.Get(entityAt(L, 2))
	if !ok {
		return world.Vec3{}, 0, fmt.Errorf("nothing in this system has the id %v", L.Get(2))
	}
	return st.Pos, st.Radius, nil
}

func spaceSetSpeed(e *env, L *lua.LState) int {
	noSpace(e, L)
	return done(L, e.sys.SetSpeed(entityAt(L, 1), float64(L.CheckNumber(2))))
}
