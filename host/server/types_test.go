package server

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// game is a shard with the game's own scripts.
func game(t *testing.T) Config {
	t.Helper()
	cfg := config(t)
	copyTree(t, "../../scripts", filepath.Join(filepath.Dir(cfg.Data), "game"))
	cfg.Scripts = filepath.Join(filepath.Dir(cfg.Data), "game")
	return cfg
}

const ships = "types/ships.lua"

func applied(t *testing.T, s *shard, words ...string) {
	t.Helper()
	out := wait(t, s)
	if out.Verdict != release.Apply {
		t.Fatalf("the save was %+v", out)
	}
	has(t, "the outcome", out.Sentence(), words...)
}

func refusedSave(t *testing.T, s *shard, code string, words ...string) {
	t.Helper()
	out := wait(t, s)
	if out.Verdict != release.Refuse || out.Code != code {
		t.Fatalf("the save was %+v", out)
	}
	has(t, "the refusal", out.Sentence(), words...)
}

// TestFiguresOfTypesAreHot changes what a ship is that flies.
func TestFiguresOfTypesAreHot(t *testing.T) {
	t.Parallel()
	cfg := game(t)
	s := start(t, cfg)
	amy, ann := s.operator("amy", command.Admin), login(t, s.Addr(), "Ann", wire.JSON)
	at := ann.place(s)["name"].(string)
	ann.do("undock", nil)
	asks := func(code string) string { return strings.TrimSpace(amy.do("lua --write @" + at + " " + code)) }
	me := "local me = player.ship(system.players()[1]) "
	asks(me + `local v = require("vessel").of(me) v.shield = 160 v.armour = 140 v.capacitor = 125 require("ship").held = types.get("Wren")`)

	edit(t, cfg, ships, "speed = 290", "speed = 400")
	applied(t, s, "types.ships: Wren.speed 290 -> 400", "(1 changed")
	told, flown := false, false
	ann.until("the note, and the new speed of the ship that flies", func(m *wire.Message) bool { // in either order
		told = told || m.Event == "reload" && strings.Contains(m.Fields["message"].(string), "Wren.speed 290 -> 400")
		flown = flown || m.Delta != nil && len(m.Delta.Move) > 0 && m.Delta.Move[0].Speed == 400
		return told && flown
	})
	if look := ann.do("look", map[string]world.Value{"type": "wren"}).(map[string]world.Value); look["speed"] != 400.0 {
		t.Errorf("look: %v", look)
	}
	if got := asks(`local held = require("ship").held return held.speed, held == types.get("Wren")`); got != "400 true" {
		t.Errorf("who holds the type sees %s", got)
	}
	if rows := s.auditOf(t, "code"); fmt.Sprint(rows[0].Detail.(map[string]world.Value)["values"]) != "[types.ships: Wren.speed 290 -> 400]" {
		t.Errorf("the audit log: %+v", rows[0].Detail)
	}

	// Of shield and armour the same part is left, and the shield recharges meanwhile; how it turns
	// follows mass and agility.
	edit(t, cfg, ships, "shield = 320, armour = 280", "shield = 640, armour = 560")
	applied(t, s, "Wren.shield 320 -> 640")
	edit(t, cfg, ships, "mass = 1100000", "mass = 2200000")
	applied(t, s)
	half := asks(me + `local v = require("vessel").all[me] return v.shield > 300 and v.armour == 280, v.hull, space.engine(me).mass`)
	if half != "true 300 2.2e+06" && half != "true 300 2200000" {
		t.Errorf("the ship that flies: %s", half)
	}

	amy.refused("lua --write @"+at+` types.get("Wren").speed = 500`, "change it at types/ships.lua:")
	amy.refused("lua --write @"+at+` space.spawn {type = "Wrenn"}`, "did you mean Wren?")

	// What is wrong changes nothing, anywhere.
	edit(t, cfg, ships, "speed = 400", "speed = -1")
	refusedSave(t, s, "R-TYPE", "types/ships.lua:17 Wren.speed is -1")
	edit(t, cfg, ships, "speed = -1", "speed = 400")
	save(t, cfg, "odd.lua", "local odd = {}\nfunction odd.f(p) items.give(p, \"Wrenn\", 1) end\nreturn odd\n")
	refusedSave(t, s, "R-TYPE", "odd.lua:2 there is no type called Wrenn, did you mean Wren?")
	if got := asks(`return require("ship").held.speed`); got != "400" {
		t.Errorf("after a refusal: %s", got)
	}
}

// TestTypesThatSomebodyHasStay takes types out that are flown, owned and kept.
func TestTypesThatSomebodyHasStay(t *testing.T) {
	t.Parallel()
	cfg := game(t)
	s := start(t, cfg)
	amy, ann := s.operator("amy", command.Admin), login(t, s.Addr(), "Ann", wire.JSON)
	at := ann.place(s)["name"].(string)
	edit(t, cfg, ships, "return {\n", "return {\n  {id = 900, name = \"Heron\", category = \"ship\", group = \"frigate\", mass = 1e6, agility = 3, speed = 300, warp = 5,\n    radius = 30, signature = 30, shield = 1, hull = 1},\n")
	applied(t, s, "types.ships: Heron is new")
	amy.do("lua --write @" + at + ` local p = system.players()[1] items.give(p, "heron", 2, "hangar")`)
	s.until("nobody has a Heron", func() bool { // the task waits for the store
		return strings.Contains(amy.do("lua --write @"+at+` for _, i in ipairs(items.list(system.players()[1])) do return i.type end`), "Heron")
	})

	edit(t, cfg, ships, `name = "Heron"`, `name = "Egret"`)
	refusedSave(t, s, "R-TYPE-USED", "types/ships.lua Heron would be gone, and 1 character has one", "retired = true")
	edit(t, cfg, ships, `name = "Egret"`, `retired = true, name = "Heron"`)
	applied(t, s, "Heron.retired false -> true")
	if got := amy.do("lua @" + at + ` return #types.list("frigate"), types.get("Heron").speed`); got != "6 300" {
		t.Errorf("a retired type: %s", got)
	}

	// One that goes with the release that brought it leaves who has it with what they have.
	amy.do("release rollback")
	amy.do("release rollback")
	out := s.releases.controller.Last()
	if out.Verdict != "apply" || len(out.Warnings) == 0 || out.Warnings[0].Code != "W-TYPE-USED" {
		t.Errorf("the way back: %v", out)
	}
	amy.refused("lua --write @"+at+` return space.spawn {type = "Heron"}`, "there is no type called Heron")

	// Named by a script is used, too.
	edit(t, cfg, "types/npcs.lua", `name = "Jackal Stray"`, `name = "Jackal Strey"`)
	out2 := wait(t, s)
	if out2.Verdict != release.Refuse || !strings.Contains(out2.Message, "Jackal Stray") || !strings.Contains(out2.Message, "fitting.lua:") {
		t.Errorf("a type that fitting.lua names: %+v", out2)
	}
}

// TestTypesOfACanary gives one system figures of its own.
func TestTypesOfACanary(t *testing.T) {
	t.Parallel()
	cfg := game(t)
	cfg.Production = true
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	names := s.systemNames(2)
	speed := func(system string) string {
		return strings.TrimSpace(amy.do("lua @" + system + ` return types.get("Wren").speed`))
	}
	speed(names[0])
	speed(names[1])
	edit(t, cfg, ships, "speed = 290", "speed = 400")
	if out := wait(t, s); out.Verdict != release.Queue {
		t.Fatalf("the save was %+v", out)
	}
	has(t, "the plan", amy.do("release plan"), "Wren.speed 290 -> 400")
	amy.do("release promote --canary @" + names[0])
	if a, b := speed(names[0]), speed(names[1]); a != "400" || b != "290" {
		t.Errorf("the canary has %s, the other %s", a, b)
	}
	amy.do("release rollback")
	if a := speed(names[0]); a != "290" {
		t.Errorf("after the rollback: %s", a)
	}
	has(t, "drift", amy.do("reload status"), ships)
}

func TestBrokenTypesAtTheStart(t *testing.T) {
	t.Parallel()
	cfg := game(t)
	edit(t, cfg, ships, "speed = 290", "sped = 290, zest = 1")
	s, err := New(cfg)
	if err == nil {
		_ = s.Close()
		t.Fatal("the shard started")
	}
	has(t, "the error", err.Error(), "types/ships.lua:17 Wren has the field sped", "did you mean speed?", "1 more")
	edit(t, cfg, ships, "sped = 290, zest = 1", "speed = 290")
	edit(t, cfg, "gun.lua", "return gun", "function gun.x(p) items.give(p, \"Light Railgum\", 1) end\nreturn gun")
	good := start(t, cfg)
	has(t, "the notices", strings.Join(good.notices, "\n"), "gun.lua:", "did you mean Light Railgun?")
}

func TestTypeOwners(t *testing.T) {
	t.Parallel()
	s := start(t, game(t))
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ann.do("undock", nil)
	s.stop() // saves
	again := start(t, s.cfg)
	counted, err := again.store.TypeOwners(context.Background(), []string{"Wren", "Halberd", `100%_"x`})
	if err != nil || len(counted) != 1 || counted["Wren"] != 1 {
		t.Errorf("%v %v", counted, err)
	}
}

// TestCharactersWhoAreNotHere looks up, gives to, places and tells who is elsewhere.
func TestCharactersWhoAreNotHere(t *testing.T) {
	t.Parallel()
	cfg := game(t)
	save(t, cfg, "desk.lua", `local desk = {}
desk.answers = {}
function desk.ask(n, f, ...)
  task.spawn(function(...) desk.answers[n] = {f(...)} end, ...)
end
function desk.text(n)
  local a = desk.answers[n]
  if not a then return nil end
  if type(a[1]) == "table" then return a[1].system .. " " .. tostring(a[1].playing) end
  return tostring(a[1]) .. " " .. tostring(a[2])
end
return desk
`)
	s := start(t, cfg)
	amy, ann := s.operator("amy", command.Admin), login(t, s.Addr(), "Ann", wire.JSON)
	at := ann.place(s)["name"].(string)
	ben := login(t, s.Addr(), "Ben", wire.JSON)
	elsewhere := s.systemNames(40)[39]
	ask := func(call string) string {
		amy.do("lua --write @" + elsewhere + ` require("desk").ask("x", ` + call + `)`)
		got := ""
		s.until("nobody answers "+call, func() bool {
			got = strings.TrimSpace(amy.do("lua @" + elsewhere + ` return require("desk").text("x")`))
			return got != "nil" && got != "<nil>" && got != ""
		})
		amy.do("lua --write @" + elsewhere + ` require("desk").answers = {}`)
		return got
	}
	if got := ask(`function() return character.find("ben") end`); !strings.Contains(got, at) || !strings.Contains(got, "true") {
		t.Errorf("Ben plays: %s", got)
	}
	ask(`function() return character.send(character.find("Ben").id, "hail", {n = 5}) end`)
	if hail := ben.event("hail"); hail["n"] != 5.0 {
		t.Errorf("Ben hears %v", hail)
	}
	if got := ask(`function() return character.place(character.find("Ann").id, "` + elsewhere + `") end`); !strings.Contains(got, "is in the game, in "+at) {
		t.Errorf("placing who plays: %s", got)
	}
	if got := ask(`function() return items.give(character.find("Ann").id, "Wren", 1, "gift") end`); !strings.HasPrefix(got, "1") {
		t.Errorf("a gift: %s", got)
	}
	id := idOf(t, s, "Ann")
	ann.Close()
	s.universe.Leave(id, "logout")
	s.until("Ann stays", func() bool {
		_, in := s.universe.Where(id)
		return !in
	})
	if got := ask(`function() return character.place(character.find("Ann").id, "` + elsewhere + `") end`); !strings.HasPrefix(got, "true") {
		t.Fatalf("placing who does not play: %s", got)
	}
	again := login(t, s.Addr(), "Ann", wire.JSON)
	if place := again.event("system")["name"]; place != elsewhere {
		t.Errorf("Ann is in %v, and was placed in %s", place, elsewhere)
	}
}

func idOf(t *testing.T, s *shard, name string) world.CharacterID {
	t.Helper()
	c, err := s.store.CharacterByName(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}
