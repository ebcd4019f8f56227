package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// livingGame is a game in which something is always under way.
const livingGame = `
require "flight"
local M = {lines = {}, beats = 0, order = {}}
function command.say(p, args) M.lines[#M.lines + 1] = player.name(p) .. ": " .. args.text broadcast("chat", {channel = "local", from = player.name(p), id = p, text = args.text}) return #M.lines end
function command.lines() return M.lines end
function command.beats() return M.beats end
function command.pact(p, args) task.spawn(function() sleep(args.s) M.lines[#M.lines + 1] = "pact of " .. player.name(p) end) return true end
function command.pacts() return service.call("ledger", "sum") end
function command.sign(p) return service.call("ledger", "sign", player.name(p)) end
function command.seen() return M.order end
local function note(what) return function(p, why) M.order[#M.order + 1] = what .. " " .. player.name(p) .. " " .. tostring(why) end end
function event.player_entered(p, why)
  note("entered")(p, why)
  if not player.station(p) and not player.ship(p) then player.dock(p, system.celestials("station")[1].id) end
end
function event.player_left(p, why) note("left")(p, why) end
function event.player_connected(p) note("connected")(p) end
function event.player_disconnected(p, why) note("disconnected")(p, why) end
function event.system_stopping() store.put("stopping", 1) end
every(1, function() M.beats = M.beats + 1 end)
return M
`

const ledgerService = `local M = {names = {}} function M.sign(n) M.names[#M.names + 1] = n return #M.names end function M.sum() return table.concat(M.names, ",") end return M`

// living is a shard with that game.
func living(t testing.TB) Config {
	cfg := config(t)
	write(t, cfg, "main.lua", livingGame)
	write(t, cfg, "services/ledger.lua", ledgerService)
	return cfg
}

func write(t testing.TB, cfg Config, path, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(cfg.Scripts, path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// said is a list of texts.
func said(v world.Value) string {
	var out []string
	list, _ := v.([]world.Value)
	for _, x := range list {
		out = append(out, x.(string))
	}
	return strings.Join(out, "; ")
}

// asks gives a command until the list that it is answered with has something.
func (p *pilot) asks(command, want string) {
	p.t.Helper()
	for !strings.Contains(said(p.do(command, nil)), want) {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-p.ctx.Done():
			p.t.Fatalf("%s never had %q", command, want)
		}
	}
}

func TestEverythingGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	token := ann.event("welcome")["token"]
	ann.event("system") // she is there before Bob
	bob := login(t, s.Addr(), "Bob", wire.Binary)
	ship := ann.do("undock", nil).(map[string]world.Value)["ship"].(float64)
	ann.do("goto", map[string]world.Value{"point": []world.Value{1e6, 2e6, 3e6}})
	ann.do("say", map[string]world.Value{"text": "here we are"})
	bob.do("sign", nil)
	bob.do("pact", map[string]world.Value{"s": 0.5})
	s.stop()
	if why := ann.event("closing")["code"]; why != wire.ClosingShutdown {
		t.Errorf("Ann was told %v", why)
	}

	s = start(t, cfg)
	ann = visitor(t, s.Addr())
	ann.do("resume", map[string]world.Value{"token": token})
	if place := ann.event("system"); place["ship"] != ship {
		t.Errorf("Ann's ship is %v, and was %v", place["ship"], ship)
	}
	snap := ann.snapshot()
	if len(snap.Entities) != 1 || snap.Entities[0].Name != "Ann" || snap.Entities[0].Vel == (world.Vec3{}) {
		t.Errorf("Ann sees %+v, not her ship on its way", snap.Entities)
	}
	ann.asks("lines", "pact")
	if got := said(ann.do("lines", nil)); got != "Ann: here we are; pact of Bob" {
		t.Errorf("the chat is %q", got)
	}
	if got := ann.do("pacts", nil); got != "Bob" {
		t.Errorf("the ledger has %v", got)
	}
	if got, want := said(ann.do("seen", nil)), "entered Ann login; connected Ann nil; entered Bob login; connected Bob nil; disconnected Ann shutdown; disconnected Bob shutdown; connected Ann nil"; got != want {
		t.Errorf("the scripts were told\n%s\nnot\n%s", got, want)
	}
	if left, _ := filepath.Glob(filepath.Join(cfg.Data, "images", "*")); len(left) > 0 {
		t.Errorf("images that were used are still there: %v", left)
	}
}
