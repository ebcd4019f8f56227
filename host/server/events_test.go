package server

import (
	"fmt"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// witness tells all players in a system what the core tells its scripts.
const witness = `
local function tell(what, p, ...)
  broadcast("witness", {line = table.concat({what, player.name(p), ...}, " ")})
end
function event.player_connected(p) tell("connected", p) end
function event.player_disconnected(p, reason)
  player.data(p).gone = reason
  tell("disconnected", p, reason)
end
function event.player_left(p, reason) tell("left", p, reason) end
function event.ship_docked(ship, station, p) tell("docked", p, ship and "ship" or "pod", system.celestial(station).kind) end
function event.ship_undocked(ship, station, p)
  tell("undocked", p, ship == player.ship(p) and "ship" or "pod", system.celestial(station).kind)
end
function command.gone(p) return player.data(p).gone end
function command.die(p)
  space.remove(player.ship(p))
  player.dock(p, system.celestials("station")[1].id)
end
`

// TestScriptsHearOfClientsAndDocking takes a player through every way in which a
// client or a ship comes and goes, over real sockets; Ben, beside her, hears what the
// scripts were told.
func TestScriptsHearOfClientsAndDocking(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	save(t, cfg, "witness.lua", witness)
	edit(t, cfg, "main.lua", `require "flight"`, "require \"flight\"\nrequire \"witness\"")
	s := start(t, cfg)
	ben := login(t, s.Addr(), "Ben", wire.Binary)
	ben.hears("connected Ben", "docked Ben pod station")
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	ben.hears("connected Ann", "docked Ann pod station")
	ann.do("undock", nil)
	ben.hears("undocked Ann ship station")
	ann.do("dock", nil)
	ben.hears("docked Ann ship station")
	ann.do("undock", nil)
	ann.do("die", nil)
	ben.hears("undocked Ann ship station", "docked Ann pod station")

	ann.Drop()
	ben.hears("disconnected Ann lost")
	login(t, s.Addr(), "Ann", wire.Binary)
	ben.hears("connected Ann")
	again := login(t, s.Addr(), "Ann", wire.JSON)
	ben.hears("disconnected Ann taken over", "connected Ann")
	if err := again.Post("logout", nil); err != nil {
		t.Fatal(err)
	}
	ben.hears("disconnected Ann logout", "left Ann logout")

	login(t, s.Addr(), "Ann", wire.JSON)
	ben.hears("connected Ann")
	s.operator("amy", command.Operator).do(`kick Ann --reason "Be nice."`)
	ben.hears("disconnected Ann Be nice.", "left Ann Be nice.")

	s.stop()
	s = start(t, cfg)
	ben = login(t, s.Addr(), "Ben", wire.JSON)
	if gone := ben.do("gone", nil); gone != "shutdown" {
		t.Errorf("at the end of the shard Ben's client was gone for %v", gone)
	}
}

// hears waits for what the witness tells, which must be these lines.
func (p *pilot) hears(lines ...string) {
	p.t.Helper()
	for _, want := range lines {
		m := p.until(want, func(m *wire.Message) bool { return m.Event == "witness" })
		if got := fmt.Sprint(world.Value(m.Fields["line"])); got != want {
			p.t.Fatalf("told %q, not %q", got, want)
		}
	}
}
