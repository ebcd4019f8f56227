package server

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hotshard/console/command"
	"hotshard/host/hostile"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// reckless is what runs in the system that is made to fail: it does what it is told to by
// chaos.mode at every tick.
const reckless = `
local chaos = {mode = "", heard = 0, kept = {}}
local modes = {}
function modes.spin() while true do end end
function modes.allocate() local n = 0 while true do n = #(("x"):rep(100000) .. n) end end
function modes.hoard() for i = 1, 2000 do chaos.kept[#chaos.kept + 1] = ("x"):rep(20000) .. #chaos.kept end end
function modes.fail() error("it fails each time") end
function modes.late() sleep(0.1) error("it fails a while later") end
function modes.storm() for i = 1, 100000 do system.send(chaos.victim, "storm", i) end end
function modes.spawn() for i = 1, 100000 do task.spawn(function() sleep(1000) end) end end
function modes.hog() local n = 0 for i = 1, 1500000 do n = n + i end end
function chaos.calm(n) return n + 1 end
function chaos.step() chaos.kept.calm = chaos.calm(1) local m = modes[chaos.mode] if m then m() end end
every(0.1, chaos.step)
function event.storm() chaos.heard = chaos.heard + 1 end
return chaos
`

// flyers are how many players fly elsewhere; HOTSHARD_CHAOS is another number, for `make
// chaos`.
const flyers = 30

// havoc is a shard in which one system is made to fail.
type havoc struct {
	*shard
	chorus       *hostile.Chorus
	here, there  *system.System // where the players are, and where it fails
	rows         []string
	amy          *operatorAt
	measureTimes bool
	start        world.SystemID // where characters begin
}

// TestARunawaySystemHurtsNobodyElse plants each kind of fault in one system, and has
// players fly in another: every answer of theirs must come, every line be heard in its
// order, and their system go on ticking, without an error of its own. Run with -v it shows
// a table.
func TestARunawaySystemHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	if err := os.WriteFile(filepath.Join(cfg.Scripts, "chaos.lua"), []byte(reckless), 0o600); err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(cfg.Scripts, "main.lua")
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(main, append([]byte("require \"chaos\"\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	m := cfg.Map
	cfg.Home = m.Systems[0].Name
	h := &havoc{shard: start(t, cfg), start: m.Systems[0].ID}
	n := flyers
	if many, err := strconv.Atoi(os.Getenv("HOTSHARD_CHAOS")); err == nil {
		n, h.measureTimes = many, true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience) // of all that is planted, one after the other
	defer cancel()
	h.muster(ctx, n)
	h.plant("nothing", "", nil)
	h.lua(`require "chaos".marker = "before"`)
	h.plantOf("a panic of the core", func() { h.panics() }, func() bool { return h.there.Stats().Crashes == 1 && h.there.Stats().Up })
	if out := h.amy.do("lua " + quoted(string(h.there.Address())) + ` require "chaos".marker`); !strings.Contains(out, "before") {
		t.Errorf("after a panic of the core its scripts have %s: they were not brought back as they were", out)
	}
	h.plant("an endless loop in every tick", "spin", h.setAside)
	h.plant("memory without an end", "allocate", h.setAside)
	h.plant("an error in every tick", "fail", h.setAside)
	h.plant("an error a while after every tick", "late", h.setAside)
	if h.measureTimes { // it takes what a system may hold: 256 MiB
		h.plant("values that are kept", "hoard", h.setAside)
	}
	h.plant("tasks that never end", "spawn", h.setAside)
	h.plant("100,000 events a tick for the players' system", "storm", h.setAside)
	h.plant("all the processor it can get, in every tick", "hog", nil)
	if h.measureTimes { // it is watched for some seconds
		h.slowCanary()
	}
	h.hang()
	h.stuckStore()
	if err := h.chorus.End(); err != nil {
		t.Error(err)
	}
	if st := h.here.Stats(); st.Crashes != 0 || st.Quarantined != 0 || st.Shed != 0 {
		t.Errorf("where the players are: %+v", st)
	}
	t.Log("\n" + strings.Join(h.rows, "\n"))
}

// operatorAt is an operator.
type operatorAt struct{ do func(string) string }

// muster brings the players in, and wakes the system that is to fail.
func (h *havoc) muster(ctx context.Context, n int) {
	h.t.Helper()
	song := hostile.Song{URL: "ws://" + h.Addr() + "/play", Password: "secret secret", Every: 50 * time.Millisecond}
	if n > 2*flyers {
		song.Asks, song.Every = "ping", time.Second
	}
	for i := range n {
		song.Names = append(song.Names, fmt.Sprintf("Pilot %d", i))
	}
	var err error
	if h.chorus, err = hostile.Sing(ctx, song); err != nil {
		h.t.Fatal(err)
	}
	where := world.SystemAddress(h.universe.Map().System(h.start).Name)
	h.until("nobody is in the system where characters begin", func() bool { h.here = h.universe.Running(where); return h.here != nil && h.here.Stats().Players == n })
	for _, m := range h.universe.Map().Systems {
		if a := world.SystemAddress(m.Name); a != where {
			if h.there, err = h.universe.Start(a); err != nil {
				h.t.Fatal(err)
			}
			break
		}
	}
	amy := h.operator("amy", command.Admin)
	h.amy = &operatorAt{func(line string) string { return amy.do(line) }}
	h.lua(`require "chaos".victim = "` + string(where) + `"`)
}

// lua runs code where it fails.
func (h *havoc) lua(code string) {
	h.t.Helper()
	h.amy.do("lua " + string(h.there.Address()) + " --write " + code)
}

// setAside says whether what fails has been put into quarantine.
func (h *havoc) setAside() bool { return h.there.Stats().Quarantined > 0 }

// plant has the system fail in a way until the players have had their ticks and, where
// that is to come of it, something has become of the fault.
func (h *havoc) plant(what, mode string, became func() bool) {
	h.t.Helper()
	h.plantOf(what, func() { h.lua(fmt.Sprintf(`require "chaos".mode = %q`, mode)) }, became)
	h.lua(`local c = require "chaos" c.mode = "" c.kept = {}`)
	if became != nil {
		if out := h.amy.do("quarantine " + string(h.there.Address())); !strings.Contains(out, "chaos.step") {
			h.t.Errorf("%s: quarantine says %s", what, out)
		}
		h.amy.do("quarantine release " + string(h.there.Address()) + " chaos.step")
	}
}

// meanwhile is how many ticks the players have, at least, while something fails: enough for
// each of them to ask something.
func (h *havoc) meanwhile() world.Tick {
	if h.measureTimes { // they ask once a second
		return 20
	}
	return 8
}

func (h *havoc) plantOf(what string, fail func(), became func() bool) {
	h.t.Helper()
	answers, tick, faults := h.chorus.Answers(), h.here.Stats().Tick, h.faults.in(h.here.Address())
	h.chorus.Times()
	fail()
	if became != nil {
		h.until(what+": nothing becomes of it", became)
	}
	h.until(what+": the players' system stands still", func() bool { return h.here.Stats().Tick >= tick+h.meanwhile() })
	if n := h.faults.in(h.here.Address()); n != faults {
		h.t.Errorf("%s: %d errors where the players are", what, n-faults)
	}
	took := h.chorus.Times()
	if len(took) == 0 {
		h.t.Errorf("%s: nobody has got an answer", what)
		return
	}
	row := fmt.Sprintf("| %-46s | %4d ticks | %6d answers |", what, h.here.Stats().Tick-tick, h.chorus.Answers()-answers)
	if h.measureTimes {
		row += fmt.Sprintf(" p50 %8v | p99 %8v | game time %.2f |", took[len(took)/2].Round(10*time.Microsecond), took[len(took)*99/100].Round(10*time.Microsecond), h.here.Stats().Dilation)
	}
	h.rows = append(h.rows, row)
}

// panics has the core panic in the system, as a fault in a word that scripts call would.
func (h *havoc) panics() {
	_ = h.there.Post(system.Do(func(*system.System) { panic("planted") })) // one that is gone would be a fault of the test
}

// slowCanary tries a change in the system that is merely slow: it is taken back.
func (h *havoc) slowCanary() {
	h.t.Helper()
	h.until("the function has not been called", func() bool { return h.there.Stats().Tick > 100 })
	h.plantOf("a canary that is merely slow", func() {
		h.amy.do("patch chaos.calm = function(n) for i = 1, 400000 do n = n + 1 end return n end --canary " + quoted(string(h.there.Address())))
	}, func() bool { units, _ := h.releases.controller.CanaryUnits(); return len(units) == 0 })
	if out := h.amy.do("release list"); !strings.Contains(out, "rolled back") {
		h.t.Errorf("a slow canary: release list says %s", out)
	}
}

// hang has the core hang in the system: it is named, and nobody else waits for it.
func (h *havoc) hang() {
	h.t.Helper()
	over := make(chan struct{})
	defer close(over)
	h.plantOf("a core that hangs", func() { _ = h.there.Post(system.Do(func(*system.System) { <-over })) }, func() bool {
		return len(h.health.behind(h.cfg.Clock.Now())) > 0
	})
}

// stuckStore has another process hold the database: who asks nothing of it notices nothing.
func (h *havoc) stuckStore() {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+h.store.Path()+"?_txlock=immediate")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		h.t.Fatal(err)
	}
	h.plantOf("a store that takes nothing", func() {}, nil)
	if err := tx.Rollback(); err != nil {
		h.t.Fatal(err)
	}
}
