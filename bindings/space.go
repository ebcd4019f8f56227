package bindings

import (
	"errors"
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/script/spell"
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
		{Sig: "angular(a: integer, b: integer): number?, string?", Do: spaceAngular,
			Doc: "How fast b moves across for somebody at a, in rad/s: what a gun has to follow. nil and a sentence where one of the two is not there."},
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
		{Sig: "teleport(ship: integer, pos: Vec3): boolean?, string?", Effect: true, Do: order(orderTeleport),
			Doc: "Puts a ship at a place in this system at once, at rest and without an order; out of warp, too, and clear of the surface where the place is inside of a celestial. Who does not see it any more loses it as a target."},
		{Sig: "hide(ship: integer): boolean?, string?", Effect: true, Do: order(orderHide),
			Doc: "Takes a ship out of the sight of all but its pilot: clients are not told of it, space.near leaves it out, nobody can aim at it, and what followed it has lost it. It sees and flies as before. space.get knows it still, with hidden; a jump, docking or a new login shows it."},
		{Sig: "show(ship: integer): boolean?, string?", Effect: true, Do: order(orderShow),
			Doc: "Shows a ship that was hidden."},
		{Sig: "damage(ship: integer, points: number, by?: integer): boolean?, string?", Effect: true, Do: spaceDamage,
			Doc: "Harms a ship by so many points, as a weapon of the ship by would: event.ship_harmed does it, before damage returns. nil and a sentence where one of the two is not there, or no script handles the event."},
		{Sig: "set_speed(ship: integer, speed: number): boolean?, string?", Effect: true, Do: spaceSetSpeed,
			Doc: "Changes the greatest speed, in m/s; it stays with the ship."},
		{Sig: "set_engine(ship: integer, engine: Engine): boolean?, string?", Effect: true, Do: spaceSetEngine,
			Doc: "Changes how a ship flies: mass, agility, speed, warp; what is left out stays. It stays with the ship. All or, where one is refused, nothing."},
		{Sig: "engine(ship: integer): Engine?, string?", Do: spaceEngine,
			Doc: "How a ship flies."},
		{Sig: "of_type(type: TypeName): integer[]", Do: spaceOfType,
			Doc: "The things in space here of a type, by id."},
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
func spawnFrom(e *env, L *lua.LState, fn string, extra map[string]*float64) system.Spawn {
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
			if key == "type" {
				sp.Type = e.typeName(L, fn+": type", string(s))
			}
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
	id, err := e.sys.Spawn(spawnFrom(e, L, "space.spawn", nil))
	if err != nil {
		return refuse(L, err)
	}
	return pushID(L, id)
}

func spaceLaunch(e *env, L *lua.LState) int {
	noSpace(e, L)
	var ship, target, life float64
	sp := spawnFrom(e, L, "space.launch", map[string]*float64{"ship": &ship, "target": &target, "life": &life})
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

func spaceEngine(e *env, L *lua.LState) int {
	noSpace(e, L)
	thing, ok := e.sys.Entity(entityAt(L, 1))
	if !ok {
		return refuse(L, fmt.Errorf("nothing in space has the id %v", L.Get(1)))
	}
	of := thing.Engine()
	t := L.CreateTable(0, 4)
	vm.Set(t, lua.LString("mass"), lua.LNumber(of.Mass))
	vm.Set(t, lua.LString("agility"), lua.LNumber(of.Agility))
	vm.Set(t, lua.LString("speed"), lua.LNumber(of.Speed))
	vm.Set(t, lua.LString("warp"), lua.LNumber(of.Warp))
	L.Push(t)
	return 1
}

// spaceSetEngine reads the fields of Engine that are given.
func spaceSetEngine(e *env, L *lua.LState) int {
	noSpace(e, L)
	id := entityAt(L, 1)
	thing, ok := e.sys.Entity(id)
	if !ok {
		return refuse(L, fmt.Errorf("nothing in space has the id %v", L.Get(1)))
	}
	engine := thing.Engine()
	fields := map[string]*float64{"mass": &engine.Mass, "agility": &engine.Agility, "speed": &engine.Speed, "warp": &engine.Warp}
	L.CheckTable(2).ForEach(func(k, v lua.LValue) {
		to := fields[k.String()]
		if to == nil {
			L.RaiseError("space.set_engine: there is no field %s%s", k, nearest(k.String(), fields))
		}
		n, ok := v.(lua.LNumber)
		if !ok {
			L.RaiseError("space.set_engine: %s: number expected, got %s", k, describe(v))
		}
		*to = float64(n)
	})
	return done(L, e.sys.SetEngine(id, engine))
}

func nearest[V any](name string, known map[string]V) string {
	if near := spell.Nearest(name, sortedKeys(known)); near != "" {
		return ", did you mean " + near + "?"
	}
	return ""
}

func spaceOfType(e *env, L *lua.LState) int {
	noSpace(e, L)
	name := L.CheckString(1)
	var found []world.EntityID
	seen := 0
	e.sys.EachEntity(func(thing *system.Entity) {
		if seen++; thing.Type == name {
			found = append(found, thing.ID)
		}
	})
	script.Charge(L, seen/entitiesPerStep)
	slices.Sort(found)
	list := L.CreateTable(len(found), 0)
	for _, id := range found {
		list.Append(lua.LNumber(id))
	}
	L.Push(list)
	return 1
}

// entitiesPerStep is how many things are looked at in the time of a step of Lua.
const entitiesPerStep = 8

// maxDamage is far above what any ship takes.
const maxDamage = 1e12

func spaceDamage(e *env, L *lua.LState) int {
	noSpace(e, L)
	points := float64(L.CheckNumber(2))
	if !(points >= 0 && points <= maxDamage) {
		L.RaiseError("space.damage: points has to be a number from 0 to %g", float64(maxDamage))
	}
	by := lua.LValue(lua.LNil)
	for _, n := range []int{1, 3} {
		if n == 3 && L.Get(n) == lua.LNil {
			continue
		}
		if _, ok := e.sys.Entity(entityAt(L, n)); !ok {
			return refuse(L, fmt.Errorf("nothing in space has the id %v", L.Get(n)))
		}
		if n == 3 {
			by = L.Get(n)
		}
	}
	if !script.EmitFrom(L, "ship_harmed", L.Get(1), lua.LNumber(points), by) {
		return refuse(L, errors.New("nobody handles event.ship_harmed: the scripts have nothing that can be harmed"))
	}
	return done(L, nil)
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
	if st.Hidden {
		vm.Set(t, lua.LString("hidden"), lua.LTrue)
	}
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

func spaceAngular(e *env, L *lua.LState) int {
	noSpace(e, L)
	angular, err := e.sys.Space().Angular(entityAt(L, 1), entityAt(L, 2))
	if err != nil {
		return refuse(L, err)
	}
	L.Push(lua.LNumber(angular))
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

func orderTeleport(sp *physics.Space, L *lua.LState, ship world.EntityID) error {
	return sp.Teleport(ship, vector(L, L.Get(2), "space.teleport"))
}

func orderHide(sp *physics.Space, _ *lua.LState, ship world.EntityID) error {
	return sp.Hide(ship, true)
}
func orderShow(sp *physics.Space, _ *lua.LState, ship world.EntityID) error {
	return sp.Hide(ship, false)
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
