package bindings

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var update = flag.Bool("update", false, "write the generated files anew")

func TestDocumentsAreCurrent(t *testing.T) {
	documents := Documents()
	for path, want := range documents {
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s is out of date (%v): run `go run ./bindings/gen`", path, err)
		}
	}
	protocol, err := os.ReadFile("../runtime/gate/wire/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	if want, err := Protocol(string(protocol)); err != nil || want != string(protocol) {
		t.Errorf("PROTOCOL.md is out of date (%v): run `go run ./bindings/gen`", err)
	}
	stubs, err := filepath.Glob("library/*.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stubs {
		if _, made := documents[filepath.ToSlash(path)]; !made {
			t.Errorf("%s is made by nothing: remove it", path)
		}
	}
}

// stage is a system with one player, Ann (1), in a ship of hers.
type stage struct {
	*system.System
	memory *memory
	rest   *rest
	ann    *player
	now    time.Time
	faults []script.Fault
}

// prelude gives each case the words P (the player), S (her ship) and the ids of
// luatest's Alpha: G (gate to Beta), D (station).
const prelude = `
	local P, G, D = 1, 1021, 1031
	heard = {}
	function command.run()
		local S = player.ship(P)
		%CODE%
	end`

// types are the same on all stages.
var types TypeReader

func newStage(t *testing.T, body, more string) *stage {
	t.Helper()
	st := &stage{rest: &rest{}, ann: &player{}, now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	m := &memory{values: map[string]world.Value{}, items: map[Item]int64{}}
	u := luatest.Map()
	deps := &Deps{Map: u, Routes: world.NewRouter(u), Store: m, Items: purse{m}, Orders: stall{}, Characters: crowd{}, Mutes: mutes{}, Outside: func(work func()) { work() }}
	release := code.NewRelease(1, withTypes(map[string][]byte{"main.lua": []byte(strings.Replace(prelude, "%CODE%", body, 1) + "\n" + more)}))
	st.memory = m
	st.System = system.New(system.Config{
		Address: "@Alpha", Static: u.ByName("Alpha"), Seed: 1,
		Release: func() *code.Release { return release },
		Script:  script.Options{Entry: []string{"main"}, Started: st.now, Data: types.Data},
		Bind:    Binder(deps), Events: Teller, Router: st.rest, Saver: st.rest,
		OnFault: func(_ world.Address, f script.Fault) { st.faults = append(st.faults, f) },
	})
	st.rest.s = st.System
	if err := st.Start(st.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.State().Close() })
	ship := &system.Ship{Kind: "ship", Name: "Hope", Type: "Wren", Mass: 1e6, Agility: 3, Speed: 300, Radius: 20, Warp: 5,
		Pos: world.Vec3{X: world.AU, Y: 1e9}}
	st.post(t, system.Enter{Character: system.Character{ID: 1, Name: "Ann", System: 1, Ship: ship}, Client: st.ann, Reason: "login"})
	st.tick(2)
	return st
}

func (st *stage) post(t *testing.T, m system.Message) {
	t.Helper()
	if err := st.Post(m); err != nil {
		t.Fatal(err)
	}
}

func (st *stage) tick(n int) {
	for range n {
		st.now = st.now.Add(100 * time.Millisecond)
		st.Step(st.now)
	}
}

// run plays the code as a command of Ann's and returns its answer as JSON, or
// "error: ..." with what went wrong.
func (st *stage) run(t *testing.T) string {
	t.Helper()
	answer := "no answer"
	st.ann.reply = func(v world.Value, err error) {
		b, jerr := json.Marshal(v)
		if err != nil || jerr != nil {
			b = []byte("error: " + errors.Join(err, jerr).Error())
		}
		answer = string(b)
	}
	st.post(t, system.Command{Player: 1, Client: st.ann, Name: "run"})
	st.tick(6) // each wait ends at the next tick
	if len(st.faults) > 0 {
		return "error: " + st.faults[0].Message
	}
	return answer
}

// bookLua begins a book, and has an order of each side.
const bookLua = `book.begin()
	local sell = {order = 1, owner = P, side = "sell", type = "ore", system = "Alpha", station = D, price = 20, quantity = 5, rank = 1, expires = 9}
	local buy = {order = 2, owner = 2, side = "buy", type = "ore", system = "Alpha", station = D, price = 21, quantity = 8, rank = 2, expires = 9} `

// cases has at least one line for every word: Lua that runs as a command, and
// its answer.
var cases = []struct{ word, code, want string }{
	{"system.name", `return system.name()`, `"Alpha"`},
	{"system.id", `return system.id()`, `1`},
	{"system.security", `return system.security()`, `0.9`},
	{"system.region", `return system.region()`, `"Proving Ground"`},
	{"system.constellation", `return system.constellation()`, `"Line"`},
	{"system.hz", `system.hz(20) return system.hz()`, `20`},
	{"system.hz", `system.hz(1000)`, `error: system.hz: a system runs at 0.1 to 60 ticks a second, not 1000`},
	{"system.cap", `return system.cap()`, `0`},
	{"system.cap", `system.cap(300) return system.cap()`, `300`},
	{"system.cap", `system.cap(-1)`, `error: system.cap: a system cannot let in -1 players; 0 stands for no limit`},
	{"system.tick", `return system.tick() >= 2`, `true`},
	{"system.now", `return system.now() > 0.1`, `true`},
	{"system.celestials", `return {#system.celestials(), #system.celestials("station")}`, `[8,2]`},
	{"system.celestials", `return system.celestials(5)`, `error: system.celestials: argument 1, kind: string expected, got number 5`},
	{"system.celestial", `local c = system.celestial(G) return {c.kind, c.dest_name}`, `["gate","Beta"]`},
	{"system.celestial", `return system.celestial(99) == nil`, `true`},
	{"system.players", `return system.players()`, `[1]`},
	{"system.population", `return system.population()`, `1`},
	{"system.random", `local x, y, z = system.random(), system.random(6), system.random(3, 3) return x >= 0 and x < 1 and y >= 1 and y <= 6 and z == 3`, `true`},
	{"system.random", `return system.random(0)`, `error: system.random: there is no integer between 1 and 0`},
	{"system.release", `return system.release()`, `1`},
	{"system.sender_release", `return system.sender_release()`, `0`},
	{"system.send", `return system.send("Beta", "alarm", {n = 1})`, `true`},
	{"system.send", `local ok, why = system.send("Nowhere", "alarm") return why`, `"there is no @Nowhere"`},
	{"system.send", `return system.send("Beta", "alarm", print)`, `error: system.send: argument 3: a function cannot be sent`},

	{"space.spawn", `local x = space.spawn {kind = "wreck", pos = {x = 1, y = 2, z = 3}} return {space.get(x).kind, space.get(x).pos}`, `["wreck",{"x":1,"y":2,"z":3}]`},
	{"space.spawn", `space.spawn {weight = 5}`, `error: space.spawn: there is no field weight`},
	{"space.spawn", `space.spawn {mass = "much"}`, `error: space.spawn: mass: number expected, got string`},
	{"space.spawn", `space.spawn {pos = {x = 0 / 0}}`, `error: space.spawn: pos: the coordinates are not finite numbers`},
	{"space.spawn", `space.spawn {type = "Wrenn"}`, `error: space.spawn: type: there is no type called Wrenn, did you mean Wren?`},
	{"space.spawn", `return space.get(space.spawn {type = "wren"}).type`, `"Wren"`},
	{"space.engine", `return {space.engine(S).mass, space.engine(S).warp}`, `[1000000,5]`},
	{"space.engine", `local e, why = space.engine(99) return why`, `"nothing in space has the id 99"`},
	{"space.set_engine", `space.set_engine(S, {mass = 2e6, speed = 400}) local e = space.engine(S) return {e.mass, e.agility, e.speed, e.warp, space.get(S).speed}`, `[2000000,3,400,5,400]`},
	{"space.set_engine", `space.set_engine(S, {mas = 5})`, `error: space.set_engine: there is no field mas, did you mean mass?`},
	{"space.set_engine", `local ok, why = space.set_engine(S, {speed = 500, warp = -1}) return {why, space.engine(S).speed}`, `["the warp speed -1.495978707e+11 is neither 0 nor within 1e+06 and 1e+15 m/s: 3 AU/s are 4.487936121e+11",300]`},
	{"space.teleport", `return {space.teleport(S, {1e11, 2, 3}), space.get(S).pos, space.get(S).mode}`, `[true,{"x":100000000000,"y":2,"z":3},"stop"]`},
	{"space.teleport", `local ok, why = space.teleport(99, {1, 2, 3}) return why`, `"nothing with the id 99 is in this system: it was removed or has jumped away; take the id from a fresh snapshot"`},
	{"space.teleport", `local ok, why = space.teleport(S, {1e15, 0, 0}) return why`, `"{1e+15 0 0} is no place in this system: give finite coordinates within 1e+14 m of the star"`},
	{"space.teleport", `space.teleport(S, "home")`, `error: space.teleport: argument 2, pos: table expected, got string`},
	{"space.hide", `local p = space.get(S).pos local x = space.spawn {pos = p} space.hide(S)
		local ok, why = space.approach(x, S) return {space.get(S).hidden, #space.near(x, 1e3), #space.near(S, 1e3), why}`, `[true,0,1,"nothing with the id 1073741824 is in this system: it was removed or has jumped away; take the id from a fresh snapshot"]`},
	{"space.hide", `local ok, why = space.hide(99) return why`, `"nothing with the id 99 is in this system: it was removed or has jumped away; take the id from a fresh snapshot"`},
	{"space.show", `space.hide(S) return {space.show(S), space.get(S).hidden == nil}`, `[true,true]`},
	{"space.damage", `local got event.ship_harmed = function(...) got = {...} end local x = space.spawn {} return {space.damage(S, 12.5, x), got[1] == S, got[2], got[3] == x}`, `[true,true,12.5,true]`},
	{"space.damage", `local ok, why = space.damage(S, 5) return why`, `"nobody handles event.ship_harmed: the scripts have nothing that can be harmed"`},
	{"space.damage", `local ok, why = space.damage(S, 5, 99) return why`, `"nothing in space has the id 99"`},
	{"space.damage", `space.damage(S, -1)`, `error: space.damage: points has to be a number from 0 to 1e+12`},
	{"space.damage", `space.damage(S, 1e13)`, `error: space.damage: points has to be a number from 0 to 1e+12`},
	{"space.damage", `local deep = 0 event.ship_harmed = function(ship) deep = deep + 1 pcall(space.damage, ship, 1) end space.damage(S, 1) return deep`, `16`},
	{"space.of_type", `space.spawn {kind = "wreck", type = "Wren"} return #space.of_type("wren")`, `2`},
	{"space.launch", `local p = space.get(S).pos
		local x = space.spawn {pos = {x = p.x + 500, y = p.y, z = p.z}}
		local m = space.launch {ship = S, target = x, speed = 2000, life = 10, mass = 100, agility = 1}
		return space.get(m).kind`, `"missile"`},
	{"space.launch", `local m, why = space.launch {ship = 99, target = S} return why`, `"nothing in space has the id 99"`},
	{"space.remove", `return {space.remove(S), space.remove(S), player.ship(P) == nil}`, `[true,false,true]`},
	{"space.exists", `return {space.exists(S), space.exists(D), space.exists(99), space.exists(-1), space.exists(1e20)}`, `[true,true,false,false,false]`},
	{"space.get", `return space.get(S).name`, `"Hope"`},
	{"space.get", `return {space.get(99) == nil, space.get(D) == nil}`, `[true,true]`},
	{"space.position", `local x, y, z = space.position(S) return {y, z}`, `[1000000000,0]`},
	{"space.position", `return space.position(99) == nil`, `true`},
	{"space.distance", `local x, y, z = space.position(S) local w = space.spawn {pos = {x = x + 1000, y = y, z = z}, radius = 30} return space.distance(S, w)`, `950`},
	{"space.distance", `local d, why = space.distance(S, 99) return d == nil and why ~= nil`, `true`},
	{"space.angular", `local x, y, z = space.position(S) local w = space.spawn {pos = {x = x + 1000, y = y, z = z}, radius = 30} return space.angular(S, w)`, `0`},
	{"space.angular", `local d, why = space.angular(S, 99) return d == nil and why ~= nil`, `true`},
	{"space.near", `local x, y, z = space.position(S) local w = space.spawn {kind = "wreck", pos = {x = x + 1000, y = y, z = z}}
		return {#space.near(S, 5000), #space.near(S, 5000, "wreck"), #space.near(S, 5000, "npc"), #space.near(S, 10)}`, `[1,1,0,0]`},
	{"space.near", `local l, why = space.near(99, 10) return l == nil and why ~= nil`, `true`},
	{"space.stop", `return {space.stop(S), space.get(S).mode}`, `[true,"stop"]`},
	{"space.stop", `local ok, why = space.stop(99) return ok == nil and type(why)`, `"string"`},
	{"space.stop", `space.stop("S")`, `error: space.stop: argument 1, ship: integer expected, got string`},
	{"space.direction", `return {space.direction(S, {0, 0, 1}), space.get(S).mode}`, `[true,"direction"]`},
	{"space.go_to", `return {space.go_to(S, {x = 1, y = 2, z = 3}), space.get(S).mode}`, `[true,"goto"]`},
	{"space.approach", `return {space.approach(S, D), space.get(S).target}`, `[true,1031]`},
	{"space.orbit", `return {space.orbit(S, D, 5000), space.get(S).mode}`, `[true,"orbit"]`},
	{"space.orbit", `space.orbit(S, D)`, `error: space.orbit: argument 3, range: number expected, got nothing`},
	{"space.keep", `return {space.keep(S, D, 5000), space.get(S).mode}`, `[true,"keep"]`},
	{"space.align", `return {space.align(S, D), space.align(S, {1, 2, 3}), space.get(S).mode}`, `[true,true,"align"]`},
	{"space.warp", `return {space.warp(S, D, 1e4), space.get(S).mode}`, `[true,"warp"]`},
	{"space.warp", `local ok, why = space.warp(S, 99) return why`, `"nothing in this system has the id 99"`},
	{"space.set_speed", `return {space.set_speed(S, 55), space.get(S).speed}`, `[true,55]`},

	{"player.name", `return player.name(P)`, `"Ann"`},
	{"player.name", `local n, why = player.name(7) return why`, `"no such player in this system"`},
	{"player.ship", `return player.ship(P) == S`, `true`},
	{"player.set_ship", `local w = space.spawn {} return {player.set_ship(P, w), player.ship(P) == w, player.set_ship(P), player.ship(P) == nil}`, `[true,true,true,true]`},
	{"player.data", `player.data(P).isk = 5 return player.data(P)`, `{"isk":5}`},
	{"player.station", `return player.station(P) == nil`, `true`},
	{"player.dock", `return {player.dock(P, D), player.station(P), player.ship(P) == nil}`, `[true,1031,true]`},
	{"player.dock", `local ok, why = player.dock(P, G) return why`, `"there is no station with the id 1021 in Alpha"`},
	{"player.undock", `player.dock(P, D) local at = player.undock(P) return {at.x ~= nil, player.station(P) == nil}`, `[true,true]`},
	{"player.undock", `local at, why = player.undock(P) return why`, `"not docked"`},
	{"player.jump", `return player.jump(P, G)`, `true`},
	{"player.jump", `local ok, why = player.jump(P, D) return why`, `"there is no gate with the id 1031 in Alpha"`},
	{"player.send", `return player.send(P, "toast", {text = "hi"})`, `true`},
	{"player.send", `player.send(P, "toast", {f = print})`, `error: player.send: argument 3: a function cannot be sent`},
	{"player.run", `function command.double(p, args) if not args.n then return nil, "which?", "bad" end return {p, args.n * 2} end return player.run(P, "double", {n = 4})`, `[1,8]`},
	{"player.run", `function command.double() return nil, "which?", "bad" end local v, why, code = player.run(P, "double") return {v == nil, why, code}`, `[true,"which?","bad"]`},
	{"player.run", `function command.refuse() error {code = "no", message = "not now"} end local v, why, code = player.run(P, "refuse") return {why, code}`, `["not now","no"]`},
	{"player.run", `local v, why, code = player.run(P, "doubel") return {why, code}`, `["there is no command \"doubel\"","unknown_command"]`},
	{"player.run", `return select(2, player.run(99, "double"))`, `"no such player in this system"`},
	{"player.run", `player.run(P, "double", {print})`, `error: player.run: argument 3: a function cannot be sent or stored; only nil, booleans, numbers, strings and tables of them (at key 1)`},
	{"character.get", `return character.get(2)`, `{"data":{"n":1},"id":2,"last_seen":60,"name":"Ben","playing":false,"station":5,"system":"Beta"}`},
	{"character.get", `return character.get(7) == nil`, `true`},
	{"character.find", `return {character.find("Ben").id, character.find("Eve") == nil}`, `[2,true]`},
	{"character.send", `return {character.send(2, "hail", {n = 1}), select(2, character.send(7, "hail"))}`, `[true,"the character 7 is not in the game"]`},
	{"character.place", `local ok, why = character.place(2, "Alpha", D) return why`, `"2 to 1, 1031"`},
	{"character.place", `local ok, why = character.place(2, "Alpha", G) return why`, `"Alpha has no station 1021"`},
	{"character.place", `local ok, why = character.place(2, "Alfa") return why`, `"there is no system called Alfa"`},
	{"player.save", `return player.save(P)`, `true`},
	{"player.heed", `return player.heed(P, "locks", {S, 5}, {P}) and player.heed(P, "locks") and player.heed(9, "locks") == nil`, `true`},
	{"player.kick", `return player.kick(P, "rude")`, `true`},
	{"player.online", `return {player.online(P), player.online(7)}`, `[true,false]`},
	{"player.muted", `return player.muted(P)`, `"You may not speak: rude"`},
	{"player.muted", `local why, none = player.muted(7) return {why == nil, none}`, `[true,"no such player in this system"]`},
	{"player.all", `return player.all()`, `[1]`},

	{"universe.route", `return universe.route("alpha", "DELTA")`, `["Alpha","Beta","Gamma","Delta"]`},
	{"universe.route", `local r, why = universe.route("Alpha", "Omega") return why`, `"there is no system called Omega"`},
	{"universe.route", `local r, why = universe.route("Alpha", "Delta", 0.1) return why`, `"there is no way from Alpha to Delta"`},
	{"universe.find", `return {universe.find("g"), universe.find("", 2)}`, `[["Gamma"],["Alpha","Beta"]]`},
	{"universe.system", `return universe.system("beta").neighbours`, `["Alpha","Gamma"]`},
	{"universe.system", `local s, why = universe.system("Omega") return why`, `"there is no system called Omega"`},
	{"planet.richness", `local a, b = planet.richness(1011, "Hydrane", 10, 20), planet.richness(1011, "Brine", 10, 20) return {a >= 0 and a < 1, a ~= b, math.abs(a - planet.richness(1011, "Hydrane", 10, 380)) < 1e-9}`, `[true,true,true]`},
	{"planet.richness", `local at = {1011, "Hydrane", 10, 20} local a = planet.richness(unpack(at)) at[5] = {{lat = 10, lon = 20, depth = 0.5, reach = 0.1}} return math.abs(planet.richness(unpack(at)) - a / 2) < 1e-9`, `true`},
	{"planet.richness", `return planet.richness(1011, "Hydrane", 1 / 0, 20)`, `error: bad argument #3 to richness (a finite number expected)`},
	{"planet.richness", `return planet.richness(1011, "Hydrane", 1, 2, {{lat = 1, lon = 2, depth = 1}})`, `error: reach: a finite number expected`},
	{"planet.richness", `local n, why = planet.richness(1031, "Hydrane", 1, 2) return why`, `"there is no planet 1031 here"`},
	{"planet.resources", `return {#planet.resources(1011, "Hydrane"), #planet.resources(1011, "Hydrane", nil, 1e9, 2)}`, `[512,128]`},
	{"planet.resources", `local area = {south = 9, west = 19, north = 11, east = 21} return planet.resources(1011, "Hydrane", area, 1, 1)[1] == planet.richness(1011, "Hydrane", 10, 20)`, `true`},
	{"planet.resources", `return planet.resources(1011, "Hydrane", {south = 9})`, `error: planet.resources: area: west: a finite number expected`},
	{"planet.resources", `local list = {} for i = 1, 101 do list[i] = {} end return planet.resources(1011, "Hydrane", nil, 1, 1, list)`, `error: 101 places were dug at; at most 100 are counted`},
	{"types.get", `return types.get("WREN").mass`, `1000000`},
	{"types.get", `local t, why = types.get("Titan") return why`, `"there is no type called Titan"`},
	{"types.get", `local t, why = types.get("Wrem") return why`, `"there is no type called Wrem, did you mean Wren?"`},
	{"types.get", `return {types.get("Wren") == types.get("wren"), types.get("Plan").of.Ore, types.get("Old").retired}`, `[true,3,true]`},
	{"types.get", `return {tostring(types.get("wren")), tostring(types.get("Plan").of)}`, `["type: Wren","types: {3 Ore}"]`},
	{"types.get", `types.get("Wren").speed = 4`, `error: Wren.speed is the release's, the same in all systems, and is not assigned to: change it at types/ships.lua:2 and save`},
	{"types.get", `rawset(types.get("Wren"), "nose", 4)`, `error: Wren.nose is the release's, the same in all systems, and is not assigned to: change it at types/ships.lua:2 and save`},
	{"types.name", `return types.name "wren"`, `"Wren"`},
	{"types.name", `return types.name("Wrem")`, `error: types.name: name: there is no type called Wrem, did you mean Wren?`},
	{"types.list", `return types.list("rookie")`, `["Wren"]`},
	{"types.list", `return types.list()`, `["Ore","Money","Plan","Wren"]`},

	{"items.give", `return items.give(P, "ore", 5)`, `5`},
	{"items.give", `return items.give(P, "Orr", 5)`, `error: items.give: type: there is no type called Orr, did you mean Ore?`},
	{"items.move", `return items.move(P, "Gold", 5, 2)`, `error: items.move: type: there is no type called Gold`},
	{"items.list", `items.give(P, "Ore", 5, "hangar") items.give(P, "Ore", 1, "hold") return items.list(P, "hold")`, `[{"location":"hold","quantity":1,"type":"Ore"}]`},
	{"items.at", `return items.at("dock", 5, {owner = 7, type = "Gas"})`, `[{"location":"dock","owner":1,"quantity":5,"type":"Ore"},{"location":"","owner":7,"quantity":0,"type":"Gas"}]`},
	{"items.at", `return items.at("dock", 1e9)[1].quantity`, `1000`},
	{"items.places", `return items.places("wrecks", "wreck", 5)`, `["wreck of wrecks 5"]`},
	{"items.history", `return items.history(P, "ore", "hold", 9, 3)`, `[{"at":60,"cause":"hold","entry":8,"n":-5,"trades":[{"order":7,"price":5,"quantity":3,"side":"buy","station":1031,"system":"Alpha","type":"Ore"}]}]`},
	{"store.answered", `return {store.answered(P, "done", {"a", 1}), store.answered(P, "new") == nil, {store.answered(P, "used", {b = 2})}}`, `[{"by":1,"content":"[\"a\",1]"},true,{"2":"the key is used for {\"b\":2}","3":"key_used"}]`},
	{"store.answered", `return store.answered(P, "done", print)`, `error: store.answered: content: a function cannot be sent or stored; only nil, booleans, numbers, strings and tables of them`},
	{"universe.regions", `return universe.regions()`, `["Proving Ground"]`},
	{"universe.stations", `local all = universe.stations("proving ground") return {#all, all[1], all[3].system}`, `[4,{"name":"Alpha II - Harbour A","station":1031,"system":"Alpha"},"Gamma"]`},
	{"universe.stations", `local none, why = universe.stations("Elsewhere") return why`, `"there is no region called Elsewhere"`},
	{"items.kept", `return items.kept("wrecks", "wreck 5")`, `[{"location":"wreck 5","quantity":3,"type":"Ore"}]`},
	{"items.volume", `items.give(P, "Ore", 5, "hold") items.give(P, "Money", 5, "hold") return items.volume(P, "hold")`, `10`},
	{"items.stow", `local ok, why = items.stow(P, "Ore", 5, "hold", 7) return {ok == nil, why}`, `[true,"7 m3 for hold of 2"]`},
	{"items.stow", `return items.stow(P, "Orr", 5, "hold", 7)`, `error: items.stow: type: there is no type called Orr, did you mean Ore?`},
	{"items.take", `items.give(P, "ore", 5) return items.take(P, "ore", 2)`, `3`},
	{"items.take", `local n, why = items.take(P, "ore", 2) return why`, `"there are not enough"`},
	{"items.list", `items.give(P, "ore", 5, "hangar") return items.list(P)`, `[{"location":"hangar","quantity":5,"type":"Ore"}]`},
	{"items.move", `items.give(P, "ore", 5) return {items.move(P, "ore", 4, 2), items.list(2)}`, `[true,[{"location":"","quantity":4,"type":"Ore"}]]`},
	{"orders.open", `return orders.open(5, 2)[1]`, `{"created":0,"expires":0,"left":4,"min":2,"order":7,"owner":1,"price":5,"quantity":9,"range":3,"rank":7,"region":"R","side":"buy","station":1031,"system":"Alpha","type":"Ore"}`},
	{"orders.get", `return {orders.get(7).order, orders.get(100) == nil}`, `[7,true]`},
	{"orders.expired", `return orders.expired(3)[1].order`, `3`},
	{"orders.of", `local o = orders.of(P, 5, 2)[1] return {o.order, o.owner}`, `[7,1]`},
	{"orders.last", `return orders.last()`, `{"order":8,"rank":9}`},
	{"orders.days", `return orders.days("R", "ore", 2)`, `[{"day":2,"highest":3,"lowest":1,"order_count":2,"turnover":60,"volume":30}]`},
	{"book.ready", `local before = book.ready() book.begin() return {before, book.ready()}`, `[false,true]`},
	{"book.begin", `return book.page("Proving Ground", "Ore")`, `error: the book is not begun: book.begin() first, and add the orders that stand`},
	{"book.add", bookLua + `return {book.add(sell), select(2, book.add(sell))}`, `[true,"order 1 is in the book already"]`},
	{"book.add", bookLua + `sell.system = "Nowhere" book.add(sell)`, `error: book.add: there is no system called Nowhere`},
	{"book.add", bookLua + `sell.price = 1.5 book.add(sell)`, `error: book.add: price: a whole number expected, got number 1.5`},
	{"book.add", bookLua + `sell.range = "far" book.add(sell)`, `error: book.add: range: "station", "system", "region" or a count of jumps expected, got string`},
	{"book.add", bookLua + `sell.side = "lend" book.add(sell)`, `error: book.add: an order sells or buys: "lend" is neither`},
	{"book.match", bookLua + `book.add(sell) return book.match(buy, 10)`, `[{"n":5,"order":1,"owner":1,"price":20,"station":1031,"system":"Alpha"}]`},
	{"book.settle", bookLua + `book.add(sell) book.settle(book.match(buy, 10)) return {book.left(1) == nil}`, `[true]`},
	{"book.back", bookLua + `book.add(sell) book.back(book.match(buy, 10)) return book.left(1)`, `5`},
	{"book.back", bookLua + `book.back {5}`, `error: book.back: a list of what book.match answered expected`},
	{"book.hold", bookLua + `book.add(sell) buy.quantity = 2 book.match(buy, 10) return {{book.hold(1)}, book.hold(1) == nil, book.hold(99) == nil}`, `[[3,2],true,true]`},
	{"book.release", bookLua + `book.add(sell) book.hold(1) book.release(1) return #book.match(buy, 10)`, `1`},
	{"book.remove", bookLua + `book.add(sell) return {book.remove(1), book.remove(1), #book.match(buy, 10)}`, `[true,false,0]`},
	{"book.left", bookLua + `book.add(sell) buy.quantity = 2 book.match(buy, 10) return book.left(1)`, `3`},
	{"book.sum", bookLua + `book.add(sell) local before = book.sum() book.match(buy, 10) return {before == book.sum(), before == orders.sum(), string.sub(before, 1, 9)}`, `[true,true,"1 orders,"]`},
	{"orders.sum", bookLua + `return orders.sum() == book.sum()`, `false`},
	{"book.page", bookLua + `book.add(sell) buy.price, buy.min, buy.range = 10, 3, "region" book.add(buy) return book.page("Proving Ground", "Ore", 5)`,
		`{"buys":[{"expires":9,"min":3,"order":2,"price":10,"quantity":8,"range":"region","station":1031,"system":"Alpha"}],"revision":2,"sells":[{"expires":9,"order":1,"price":20,"quantity":5,"station":1031,"system":"Alpha"}]}`},
	{"store.transact", bookLua + `return store.transact {{open = sell, fee = 3}, {trade = 2, with = 1, n = 5, price = 20, tax = 1}, {close = 1, reason = "cancelled"}, {reprice = 2, price = 9, rank = 4, fee = 1}}`, `true`},
	{"store.transact", bookLua + `store.transact {{open = 5}}`, `error: store.transact: change 1: open: an order expected, got number 5`},
	{"store.list", `store.put("a/1", 1) store.put("a/2", 2) return {store.list("a/", 1), store.list("a/", 5, "a/1")}`,
		`[[{"key":"a/1","value":1}],[{"key":"a/2","value":2}]]`},
	{"store.transact", `return store.transact {{put = "a", value = {1}}, {add = "n", n = -2, least = 0}, {expect = "x"}, {give = P, type = "ore", n = 3}, {take = 2, type = "Ore", n = 3, location = "hold"}}`, `true`},
	{"store.transact", `local ok, why = store.transact {{room = P, location = "hold", capacity = 9}} return why`, `"9 m3 for hold of 2"`},
	{"store.transact", `store.transact {{put = "a", add = "b"}}`, `error: store.transact: change 1: it says both add and put`},
	{"store.transact", `store.transact {{}}`, `error: store.transact: change 1: it names none of add, close, expect, give, move, open, put, reprice, room, standing, take, trade`},
	{"store.transact", `store.transact {{give = P, typ = "Ore", n = 1}}`, `error: store.transact: change 1: give has no field typ, did you mean type?`},
	{"store.transact", `store.transact {{give = P, type = "Orr", n = 1}}`, `error: store.transact: change 1: type: there is no type called Orr, did you mean Ore?`},
	{"store.transact", `store.transact {{take = P, type = "Ore", n = 0.5}}`, `error: store.transact: change 1: n: a whole number from 1 to 1000000000000000 expected, got number 0.5`},
	{"store.transact", `return store.transact {{take = "wrecks", type = "Ore", n = 1}}`, `true`},
	{"store.transact", `store.transact {{take = {}, type = "Ore", n = 1}}`, `error: store.transact: change 1: take: a finite number expected, got table`},
	{"store.transact", `return store.transact({{move = P, type = "ore", n = 3, location = "hold", to = "wrecks", to_location = "wreck 5"}}, {answer = {done = 3}})`, `{"done":3}`},
	{"store.transact", `store.transact {{move = P, type = "ore", n = 3}}`, `error: store.transact: change 1: to: a finite number expected, got nothing`},
	{"store.transact", `store.transact({{put = "a"}}, {casue = "x"})`, `error: store.transact: why has no field casue, did you mean cause?`},
	{"store.transact", `store.transact({{put = "a"}}, {key = 5})`, `error: store.transact: key: string expected, got number 5`},
	{"store.transact", `store.transact {5}`, `error: store.transact: change 1: a table expected, got number 5`},
	{"store.transact", `local t = {} for i = 1, 101 do t[i] = {put = "a"} end store.transact(t)`, `error: store.transact: 101 changes; at most 100 go together`},
	{"store.put", `return store.put("k", {1, 2})`, `true`},
	{"store.get", `store.put("k", {a = 1}) return {store.get("k"), store.get("none") == nil}`, `[{"a":1},true]`},
	{"store.add", `return {store.add("n", 2), store.add("n", 3)}`, `[2,5]`},
	{"store.add", `store.put("n", "text") store.add("n", 3)`, `error: no number there`},
	{"store.get", `pcall(store.get, "k") return select(2, pcall(store.get, "k")) ~= nil`, `true`},
	{"service.call", `return {service.call("market", "price", "ore", 3)}`, `["price","ore",3]`},
	{"service.call", `service.call("absent", "price")`, `error: there is no absent`},
	{"service.call_within", `return {service.call_within(3, "market", "price", "ore", 3)}`, `["price","ore",3]`},
	{"service.call_within", `service.call_within(0, "market", "price")`, `error: bad argument #1`},
	{"broadcast", `broadcast("toast", {text = "hi"}) return true`, `true`},
	{"bubble_send", `return bubble_send(S, "toast", {text = "hi"})`, `true`},
	{"bubble_send", `local ok, why = bubble_send(99, "toast") return why`, `"nothing in space has the id 99"`},
}

func TestWords(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.word] = true
		t.Run(c.word, func(t *testing.T) {
			st := newStage(t, c.code, "")
			got := st.run(t)
			if strings.HasPrefix(c.want, "error: ") {
				// the message follows the place in the source
				if !strings.HasPrefix(got, "error: ") || !strings.Contains(got, strings.TrimPrefix(c.want, "error: ")) {
					t.Errorf("%s\n answered %s\n and not  %s", c.code, got, c.want)
				}
				return
			}
			if got != c.want {
				t.Errorf("%s\n answered %s\n and not  %s", c.code, got, c.want)
			}
		})
	}
	for _, tb := range tables {
		for _, f := range tb.Funcs {
			if name := strings.TrimPrefix(tb.Name+"."+f.name, "."); !tested[name] {
				t.Errorf("no case tests %s", name)
			}
		}
	}
}

func TestWordsReachThePlayer(t *testing.T) {
	for word, code := range map[string]string{
		"player.send": `player.send(P, "toast", {text = "hi"})`,
		"broadcast":   `broadcast("toast", {text = "hi"})`,
		"bubble_send": `bubble_send(S, "toast", {text = "hi"})`,
	} {
		st := newStage(t, code, "")
		st.run(t)
		last := st.ann.events[len(st.ann.events)-1]
		if last.Event != "toast" || last.Fields["text"] != "hi" {
			t.Errorf("%s: the client got %+v", word, last)
		}
	}
	st := newStage(t, `player.kick(P, "rude")`, "")
	if st.run(t); st.ann.closed != "rude" {
		t.Errorf("player.kick closed with %q", st.ann.closed)
	}
	st = newStage(t, `player.jump(P, G)`, "")
	if st.run(t); len(st.rest.jump) != 1 {
		t.Error("player.jump sent nobody")
	}
}

// mutes has one player who may not speak.
type mutes struct{}

func (mutes) Muted(p world.CharacterID) (string, bool) {
	return "You may not speak: rude", p == 1
}
